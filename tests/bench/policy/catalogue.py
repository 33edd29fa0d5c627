"""The policies of the catalogue on an application that each approves: their first golden case."""

from collections.abc import Callable

from services.decision.domain.policy import Policy
from shared.facts import SoundFacts
from tests.decision.domain.catalogue.books import AS_OF, NAMES, Book, book


def contenders(times: int) -> dict[str, Callable[[], object]]:
    """Return what answers an application that many times, by name."""
    found: dict[str, Callable[[], object]] = {}
    for name in NAMES:
        policy, complete = book(name).policy, all_known(book(name))
        found[f"{name}, every fact known"] = _answering(policy, complete, times)
        found[f"{name}, the first golden case"] = _answering(policy, _typical(book(name)), times)
        found[f"{name}, what it can do without is missing"] = _answering(policy, least(policy, complete), times)
    return found


def _answering(policy: Policy, facts: SoundFacts, times: int) -> Callable[[], object]:
    return lambda: [policy.answer(facts, (), AS_OF) for _ in range(times)]


def _typical(of: Book) -> SoundFacts:
    return SoundFacts(of.facts(of.typical), of.product.dictionary)


def all_known(of: Book) -> SoundFacts:
    """Return the facts of the first golden case, and for those that it lacks the values of other cases."""
    typical = _typical(of)
    for case in of.policy.bound.written.cases:
        others = of.facts(case.facts)
        typical = typical.with_values({name: value for name, value in others.items() if name not in typical})
    assert of.policy.decide(typical, (), AS_OF) is not None
    assert of.policy.answer(typical, (), AS_OF).approved_minor is not None
    return typical


def least(policy: Policy, facts: SoundFacts) -> SoundFacts:
    """Return facts without those, one after the other, whose loss leaves the outcome as it is."""
    outcome = policy.answer(facts, (), AS_OF).outcome
    for fact in policy.interpreter.layout.facts:
        fewer = facts.without([fact.name])
        if not fact.required and policy.answer(fewer, (), AS_OF).outcome is outcome:
            facts = fewer
    return facts
