"""What would change a decision: the nearest change within the applicant's reach, and never anything else."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy import Policy, load_policy
from services.decision.domain.policy.what_if import MAX_ANSWERS, Advice, what_would_change
from shared.facts import Change, FactValue
from shared.products import parse_product
from tests.decision.domain.catalogue.books import AS_OF as CATALOGUE_AS_OF
from tests.decision.domain.catalogue.books import NAMES, book
from tests.decision.domain.explaining import (
    AS_OF,
    POLICY,
    PRODUCT,
    REASONS,
    advise,
    facts_with,
    policy_with,
    screen,
    screens,
)


def found(advice: Advice | None) -> dict[str, FactValue]:
    """Return the changed facts by name."""
    assert advice is not None
    return {change.fact.name: change.after for change in advice.changes}


def test_an_approval_needs_no_advice() -> None:
    assert advise() is None


def test_a_threshold_of_the_policy_is_met_exactly() -> None:
    assert found(advise(months=60, security="none")) == {"months": 48}


def test_a_smaller_change_goes_before_a_larger_one() -> None:
    # From 120 to 48 months is three fifths; another security is a whole change.
    assert found(advise(months=120, security="none")) == {"months": 48}


def test_another_value_of_an_enumeration_is_proposed_where_no_number_helps() -> None:
    policy = policy_with(knock_outs=screens(screen("decline", "TERM_LONG", when={"security": '"none"'})))
    assert found(advise(policy, security="none")) == {"security": "van"}


def test_a_threshold_behind_a_formula_is_found_by_bisection() -> None:
    # Half the income is 30,000.00, and the burden is rounded half up to two places: 30,299.99 is 0.50 still.
    assert found(advise(requested_amount=3_200_000, score=620)) == {"requested_amount": 3_028_000}
    assert (
        POLICY.answer(facts_with({"requested_amount": 3_029_999, "score": 620}), (), AS_OF).outcome is Outcome.APPROVE
    )
    assert (
        POLICY.answer(facts_with({"requested_amount": 3_030_000, "score": 620}), (), AS_OF).outcome is Outcome.DECLINE
    )


def test_amounts_are_proposed_in_round_figures() -> None:
    # The cash is a tenth of 12,345.60.
    assert found(advise(employed=False, own_cash=123_456)) == {"requested_amount": 1_234_000}


def test_two_facts_are_changed_where_one_does_not_help() -> None:
    both = screens(
        screen("decline", "AMOUNT_HIGH", when={"requested_amount": "> 10000"}),
        screen("decline", "CASH_LOW", when={"own_cash": "< 5000"}),
    )
    advice = advise(policy_with(knock_outs=both))
    assert found(advice) == {"requested_amount": 1_000_000, "own_cash": 500_000}
    assert advice is not None and advice.answer is not None
    assert advice.answer.outcome is Outcome.APPROVE


def test_a_milder_outcome_is_better_than_none() -> None:
    advice = advise(dti=Decimal("0.2000"), partner_debt=1, employed=False, own_cash=0)
    assert advice is not None and advice.answer is not None
    assert found(advice) == {"own_cash": 150_000}
    assert advice.answer.outcome is Outcome.REFER


def test_nothing_is_proposed_where_nothing_within_reach_helps() -> None:
    advice = advise(dti=Decimal("0.6000"))
    assert advice == Advice((), None, score_may_change=True, complete=True)


def test_a_missing_score_is_nothing_that_the_applicant_can_change() -> None:
    advice = advise(score=None, months=60, security="none")
    assert advice is not None
    assert advice.changes == ()


def test_a_missing_fact_is_not_invented() -> None:
    advice = advise(security=None, months=60)
    assert "security" not in found(advice)


def test_a_policy_without_a_score_does_not_warn_of_one() -> None:
    shelf = book("trade-credit")
    facts = shelf.facts({**shelf.typical, "requested_payment_days": 61})
    advice = what_would_change(shelf.policy, facts, (), CATALOGUE_AS_OF)
    assert advice is not None
    assert found(advice) == {"requested_payment_days": 60}
    assert not advice.score_may_change


@given(
    limit=st.integers(1, 119),
    floor=st.integers(1, 60),
    months=st.integers(1, 120),
    security=st.sampled_from(["none", "van", "house"]),
)
@example(limit=48, floor=1, months=120, security="none")
@settings(deadline=None)
def test_the_nearest_term_is_that_of_trying_every_term(limit: int, floor: int, months: int, security: str) -> None:
    rows = [
        screen("refer", "TERM_LONG", when={"months": f"> {limit}"}),
        screen("refer", "TERM_LONG", **{"if": f"months * 2 < {floor}"}),
    ]
    policy = policy_with(knock_outs=screens(*rows))
    facts = facts_with({"months": months, "security": security})
    terms = [term for term in range(1, 121) if _outcome(policy, {**facts, "months": term}) is Outcome.APPROVE]
    advice = what_would_change(policy, facts, (), AS_OF)
    if months in terms:
        assert advice is None
    elif not terms:
        assert advice is not None and advice.changes == ()
    else:
        assert advice is not None
        (change,) = advice.changes
        assert change.fact.name == "months"
        assert isinstance(change.after, int)
        assert abs(change.after - months) == min(abs(term - months) for term in terms)


def _outcome(policy: Policy, facts: Mapping[str, FactValue]) -> Outcome:
    return policy.answer(facts, (), AS_OF).outcome


_APPLICATIONS = st.fixed_dictionaries(
    {},
    optional={
        "requested_amount": st.integers(1, 6_000_000),
        "months": st.integers(1, 120),
        "security": st.sampled_from(["none", "van", "house", None]),
        "own_cash": st.one_of(st.none(), st.integers(0, 600_000)),
        "income": st.one_of(st.none(), st.integers(-1, 12_000_000)),
        "dti": st.one_of(st.none(), st.decimals("0", "0.9", places=4)),
        "employed": st.sampled_from([True, False, None]),
        "partner_debt": st.integers(0, 1),
        "score": st.one_of(st.none(), st.integers(450, 620)),
    },
)


@given(changes=_APPLICATIONS)
@settings(max_examples=150, deadline=None)
def test_advice_holds_changes_only_what_is_mutable_and_is_the_same_each_time(changes: dict[str, Any]) -> None:
    facts = facts_with(changes)
    advice = what_would_change(POLICY, facts, ("HISTORY_SHORT",), AS_OF)
    assert advice == what_would_change(POLICY, facts, ("HISTORY_SHORT",), AS_OF)
    now = POLICY.answer(facts, ("HISTORY_SHORT",), AS_OF)
    if advice is None:
        assert now.outcome is Outcome.APPROVE
        return
    for change in advice.changes:
        fact = PRODUCT.dictionary.facts[change.fact.name]
        assert change.before == facts[fact.name] != change.after
        assert fact.parse(fact.to_wire(change.after)) == change.after
        assert fact.mutable is not None
        if fact.mutable is not Change.ANY:
            assert isinstance(change.before, int) and isinstance(change.after, int)
            assert (change.after < change.before) == (fact.mutable is Change.LOWER)
    if advice.changes:
        assert len(advice.changes) <= 2
        changed = {**facts, **{change.fact.name: change.after for change in advice.changes}}
        assert POLICY.answer(changed, ("HISTORY_SHORT",), AS_OF) == advice.answer
        assert advice.answer is not None
        assert advice.answer.outcome.severity < now.outcome.severity


class _Counted(Mapping[str, FactValue]):
    """Facts that count how often somebody makes changed facts from them."""

    def __init__(self, facts: Mapping[str, FactValue]) -> None:
        self.facts = facts
        self.copies = 0

    def __getitem__(self, name: str) -> FactValue:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        self.copies += 1
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_is_asked_a_bounded_number_of_times(name: str) -> None:
    shelf = book(name)
    for case in shelf.document["cases"]:
        counted = _Counted(shelf.facts(case["facts"]))
        what_would_change(shelf.policy, counted, case.get("score_reasons", ()), CATALOGUE_AS_OF)
        assert counted.copies <= MAX_ANSWERS


def test_a_search_that_leaves_facts_out_says_so() -> None:
    promises = [f"promise_{number}" for number in range(14)]
    document = {
        "name": "van-loan",
        "title": "Loan for a van",
        "currency": "EUR",
        "facts": {
            **{name: {"type": "boolean", "mutable": "any"} for name in promises},
            "requested_amount": {"type": "money"},
            "score": {"type": "integer", "source": "scoring"},
        },
    }
    broken = [screen("decline", "CASH_LOW", when={name: "false"}) for name in promises]
    policy = load_policy(
        {
            "name": "promises",
            "version": 1,
            "product": "van-loan",
            "title": "Promises",
            "eligibility": {"hit_policy": "COLLECT", "rows": []},
            "knock_outs": {"hit_policy": "COLLECT", "rows": broken},
            "grade": {"hit_policy": "UNIQUE", "rows": [{"when": {"score": "-"}, "grade": "A"}]},
            "matrix": {"hit_policy": "UNIQUE", "rows": [{"when": {"grade": '"A"'}, "outcome": "approve"}]},
            "terms": {"approve": {"limit": "requested_amount"}},
        },
        parse_product(document),
        REASONS,
    )
    facts: dict[str, FactValue] = {**dict.fromkeys(promises, False), "requested_amount": 100_000, "score": 600}
    advice = what_would_change(policy, facts, (), AS_OF)
    assert advice == Advice((), None, score_may_change=False, complete=False)


@pytest.mark.parametrize(
    ("name", "changes", "wanted"),
    [
        ("sme-loan", {"term_months": 121}, {"term_months": 120}),
        ("sme-loan", {"group_exposure": 1_800_000}, {"requested_amount": 20_000_000}),
        ("trade-credit", {"requested_amount": 200_000}, {"requested_amount": 13_690_000}),
    ],
)
def test_applicants_of_the_catalogue_are_told_what_would_help(
    name: str, changes: dict[str, Any], wanted: dict[str, Any]
) -> None:
    shelf = book(name)
    facts = shelf.facts(shelf.typical)
    known = shelf.product.dictionary.facts
    values = {key: value * 100 if known[key].type == "money" else value for key, value in changes.items()}
    assert found(what_would_change(shelf.policy, {**facts, **values}, (), CATALOGUE_AS_OF)) == wanted
