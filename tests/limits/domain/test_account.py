from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.limits.domain.account import Account, Basis, Reason, Status, utilization_percent

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def account(
    limit: int, posted: int = 0, reserved: int = 0, *, basis: Basis = Basis.SET, status: Status = Status.OPEN
) -> Account:
    return Account(
        account_id="acc_1",
        party_id="pty_1",
        product="loan",
        currency="EUR",
        opened_at=NOW,
        path=("acc_1",),
        limit_minor=limit,
        posted_minor=posted,
        reserved_minor=reserved,
        basis=basis,
        status=status,
    )


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


def test_a_cover_makes_room_beside_the_limit() -> None:
    covered = replace(account(1000, 900), cover_minor=300)
    assert (covered.available_minor, covered.obstacle(400), covered.obstacle(401)) == (
        400,
        None,
        Reason.INSUFFICIENT_AVAILABLE,
    )


def test_a_cover_is_no_credit_where_the_limit_is_none() -> None:
    assert replace(account(0), cover_minor=300).obstacle(1) is Reason.NO_LIMIT


def test_a_limit_that_ran_out_says_so() -> None:
    assert account(0, basis=Basis.EXPIRED).obstacle(1) is Reason.LIMIT_EXPIRED


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.SUSPENDED, Reason.ACCOUNT_SUSPENDED),
        (Status.BLOCKED, Reason.ACCOUNT_BLOCKED),
        (Status.CLOSED, Reason.ACCOUNT_CLOSED),
    ],
)
def test_an_account_that_is_not_open_takes_nothing_however_much_is_available(status: Status, reason: Reason) -> None:
    assert account(1000, status=status).obstacle(1) is reason


@pytest.mark.parametrize(
    ("found", "percent"),
    [
        (account(1000, 500, 250), 75),
        (account(1000, 749, 0), 74),
        (account(1000, 1300, 0), 130),
        (account(1000, -200, 0), 0),
        (account(0, 500), None),
        (account(0, 500, basis=Basis.UNSET), None),
    ],
)
def test_utilization_is_the_committed_part_of_limit_and_cover(found: Account, percent: int | None) -> None:
    assert utilization_percent(found) == percent
