"""What shadow runs of every decision add to the live p99: the same load with and without, in turn."""

import json
import statistics
import time
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

PAIRS: Final = 12
SECONDS: Final = 8.0
CONNECTIONS: Final = 64
SETTLE_SECONDS: Final = 2.5
"""How long a process may take until it has heard that a shadow began or ended, and has caught up."""


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
        for pair in range(PAIRS):
            # Which of the two comes first changes, so that a drift of the machine favours neither.
            for action in ("shadow", "stop") if pair % 2 else ("stop", "shadow"):
                if not (pair == 0 and action == "stop") and _state(found, version) != _STATES[action]:
                    _act(found, version, action)
                time.sleep(SETTLE_SECONDS)
                run = uvloop.run(open_loop(port, CONNECTIONS, rate, SECONDS, made.__next__))
                if set(run.statuses) != {201}:
                    raise SystemExit(f"decisions were answered {run.statuses}")
                runs[action].append(run)
        shadowed = _shadowed(found, version)
    if shadowed == 0:
        raise SystemExit("the shadow answered nothing")
    whole = {name: percentile([one for run in done for one in run.latencies], 0.99) for name, done in runs.items()}
    # A checkpoint or a neighbour of the machine stalls everything now and then, on one side or the other; the median
    # over the seconds shows what a shadow, which works in every one of them, adds.
    typical = {
        name: statistics.median(value for run in done for value in run.percentiles_by_second(0.99))
        for name, done in runs.items()
    }
    asked = sum(len(run.latencies) for run in runs["shadow"])
    figures: dict[str, object] = {
        "live decisions per second, half load": rate,
        "live p99 of a second without a shadow, ms, median": typical["stop"],
        "live p99 of a second with a shadow of every decision, ms, median": typical["shadow"],
        "live p99 of all runs without / with a shadow, ms": f"{whole['stop'] * 1e3:.1f} / {whole['shadow'] * 1e3:.1f}",
        "live decisions with a shadow, and answered by it before it was stopped": f"{asked:,} and {shadowed:,}",
    }
    name = "live p99 of a second with a shadow at 100 % / without, medians"
    return [Level(name, typical["shadow"] / typical["stop"], at_most=1.05)], figures


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
