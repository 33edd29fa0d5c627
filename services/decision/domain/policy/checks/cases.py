"""Golden cases: the examples attached to a policy, which must come out as written."""

from datetime import UTC, datetime, time
from typing import Final

from services.decision.domain.policy.document import Case
from services.decision.domain.policy.faults import Findings, did_you_mean, excerpt
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import Answer
from shared.facts import FactValue, pointer_token
from shared.products import Product

_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in for the moment of cases of a policy that does not ask for it."""


def check_cases(policy: Policy) -> None:
    """Raise `PolicyError` for expectations that the policy does not meet, and for cases that make no sense."""
    findings = Findings()
    for number, case in enumerate(policy.bound.written.cases):
        _check(policy, case, f"/cases/{number}", findings)
    findings.close()


def _check(policy: Policy, case: Case, pointer: str, findings: Findings) -> None:
    name = excerpt(case.name)
    facts = _facts(case, pointer, policy.bound.product, findings)
    if case.as_of is None and policy.interpreter.layout.reads_clock:
        words = f"case `{name}`: the policy asks for the day, so the case needs `as_of`"
        findings.add(f"{pointer}/as_of", "missing_key", words)
        return
    if facts is None:
        return
    if "outcome" not in case.expect:
        findings.add(f"{pointer}/expect", "missing_key", f"case `{name}` expects no outcome")
    as_of = _ANY_DAY if case.as_of is None else datetime.combine(case.as_of, time(), UTC)
    actual = _wire(policy.answer(facts, case.score_reasons, as_of))
    for key, expected in case.expect.items():
        place = f"{pointer}/expect/{pointer_token(key)}"
        if key not in actual:
            hint = did_you_mean(key, list(actual))
            words = f"case `{name}`: nothing is called `{excerpt(key)}`{hint}"
            findings.add(place, "unknown_key", words, of_key=True)
        elif actual[key] != expected:
            words = f"case `{name}`: expected {key} {excerpt(repr(expected))}, got {excerpt(repr(actual[key]))}"
            findings.add(place, "case_failed", words)


def _facts(case: Case, pointer: str, product: Product, findings: Findings) -> dict[str, FactValue] | None:
    values: dict[str, FactValue] = {}
    sound = True
    for name, wire in case.facts.items():
        place = f"{pointer}/facts/{pointer_token(name)}"
        fact = product.dictionary.facts.get(name)
        if fact is None:
            hint = did_you_mean(name, list(product.dictionary.facts))
            words = f"case `{excerpt(case.name)}`: unknown fact `{excerpt(name)}`{hint}"
            findings.add(place, "unknown_fact", words, of_key=True)
            sound = False
        elif wire is not None:
            try:
                values[name] = fact.parse(wire)
            except ValueError as error:
                findings.add(place, "invalid_fact", f"case `{excerpt(case.name)}`: `{name}` {error}")
                sound = False
    return values if sound else None


def _wire(answer: Answer) -> dict[str, object]:
    return {
        "outcome": answer.outcome.value,
        "grade": answer.grade,
        "approved_minor": answer.approved_minor,
        "rate": None if answer.rate is None else str(answer.rate),
        "reasons": list(answer.reasons),
        "queue": answer.queue,
        "conditions": list(answer.conditions),
        "other_terms": dict(answer.other_terms),
    }
