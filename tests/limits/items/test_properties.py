"""Whatever documents follow each other, in whatever order they become known: each of them counts once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.limits.domain.account import Account, Basis, Entry, post
from services.limits.domain.books import Books
from services.limits.domain.document import Document
from services.limits.domain.items.chain import open_amounts
from services.limits.domain.items.item import Category, Item, LineKey, Standing, Statement
from services.limits.domain.items.register import Register, Result
from services.limits.domain.items.rules import ExposureRules
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Capture, Release, Reservation, State
from shared.errors import Refusal
from shared.money import Money

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
RATES = Rates({("EUR", "USD"): Fraction(11, 10), ("EUR", "JPY"): Fraction(160)})
GROUP = Account("acc_group", "pty_group", "trade", "USD", NOW, ("acc_group",), 10**9, basis=Basis.SET)
OWN = Account("acc_own", "pty", "trade", "EUR", NOW, ("acc_group", "acc_own"), 10**9, basis=Basis.SET)
RULES = {"trade": ExposureRules("trade")}

AMOUNTS = st.integers(0, 1_000)
STAGES = st.sampled_from([Category.OPEN_ORDER, Category.DELIVERY, Category.BILLING, Category.INVOICE, Category.PAID])
CATEGORIES = st.sampled_from(list(Category))


def key(number: int) -> LineKey:
    return LineKey(Document("erp", "document", str(number)), "1")


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """All that is ever said of some lines; each follows at most one with a lower number."""
    said = []
    for number in range(draw(st.integers(1, 6))):
        for version in range(1, draw(st.integers(1, 3)) + 1):
            follows = draw(st.none() | st.integers(0, number - 1)) if number else None
            amount = draw(AMOUNTS)
            said.append(
                Statement(
                    key(number),
                    version,
                    "acc_own",
                    draw(CATEGORIES),
                    Money(amount, draw(st.sampled_from(["EUR", "EUR", "USD", "JPY"]))),
                    paid_minor=draw(st.integers(0, amount)),
                    ship_on=draw(st.none() | st.dates(date(2026, 11, 1), date(2027, 2, 1))),
                    disputed=draw(st.booleans()),
                    statistical=draw(st.booleans()),
                    follows=None if follows is None else key(follows),
                )
            )
    return said


def books_on(accounts: Sequence[Account], reservations: Sequence[Reservation] = ()) -> Books:
    return Books(accounts, reservations, NOW, RATES)


def stated(batches: Sequence[Sequence[Statement]]) -> tuple[dict[str, Item], dict[str, Account]]:
    """What stands after lines were stated in batches, each a transaction of its own."""
    items: dict[str, Item] = {}
    accounts = {account.account_id: account for account in (GROUP, OWN)}
    for batch in batches:
        books = books_on(list(accounts.values()))
        register = Register(items.values(), RULES, books, "erp")
        for statement in batch:
            assert register.state(statement).result is not Result.REFUSED
        register.settle()
        items, accounts = register.items, books.accounts
    return items, accounts


def standing(items: dict[str, Item]) -> dict[str, object]:
    return {name: (item.stated, item.open_minor, item.standing, item.posted_minor) for name, item in items.items()}


@settings(max_examples=150, deadline=None)
@given(statements(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_documents_end_in_the_same_state_in_whatever_order_their_versions_arrive(
    said: list[Statement], chance: Random, size: int
) -> None:
    items, accounts = stated([said])
    shuffled = list(said)
    chance.shuffle(shuffled)
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    other_items, other_accounts = stated(batches)
    assert standing(other_items) == standing(items)
    for account_id, account in accounts.items():
        assert other_accounts[account_id].posted_minor == account.posted_minor
    # And to say it all again changes nothing.
    again, _ = stated([*batches, said])
    assert standing(again) == standing(items)


@settings(max_examples=150, deadline=None)
@given(statements())
def test_every_level_is_posted_with_what_the_documents_count_with_on_it(said: list[Statement]) -> None:
    items, accounts = stated([[statement] for statement in said])
    for place, account_id in enumerate(OWN.path):
        assert accounts[account_id].posted_minor == sum(item.posted_minor[place] for item in items.values())
    for item in items.values():
        if item.standing is not Standing.COUNTED:
            assert set(item.posted_minor) == {0}
        elif item.stated.category is Category.UNAPPLIED_CREDIT:
            assert max(item.posted_minor) <= 0
        else:
            assert min(item.posted_minor) > 0


def most_by_any_stage(amounts: dict[int, int], followers: dict[int, list[int]], number: int) -> int:
    """The most that a chain comes to, over all ways to take each document or those that follow it, but not both."""
    behind = sum(most_by_any_stage(amounts, followers, follower) for follower in followers.get(number, []))
    return max(amounts[number], behind)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, STAGES, st.integers(0, 10)), min_size=1, max_size=8))
def test_a_chain_counts_as_much_as_its_largest_stage_and_never_twice(lines: list[tuple[int, Category, int]]) -> None:
    items, amounts = {}, {}
    followers: dict[int, list[int]] = {}
    for number, (amount, category, picked) in enumerate(lines):
        follows = key(picked % number) if number else None
        if number:
            followers.setdefault(picked % number, []).append(number)
        amounts[number] = amount
        statement = Statement(key(number), 1, "acc_own", category, Money(amount, "EUR"), follows=follows)
        items[key(number).item_id] = Item(statement, OWN.path, (amount, amount), (0, 0))
    opened = open_amounts(items)
    paid = sum(
        max(
            0,
            amounts[number] - sum(most_by_any_stage(amounts, followers, other) for other in followers.get(number, [])),
        )
        for number, (_, category, _) in enumerate(lines)
        if category is Category.PAID
    )
    assert sum(opened.values()) + paid == most_by_any_stage(amounts, followers, 0)
    assert all(0 <= opened[key(number).item_id] <= amount for number, amount in amounts.items())


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("state"), st.integers(0, 4), st.integers(0, 120)),
        st.tuples(st.just("capture"), st.integers(1, 200), st.just(0)),
    ),
    min_size=1,
    max_size=15,
)


class Drawn:
    """One reservation of 300 and the documents that name it, worked on one transaction at a time."""

    def __init__(self) -> None:
        self.accounts = {"acc_group": replace(GROUP, reserved_minor=330), "acc_own": replace(OWN, reserved_minor=300)}
        self.start = dict(self.accounts)
        self.entries: list[Entry] = []
        self.reservation = Reservation(
            "res_1", OWN.path, Money(300, "EUR"), State.RESERVED, NOW, NOW + timedelta(days=1), held_minor=(330, 300)
        )
        self.items: dict[str, Item] = {}
        self.version = 0

    def transact(self, *, state: Statement | None = None, command: Capture | Release | None = None) -> None:
        books = books_on(list(self.accounts.values()), [self.reservation])
        register = Register(self.items.values(), RULES, books, "erp")
        if command is not None and isinstance(books.carry_out(command), Refusal):
            return
        if state is not None:
            register.state(state)
        register.settle()
        self.entries.extend(books.entries)
        found = books.reservation("res_1")
        assert found is not None
        self.reservation, self.items, self.accounts = found, register.items, books.accounts
        self.check()

    def state(self, number: int, amount_minor: int, follows: int | None = None) -> None:
        self.version += 1
        statement = Statement(
            key(number),
            self.version,
            "acc_own",
            Category.INVOICE,
            Money(amount_minor, "EUR"),
            follows=None if follows is None else key(follows),
            reservation_id="res_1",
        )
        self.transact(state=statement)

    def check(self) -> None:
        """Documents, the reservation and the accounts agree on every level."""
        for place, account_id in enumerate(OWN.path):
            account = self.accounts[account_id]
            counted = sum(item.posted_minor[place] for item in self.items.values())
            assert account.posted_minor == counted + self.reservation.unitemised[place]
            assert account.reserved_minor == self.reservation.held[place]
            folded = self.start[account_id]
            for entry in self.entries:
                if entry.account_id == account_id:
                    folded = post(folded, entry)
            assert folded.posted_minor == account.posted_minor
        assert self.reservation.itemised_minor == sum(item.drawn_minor for item in self.items.values())

    @property
    def total(self) -> int:
        own = self.accounts["acc_own"]
        return own.posted_minor + own.reserved_minor

    @property
    def counted(self) -> int:
        return sum(item.own_posted_minor for item in self.items.values())


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_while_documents_grow_out_of_a_reservation_exposure_neither_dips_nor_doubles(
    steps: list[tuple[str, int, int]],
) -> None:
    drawn = Drawn()
    amounts: dict[int, int] = {}
    for what, number, growth in steps:
        if what == "capture":
            drawn.transact(command=Capture("res_1", Money(number, "EUR"), final=False))
        else:
            amounts[number] = amounts.get(number, 0) + growth
            drawn.state(number, amounts[number])
        assert drawn.total == max(300, drawn.counted)


@settings(max_examples=150, deadline=None)
@given(STEPS, st.lists(st.booleans(), min_size=15, max_size=15), st.integers(0, 14))
def test_whatever_becomes_of_documents_and_their_reservation_the_books_agree(
    steps: list[tuple[str, int, int]], links: list[bool], released_at: int
) -> None:
    drawn = Drawn()
    for place, (what, number, amount_minor) in enumerate(steps):
        if place == released_at:
            drawn.transact(command=Release("res_1"))
        if what == "capture":
            drawn.transact(command=Capture("res_1", Money(number, "EUR"), final=links[place]))
        else:
            drawn.state(number, amount_minor, number - 1 if number and links[place] else None)
    assert drawn.reservation.captured_minor <= 300
