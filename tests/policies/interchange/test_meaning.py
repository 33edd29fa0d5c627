"""An exported policy decides like the policy: the model means what the document means."""

import copy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import Evaluation
from services.policies.interchange import write_dmn
from shared.dmn import Program
from shared.facts import Fact, FactType, FactValue
from shared.money import exponent
from tests.decision.domain.catalogue.books import NAMES, Book, book
from tests.policies.interchange.evaluating import decided, feel_value, feel_values, program_of

TODAY = date(2026, 11, 21)


@cache
def program(name: str) -> Program:
    return program_of(write_dmn(book(name).document, book(name).product, "1.5"))


def day(case: dict[str, Any]) -> datetime:
    return datetime.combine(date.fromisoformat(case.get("as_of", TODAY.isoformat())), time(9), UTC)


def by_model(name: str, facts: dict[str, FactValue], as_of: datetime, what: str) -> Any:
    return decided(program(name), what, feel_values(facts, book(name).product), as_of)


def agree(name: str, facts: dict[str, FactValue], answer: Evaluation, as_of: datetime) -> None:
    """Assert that every decision of the model says what the policy says."""
    here = book(name)
    letters = answer.trace["tables"]
    for each in here.policy.bound.definitions:
        value = by_model(name, facts, as_of, each.name)
        stated = answer.trace["definitions"][each.name]
        expected = None if stated is None else feel_value(each.fact.parse(stated), each.fact.type, here.product)
        assert value == expected, each.name
    for stage in ("eligibility", "knock_outs"):
        rows = here.document[stage]["rows"]
        hits = [row for row, letter in zip(rows, letters[stage], strict=True) if letter == "h"]
        keys = ("outcome", "reason", "on_missing")
        assert (by_model(name, facts, as_of, stage) or []) == [{key: row[key] for key in keys} for row in hits]
    assert by_model(name, facts, as_of, "grade") == answer.grade
    assert by_model(name, facts, as_of, "matrix")["outcome"] == answer.trace["outputs"]["offer"]
    assert by_model(name, facts, as_of, "outcome") == answer.outcome
    if answer.outcome.grants_credit:
        minor = by_model(name, facts, as_of, "limit").scaleb(exponent(here.product.currency))
        assert minor == answer.approved_minor
        assert by_model(name, facts, as_of, "rate") == answer.rate
        required = by_model(name, facts, as_of, "conditions") or []
        assert tuple(dict.fromkeys(each["condition"] for each in required)) == answer.conditions
    if answer.queue is not None:
        assert by_model(name, facts, as_of, "routing") == answer.queue


def complete(answer: Evaluation) -> bool:
    """Where something is missing, a policy is stricter than FEEL."""
    return "m" not in "".join(answer.trace["tables"].values()) and answer.grade is not None


@pytest.mark.parametrize("name", NAMES)
def test_the_model_decides_the_golden_cases_as_the_policy_does(name: str) -> None:
    here = book(name)
    compared = 0
    for case in here.document["cases"]:
        facts = here.facts(case["facts"])
        answer = here.policy.evaluate(facts, ["SCORE_REASON"], day(case))
        if complete(answer):
            agree(name, facts, answer, day(case))
            compared += 1
    assert compared > len(here.document["cases"]) / 2


def values(fact: Fact) -> st.SearchStrategy[FactValue]:
    """Values of a fact, those near the bounds of policies more often than others."""
    low = 0 if fact.minimum is None else fact.minimum
    high = 10**10 if fact.maximum is None else fact.maximum
    if fact.type is FactType.ENUM:
        return st.sampled_from(fact.values)
    if fact.type is FactType.BOOLEAN:
        return st.booleans()
    if fact.type is FactType.DATE:
        return st.integers(-3000, 1200).map(lambda days: TODAY + timedelta(days))
    if fact.type is FactType.DECIMAL:
        return st.integers(0, 10**fact.scale).map(lambda parts: Decimal(parts).scaleb(-fact.scale))
    near = st.sampled_from([0, 1, 2, 5, 12, 30, 60, 90, 120, 500, 590, 2_500_000, 5_000_000, 100_000_000])
    return st.one_of(near, st.integers(low, min(high, 3 * 10**8))).map(lambda value: max(low, min(high, value)))


@st.composite
def applications(draw: st.DrawFn, here: Book) -> dict[str, FactValue]:
    """The facts of a golden case, up to four of them changed."""
    facts = here.facts(copy.deepcopy(draw(st.sampled_from(here.document["cases"]))["facts"]))
    known = here.product.dictionary.facts
    changed = draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True))
    return facts | {name: draw(values(known[name])) for name in changed}


@pytest.mark.parametrize("name", NAMES)
def test_the_model_decides_any_complete_application_as_the_policy_does(name: str) -> None:
    here = book(name)
    as_of = datetime.combine(TODAY, time(9), UTC)

    @settings(max_examples=60, deadline=None)
    @given(applications(here))
    def check(facts: dict[str, FactValue]) -> None:
        answer = here.policy.evaluate(facts, ["SCORE_REASON"], as_of)
        if complete(answer):
            agree(name, facts, answer, as_of)

    check()
