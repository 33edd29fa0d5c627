from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from services.limits.domain.account import Account, Basis, EntryKind, Reason
from services.limits.domain.books import Books, Command, Posting
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Adjust, Capture, Release, Reservation, Reserve, State
from shared.errors import Kind, Refusal
from shared.money import Money

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def account(limit: int = 1000, reserved: int = 0) -> Account:
    return Account(
        "acc_1",
        "pty_1",
        "loan",
        "EUR",
        NOW,
        path=("acc_1",),
        limit_minor=limit,
        reserved_minor=reserved,
        basis=Basis.SET,
    )


def reserve(amount: int, currency: str = "EUR", account_id: str = "acc_1", name: str = "res_1") -> Reserve:
    return Reserve(name, account_id, Money(amount, currency), HOUR, "order 1")


def open_reservation(amount: int = 400) -> Reservation:
    return Reservation("res_1", ("acc_1",), Money(amount, "EUR"), State.RESERVED, NOW, NOW + HOUR, reference="order 1")


def tree_of(
    *,
    group: int | None,
    customer: int | None,
    segment: int | None,
    group_currency: str = "EUR",
    rate: Fraction | None = None,
) -> Books:
    path: tuple[str, ...] = ()
    accounts = []
    for name, limit in (("group", group), ("customer", customer), ("segment", segment)):
        path = (*path, name)
        basis = Basis.UNSET if limit is None else Basis.SET
        currency = group_currency if name == "group" else "EUR"
        accounts.append(Account(name, "pty", "loan", currency, NOW, path=path, limit_minor=limit or 0, basis=basis))
    return Books(accounts, [], NOW, Rates({} if rate is None else {("EUR", group_currency): rate}))


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
    (entry,) = posting.entries
    assert (entry.kind, entry.reserved_delta, entry.available_delta) == (EntryKind.RESERVED, 400, -400)
    assert (entry.reservation_id, entry.reference) == ("res_1", "order 1")


def test_what_does_not_fit_is_declined_with_a_reason_and_changes_nothing() -> None:
    posting = done(Books([account(limit=399)], [], NOW).carry_out(reserve(400)))
    assert (posting.reservation.state, posting.reservation.reason) == (State.DECLINED, Reason.INSUFFICIENT_AVAILABLE)
    assert posting.account == account(limit=399)
    assert posting.entries == ()


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


def test_a_final_capture_of_a_part_releases_the_rest() -> None:
    command = Capture("res_1", Money(150, "EUR"))
    posting = done(Books([account(reserved=400)], [open_reservation()], NOW).carry_out(command))
    assert (posting.account.posted_minor, posting.account.reserved_minor) == (150, 0)
    (entry,) = posting.entries
    assert (entry.posted_delta, entry.reserved_delta, entry.available_delta) == (150, -400, 250)


def test_a_reservation_is_captured_in_parts_until_nothing_is_left() -> None:
    books = Books([account(reserved=400)], [open_reservation()], NOW)
    first = done(books.carry_out(Capture("res_1", Money(150, "EUR"), final=False)))
    assert (first.reservation.state, first.reservation.left_minor) == (State.RESERVED, 250)
    assert (first.account.posted_minor, first.account.reserved_minor) == (150, 250)
    assert refused(books.carry_out(Capture("res_1", Money(251, "EUR"), final=False))) == (
        Kind.INVALID,
        "capture_exceeds_reservation",
    )
    last = done(books.carry_out(Capture("res_1", Money(250, "EUR"), final=False)))
    assert (last.reservation.state, last.reservation.captured_minor) == (State.CAPTURED, 400)
    assert (last.account.posted_minor, last.account.reserved_minor) == (400, 0)


def test_a_release_after_a_part_was_captured_gives_back_what_is_left() -> None:
    books = Books([account(reserved=400)], [open_reservation()], NOW)
    books.carry_out(Capture("res_1", Money(150, "EUR"), final=False))
    posting = done(books.carry_out(Release("res_1")))
    assert (posting.reservation.state, posting.reservation.captured_minor) == (State.RELEASED, 150)
    assert (posting.account.posted_minor, posting.account.reserved_minor) == (150, 0)
    assert refused(books.carry_out(Capture("res_1"))) == (Kind.CONFLICT, "already_released")


