"""Amounts in another currency: exact, rounded once and to the safe side, and nothing of them lost in parts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.limits.domain.account import Account, Basis, Reason
from services.limits.domain.books import Books, Posting
from services.limits.domain.rates import Rates, Statement, good_rates
from services.limits.domain.reservation import Adjust, Capture, Release, Reserve, State
from shared.errors import Refusal
from shared.money import MAX_MINOR, Money

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
CURRENCIES = ("EUR", "JPY", "KWD", "USD")
rates = st.builds(
    lambda digits, places: Fraction(Decimal(digits).scaleb(-places)), st.integers(1, 10**8), st.integers(0, 8)
)
hubs = st.builds(
    lambda usd, jpy, kwd: Rates({("EUR", "USD"): usd, ("EUR", "JPY"): jpy, ("KWD", "EUR"): kwd}), rates, rates, rates
)
currencies = st.sampled_from(CURRENCIES)
amounts = st.integers(-(10**9), 10**9)


@given(hubs, currencies, currencies, amounts)
def test_a_commitment_is_never_understated_and_what_is_available_never_overstated(
    known: Rates, source: str, target: str, minor: int
) -> None:
    committed, available = known.committed(minor, source, target), known.available(minor, source, target)
    rate = known.rate(source, target)
    assert rate is not None
    digits = {"JPY": 0, "KWD": 3}
    exact = minor * rate * Fraction(10) ** (digits.get(target, 2) - digits.get(source, 2))
    if committed is not None:
        assert exact <= committed < exact + 1
    assert available is not None
    assert available <= exact or available == -MAX_MINOR


@given(hubs, currencies, currencies)
def test_the_way_back_is_the_inverse(known: Rates, source: str, target: str) -> None:
    there, back = known.rate(source, target), known.rate(target, source)
    assert there is not None
    assert back is not None
    assert there * back == 1


@given(hubs, st.lists(currencies, min_size=1, max_size=5), st.integers(0, 10**7), st.lists(st.integers(0, 10**7)))
def test_what_headroom_promises_can_be_reserved_and_no_unit_more(
    known: Rates, levels: list[str], own: int, limits: list[int]
) -> None:
    books = tree(known, levels, [own, *limits])
    account = list(books.accounts.values())[-1]
    headroom = books.headroom(account)
    assert headroom is not None
    assume(0 < headroom < MAX_MINOR)
    assert reserved(books, account, headroom + 1).reservation.state is State.DECLINED
    assert reserved(books, account, headroom).reservation.state is State.RESERVED


@settings(max_examples=60)
@given(
    hubs,
    st.lists(currencies, min_size=2, max_size=5),
    st.integers(1, 10**6),
    st.lists(
        st.one_of(st.tuples(st.just("draw"), st.integers(1, 10**6)), st.tuples(st.just("to"), st.integers(1, 10**6)))
    ),
    st.booleans(),
)
def test_drawn_in_parts_adjusted_and_released_nothing_stays_held_on_any_level(
    known: Rates, levels: list[str], amount: int, steps: list[tuple[str, int]], released: bool
) -> None:
    books = tree(known, levels, [])
    account = list(books.accounts.values())[-1]
    made = reserved(books, account, amount)
    assume(made.reservation.state is State.RESERVED)
    for step, minor in steps:
        money = Money(minor, account.currency)
        books.carry_out(Capture("res_1", money, final=False) if step == "draw" else Adjust("res_1", money))
        now = books.reservation("res_1")
        assert now is not None
        for level, held in zip(now.path, now.held, strict=True):
            assert books.accounts[level].reserved_minor == held >= 0
    books.carry_out(Release("res_1") if released else Capture("res_1"))
    end = books.reservation("res_1")
    assert end is not None
    assert end.state is not State.RESERVED
    for level in end.path:
        found = books.accounts[level]
        assert found.reserved_minor == 0
        folded = [entry for entry in books.entries if entry.account_id == level]
        assert sum(entry.posted_delta for entry in folded) == found.posted_minor
    assert books.accounts[account.account_id].posted_minor == end.captured_minor


def test_without_a_rate_nothing_is_reserved_and_nothing_is_promised() -> None:
    books = tree(Rates(), ["EUR", "USD"], [])
    account = books.accounts["acc_1"]
    made = reserved(books, account, 1)
    assert (made.reservation.reason, made.reservation.obstacle_account_id) == (Reason.NO_RATE, "acc_0")
    assert books.headroom(account) == 0


def test_an_amount_beyond_all_money_is_no_commitment() -> None:
    assert Rates({("EUR", "USD"): Fraction(2)}).committed(MAX_MINOR, "EUR", "USD") is None
    assert Rates({("EUR", "USD"): Fraction(2)}).available(MAX_MINOR, "EUR", "USD") == MAX_MINOR


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param([("EUR", "USD", 0, "1.25")], Fraction(5, 4), id="as stated"),
        pytest.param([("USD", "EUR", 0, "0.8")], Fraction(5, 4), id="as the inverse"),
        pytest.param([("EUR", "USD", 2, "1.1"), ("USD", "EUR", 1, "0.8")], Fraction(5, 4), id="the later of both"),
        pytest.param([("EUR", "GBP", 0, "0.9"), ("GBP", "USD", 0, "1.3")], Fraction(117, 100), id="through a third"),
        pytest.param([("GBP", "EUR", 0, "2"), ("USD", "GBP", 0, "0.5")], Fraction(1), id="through a third, inverse"),
        pytest.param([("EUR", "USD", 6, "1.25")], Fraction(5, 4), id="on its last day"),
        pytest.param([("EUR", "USD", 7, "1.25")], None, id="too old"),
        pytest.param([("EUR", "GBP", 0, "0.9"), ("GBP", "USD", 7, "1.3")], None, id="one of two too old"),
        pytest.param([("EUR", "USD", -1, "1.25")], None, id="from tomorrow"),
        pytest.param([("EUR", "GBP", 0, "0.9")], None, id="none"),
    ],
)
def test_a_rate_is_found_as_stated_or_as_inverse_or_through_a_third_currency(
    stated: list[tuple[str, str, int, str]], expected: Fraction | None
) -> None:
    latest = [
        Statement(base, quote, TODAY - timedelta(days=age), Decimal(rate), 7, "ECB", "erp", NOW)
        for base, quote, age, rate in stated
    ]
    found = good_rates(latest, TODAY)
    assert found.rate("EUR", "USD") == expected
    assert found.rate("EUR", "EUR") == 1


def test_a_rate_that_is_good_for_a_month_is_good_for_a_month() -> None:
    stated = Statement("EUR", "USD", date(2026, 11, 1), Decimal("1.1"), 30, "book rates", "erp", NOW)
    assert stated.is_good(date(2026, 11, 30))
    assert not stated.is_good(date(2026, 12, 1))


def tree(known: Rates, levels: list[str], limits: list[int]) -> Books:
    """A path of accounts in these currencies, with these limits from the root on, then with ample ones."""
    ids = [f"acc_{place}" for place in range(len(levels))]
    found = []
    for place, currency in enumerate(levels):
        limit = limits[place] if place < len(limits) else 10**14
        path = tuple(ids[: place + 1])
        found.append(Account(ids[place], "pty_1", "loan", currency, NOW, path=path, limit_minor=limit, basis=Basis.SET))
    return Books(found, [], NOW, known)


def reserved(books: Books, account: Account, amount_minor: int) -> Posting:
    made = books.carry_out(Reserve("res_1", account.account_id, account.money(amount_minor), timedelta(hours=1)))
    assert not isinstance(made, Refusal)
    return made
