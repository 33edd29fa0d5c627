from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.limits.domain.account import Account, Approval, EntryKind, Reason, grant
from services.limits.domain.check import CheckLimit, check_limit
from services.limits.domain.reservation import Posting, Reserve, reserve
from shared.money import Money

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def account(limit: int, posted: int = 0, reserved: int = 0, *, product: str = "loan", currency: str = "EUR") -> Account:
    return Account(
        account_id=f"acc_{product}_{currency}",
        party_id="pty_1",
        product=product,
        currency=currency,
        opened_at=NOW,
        limit_minor=limit,
        posted_minor=posted,
        reserved_minor=reserved,
    )


def approval(limit: int, minute: int = 0, decision_id: str = "dec_1") -> Approval:
    return Approval(decision_id, None, "pty_1", "loan", Money(limit, "EUR"), NOW + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("limit", "posted", "reserved", "amount", "reason"),
    [
        (1000, 0, 0, 1000, None),
        (1000, 0, 0, 1001, Reason.INSUFFICIENT_AVAILABLE),
        (1000, 600, 0, 400, None),
        (1000, 600, 0, 401, Reason.INSUFFICIENT_AVAILABLE),
        (1000, 600, 300, 100, None),
        (1000, 600, 300, 101, Reason.INSUFFICIENT_AVAILABLE),
        (500, 600, 300, 1, Reason.INSUFFICIENT_AVAILABLE),
        (0, 0, 0, 1, Reason.NO_LIMIT),
    ],
)
def test_an_amount_fits_when_no_more_than_the_limit_is_committed(
    limit: int, posted: int, reserved: int, amount: int, reason: Reason | None
) -> None:
    assert account(limit, posted, reserved).obstacle(amount) is reason


def test_a_grant_is_an_entry_with_the_difference() -> None:
    raised, entry = grant(account(300, 200), approval(1000), NOW)
    assert (raised.limit_minor, raised.available_minor, raised.version) == (1000, 800, 1)
    assert (entry.kind, entry.limit_delta, entry.decision_id) == (EntryKind.LIMIT_GRANTED, 700, "dec_1")


def test_a_cut_below_what_is_committed_leaves_the_commitments() -> None:
    cut, entry = grant(account(1000, 500, 400), approval(600), NOW)
    assert (cut.posted_minor, cut.reserved_minor, cut.available_minor) == (500, 400, -300)
    assert entry.limit_delta == -400


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_decision_sets_the_limit_in_whatever_order_decisions_arrive(order: tuple[int, ...]) -> None:
    # The last two were made in the same instant: their ids, which are time-ordered, tell which came later.
    made = [approval(900, 0, "dec_a"), approval(100, 5, "dec_b"), approval(500, 5, "dec_c")]
    current, deltas = account(0), 0
    for place in order:
        current, entry = grant(current, made[place], NOW)
        deltas += entry.limit_delta
    assert (current.limit_minor, current.limit_decision_id, current.version) == (500, "dec_c", 3)
    assert deltas == current.limit_minor


def test_a_check_without_an_account_finds_no_limit() -> None:
    check = check_limit(CheckLimit("pty_1", None, Money(1, "EUR")), [])
    assert (check.account, check.reasons) == (None, (Reason.NO_LIMIT,))


def test_a_check_for_a_product_without_an_account_finds_no_limit() -> None:
    check = check_limit(CheckLimit("pty_1", "lease", Money(1, "EUR")), [account(1000)])
    assert (check.account, check.reasons) == (None, (Reason.NO_LIMIT,))


def test_a_check_in_another_currency_is_blocked() -> None:
    check = check_limit(CheckLimit("pty_1", "loan", Money(1, "USD")), [account(1000)])
    assert (check.account, check.reasons) == (None, (Reason.WRONG_CURRENCY,))


def test_a_check_without_a_product_looks_at_the_account_with_most_room() -> None:
    small, large = account(1000, 900, product="loan"), account(800, product="lease")
    check = check_limit(CheckLimit("pty_1", None, Money(500, "EUR")), [small, large])
    assert check.passed
    assert check.account is large


@given(
    limit=st.integers(0, 2000), posted=st.integers(0, 900), reserved=st.integers(0, 900), amount=st.integers(1, 3000)
)
def test_a_check_gives_the_answer_that_reserving_would_give(
    limit: int, posted: int, reserved: int, amount: int
) -> None:
    one, money = account(limit, posted, reserved), Money(amount, "EUR")
    check = check_limit(CheckLimit("pty_1", "loan", money), [one])
    posting = reserve(one, Reserve("res_1", one.account_id, money, timedelta(hours=1)), NOW)
    assert isinstance(posting, Posting)
    assert check.reasons == (() if posting.reservation.reason is None else (posting.reservation.reason,))
