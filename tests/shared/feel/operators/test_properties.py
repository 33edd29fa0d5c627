"""The properties of values."""

from decimal import Decimal

import pytest
from hypothesis import given

from shared.feel.operators import half_bounded, interval, property_of
from shared.feel.values import DaysTimeDuration, FeelError, Value
from shared.feel.values.text import to_text
from tests.shared.feel.values.kit import at, day_durations


@pytest.mark.parametrize(
    ("literal", "properties"),
    [
        ("2018-12-10", {"year": "2018", "month": "12", "day": "10", "weekday": "1"}),
        (
            "2018-12-10T10:30:01.5+05:00",
            {"year": "2018", "hour": "10", "minute": "30", "second": "1.5", "time offset": "PT5H", "timezone": "null"},
        ),
        ("2018-07-10T10:30:01@Europe/Paris", {"time offset": "PT2H", "timezone": "Europe/Paris", "weekday": "2"}),
        ("2018-07-10T10:30:01", {"time offset": "null", "timezone": "null"}),
        ("10:30:01", {"hour": "10", "minute": "30", "second": "1", "time offset": "null", "timezone": "null"}),
        ("10:30:01-01:00", {"time offset": "-PT1H"}),
        ("P1Y2M", {"years": "1", "months": "2"}),
        ("-P14M", {"years": "-1", "months": "-2"}),
        ("P13DT2H14S", {"days": "13", "hours": "2", "minutes": "0", "seconds": "14"}),
        ("-P1DT1.5S", {"days": "-1", "hours": "0", "minutes": "0", "seconds": "-1.5"}),
    ],
)
def test_dates_times_and_durations_have_their_parts(literal: str, properties: dict[str, str]) -> None:
    value = at(literal)
    assert {name: to_text(property_of(value, name)) for name in properties} == properties


@given(day_durations)
def test_the_parts_of_a_duration_add_up_to_it(duration: DaysTimeDuration) -> None:
    days, hours, minutes, seconds = (property_of(duration, name) for name in ("days", "hours", "minutes", "seconds"))
    assert isinstance(days, Decimal) and isinstance(hours, Decimal)
    assert isinstance(minutes, Decimal) and isinstance(seconds, Decimal)
    whole = ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60
    assert whole * 10**9 + int(seconds.scaleb(9)) == duration.nanoseconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (interval(Decimal(1), Decimal(10), False), [False, Decimal(1), Decimal(10), True]),
        (half_bounded("<=", Decimal(10)), [False, None, Decimal(10), True]),
        (half_bounded(">=", Decimal(10)), [True, Decimal(10), None, False]),
        (half_bounded("=", Decimal(10)), [True, Decimal(10), Decimal(10), True]),
    ],
)
def test_a_range_has_its_ends(value: Value, expected: list[Value]) -> None:
    assert [property_of(value, name) for name in ("start included", "start", "end", "end included")] == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (at("P1Y"), "days"),
        (at("P1D"), "months"),
        (at("2018-12-10"), "hour"),
        (at("10:30:01"), "year"),
        (Decimal(1), "year"),
        ("text", "length"),
        (True, "not"),
    ],
)
def test_a_property_that_the_kind_does_not_have_is_refused(value: Value, name: str) -> None:
    with pytest.raises(FeelError, match="no property"):
        property_of(value, name)


def test_a_context_gives_its_entries_and_null_for_others() -> None:
    assert property_of({"a": "foo"}, "a") == "foo"
    assert property_of({"a": "foo"}, "b") is None
    assert property_of(None, "a") is None


def test_a_list_gives_the_property_of_each_item() -> None:
    items: list[Value] = [{"y": Decimal(1)}, {}, None, Decimal(3), [{"y": Decimal(2)}]]
    assert property_of(items, "y") == [Decimal(1), None, None, None, None]
