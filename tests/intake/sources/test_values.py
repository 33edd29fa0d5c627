"""What a provider writes becomes exactly that fact, or none."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.sources import SourceError, SourceFault, values
from shared.facts import Fact, FactType
from tests.intake.sources.given import NOW

INCOME = Fact("income", FactType.MONEY, currency="USD", minimum=0)
YEN = Fact("income", FactType.MONEY, currency="JPY")
SHARE = Fact("share", FactType.DECIMAL, scale=4)
COUNT = Fact("count", FactType.INTEGER, minimum=0, maximum=10)
SINCE = Fact("since", FactType.DATE)
FLAG = Fact("flag", FactType.BOOLEAN)
STATUS = Fact("status", FactType.ENUM, values=("active",))


@pytest.mark.parametrize(
    ("fact", "given_", "wire"),
    [
        (INCOME, Decimal("1234.56"), {"amount_minor": 123_456, "currency": "USD"}),
        (INCOME, "1234.5", {"amount_minor": 123_450, "currency": "USD"}),
        (INCOME, 12, {"amount_minor": 1_200, "currency": "USD"}),
        (INCOME, Decimal("1E+3"), {"amount_minor": 100_000, "currency": "USD"}),
        (YEN, "1200", {"amount_minor": 1_200, "currency": "JPY"}),
        (SHARE, Decimal("0.35"), "0.3500"),
        (SHARE, "1", "1.0000"),
        (COUNT, 3, 3),
        (COUNT, "3", 3),
        (SINCE, "2020-02-29", "2020-02-29"),
        (SINCE, "2026-11-23", "2026-11-23"),
        (FLAG, True, True),
        (STATUS, "active", "active"),
    ],
)
def test_a_value_that_fits_is_taken_over_exactly(fact: Fact, given_: object, wire: object) -> None:
    assert values.wire_value(fact, given_, "/at", NOW) == wire


@pytest.mark.parametrize(
    ("fact", "given_"),
    [
        (INCOME, Decimal("12.345")),
        (INCOME, -1),
        (INCOME, True),
        (INCOME, "1,234.00"),
        (INCOME, "1e5"),
        (INCOME, 10**17),
        (INCOME, [1]),
        (YEN, "12.5"),
        (SHARE, "0.12345"),
        (COUNT, Decimal("3.0")),
        (COUNT, 11),
        (COUNT, True),
        (COUNT, "٣"),
        (SINCE, "2026-02-30"),
        (SINCE, "20200101"),
        (SINCE, "2026-11-24"),
        (SINCE, 20_200_101),
        (FLAG, 1),
        (FLAG, "yes"),
        (STATUS, "struck off"),
        (STATUS, {}),
    ],
)
def test_a_value_that_does_not_fit_is_malformed_and_not_told(fact: Fact, given_: object) -> None:
    with pytest.raises(SourceError) as caught:
        values.wire_value(fact, given_, "/at", NOW)
    assert caught.value.fault is SourceFault.MALFORMED
    assert caught.value.detail.startswith("/at ")
    assert str(given_) not in caught.value.detail.removeprefix("/at ").split()


@given(st.integers(0, 2**53 - 1))
def test_no_cent_is_lost_between_a_decimal_and_minor_units(amount_minor: int) -> None:
    text = f"{amount_minor // 100}.{amount_minor % 100:02d}"
    assert values.minor_units(text, "USD", "/at") == amount_minor
    assert values.minor_units(Decimal(text), "USD", "/at") == amount_minor


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        ("2026-11-22T09:59:59Z", datetime(2026, 11, 22, 9, 59, 59, tzinfo=UTC)),
        ("2026-11-22T17:00:00+08:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-22T10:05:00Z", NOW),
        ("2026-11-23", NOW),
    ],
)
def test_a_moment_is_in_utc_and_never_after_now(given_: str, found: datetime) -> None:
    assert values.moment(given_, "/at", NOW) == found


@pytest.mark.parametrize("given_", ["2026-11-22T10:30:00Z", "2027-01-01", "2026-11-22T09:00:00", "yesterday", None, 5])
def test_a_moment_of_the_future_or_of_no_zone_is_malformed(given_: Any) -> None:
    with pytest.raises(SourceError):
        values.moment(given_, "/at", NOW)


@pytest.mark.parametrize("given_", ["", "a\u202eb", "a\u200bb", "a\x00b", "\ud800", "a\nb", "x" * 300, 5, None])
def test_a_text_that_does_not_show_what_it_is_is_malformed(given_: Any) -> None:
    with pytest.raises(SourceError):
        values.text(given_, "/at")


@pytest.mark.parametrize(
    ("start", "months"),
    [("2026-10-22", 1), ("2026-10-23", 0), ("2025-11-22", 12), ("2026-11-23", 0), ("2024-02-29", 32)],
)
def test_months_are_full_ones(start: str, months: int) -> None:
    begin = datetime.fromisoformat(start).date()
    assert values.months_between(begin, NOW.date()) == months
