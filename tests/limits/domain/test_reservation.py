from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.limits.domain.account import Account, EntryKind, Reason
from services.limits.domain.books import Books
from services.limits.domain.reservation import Capture, Posting, Release, Reservation, Reserve, State
from shared.errors import Kind, Refusal
from shared.money import Money

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def account(limit: int = 1000, reserved: int = 0) -> Account:
    return Account("acc_1", "pty_1", "loan", "EUR", NOW, limit_minor=limit, reserved_minor=reserved)


def reserve(amount: int, currency: str = "EUR", account_id: str = "acc_1", name: str = "res_1") -> Reserve:
    return Reserve(name, account_id, Money(amount, currency), HOUR, "order 1")


def open_reservation(amount: int = 400) -> Reservation:
    return Reservation("res_1", "acc_1", Money(amount, "EUR"), State.RESERVED, NOW, NOW + HOUR, reference="order 1")


def done(outcome: Posting | Refusal) -> Posting:
    assert isinstance(outcome, Posting)
    return outcome


def refused(outcome: Posting | Refusal) -> tuple[Kind, str]:
    assert isinstance(outcome, Refusal)
    return outcome.kind, outcome.code


def test_what_fits_is_set_aside_until_it_runs_out() -> None:
    posting = done(Books([account()], [], NOW).carry_out(reserve(400)))
    assert (posting.reservation.state, posting.reservation.expires_at) == (State.RESERVED, NOW + HOUR)
    assert (posting.account.reserved_minor, posting.account.available_minor) == (400, 600)
    assert posting.entry is not None
    assert (posting.entry.kind, posting.entry.reserved_delta) == (EntryKind.RESERVED, 400)
    assert (posting.entry.reservation_id, posting.entry.reference) == ("res_1", "order 1")


def test_what_does_not_fit_is_declined_with_a_reason_and_changes_nothing() -> None:
    posting = done(Books([account(limit=399)], [], NOW).carry_out(reserve(400)))
    assert (posting.reservation.state, posting.reservation.reason) == (State.DECLINED, Reason.INSUFFICIENT_AVAILABLE)
    assert posting.account == account(limit=399)
    assert posting.entry is None


def test_commands_of_one_batch_see_what_those_before_them_left() -> None:
    books = Books([account(limit=1000)], [], NOW)
    amounts = {"res_1": 600, "res_2": 600, "res_3": 400, "res_4": 1}
    states = [done(books.carry_out(reserve(amount, name=name))).reservation.state for name, amount in amounts.items()]
    assert states == [State.RESERVED, State.DECLINED, State.RESERVED, State.DECLINED]
    assert books.accounts["acc_1"].available_minor == 0


def test_a_capture_draws_the_whole_amount_when_none_is_given() -> None:
    posting = done(Books([account(reserved=400)], [open_reservation()], NOW).carry_out(Capture("res_1")))
    assert (posting.reservation.state, posting.reservation.captured_minor) == (State.CAPTURED, 400)
    assert (posting.account.posted_minor, posting.account.reserved_minor) == (400, 0)


def test_a_partial_capture_releases_the_rest() -> None:
    command = Capture("res_1", Money(150, "EUR"))
    posting = done(Books([account(reserved=400)], [open_reservation()], NOW).carry_out(command))
    assert (posting.account.posted_minor, posting.account.reserved_minor) == (150, 0)
    assert posting.entry is not None
    assert (posting.entry.posted_delta, posting.entry.reserved_delta) == (150, -400)


def test_a_release_gives_everything_back() -> None:
    posting = done(Books([account(reserved=400)], [open_reservation()], NOW).carry_out(Release("res_1")))
    assert (posting.reservation.state, posting.reservation.resolved_at) == (State.RELEASED, NOW)
    assert posting.account.available_minor == 1000


@pytest.mark.parametrize("command", [Capture("res_1"), Capture("res_1", Money(9999, "USD")), Release("res_1")])
@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.CAPTURED, "already_captured"),
        (State.RELEASED, "already_released"),
        (State.EXPIRED, "already_expired"),
        (State.DECLINED, "reservation_declined"),
    ],
)
def test_a_second_resolution_is_told_what_the_first_one_was(
    state: State, code: str, command: Capture | Release
) -> None:
    resolved = replace(open_reservation(), state=state)
    assert refused(Books([account()], [resolved], NOW).carry_out(command)) == (Kind.CONFLICT, code)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (reserve(1, "USD"), (Kind.INVALID, "wrong_currency")),
        (reserve(1, account_id="acc_2"), (Kind.NOT_FOUND, "account_not_found")),
        (Capture("res_1", Money(401, "EUR")), (Kind.INVALID, "capture_exceeds_reservation")),
        (Capture("res_1", Money(400, "USD")), (Kind.INVALID, "wrong_currency")),
        (Capture("res_2"), (Kind.NOT_FOUND, "reservation_not_found")),
        (Release("res_2"), (Kind.NOT_FOUND, "reservation_not_found")),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_trace(
    command: Reserve | Capture | Release, answer: tuple[Kind, str]
) -> None:
    books = Books([account(reserved=400)], [open_reservation()], NOW)
    assert refused(books.carry_out(command)) == answer
    assert books.postings == []
    assert books.accounts["acc_1"] == account(reserved=400)


def test_what_has_run_out_is_given_back_before_the_first_command() -> None:
    books = Books([account(reserved=1000)], [open_reservation(1000)], NOW + HOUR)
    posting = done(books.carry_out(reserve(1000, name="res_2")))
    assert posting.reservation.state is State.RESERVED
    expired = books.postings[0].reservation
    assert (expired.state, expired.resolved_at) == (State.EXPIRED, NOW + HOUR)


def test_a_reservation_counts_until_the_very_moment_it_runs_out() -> None:
    before = NOW + HOUR - timedelta(microseconds=1)
    assert done(Books([account(reserved=400)], [open_reservation()], before).carry_out(Capture("res_1")))
    late = Books([account(reserved=400)], [open_reservation()], NOW + HOUR)
    assert refused(late.carry_out(Capture("res_1"))) == (Kind.CONFLICT, "already_expired")