def test_more_is_a_new_check_of_what_is_added() -> None:
    books = Books([account(reserved=400)], [open_reservation()], NOW)
    more = done(books.carry_out(Adjust("res_1", Money(1000, "EUR"), timedelta(hours=3))))
    assert (more.reservation.amount.amount_minor, more.account.available_minor) == (1000, 0)
    assert more.reservation.expires_at == NOW + timedelta(hours=3)
    too_much = done(books.carry_out(Adjust("res_1", Money(1001, "EUR"))))
    assert (too_much.adjustment, too_much.entries) == (Reason.INSUFFICIENT_AVAILABLE, ())
    assert too_much.reservation == more.reservation


def test_less_gives_back_the_difference_but_nothing_that_was_drawn() -> None:
    books = Books([account(reserved=400)], [open_reservation()], NOW)
    books.carry_out(Capture("res_1", Money(150, "EUR"), final=False))
    assert refused(books.carry_out(Adjust("res_1", Money(150, "EUR")))) == (Kind.INVALID, "adjustment_below_captured")
    less = done(books.carry_out(Adjust("res_1", Money(200, "EUR"))))
    assert (less.account.posted_minor, less.account.reserved_minor) == (150, 50)


def test_a_reservation_must_fit_every_level_and_says_which_it_does_not_fit() -> None:
    books = tree_of(group=500, customer=None, segment=800)
    posting = done(books.carry_out(reserve(501, account_id="segment")))
    assert (posting.reservation.reason, posting.reservation.obstacle_account_id) == (
        Reason.INSUFFICIENT_AVAILABLE,
        "group",
    )
    fitting = done(books.carry_out(reserve(500, account_id="segment", name="res_2")))
    assert [(entry.account_id, entry.reserved_delta) for entry in fitting.entries] == [
        ("group", 500),
        ("customer", 500),
        ("segment", 500),
    ]
    assert len({entry.transaction_id for entry in fitting.entries}) == 1
    assert fitting.headroom_minor == 0


def test_a_path_on_which_nobody_set_a_limit_is_no_credit() -> None:
    posting = done(tree_of(group=None, customer=None, segment=None).carry_out(reserve(1, account_id="segment")))
    assert (posting.reservation.reason, posting.headroom_minor) == (Reason.NO_LIMIT, None)


def test_a_level_in_another_currency_holds_the_amount_at_the_rate_of_the_day_rounded_up() -> None:
    books = tree_of(group=1000, customer=None, segment=800, group_currency="USD", rate=Fraction(11, 10))
    held = done(books.carry_out(reserve(101, account_id="segment")))
    assert held.reservation.held == (112, 101, 101)
    for amount in (30, 30, 41):
        books.carry_out(Capture("res_1", Money(amount, "EUR"), final=False))
    assert books.accounts["group"].reserved_minor == 0
    assert books.accounts["group"].posted_minor == 112
    assert books.accounts["segment"].posted_minor == 101


def test_without_a_rate_nothing_is_reserved() -> None:
    books = tree_of(group=1000, customer=None, segment=800, group_currency="USD")
    posting = done(books.carry_out(reserve(1, account_id="segment")))
    assert (posting.reservation.state, posting.reservation.reason) == (State.DECLINED, Reason.NO_RATE)


def test_a_release_gives_everything_back() -> None:
    posting = done(Books([account(reserved=400)], [open_reservation()], NOW).carry_out(Release("res_1")))
    assert (posting.reservation.state, posting.reservation.resolved_at) == (State.RELEASED, NOW)
    assert posting.account.available_minor == 1000


@pytest.mark.parametrize(
    "command",
    [
        Capture("res_1"),
        Capture("res_1", Money(9999, "USD")),
        Adjust("res_1", Money(9999, "USD")),
        Release("res_1"),
    ],
)
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
    state: State, code: str, command: Capture | Adjust | Release
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
        (Adjust("res_1", Money(500, "USD")), (Kind.INVALID, "wrong_currency")),
        (Adjust("res_2", Money(500, "EUR")), (Kind.NOT_FOUND, "reservation_not_found")),
        (Release("res_2"), (Kind.NOT_FOUND, "reservation_not_found")),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_trace(command: Command, answer: tuple[Kind, str]) -> None:
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
