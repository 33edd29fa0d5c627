"""Days of the calendar, far beyond those of `datetime`."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Date, FeelError
from shared.feel.values.calendar import MAX_YEAR
from tests.shared.feel.values.kit import dates


@given(st.dates())
def test_the_calendar_is_that_of_datetime_where_datetime_has_one(day: datetime.date) -> None:
    date = Date(day.year, day.month, day.day)
    assert date.ordinal == (day - datetime.date(1970, 1, 1)).days
    assert date.weekday == day.isoweekday()


@given(dates)
def test_counting_days_there_and_back_gives_the_same_date(date: Date) -> None:
    assert Date.from_ordinal(date.ordinal) == date


@given(dates)
def test_the_next_day_is_later_and_the_next_weekday(date: Date) -> None:
    following = date.plus_days(1)
    assert following > date
    assert following.weekday == date.weekday % 7 + 1


@pytest.mark.parametrize(
    ("date", "months", "later"),
    [
        (Date(2021, 1, 31), 1, Date(2021, 2, 28)),
        (Date(2020, 1, 31), 1, Date(2020, 2, 29)),
        (Date(2020, 2, 29), 12, Date(2021, 2, 28)),
        (Date(2020, 2, 29), 48, Date(2024, 2, 29)),
        (Date(2021, 1, 1), -1, Date(2020, 12, 1)),
        (Date(0, 1, 15), -1, Date(-1, 12, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(date: Date, months: int, later: Date) -> None:
    assert date.plus_months(months) == later


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2021, 2, 29), (1900, 2, 29), (2021, 4, 31), (2021, 0, 1), (2021, 13, 1), (2021, 1, 0), (MAX_YEAR + 1, 1, 1)],
)
def test_a_day_that_no_calendar_has_is_refused(year: int, month: int, day: int) -> None:
    with pytest.raises(FeelError):
        Date(year, month, day)


def test_a_year_of_thousands_of_digits_is_refused_like_any_other() -> None:
    with pytest.raises(FeelError):
        Date(10**6000, 1, 1)


def test_the_days_before_the_first_and_after_the_last_are_refused() -> None:
    for date, step in [(Date(MAX_YEAR, 12, 31), 1), (Date(-MAX_YEAR, 1, 1), -1)]:
        with pytest.raises(FeelError):
            date.plus_days(step)
