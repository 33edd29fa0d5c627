"""Whatever is reserved, drawn and moved in whatever order: every level holds exactly what is held below it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.limits.domain.account import Account, Basis, Kind
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Capture, Release, Reservation, Reserve, State
from services.limits.domain.tree import Move, move
from shared.errors import Refusal
from shared.money import Money

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Step = tuple[str, str | int, int | str | None]
WHY = Cause(actor="officer", reason="reorganised")
GROUPS = ("g0", "g1", "g2")
CUSTOMERS = ("c0", "c1", "c2")
OWNERS = (*CUSTOMERS, "s0")
MOVABLE = (*CUSTOMERS, *GROUPS)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from(OWNERS), st.integers(1, 1000)),
        st.tuples(st.just("part"), st.integers(0, 30), st.integers(1, 1000)),
        st.tuples(st.just("capture"), st.integers(0, 30), st.integers(1, 1000)),
        st.tuples(st.just("release"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("move"), st.sampled_from(MOVABLE), st.sampled_from((None, *GROUPS))),
    ),
    max_size=25,
)
rates = st.builds(Fraction, st.integers(1, 5000), st.integers(1, 5000))


class World:
    """Accounts and reservations in memory, worked on one transaction at a time."""

    def __init__(self, currencies: dict[str, str], known: Rates) -> None:
        self.known = known
        self.accounts: dict[str, Account] = {}
        self.reservations: dict[str, Reservation] = {}
        for account_id in (*GROUPS, *CUSTOMERS, "s0"):
            kind = {"g": Kind.GROUP, "c": Kind.CUSTOMER, "s": Kind.SEGMENT}[account_id[0]]
            path = ("c0", "s0") if account_id == "s0" else (account_id,)
            currency = currencies[account_id[0]] if account_id != "g1" else currencies["g1"]
            self.accounts[account_id] = Account(
                account_id, "pty", "loan", currency, NOW, path=path, kind=kind, limit_minor=10**15, basis=Basis.SET
            )
        self.folds = dict.fromkeys(self.accounts, (0, 0))

    def below(self, account_id: str) -> list[str]:
        return [entry.account_id for entry in self.accounts.values() if account_id in entry.path]

    def carry_out(self, what: str, target: str | int, value: int | str | None) -> None:
        books = Books(self.accounts.values(), self.reservations.values(), NOW, self.known)
        if what == "move":
            self._move(books, str(target), None if value is None else str(value))
        elif what == "reserve":
            owner = self.accounts[str(target)]
            amount = Money(int(value or 0), owner.currency)
            books.carry_out(Reserve(f"res_{len(self.reservations)}", owner.account_id, amount, timedelta(hours=1)))
        else:
            self._settle(books, what, int(target), int(value or 0))
        self._keep(books)

    def _settle(self, books: Books, what: str, number: int, minor: int) -> None:
        reservation = self.reservations.get(f"res_{number}")
        if reservation is None:
            return
        drawn = Money(minor, reservation.amount.currency)
        command = Release(f"res_{number}") if what == "release" else Capture(f"res_{number}", drawn, what == "capture")
        books.carry_out(command)

    def _move(self, books: Books, account_id: str, parent_id: str | None) -> None:
        moved = self.below(account_id)
        held = [
            entry for entry in self.reservations.values() if entry.state is State.RESERVED and account_id in entry.path
        ]
        made = move(books, account_id, parent_id, moved, held, WHY)
        if isinstance(made, Refusal):
            assert not books.entries
            return
        assert isinstance(made, Move)
        for entry in made.reservations:
            self.reservations[entry.reservation_id] = entry
        for moved_id, path in made.paths.items():
            books.accounts[moved_id] = replace(books.accounts[moved_id], path=path)

    def _keep(self, books: Books) -> None:
        self.accounts = dict(books.accounts)
        for posting in books.postings:
            self.reservations[posting.reservation.reservation_id] = posting.reservation
        for entry in books.entries:
            reserved, posted = self.folds[entry.account_id]
            self.folds[entry.account_id] = (reserved + entry.reserved_delta, posted + entry.posted_delta)

    def assert_balances(self) -> None:
        still_open = [entry for entry in self.reservations.values() if entry.state is State.RESERVED]
        for account in self.accounts.values():
            assert self.folds[account.account_id] == (account.reserved_minor, account.posted_minor)
            held = [
                entry.held[entry.path.index(account.account_id)]
                for entry in still_open
                if account.account_id in entry.path
            ]
            assert account.reserved_minor == sum(held)
        for entry in still_open:
            assert entry.path == self.accounts[entry.account_id].path
            for account_id, minor in zip(entry.path, entry.held, strict=True):
                assert minor >= 0, account_id

    def children(self, account: Account) -> list[Account]:
        return [entry for entry in self.accounts.values() if entry.path[:-1] == account.path]


@settings(max_examples=80, deadline=None)
@given(steps)
def test_in_one_currency_a_group_is_the_sum_of_its_members(done: list[Step]) -> None:
    world = World({"g": "EUR", "g1": "EUR", "c": "EUR", "s": "EUR"}, Rates())
    for step in done:
        world.carry_out(*step)
        world.assert_balances()
        for group in GROUPS:
            members = world.children(world.accounts[group])
            assert world.accounts[group].posted_minor == sum(member.posted_minor for member in members)
            assert world.accounts[group].reserved_minor == sum(member.reserved_minor for member in members)


@settings(max_examples=60, deadline=None)
@given(steps, rates, rates, rates)
def test_whatever_the_currencies_nothing_stays_held_on_any_level(
    done: list[Step], usd: Fraction, chf: Fraction, gbp: Fraction
) -> None:
    known = Rates({("EUR", "USD"): usd, ("EUR", "CHF"): chf, ("EUR", "GBP"): gbp})
    world = World({"g": "EUR", "g1": "GBP", "c": "USD", "s": "CHF"}, known)
    for step in done:
        world.carry_out(*step)
        world.assert_balances()
    for number in range(len(world.reservations)):
        world.carry_out("release", number, 0)
    assert all(account.reserved_minor == 0 for account in world.accounts.values())


@settings(max_examples=60, deadline=None)
@given(steps, rates, rates)
def test_a_group_never_counts_less_than_its_members_in_other_currencies_drew(
    done: list[Step], usd: Fraction, gbp: Fraction
) -> None:
    known = Rates({("EUR", "USD"): usd, ("EUR", "GBP"): gbp})
    world = World({"g": "EUR", "g1": "EUR", "c": "USD", "s": "USD"}, known)
    for step in done:
        world.carry_out(*step)
        for group in (world.accounts[account_id] for account_id in GROUPS):
            drawn = [
                known.committed(member.posted_minor, member.currency, group.currency)
                for member in world.children(group)
            ]
            assert group.posted_minor >= sum(minor for minor in drawn if minor is not None)
