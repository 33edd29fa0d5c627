"""What shadow runs of every decision add to the live p99: the same load with and without, in turn."""

import json
import random
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from services.embedded.platform import Platform
from services.migrate import PROJECT
from shared.settings import BusKind
from shared.yaml import load_yaml
from tests.bench.flow import platform, requests_for
from tests.bench.load import Run, closed_loop, open_loop, percentile
from tests.bench.report import Level

PAIRS: Final = 10
SETTLE_SECONDS: Final = 7.0
"""A shadow reads answers when they are five seconds old, and it takes a moment to begin: so long there is load, and
nothing is measured, whether or not a shadow began."""

SECONDS: Final = 9.0
CONNECTIONS: Final = 64
LEAST_ANSWERED: Final = 0.25
"""A shadow that has no processor to answer on adds nothing, and shows nothing."""

_RESAMPLES: Final = 2_000


def measure(_folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Alternate, at half of the rate that is sustained, between no shadow and a shadow of every decision."""
    with platform(BusKind.EMBEDDED, ("decision/api", "scoring/api", "decision/worker")) as found:
        version = _approved_version(found)
        made = requests_for(
            "/v1/decisions",
            found.credentials.api_keys["los"],
            {"product": "consumer-loan", "party_id": "PARTY"},
        )
        port = found.ports.processes["decision/api"]
        rate = uvloop.run(closed_loop(port, CONNECTIONS, 6.0, made.__next__)).per_second / 2
        runs: dict[str, list[Run]] = {"stop": [], "shadow": []}
        answered = 0
        for pair in range(PAIRS):
            # Which of the two comes first changes, so that a drift of the machine favours neither.
            for action in ("shadow", "stop") if pair % 2 else ("stop", "shadow"):
                if not (pair == 0 and action == "stop") and _state(found, version) != _STATES[action]:
                    _act(found, version, action)
                _load(port, rate, SETTLE_SECONDS, made)
                before = _shadowed(found, version) if action == "shadow" else 0
                runs[action].append(_load(port, rate, SECONDS, made))
                if action == "shadow":
                    answered += _shadowed(found, version) - before
    typical = {name: _typical(done) for name, done in runs.items()}
    whole = {name: percentile([one for run in done for one in run.latencies], 0.99) for name, done in runs.items()}
    low, high = _interval(runs)
    asked = sum(len(run.latencies) for run in runs["shadow"])
    if answered < asked * LEAST_ANSWERED:
        raise SystemExit(f"of {asked} decisions the shadow answered {answered}: too few to say what answering adds")
    figures: dict[str, object] = {
        "live decisions per second, half load": rate,
        "live p99 of a second without a shadow, ms, median": typical["stop"],
        "live p99 of a second with a shadow of every decision, ms, median": typical["shadow"],
        "with / without, 95 % interval over the pairs": f"{low:.3f} to {high:.3f}",
        "live p99 of all runs without / with a shadow, ms": f"{whole['stop'] * 1e3:.1f} / {whole['shadow'] * 1e3:.1f}",
        "live decisions with a shadow, and answers of the shadow meanwhile": f"{asked:,} and {answered:,}",
    }
    name = "live p99 of a second with a shadow at 100 % / without, medians"
    return [Level(name, typical["shadow"] / typical["stop"], at_most=1.05)], figures


def _load(port: int, rate: float, seconds: float, made: Iterator[bytes]) -> Run:
    run = uvloop.run(open_loop(port, CONNECTIONS, rate, seconds, made.__next__))
    if set(run.statuses) != {201}:
        raise SystemExit(f"decisions were answered {run.statuses}")
    return run


def _typical(runs: Sequence[Run]) -> float:
    """Return the median p99 of a second, in milliseconds.

    A checkpoint or a neighbour of the machine stalls everything now and then, on one side or the other; the median
    over the seconds shows what a shadow, which works in every one of them, adds.
    """
    return statistics.median(value for run in runs for value in run.percentiles_by_second(0.99))


def _interval(runs: Mapping[str, Sequence[Run]]) -> tuple[float, float]:
    """Return where 95 % of the ratios lie that other draws of the same pairs would have given."""
    seconds = {name: [run.percentiles_by_second(0.99) for run in done] for name, done in runs.items()}
    chance = random.Random(7)
    ratios = []
    for _ in range(_RESAMPLES):
        drawn = chance.choices(range(PAIRS), k=PAIRS)
        median = {
            name: statistics.median(value for pair in drawn for value in done[pair]) for name, done in seconds.items()
        }
        ratios.append(median["shadow"] / median["stop"])
    return percentile(ratios, 0.025), percentile(ratios, 0.975)


_STATES: Final = {"stop": "approved", "shadow": "shadow"}


def _approved_version(found: Platform) -> str:
    """Take a stricter consumer-loan policy through the life cycle until it is approved."""
    document = load_yaml((PROJECT / "deploy" / "catalogue" / "policies" / "consumer-loan.yaml").read_text())
    document = json.loads(json.dumps(document)) | {"version": "bench"}
    drafted = _post(found, "policy-author", "/v1/versions", {"kind": "policy", "document": document})
    version = str(drafted["version_id"])
    for client, action, body in (
        ("policy-author", "validate", {}),
        ("policy-author", "submit", {}),
        ("policy-approver", "approve", {"hash": drafted["hash"]}),
    ):
        _post(found, client, f"/v1/versions/{version}/{action}", body)
    return version


def _act(found: Platform, version: str, action: str) -> None:
    _post(found, "policy-approver", f"/v1/versions/{version}/{action}", {})


def _state(found: Platform, version: str) -> str:
    return str(_get(found, f"/v1/versions/{version}")["state"])


def _shadowed(found: Platform, version: str) -> int:
    return int(_get(found, f"/v1/shadows/{version}")["decided"])


def _get(found: Platform, path: str) -> Any:
    key = found.credentials.api_keys["policy-approver"]
    answer = httpx.get(found.url("decision") + path, headers={"authorization": f"Bearer {key}"}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def _post(found: Platform, client: str, path: str, body: dict[str, Any]) -> Any:
    headers = {
        "authorization": f"Bearer {found.credentials.api_keys[client]}",
        "idempotency-key": f"bench-{time.monotonic_ns()}",
    }
    answer = httpx.post(found.url("decision") + path, json=body, headers=headers, timeout=60)
    if not answer.is_success:
        raise SystemExit(f"{path}: {answer.text}")
    return answer.json()
