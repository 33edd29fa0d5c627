"""Values to try properties on, and a short way to write them."""

from decimal import Decimal

from hypothesis import strategies as st

from shared.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
)
from shared.feel.values.calendar import MAX_YEAR, days_in_month
from shared.feel.values.duration import NANOSECONDS, NANOSECONDS_A_DAY
from shared.feel.values.text import at_literal

ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Etc/UTC", "Pacific/Apia"]


def at(text: str) -> Value:
    """Return the value of FEEL's `@"text"`."""
    value = at_literal(text)
    assert value is not None, text
    return value


def _date(year: int, month: int, day: int) -> Date:
    return Date(year, month, min(day, days_in_month(year, month)))


years = st.integers(-MAX_YEAR + 100, MAX_YEAR - 100) | st.integers(1850, 2150)
dates = st.builds(_date, years, st.integers(1, 12), st.integers(1, 31))
places = st.one_of(
    st.just((None, None)),
    st.tuples(st.integers(-14 * 3600, 14 * 3600), st.none()),
    st.tuples(st.none(), st.sampled_from(ZONES)),
)
times = st.builds(
    lambda nanoseconds, place: Time.from_nanoseconds(nanoseconds, *place),
    st.integers(0, NANOSECONDS_A_DAY - 1) | st.integers(0, 86_399).map(lambda second: second * NANOSECONDS),
    places,
)
date_times = st.builds(DateTime, dates, times)
day_durations = st.builds(DaysTimeDuration, st.integers(-(10**24), 10**24) | st.integers(-(10**15), 10**15))
month_durations = st.builds(YearsMonthsDuration, st.integers(-(10**6), 10**6))
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12).map(
    lambda number: Decimal(0) if number.is_zero() else number
)
ordered = st.one_of(numbers, st.text(max_size=5), dates, times, date_times, day_durations, month_durations)
plain = st.one_of(st.none(), st.booleans(), ordered)
ranges = st.builds(Range, plain, plain, st.booleans(), st.booleans(), st.booleans(), st.booleans())
values: st.SearchStrategy[Value] = st.recursive(
    plain | ranges,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
