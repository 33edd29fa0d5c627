"""What each kind of step says of an account."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from services.limits.domain.account import Account, Basis, Status
from services.limits.domain.checks.figures import Figures, Orders
from services.limits.domain.checks.result import Checkpoint, Outcome, StepResult, Verdict
from tests.limits.checks import given

STATUS = {"kind": "account_status"}
EXPIRED = {"kind": "limit_expired"}
STATIC = {"kind": "static_utilization"}
WARN_AT_80 = {"kind": "static_utilization", "max_percent": "80", "on_hit": "warn"}
DYNAMIC = {"kind": "dynamic_utilization", "horizon_days": 30}
MOST = {"kind": "maximum_document", "maximum": given.eur(5000)}
OLDEST = {"kind": "oldest_overdue", "max_days": 30}
SHARE = {"kind": "overdue_share", "max_percent": "25"}
DUNNING = {"kind": "dunning_level", "max_level": 1}
LATE = {"kind": "payment_behaviour", "max_days_late": "15", "min_paid_items": 3}


def result(step: Mapping[str, Any], of: Figures) -> StepResult:
    """What one step says."""
    (found,) = given.checked(of, given.rule(step)).steps
    return found


def said(step: Mapping[str, Any], of: Figures) -> tuple[str, str | None]:
    found = result(step, of)
    return found.verdict.value, found.reason


def under(parent: Account, limit_minor: int | None = 1000, **changes: Any) -> tuple[Account, Account]:
    return parent, given.account(path=(parent.account_id, "acc_own"), limit_minor=limit_minor, **changes)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.SUSPENDED, "ACCOUNT_SUSPENDED"),
        (Status.BLOCKED, "ACCOUNT_BLOCKED"),
        (Status.CLOSED, "ACCOUNT_CLOSED"),
    ],
)
def test_a_flag_on_any_level_blocks(status: Status, reason: str) -> None:
    own = given.account(status=status)
    assert said(STATUS, given.figures(1, own)) == ("block", reason)
    flagged = result(STATUS, given.figures(1, *under(given.group(status=status))))
    assert (flagged.verdict, flagged.reason, flagged.operands["account_id"]) == (Verdict.BLOCK, reason, "acc_group")
    assert said(STATUS, given.figures(1, *under(given.group()))) == ("ok", None)


def test_a_limit_that_ran_out_on_any_level_blocks() -> None:
    gone = given.group(0, basis=Basis.EXPIRED)
    assert said(EXPIRED, given.figures(1, *under(gone))) == ("block", "LIMIT_EXPIRED")
    assert said(EXPIRED, given.figures(1)) == ("ok", None)


@pytest.mark.parametrize(
    ("amount_minor", "expected"),
    [(600, ("ok", None)), (601, ("block", "INSUFFICIENT_AVAILABLE"))],
)
def test_what_is_committed_and_the_amount_must_fit_the_limit(
    amount_minor: int, expected: tuple[str, str | None]
) -> None:
    used = given.account(posted_minor=300, reserved_minor=200, cover_minor=100)
    assert said(STATIC, given.figures(amount_minor, used)) == expected


def test_the_amount_must_fit_every_level() -> None:
    full = given.group(1000, posted_minor=950)
    found = result(STATIC, given.figures(60, *under(full)))
    assert (found.reason, found.operands["account_id"]) == ("INSUFFICIENT_AVAILABLE", "acc_group")
    assert [level["utilization_percent"] for level in found.operands["levels"]] == ["101.00", "6.00"]


def test_an_account_without_a_limit_is_bounded_by_those_above_it_and_by_nothing_when_there_is_none() -> None:
    assert said(STATIC, given.figures(100, *under(given.group(), None))) == ("ok", None)
    assert said(STATIC, given.figures(100, *under(given.group(None), None))) == ("block", "NO_LIMIT")
    assert said(STATIC, given.figures(1, given.account(limit_minor=0))) == ("block", "NO_LIMIT")


def test_an_amount_that_does_not_fit_a_suspended_account_is_told_for_what_it_is() -> None:
    suspended = given.account(status=Status.SUSPENDED)
    assert said(STATIC, given.figures(1001, suspended)) == ("block", "INSUFFICIENT_AVAILABLE")
    assert said(STATIC, given.figures(10, suspended)) == ("block", "ACCOUNT_SUSPENDED")


@pytest.mark.parametrize(
    ("amount_minor", "expected"),
    [(800, ("ok", None)), (801, ("warn", "UTILIZATION_ABOVE_THRESHOLD"))],
)
def test_a_threshold_below_the_limit_can_warn(amount_minor: int, expected: tuple[str, str | None]) -> None:
    assert said(WARN_AT_80, given.figures(amount_minor)) == expected


def test_without_an_exchange_rate_nothing_passes() -> None:
    dollars = given.figures(100, currency="USD")
    found = result(WARN_AT_80, dollars)
    assert (found.verdict, found.reason, found.outcome) == (Verdict.BLOCK, "NO_RATE", Outcome.MISSING)
    assert said(MOST, dollars) == ("block", "NO_RATE")
    assert said(STATIC, replace(dollars, rates=given.RATES)) == ("ok", None)


def test_an_amount_in_another_currency_counts_with_what_it_is_worth() -> None:
    limit = given.account(limit_minor=90)
    assert said(STATIC, given.figures(100, limit, currency="USD", rates=given.RATES)) == ("ok", None)
    over = given.figures(101, limit, currency="USD", rates=given.RATES)
    assert said(STATIC, over) == ("block", "INSUFFICIENT_AVAILABLE")


def test_orders_beyond_the_horizon_leave_room_for_others() -> None:
    used = given.account(posted_minor=900)
    orders = {30: Orders(within_minor=100, beyond_minor=400, posted_minor=500)}
    assert said(STATIC, given.figures(300, used)) == ("block", "INSUFFICIENT_AVAILABLE")
    assert said(DYNAMIC, given.figures(500, used, orders=orders)) == ("ok", None)
    assert said(DYNAMIC, given.figures(501, used, orders=orders)) == ("block", "DYNAMIC_UTILIZATION_EXCEEDED")


def test_orders_that_are_not_posted_yet_count_once_they_are_within_the_horizon() -> None:
    orders = {30: Orders(within_minor=700, posted_minor=0)}
    found = result(DYNAMIC, given.figures(301, orders=orders))
    assert (found.verdict, found.operands["orders_within"]) == (Verdict.BLOCK, given.eur(700))


def test_the_horizon_moves_the_exposure_of_the_levels_above_too() -> None:
    full = given.group(1000, posted_minor=1000)
    levels = under(full, posted_minor=400)
    orders = {30: Orders(within_minor=0, beyond_minor=400, posted_minor=400)}
    assert said(DYNAMIC, given.figures(400, *levels, orders=orders)) == ("ok", None)
    assert said(DYNAMIC, given.figures(401, *levels, orders=orders)) == ("block", "DYNAMIC_UTILIZATION_EXCEEDED")


@pytest.mark.parametrize(("amount_minor", "expected"), [(5000, ("ok", None)), (5001, ("block", "DOCUMENT_TOO_LARGE"))])
def test_a_document_may_be_too_large_whatever_the_limit(amount_minor: int, expected: tuple[str, str | None]) -> None:
    assert said(MOST, given.figures(amount_minor, given.account(limit_minor=10**9))) == expected


def test_an_old_overdue_item_blocks_unless_it_is_too_small_to_matter() -> None:
    late = given.items(open_minor=1000, overdue_minor=60, oldest_overdue_days=31)
    assert said(OLDEST, given.figures(receivables=late)) == ("block", "OLDEST_ITEM_OVERDUE")
    tolerant = {**OLDEST, "tolerance": given.eur(60)}
    assert said(tolerant, given.figures(receivables=late)) == ("ok", None)
    assert said(tolerant, given.figures(receivables=replace(late, overdue_minor=61))) == (
        "block",
        "OLDEST_ITEM_OVERDUE",
    )
    assert said(OLDEST, given.figures(receivables=replace(late, oldest_overdue_days=30))) == ("ok", None)
    in_dollars = {**OLDEST, "tolerance": given.eur(60, "USD")}
    assert said(in_dollars, given.figures(receivables=late)) == ("block", "NO_RATE")


def test_too_large_a_share_overdue_blocks() -> None:
    assert said(SHARE, given.figures(receivables=given.items(open_minor=1000, overdue_minor=250))) == ("ok", None)
    over = given.figures(receivables=given.items(open_minor=1000, overdue_minor=251))
    found = result(SHARE, over)
    assert (found.reason, found.operands["share_percent"]) == ("OVERDUE_SHARE_TOO_HIGH", "25.10")
    assert said(SHARE, given.figures()) == ("ok", None)


def test_dunning_beyond_the_level_blocks() -> None:
    assert said(DUNNING, given.figures(receivables=given.items(dunning_level=1))) == ("ok", None)
    assert said(DUNNING, given.figures(receivables=given.items(dunning_level=2))) == (
        "block",
        "DUNNING_LEVEL_TOO_HIGH",
    )


@pytest.mark.parametrize(
    ("late", "paid", "expected"),
    [
        (Fraction(15), 3, ("ok", None)),
        (Fraction(15) + Fraction(1, 10**9), 3, ("block", "PAYS_LATE")),
        # Two items are no behaviour.
        (Fraction(90), 2, ("ok", None)),
        (None, 0, ("ok", None)),
    ],
)
def test_who_pays_late_on_average_is_blocked(
    late: Fraction | None, paid: int, expected: tuple[str, str | None]
) -> None:
    assert said(LATE, given.figures(receivables=given.items(average_days_late=late, paid_items=paid))) == expected


@pytest.mark.parametrize("step", [DYNAMIC, OLDEST, SHARE, DUNNING, LATE], ids=lambda step: str(step["kind"]))
def test_unknown_figures_of_items_block_even_where_a_hit_would_only_warn(step: Mapping[str, Any]) -> None:
    found = result({**step, "on_hit": "warn"}, given.figures(receivables=None, orders={}))
    assert (found.verdict, found.reason, found.outcome) == (Verdict.BLOCK, "FIGURES_UNKNOWN", Outcome.MISSING)


def test_what_is_owed_in_a_currency_without_a_rate_blocks_only_the_steps_that_ask_how_much() -> None:
    late = given.items(open_minor=None, overdue_minor=None, oldest_overdue_days=31, dunning_level=2, paid_items=3)
    of = given.figures(receivables=late)
    tolerant = {**OLDEST, "tolerance": given.eur(60)}
    for step in (SHARE, tolerant, LATE):
        found = result({**step, "on_hit": "warn"}, of)
        assert (found.verdict, found.reason, found.outcome) == (Verdict.BLOCK, "NO_RATE", Outcome.MISSING)
    assert said(OLDEST, of) == ("block", "OLDEST_ITEM_OVERDUE")
    assert said(DUNNING, of) == ("block", "DUNNING_LEVEL_TOO_HIGH")
    # Nothing is so late that it would matter how much it is.
    assert said(tolerant, given.figures(receivables=replace(late, oldest_overdue_days=30))) == ("ok", None)
    assert said(LATE, given.figures(receivables=replace(late, paid_items=2))) == ("ok", None)


def test_a_step_is_asked_at_its_checkpoints_and_logged_at_the_others() -> None:
    at_order = {**MOST, "at": ["order"]}
    large = given.figures(6000, given.account(limit_minor=10**6))
    assert result(at_order, large).verdict is Verdict.BLOCK
    later = result(at_order, replace(large, checkpoint=Checkpoint.GOODS_ISSUE))
    assert (later.verdict, later.outcome) == (Verdict.OK, Outcome.NOT_EVALUATED)


WORDS = {"en": "Only with prepayment.", "zh": "仅限预付款。"}


def custom(condition: str, **changes: Any) -> dict[str, Any]:
    return {"kind": "custom", "if": condition, "reason": "HOUSE_RULE", "words": WORDS, **changes}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("amount > 50", ("ok", None)),
        ("amount > 49.99", ("block", "HOUSE_RULE")),
        ("posted + amount > 0.5 * limit", ("block", "HOUSE_RULE")),
        ("headroom < 950", ("block", "HOUSE_RULE")),
        ('checkpoint = "order" and dunning_level >= 1', ("ok", None)),
        ("review_due_on < today()", ("block", "UNRESOLVED")),
        ("average_days_late > 10", ("block", "UNRESOLVED")),
        ("oldest_overdue_days > 10 or amount >= 50", ("block", "HOUSE_RULE")),
    ],
)
def test_a_custom_step_reads_the_figures_of_the_check(condition: str, expected: tuple[str, str | None]) -> None:
    used = given.account(limit_minor=100_000, posted_minor=50_000)
    of = given.figures(5000, used)
    (found,) = given.checked(of, given.rule(custom(condition), currency="EUR")).steps
    assert (found.verdict.value, found.reason) == expected


def test_what_a_custom_step_cannot_tell_is_never_ok() -> None:
    facts = {"rating": {"type": "enum", "values": ["good", "bad"]}}
    for on_missing in ("warn", "block"):
        step = custom('rating = "bad"', on_missing=on_missing)
        (found,) = given.checked(given.figures(), given.rule(step, facts=facts)).steps
        assert (found.verdict.value, found.reason) == (on_missing, "UNRESOLVED")
        assert found.operands["missing"] == ["rating"]
