"""Where facts are missing, or are no values of their facts, the fast way says what the interpreter says."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import Policy
from services.decision.domain.policy.document import Case
from services.decision.domain.policy.generated.partial import generate
from shared.facts import SoundFacts
from tests.decision.domain.catalogue.books import NAMES, book
from tests.decision.domain.policy.small import AS_OF, DOCUMENT, GOOD, PRODUCT
from tests.decision.domain.policy.test_two_ways import documents
from tests.decision.domain.policy.written import VALUES, unchecked

NO_VALUES: list[Any] = [None, True, 1.0, 10**30, "", "east", Decimal("0.00001"), Decimal("NaN"), AS_OF]
LACKING = st.fixed_dictionaries(
    {}, optional={name: st.one_of(values, st.sampled_from(NO_VALUES)) for name, values in VALUES.items()}
)
SCORE_REASONS = st.lists(st.sampled_from(["S1", "S2"]), unique=True)


@settings(max_examples=200, deadline=None)
@given(documents(), st.lists(LACKING, min_size=1, max_size=6), SCORE_REASONS)
def test_facts_that_are_missing_or_of_another_type_are_answered_as_the_interpreter_does(
    document: dict[str, Any], applications: list[dict[str, Any]], score_reasons: list[str]
) -> None:
    engine = unchecked(document)
    for facts in applications:
        answered = engine.decide_anyway(facts, score_reasons, AS_OF)
        assert repr(answered) == repr(engine.interpret(facts, score_reasons, AS_OF))


@settings(max_examples=100, deadline=None)
@given(documents(), st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=6), SCORE_REASONS)
def test_facts_that_the_product_has_checked_are_answered_as_the_interpreter_does(
    document: dict[str, Any], applications: list[dict[str, Any]], score_reasons: list[str]
) -> None:
    engine = unchecked(document)
    for facts in applications:
        answered = engine.decide_anyway(SoundFacts(facts, PRODUCT.dictionary), score_reasons, AS_OF)
        assert repr(answered) == repr(engine.interpret(facts, score_reasons, AS_OF))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_policies_of_the_catalogue_answer_applications_full_of_gaps_as_the_interpreter_does(
    name: str, data: st.DataObject
) -> None:
    policy = book(name).policy
    case = data.draw(st.sampled_from(list(policy.bound.written.cases)))
    missing = data.draw(st.sets(st.sampled_from([fact.name for fact in policy.interpreter.layout.facts])))
    facts = known(policy, case).without(missing)
    at = moment(case)
    assert repr(policy.decide_anyway(facts, (), at)) == repr(policy.interpret(facts, (), at))


@pytest.mark.parametrize("name", NAMES)
def test_no_golden_case_that_is_granted_credit_needs_the_interpreter_to_go_through_the_stages(name: str) -> None:
    policy = book(name).policy
    # An interpreter that knows no terms grants nothing.
    decide = generate(replace(policy.interpreter, terms={}))
    granted = [case for case in policy.bound.written.cases if case.expect["outcome"] in ("approve", "counter_offer")]
    assert granted
    for case in granted:
        request = known(policy, case), case.score_reasons, moment(case)
        assert decide(*request) == policy.interpret(*request)


def test_a_definition_whose_row_says_null_is_missing_and_refers_the_application() -> None:
    rows = [{"if": "employed", "value": "null"}]
    bonus = {"type": "integer", "hit_policy": "FIRST", "rows": rows, "default": {"value": "3"}}
    row = {"when": {"bonus": "> 1"}, "outcome": "decline", "reason": "TOO_SMALL", "on_missing": "refer"}
    screen = {"hit_policy": "COLLECT", "rows": [row]}
    engine = unchecked({**DOCUMENT, "definitions": {"bonus": bonus}, "eligibility": screen})
    assert engine.answer(GOOD, (), AS_OF).outcome == "refer"
    assert engine.answer({**GOOD, "employed": False}, (), AS_OF).outcome == "decline"


@pytest.mark.parametrize(("score", "outcome"), [(4_999, "approve"), (5_000, "decline")])
def test_a_policy_of_thousands_of_rows_answers_the_same_where_something_is_missing(score: int, outcome: str) -> None:
    rows = [{"when": {"score": f"[{at}..{at}]"}, "outcome": "approve", "rate": "0.09"} for at in range(2_000, 5_000)]
    engine = unchecked({**DOCUMENT, "matrix": {**DOCUMENT["matrix"], "rows": rows}})
    facts = {name: value for name, value in GOOD.items() if name != "customer_since"} | {"score": score}
    answered = engine.decide_anyway(facts, ("HISTORY_SHORT",), AS_OF)
    assert repr(answered) == repr(engine.interpret(facts, ("HISTORY_SHORT",), AS_OF))
    assert answered.outcome == outcome


def known(policy: Policy, case: Case) -> SoundFacts:
    """Return the facts of a golden case as the platform reads them."""
    facts = policy.bound.product.dictionary.facts
    values = {name: facts[name].parse(wire) for name, wire in case.facts.items() if wire is not None}
    return SoundFacts(values, policy.bound.product.dictionary)


def moment(case: Case) -> datetime:
    """Return the moment that a golden case is decided at."""
    return datetime.combine(case.as_of or date(2026, 11, 21), time(), UTC)
