"""Whatever is asked for, in whatever order: the ledger answers as the plainest model does, and its books balance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.limits.domain.account import Account, Basis, Entry, EntryKind, Status, post
from services.limits.domain.books import Books, Posting
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Adjust, Capture, Release, Reservation, Reserve, State
from shared.errors import Refusal
from shared.money import Money
from tests.limits.domain.model import Model

START: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PARENTS: Final = {"group": None, "first": "group", "second": "group", "export": "first", "home": "first", "alone": None}
PATHS: Final = {name: tuple(Model(PARENTS).line(name)) for name in PARENTS}
LEAVES: Final = ("export", "home", "second", "alone")
AMOUNTS: Final = st.integers(1, 1200)
PICKS: Final = st.integers(0, 40)


class Ledger(RuleBasedStateMachine):
    """Two trees of accounts in memory, worked on one transaction at a time, beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(PARENTS)
        self.accounts = {name: Account(name, "pty", "loan", "EUR", START, path=path) for name, path in PATHS.items()}
        self.entries: list[Entry] = []
        self.reservations: dict[str, Reservation] = {}
        for name, limit in (("group", 3000), ("first", 2000), ("export", 1000), ("second", 1500), ("alone", 800)):
            self.limit_is_set(name, limit)

    @rule(name=st.sampled_from(sorted(PARENTS)), limit=st.none() | st.integers(0, 3000))
    def limit_is_set(self, name: str, limit: int | None) -> None:
        books = self._books()
        books.set_limit(
            name,
            EntryKind.LIMIT_CHANGED,
            limit_minor=limit or 0,
            cover_minor=0,
            basis=Basis.UNSET if limit is None else Basis.SET,
            changes_at=None,
            cause=Cause(),
        )
        self._commit(books)
        self.model.limits[name] = limit

    @rule(name=st.sampled_from(sorted(PARENTS)), status=st.sampled_from(Status))
    def status_changes(self, name: str, status: Status) -> None:
        self.accounts[name] = replace(self.accounts[name], status=status)
        self.model.unusable.pop(name, None)
        if status is not Status.OPEN:
            self.model.unusable[name] = status

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.model.now += minutes

    @rule(name=st.sampled_from(LEAVES), amounts=st.lists(AMOUNTS, min_size=1, max_size=4), minutes=st.integers(1, 120))
    def a_batch_is_reserved(self, name: str, amounts: list[int], minutes: int) -> None:
        commands = [
            Reserve(f"res_{len(self.reservations) + place}", name, Money(amount, "EUR"), timedelta(minutes=minutes))
            for place, amount in enumerate(amounts)
        ]
        books = self._books()
        for command in commands:
            expected = self.model.reserve(command.reservation_id, name, command.amount.amount_minor, minutes)
            assert _answer(books.carry_out(command)) == expected
        self._commit(books)

    @rule(name=st.sampled_from(LEAVES), amount=AMOUNTS)
    def a_dry_run_tells_the_same_and_changes_nothing(self, name: str, amount: int) -> None:
        self.model.settle_time()
        books = self._books()
        before = dict(books.accounts)
        command = Reserve("res_dry", name, Money(amount, "EUR"), timedelta(hours=1), dry_run=True)
        assert _answer(books.carry_out(command)) == (self.model.refusal(name, amount) or "reserved")
        assert books.accounts == before
        assert books.reservation("res_dry") is None

    @rule(picks=st.lists(st.tuples(PICKS, st.none() | AMOUNTS, st.booleans()), min_size=1, max_size=4))
    def a_batch_is_captured(self, picks: list[tuple[int, int | None, bool]]) -> None:
        books = self._books()
        for pick, amount, final in picks:
            name = self._pick(pick)
            command = Capture(name, None if amount is None else Money(amount, "EUR"), final)
            assert _answer(books.carry_out(command)) == self.model.resolve(name, "capture", amount, final)
        self._commit(books)

    @rule(picks=st.lists(st.tuples(PICKS, AMOUNTS), min_size=1, max_size=3))
    def a_batch_is_adjusted(self, picks: list[tuple[int, int]]) -> None:
        books = self._books()
        for pick, amount in picks:
            name = self._pick(pick)
            command = Adjust(name, Money(amount, "EUR"))
            assert _answer(books.carry_out(command)) == self.model.resolve(name, "adjust", amount)
        self._commit(books)

    @rule(picks=st.lists(PICKS, min_size=1, max_size=4))
    def a_batch_is_released(self, picks: list[int]) -> None:
        books = self._books()
        for name in map(self._pick, picks):
            assert _answer(books.carry_out(Release(name))) == self.model.resolve(name, "release")
        self._commit(books)

    def _pick(self, number: int) -> str:
        """Name one of the reservations, now and then one that isn't there."""
        return f"res_{number % (len(self.reservations) + 1)}"

    def _books(self) -> Books:
        self.model.settle_time()
        now = START + timedelta(minutes=self.model.now)
        return Books(self.accounts.values(), self.reservations.values(), now)

    def _commit(self, books: Books) -> None:
        for posting in books.postings:
            self.reservations[posting.reservation.reservation_id] = posting.reservation
        for name in PARENTS:
            self.accounts[name] = replace(books.accounts[name], status=self.accounts[name].status)
        self.entries.extend(books.entries)

    @invariant()
    def every_account_holds_what_the_model_sums_up(self) -> None:
        assert {name: (entry.posted_minor, entry.reserved_minor) for name, entry in self.accounts.items()} == {
            name: (self.model.posted(name), self._reserved_as_recorded(name)) for name in PARENTS
        }

    def _reserved_as_recorded(self, name: str) -> int:
        """What is reserved before anybody has noticed what ran out since the last command."""
        unnoticed = [entry for entry in self.reservations.values() if entry.state is State.RESERVED]
        return sum(entry.left_minor for entry in unnoticed if name in entry.path)

    @invariant()
    def the_fold_of_the_entries_is_the_account(self) -> None:
        for name, account in self.accounts.items():
            folded = Account(name, "pty", "loan", "EUR", START, path=PATHS[name])
            for entry in self.entries:
                if entry.account_id == name:
                    folded = post(folded, entry)
                    assert entry.available_minor in (None, folded.available_minor)
            assert replace(folded, basis=account.basis, status=account.status) == account

    @invariant()
    def a_transaction_is_entered_once_on_every_account_of_its_path(self) -> None:
        accounts_of: dict[str, list[str]] = {}
        for entry in self.entries:
            if entry.reservation_id is not None:
                accounts_of.setdefault(entry.transaction_id, []).append(entry.account_id)
        for accounts in accounts_of.values():
            assert tuple(accounts) == PATHS[accounts[-1]]

    @invariant()
    def nothing_was_reserved_that_was_not_there(self) -> None:
        for entry in self.entries:
            if entry.kind in (EntryKind.RESERVED, EntryKind.ADJUSTED) and entry.reserved_delta > 0:
                assert entry.available_minor is None or entry.available_minor >= 0


def _answer(outcome: Posting | Refusal) -> str:
    if isinstance(outcome, Refusal):
        return outcome.code
    return str(outcome.adjustment or outcome.reservation.reason or outcome.reservation.state)


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=500, stateful_step_count=50, deadline=None)
