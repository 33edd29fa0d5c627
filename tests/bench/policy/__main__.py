"""How fast a policy answers, side by side with zen-engine, a rule library and plain Python: `make bench-policy`.

All engines run the same policy on the same applications and must agree on every one before anything is timed. Rounds
of all contenders are interleaved and each contender's median round counts, so that a noisy moment hits all alike.

Assay gets facts as its services hand them over, parsed by the product's dictionary; what it costs when they are any
mapping of exact values, each to be checked first, stands beside it. Every other engine gets plain values in a dict.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import zen

from services.decision.domain.policy import Policy, load_policy
from services.decision.domain.reasons import PLATFORM_REASONS, parse_reasons
from shared.facts import SoundFacts
from tests.bench.policy import by_hand, catalogue, ours, rule_library, workload, zen_model
from tests.bench.report import Level, report

AS_OF: Final = datetime(2026, 11, 22, tzinfo=UTC)
APPLICATIONS: Final = 2_000
ROUNDS: Final = 9
ROWS: Final = 2_000
CATALOGUE_ANSWERS: Final = 300


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write levels and figures there")
    options = parser.parse_args()
    policy = ours.policy()
    facts = workload.applications(APPLICATIONS)
    plain = [workload.plain(one) for one in facts]
    agree(policy, facts, plain)
    # As in the services: what lives for ever is not looked through again and again.
    gc.collect()
    gc.freeze()
    micros = timed(contenders(policy, facts, plain), APPLICATIONS)
    fastest = min(value for name, value in micros.items() if name.startswith("zen"))
    seconds = load_seconds()
    figures: dict[str, object] = {f"{name}, us per decision": value for name, value in micros.items()}
    catalogued = timed(catalogue.contenders(CATALOGUE_ANSWERS), CATALOGUE_ANSWERS)
    figures |= {f"{name}, us per decision": value for name, value in catalogued.items()}
    figures["zen-engine with its trace, us per decision"] = timed(traced_zen(plain), APPLICATIONS)["zen"]
    figures |= {
        f"{name}, times as fast as zen-engine's fastest call": fastest / value for name, value in micros.items()
    }
    figures[f"a policy of {ROWS:,} rows: load and check, s"] = seconds
    levels = [
        Level("Assay with full trace / zen-engine's fastest call", fastest / micros["Assay, full trace"], at_least=3),
        Level("Assay without trace / zen-engine's fastest call", fastest / micros["Assay, no trace"], at_least=8),
        Level(f"a policy of {ROWS:,} rows: load and check, s", seconds, at_most=2),
    ]
    report("bench-policy", levels, figures, options.json)


def agree(policy: Policy, facts: list[dict[str, Any]], plain: list[dict[str, Any]]) -> None:
    """Fail unless all engines give the same answers."""
    columns, expressions = zen_model.engine("columns"), zen_model.engine("expressions")
    for exact, loose in zip(facts, plain, strict=True):
        outcome, grade, limit, rate, reasons = by_hand.decide(exact)
        ours_found = policy.evaluate(exact, (), AS_OF)
        found = (ours_found.outcome.value, ours_found.grade, ours_found.approved_minor, ours_found.reasons)
        assert found == (outcome, grade, limit, reasons), (found, exact)
        assert ours_found.rate == rate
        quick = policy.answer(exact, (), AS_OF)
        assert (quick.outcome.value, quick.approved_minor, quick.reasons) == (outcome, limit, reasons)
        for engine in (columns, expressions):
            theirs = engine.evaluate(zen_model.KEY, loose)["result"]
            assert theirs["outcome"] == outcome
            assert limit is None or round(theirs["limit"] * 100) == limit
        assert rule_library.decide(loose)[0] == outcome


def contenders(
    policy: Policy, facts: list[dict[str, Any]], plain: list[dict[str, Any]]
) -> dict[str, Callable[[], object]]:
    """Return what runs once over all applications, by name."""
    columns, expressions = zen_model.engine("columns"), zen_model.engine("expressions")
    checked = [SoundFacts(one, policy.bound.product.dictionary) for one in facts]
    requests: list[zen.EvaluateBatchRequest] = [{"key": zen_model.KEY, "context": one} for one in plain]
    return {
        "Assay, full trace": lambda: [policy.evaluate(one, (), AS_OF) for one in checked],
        "Assay, full trace, unchecked facts": lambda: [policy.evaluate(one, (), AS_OF) for one in facts],
        "Assay, no trace": lambda: [policy.answer(one, (), AS_OF) for one in checked],
        "Assay, no trace, unchecked facts": lambda: [policy.answer(one, (), AS_OF) for one in facts],
        "Python by hand": lambda: [by_hand.decide(one) for one in facts],
        "zen-engine, columns": lambda: [columns.evaluate(zen_model.KEY, one) for one in plain],
        "zen-engine, expressions": lambda: [expressions.evaluate(zen_model.KEY, one) for one in plain],
        "zen-engine, batch of columns": lambda: columns.evaluate_batch(requests),
        "zen-engine, batch of expressions": lambda: expressions.evaluate_batch(requests),
        "rule-engine": lambda: [rule_library.decide(one) for one in plain],
    }


def traced_zen(plain: list[dict[str, Any]]) -> dict[str, Callable[[], object]]:
    """Return zen-engine with the trace it can give: of the rules that fired."""
    engine = zen_model.engine("expressions")
    return {"zen": lambda: [engine.evaluate(zen_model.KEY, one, {"trace": True}) for one in plain]}


def timed(runs: dict[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Return the median microseconds per application of each contender over interleaved rounds."""
    rounds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            rounds[name].append((time.perf_counter() - start) / count * 1e6)
    return {name: statistics.median(values) for name, values in rounds.items()}


def load_seconds() -> float:
    """Return how long a policy takes to load whose matrix has 2,000 rows that are checked to leave no gap."""
    document, codes = ours.document(), [*PLATFORM_REASONS, "AFFORDABILITY", *(name for name, _ in workload.KNOCK_OUTS)]
    wording = {code: {"en": code.lower(), "zh": code} for code in codes}
    reasons = parse_reasons([{"product": "any", "reasons": wording}])
    product = workload.product()
    document["matrix"]["rows"] = [row for grade in workload.MATRIX for row in _bands(grade, ROWS // 5)]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        load_policy(document, product, reasons)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _bands(grade: str, count: int) -> list[dict[str, Any]]:
    """Return rows for one grade: 20 bands of the requested amount by bands of the debt ratio, no two alike."""
    across = count // 20
    rows = []
    for at in range(count):
        amount, ratio = divmod(at, across)
        cells = {"requested_amount": _band(amount, 20, 2_500, ""), "dti": _band(ratio, across, 5, "0.0")}
        offer = {"outcome": "approve", "share": f"0.{10 + at % 80}", "rate": f"0.0{100 + at}"}
        rows.append({"when": {"grade": f'"{grade}"', **cells}, **offer})
    return rows


def _band(at: int, of: int, width: int, zeros: str) -> str:
    low, high = f"{zeros}{at * width:02}", f"{zeros}{(at + 1) * width:02}"
    return f"<= {high}" if at == 0 else f"> {low}" if at == of - 1 else f"({low}..{high}]"


if __name__ == "__main__":
    main()
