"""What references come to, as facts."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.reference import (
    COUNTS_DAYS,
    BalanceBand,
    Band,
    BankReference,
    PaymentManner,
    Reference,
    ReferenceKind,
    TradeReference,
    facts_of,
    faults_of,
    months_between,
)
from shared.ids import new_id
from shared.money import Money

TODAY = date(2026, 11, 22)


def trade(referee: str, days: int = 1, high: int = 100, slow: int = 0, currency: str = "EUR") -> Reference:
    """Return a supplier's reference, so many days old."""
    said = TradeReference(
        referee=referee,
        contact=None,
        customer_since=date(2024, 11, 20),
        terms_days=30,
        high_credit=Money(high, currency),
        balance=Money(high // 2, currency),
        past_due=Money(high // 4, currency),
        manner=PaymentManner.SLOW if slow else PaymentManner.PROMPT,
        days_slow=slow,
    )
    return reference(said, days)


def bank(referee: str, since: date, returned: int = 0, band: Band = Band.LOW) -> Reference:
    """Return a bank's reference."""
    return reference(BankReference(referee, None, since, "EUR", BalanceBand(band, 5), None, returned), 1)


def reference(said: TradeReference | BankReference, days: int) -> Reference:
    """Return a reference that was taken so many days ago."""
    taken = TODAY - timedelta(days=days)
    return Reference(new_id("ref"), "pty_1", taken, said, None, "los", datetime(2026, 11, 22, tzinfo=UTC))


def test_trade_references_are_counted_and_the_worst_payer_shows() -> None:
    said = facts_of([trade("A", high=100), trade("B", high=400, slow=20)], ReferenceKind.TRADE, TODAY)
    assert said is not None
    assert said.facts == {
        "trade_references": 2,
        "trade_references_slow": 1,
        "trade_days_slow": 20,
        "trade_in_collection": False,
        "trade_relationship_months": 24,
        "trade_references_on": "2026-11-21",
        "trade_high_credit": {"amount_minor": 400, "currency": "EUR"},
        "trade_balance": {"amount_minor": 250, "currency": "EUR"},
        "trade_past_due": {"amount_minor": 125, "currency": "EUR"},
    }
    assert said.counts_until == date(2027, 11, 21)


def test_of_one_referee_the_newest_reference_counts() -> None:
    said = facts_of([trade("A", 100, slow=60), trade("a", 1)], ReferenceKind.TRADE, TODAY)
    assert said is not None
    assert (said.facts["trade_references"], said.facts["trade_days_slow"]) == (1, 0)


def test_a_reference_of_more_than_a_year_ago_counts_no_more() -> None:
    assert facts_of([trade("A", COUNTS_DAYS)], ReferenceKind.TRADE, TODAY) is None
    assert facts_of([trade("A", COUNTS_DAYS - 1)], ReferenceKind.TRADE, TODAY) is not None


def test_amounts_in_several_currencies_are_not_added_up() -> None:
    said = facts_of([trade("A"), trade("B", currency="USD")], ReferenceKind.TRADE, TODAY)
    assert said is not None
    assert said.facts["trade_references"] == 2
    assert not {"trade_high_credit", "trade_balance", "trade_past_due"} & said.facts.keys()


def test_bank_references_tell_of_the_longest_relationship_and_all_returned_items() -> None:
    given_by = [bank("A", date(2020, 1, 31), 1, Band.HIGH), bank("B", date(2025, 1, 1), 2)]
    said = facts_of(given_by, ReferenceKind.BANK, TODAY)
    assert said is not None
    assert said.facts["bank_relationship_months"] == 81
    assert said.facts["bank_returned_items_12m"] == 3
    assert said.facts["bank_balance_band"] == "high_5"
    assert said.facts["bank_balance_at_least"] == {"amount_minor": 8_000_000, "currency": "EUR"}


def test_a_band_begins_where_banks_say_it_does() -> None:
    assert BalanceBand(Band.MEDIUM, 5).least("EUR") == Money(4_000_000, "EUR")
    assert BalanceBand(Band.LOW, 3).least("JPY") == Money(100, "JPY")


@given(start=st.dates(date(1990, 1, 1), TODAY), months=st.integers(0, 400))
def test_whole_months_are_counted_up_to_the_day(start: date, months: int) -> None:
    year, month = divmod(start.month - 1 + months, 12)
    if start.day > 28:
        return
    end = date(start.year + year, month + 1, start.day)
    assert months_between(start, end) == months
    assert months_between(start, end - timedelta(days=1)) == max(0, months - 1)


@given(order=st.permutations([trade("A", 1, 100), trade("B", 2, 300, 5), trade("C", 3, 200), trade("A", 9, 900, 90)]))
def test_the_order_in_which_references_come_does_not_matter(order: list[Reference]) -> None:
    said = facts_of(order, ReferenceKind.TRADE, TODAY)
    assert said is not None
    assert said.facts["trade_high_credit"] == {"amount_minor": 300, "currency": "EUR"}
    assert said.facts["trade_days_slow"] == 5


def test_what_can_not_be_so_is_told_by_its_place() -> None:
    contradicting = TradeReference(
        referee="A",
        contact=None,
        customer_since=TODAY + timedelta(days=5),
        terms_days=30,
        high_credit=Money(100, "EUR"),
        balance=Money(200, "EUR"),
        past_due=Money(300, "USD"),
        manner=PaymentManner.PROMPT,
        days_slow=3,
    )
    faults = faults_of(TODAY + timedelta(days=1), contradicting, TODAY)
    assert {fault.pointer for fault in faults} == {
        "/taken_on",
        "/customer_since",
        "/past_due/currency",
        "/balance",
        "/past_due",
        "/days_slow",
    }
