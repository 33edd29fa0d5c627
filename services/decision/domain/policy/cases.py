"""Golden cases: the examples attached to a policy, which must come out as written."""

from services.decision.domain.policy.document import Case
from services.decision.domain.policy.evaluate import Evaluation, evaluate
from services.decision.domain.policy.program import Program
from services.decision.domain.policy.reading import did_you_mean
from shared.errors import Fault
from shared.facts import FactValue, pointer_token
from shared.products import Product


def case_faults(program: Program, product: Product) -> list[Fault]:
    """Return a fault for every expectation that the policy does not meet, and for every case that makes no sense."""
    faults: list[Fault] = []
    for number, case in enumerate(program.document.cases):
        pointer = f"/cases/{number}"
        facts = _facts(case, pointer, product, faults)
        if facts is None:
            continue
        if "outcome" not in case.expect:
            faults.append(Fault(f"{pointer}/expect", "missing_key", f"case `{case.name}` expects no outcome"))
        actual = _wire(evaluate(program, facts, case.score_reasons))
        for key, expected in case.expect.items():
            place = f"{pointer}/expect/{pointer_token(key)}"
            if key not in actual:
                hint = did_you_mean(key, list(actual))
                faults.append(Fault(place, "unknown_key", f"case `{case.name}`: nothing is called `{key}`{hint}"))
            elif actual[key] != expected:
                words = f"case `{case.name}`: {key} is {actual[key]!r}, not {expected!r}"
                faults.append(Fault(place, "case_failed", words))
    return faults


def _facts(case: Case, pointer: str, product: Product, faults: list[Fault]) -> dict[str, FactValue] | None:
    values: dict[str, FactValue] = {}
    found: list[Fault] = []
    for name, wire in case.facts.items():
        place = f"{pointer}/facts/{pointer_token(name)}"
        fact = product.dictionary.facts.get(name)
        if fact is None:
            hint = did_you_mean(name, list(product.dictionary.facts))
            found.append(Fault(place, "unknown_fact", f"case `{case.name}`: unknown fact `{name}`{hint}"))
        elif wire is not None:
            try:
                values[name] = fact.parse(wire)
            except ValueError as error:
                found.append(Fault(place, "invalid_fact", f"case `{case.name}`: `{name}` {error}"))
    faults.extend(found)
    return None if found else values


def _wire(evaluation: Evaluation) -> dict[str, object]:
    return {
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "approved_minor": evaluation.approved_minor,
        "rate": None if evaluation.rate is None else str(evaluation.rate),
        "reasons": list(evaluation.reasons),
        "queue": evaluation.queue,
    }
