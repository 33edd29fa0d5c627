"""Whatever is asked for, in whatever order: nothing oversold, nothing lost, nothing resolved twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.limits.domain.account import Account, Approval, Entry, grant, post
from services.limits.domain.books import Books, Command
from services.limits.domain.reservation import Capture, Posting, Release, Reservation, Reserve, State
from shared.errors import Refusal
from shared.money import Money

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AMOUNTS = st.integers(1, 1200)
RESOLVED = (State.CAPTURED, State.RELEASED, State.EXPIRED)


class Ledger(RuleBasedStateMachine):
    """An account in memory, worked on one transaction at a time, beside the plainest possible model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.account = Account("acc_1", "pty_1", "loan", "EUR", START)
        self.cap = 0
        self.entries: list[Entry] = []
        self.reservations: dict[str, Reservation] = {}
        self.resolutions: dict[str, int] = {}

    @initialize(limit=st.integers(0, 3000))
    def first_limit(self, limit: int) -> None:
        self._grant(limit)

    @rule(limit=st.integers(0, 3000))
    def another_limit(self, limit: int) -> None:
        self._grant(limit)

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=4), minutes=st.integers(1, 120))
    def a_batch_is_reserved(self, amounts: list[int], minutes: int) -> None:
        for posting in self._transact(
            [
                Reserve(f"res_{len(self.reservations) + n}", "acc_1", Money(amount, "EUR"), timedelta(minutes=minutes))
                for n, amount in enumerate(amounts)
            ]
        ):
            assert isinstance(posting, Posting)

    @rule(picks=st.lists(st.tuples(st.integers(0, 60), st.none() | AMOUNTS), min_size=1, max_size=4))
    def a_batch_is_captured(self, picks: list[tuple[int, int | None]]) -> None:
        self._transact(
            [Capture(self._pick(number), None if minor is None else Money(minor, "EUR")) for number, minor in picks]
        )

    @rule(picks=st.lists(st.integers(0, 60), min_size=1, max_size=4))
    def a_batch_is_released(self, picks: list[int]) -> None:
        self._transact([Release(self._pick(number)) for number in picks])

    def _pick(self, number: int) -> str:
        """Name one of the reservations, now and then one that isn't there."""
        return f"res_{number % (len(self.reservations) + 1)}"

    def _grant(self, limit: int) -> None:
        approval = Approval(f"dec_{len(self.entries):06}", None, "pty_1", "loan", Money(limit, "EUR"), self.now)
        self.account, entry = grant(self.account, approval, self.now)
        self.entries.append(entry)
        self.cap = max(limit, self.account.posted_minor + self.account.reserved_minor)

    def _transact(self, commands: list[Command]) -> list[Posting | Refusal]:
        books = Books([self.account], self.reservations.values(), self.now)
        outcomes = [books.carry_out(command) for command in commands]
        for posting in books.postings:
            reservation = posting.reservation
            if posting.is_new:
                assert reservation.reservation_id not in self.reservations
            else:
                self.resolutions[reservation.reservation_id] = self.resolutions.get(reservation.reservation_id, 0) + 1
            self.reservations[reservation.reservation_id] = reservation
            if posting.entry is not None:
                self.entries.append(posting.entry)
        self.account = books.accounts["acc_1"]
        return outcomes

    @invariant()
    def nothing_is_oversold(self) -> None:
        assert self.account.posted_minor >= 0
        assert self.account.reserved_minor >= 0
        assert self.account.posted_minor + self.account.reserved_minor <= self.cap

    @invariant()
    def the_fold_of_the_entries_is_the_account(self) -> None:
        folded = Account("acc_1", "pty_1", "loan", "EUR", START)
        for entry in self.entries:
            folded = post(folded, entry)
        decided_at, decision_id = self.account.limit_decided_at, self.account.limit_decision_id
        assert replace(folded, limit_decided_at=decided_at, limit_decision_id=decision_id) == self.account

    @invariant()
    def the_balances_are_the_sums_of_the_reservations(self) -> None:
        known = self.reservations.values()
        assert self.account.posted_minor == sum(entry.captured_minor for entry in known)
        still_open = [entry.amount.amount_minor for entry in known if entry.state is State.RESERVED]
        assert self.account.reserved_minor == sum(still_open)

    @invariant()
    def a_reservation_is_resolved_once(self) -> None:
        resolved = {name: 1 for name, entry in self.reservations.items() if entry.state in RESOLVED}
        assert self.resolutions == resolved


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
