"""What a check comes to as a whole: exclusions, releases, the rule that is built in, and reasons in words."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.limits.domain.account import Basis, Kind, Reason, Status
from services.limits.domain.checks.figures import (
    Figures,
    Orders,
    OwnItem,
    orders_without,
    without_items,
    without_reservation,
)
from services.limits.domain.checks.reasons import LANGUAGES, RESERVED_CODES, in_words
from services.limits.domain.checks.result import Outcome, StepResult, Verdict
from services.limits.domain.holds import Release
from services.limits.domain.reservation import Reservation, State
from shared.money import Money
from tests.limits.checks import given

TERMS = {"payment_terms": {"type": "enum", "values": ["prepaid", "30 days"]}}
BLOCKING = (
    {"name": "limit", "kind": "static_utilization"},
    {"name": "dunning", "kind": "dunning_level", "max_level": 0},
)


def dunned(amount_minor: int, **facts: Any) -> Figures:
    return given.figures(amount_minor, receivables=given.items(dunning_level=3), facts=facts)


def test_prepaid_orders_pass_outright_and_are_still_looked_at() -> None:
    prepaid = {"name": "prepaid", "if": 'payment_terms = "prepaid"'}
    by = given.rule(*BLOCKING, facts=TERMS, exclusions=[prepaid])
    assert given.checked(dunned(5000, payment_terms="30 days"), by).verdict is Verdict.BLOCK
    passed = given.checked(dunned(5000, payment_terms="prepaid"), by)
    assert (passed.verdict, passed.excluded_by, passed.reasons) == (Verdict.OK, "prepaid", ())
    assert [step.outcome for step in passed.steps] == [Outcome.HIT, Outcome.HIT]
    # Who does not say how it will be paid has not said that it is prepaid.
    assert given.checked(dunned(5000), by).verdict is Verdict.BLOCK


def test_a_small_document_may_be_let_off_some_steps() -> None:
    small = {"name": "small", "if": "amount < 10", "skips": ["dunning"]}
    by = given.rule(*BLOCKING, currency="EUR", exclusions=[small])
    assert given.checked(dunned(1000), by).reasons == ("DUNNING_LEVEL_TOO_HIGH",)
    let_off = given.checked(dunned(999), by)
    assert (let_off.verdict, let_off.excluded_by) == (Verdict.OK, None)
    assert [step.outcome for step in let_off.steps] == [Outcome.NO_HIT, Outcome.EXCLUDED]
    assert given.checked(replace(dunned(999), levels=(given.account(limit_minor=1),)), by).verdict is Verdict.BLOCK


def test_a_check_warns_when_nothing_worse_was_found() -> None:
    by = given.rule({"kind": "dunning_level", "max_level": 0, "on_hit": "warn"}, {"kind": "account_status"})
    warned = given.checked(dunned(1), by)
    assert (warned.verdict, warned.reasons) == (Verdict.WARN, ("DUNNING_LEVEL_TOO_HIGH",))


def test_blocking_reasons_come_first() -> None:
    by = given.rule({"kind": "dunning_level", "max_level": 0, "on_hit": "warn"}, {"kind": "static_utilization"})
    assert given.checked(dunned(5000), by).reasons == ("INSUFFICIENT_AVAILABLE", "DUNNING_LEVEL_TOO_HIGH")


def test_a_release_does_not_cover_growth_another_currency_a_later_day_or_another_reason() -> None:
    by = given.built_in()
    release = Release("hld_1", Money(2000, "EUR"), given.NOW + timedelta(days=1), frozenset({"INSUFFICIENT_AVAILABLE"}))
    blocked = given.figures(2000)
    assert given.checked(blocked, by, release=release).released_by_hold == "hld_1"
    grown = replace(blocked, amount=Money(2001, "EUR"))
    dollars = replace(blocked, amount=Money(2000, "USD"), rates=given.RATES)
    late = replace(blocked, now=given.NOW + timedelta(days=1))
    overdue = replace(blocked, receivables=given.items(oldest_overdue_days=90))
    for other in (grown, dollars, late, overdue):
        found = given.checked(other, by, release=release)
        assert (found.verdict, found.released_by_hold) == (Verdict.BLOCK, None)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.OK),
        ({"oldest_overdue_days": 30}, Verdict.OK),
        ({"oldest_overdue_days": 31}, Verdict.BLOCK),
        ({"dunning_level": 3}, Verdict.BLOCK),
        ({"open_minor": 100, "overdue_minor": 51}, Verdict.WARN),
        ({"average_days_late": Fraction(31), "paid_items": 5}, Verdict.WARN),
    ],
)
def test_the_rule_that_is_built_in_is_ordinary_care(changes: dict[str, Any], verdict: Verdict) -> None:
    overdue = {"overdue_minor": 1, "open_minor": 100}
    assert given.checked(
        given.figures(receivables=given.items(**{**overdue, **changes})), given.built_in()
    ).verdict is (verdict)


def reservation(**changes: Any) -> Reservation:
    fields: dict[str, Any] = {
        "path": ("acc_group", "acc_own"),
        "amount": Money(500, "EUR"),
        "state": State.RESERVED,
        "created_at": given.NOW,
        "expires_at": given.NOW + timedelta(days=1),
    }
    return Reservation("res_1", **{**fields, **changes})


def test_what_a_document_has_reserved_and_drawn_itself_is_not_held_against_it() -> None:
    levels = (
        given.group(reserved_minor=900, posted_minor=700),
        given.account(path=("acc_group", "acc_own"), reserved_minor=300, posted_minor=200),
    )
    group, own = without_reservation(levels, reservation(captured_minor=200))
    assert (own.reserved_minor, own.posted_minor) == (0, 0)
    assert (group.reserved_minor, group.posted_minor) == (600, 500)
    ended = reservation(captured_minor=200).as_of(given.NOW + timedelta(days=2))
    assert without_reservation(levels, ended)[1].reserved_minor == 300


def test_what_a_document_counts_with_already_is_not_held_against_it() -> None:
    levels = (given.group(posted_minor=700), given.account(path=("acc_group", "acc_own"), posted_minor=400))
    lines = [
        OwnItem({"acc_group": 100, "acc_own": 100}, order_minor=100, order_posted_minor=100),
        OwnItem({"acc_group": 50, "acc_own": 50}),
    ]
    assert [level.posted_minor for level in without_items(levels, lines)] == [550, 250]
    orders = Orders(within_minor=300, beyond_minor=80, posted_minor=300)
    assert orders_without(orders, lines, given.NOW.date()) == Orders(200, 80, 200)
    ships_late = OwnItem({}, order_minor=80, ship_on=given.NOW.date() + timedelta(days=1))
    assert orders_without(orders, [ships_late], given.NOW.date()) == Orders(300, 0, 300)


def test_every_reason_has_words_in_every_language() -> None:
    for words in LANGUAGES.values():
        assert words.keys() == RESERVED_CODES == {*Reason} | (RESERVED_CODES - {*Reason})


def said(step: dict[str, Any], of: Figures, **document: Any) -> dict[str, str]:
    (found,) = given.checked(of, given.rule(step, **document)).steps
    return in_words(found)


def test_a_salesperson_is_told_the_figures() -> None:
    late = given.figures(receivables=given.items(oldest_overdue_days=47, overdue_minor=1))
    assert said({"kind": "oldest_overdue", "max_days": 30}, late) == {
        "en": "The oldest unpaid invoice is 47 days overdue; 30 are allowed.",
        "zh": "最早的未付发票已逾期 47 天，上限为 30 天。",
    }
    full = given.account(limit_minor=400_000, cover_minor=100_000, posted_minor=420_000)
    assert said({"kind": "static_utilization"}, given.figures(100_000, full))["en"] == (
        "1,000.00 EUR does not fit: the customer has 800.00 EUR left of 5,000.00 EUR."
    )
    blocked = given.group(status=Status.BLOCKED), given.account(path=("acc_group", "acc_own"))
    assert said({"kind": "account_status"}, given.figures(1, *blocked))["zh"] == "集团的账户已冻结。"


HITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kind": "limit_expired"}, {"levels": (given.account(limit_minor=0, basis=Basis.EXPIRED),)}),
    ({"kind": "static_utilization"}, {"levels": (given.account(limit_minor=0),)}),
    ({"kind": "static_utilization", "max_percent": "5"}, {}),
    ({"kind": "static_utilization"}, {"levels": (given.account(currency="JPY"),)}),
    ({"kind": "dynamic_utilization", "horizon_days": 30, "max_percent": "5"}, {}),
    ({"kind": "maximum_document", "maximum": given.eur(1)}, {}),
    ({"kind": "overdue_share", "max_percent": "5"}, {"receivables": given.items(open_minor=3, overdue_minor=1)}),
    ({"kind": "dunning_level", "max_level": 0}, {"receivables": given.items(dunning_level=2)}),
    ({"kind": "dunning_level", "max_level": 0}, {"receivables": None}),
    (
        {"kind": "payment_behaviour", "max_days_late": "1"},
        {"receivables": given.items(average_days_late=Fraction(10, 3), paid_items=1)},
    ),
    (
        {
            "kind": "custom",
            "if": "review_due_on < today()",
            "reason": "STALE",
            "words": {"en": "Stale.", "zh": "过期。"},
        },
        {},
    ),
    *(
        ({"kind": "account_status"}, {"levels": (given.account(status=status, kind=Kind.SEGMENT),)})
        for status in (Status.SUSPENDED, Status.BLOCKED, Status.CLOSED)
    ),
]


@pytest.mark.parametrize(("step", "changes"), HITS)
def test_no_sentence_has_a_gap(step: dict[str, Any], changes: dict[str, Any]) -> None:
    for sentence in said(step, given.figures(100, **changes)).values():
        assert "?" not in sentence
        assert "{" not in sentence


def test_a_rule_of_ones_own_is_told_in_its_own_words() -> None:
    step = {"kind": "custom", "if": "amount > 0", "reason": "HOUSE_RULE", "words": {"en": "No.", "zh": "不。"}}
    assert said(step, given.figures(), currency="EUR") == {"en": "No.", "zh": "不。"}


def test_words_for_figures_that_are_not_there_say_so() -> None:
    bare = StepResult("limit", "static_utilization", Verdict.BLOCK, "INSUFFICIENT_AVAILABLE", {}, Outcome.HIT)
    assert in_words(bare)["en"] == "? does not fit: the customer has ? left of ?."
