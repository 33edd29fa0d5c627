from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Date, YearsMonthsDuration
from tests.shared.feel.library.kit import at, call, fault, number, untimed

dates = st.dates()


def feel_date(day: date) -> Date:
    return Date(day.year, day.month, day.day)


def test_dates_are_made_of_text_of_parts_and_of_moments() -> None:
    assert call("date", "2026-01-31") == at("2026-01-31")
    assert call("date", 2026, 1, 31) == at("2026-01-31")
    assert call("date", at("2026-01-31T10:00:00@Europe/Paris")) == at("2026-01-31")
    assert call("date", -999_999_999, 12, 31) == at("-999999999-12-31")


@pytest.mark.parametrize("text", ["", "2012-12-25T", "2012/12/25", "2017-02-29", "12-12-12", "+2012-12-02"])
def test_text_that_is_no_date_is_a_fault(text: str) -> None:
    assert "is not a date" in fault("date", text)


def test_parts_that_make_no_date_are_a_fault() -> None:
    assert "month" in fault("date", 2017, 13, 31)
    assert "no such day" in fault("date", 2017, 2, 29)
    assert "whole number" in fault("date", 2017, number("1.5"), 1)
    assert "year" in fault("date", 1_000_000_000, 1, 1)


def test_times_are_made_of_text_of_parts_and_of_moments() -> None:
    assert call("time", "10:20:00@Europe/Paris") == at("10:20:00@Europe/Paris")
    assert call("time", 12, 59, number("1.3"), at("-PT1H")) == at("12:59:01.3-01:00")
    assert call("time", 12, 0, 0) == at("12:00:00")
    assert call("time", 12, 0, 0, None) == at("12:00:00")
    assert call("time", at("2026-01-31T10:20:00Z")) == at("10:20:00Z")
    assert call("time", at("2026-01-31")) == at("00:00:00Z")


@pytest.mark.parametrize("parts", [(24, 59, 45), (-1, 0, 0), (23, 60, 0), (23, 59, 60), (23, 59, -1)])
def test_parts_that_make_no_time_are_a_fault(parts: tuple[int, int, int]) -> None:
    assert "outside" in fault("time", *parts)


def test_moments_are_made_of_text_and_of_a_day_and_a_time() -> None:
    assert call("date and time", "2012-12-24") == at("2012-12-24T00:00:00")
    assert call("date and time", at("2017-01-01"), at("23:59:01+02:00")) == at("2017-01-01T23:59:01+02:00")
    assert call("date and time", at("2017-08-10T10:20:00+02:00"), at("23:59:01")) == at("2017-08-10T23:59:01")
    assert "is not a date and time" in fault("date and time", "11:00:00")


def test_durations_are_made_of_text() -> None:
    assert call("duration", "PT1000M") == at("PT16H40M")
    assert call("duration", "-P1Y2M") == at("-P14M")
    assert "is not a duration" in fault("duration", "P")


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2011-12-22", "2013-08-24", "P1Y8M"),
        ("2013-08-24", "2011-12-22", "-P1Y8M"),
        ("2016-09-30T23:25:00", "2017-12-28T12:12:12", "P1Y2M"),
        ("2017-12-31T13:00:00", "2017-12-31T12:00:00", "P0M"),
        ("2014-12-31T23:59:59", "-2019-10-01T12:32:59", "-P4033Y2M"),
    ],
)
def test_whole_months_lie_between_two_days(start: str, end: str, months: str) -> None:
    assert call("years and months duration", at(start), at(end)) == at(months)


@given(dates, dates)
@untimed
def test_the_months_between_two_days_are_as_many_there_as_back(start: date, end: date) -> None:
    there = call("years and months duration", feel_date(start), feel_date(end))
    back = call("years and months duration", feel_date(end), feel_date(start))
    assert isinstance(there, YearsMonthsDuration)
    assert isinstance(back, YearsMonthsDuration)
    assert there.months == -back.months


@given(dates)
@untimed
def test_the_calendar_is_that_of_iso_8601(day: date) -> None:
    assert call("week of year", feel_date(day)) == day.isocalendar().week
    assert call("day of year", feel_date(day)) == day.timetuple().tm_yday
    assert call("day of week", feel_date(day)) == day.strftime("%A")
    assert call("month of year", feel_date(day)) == day.strftime("%B")


@pytest.mark.parametrize("text", ["999999999-12-31", "-999999999-01-01"])
def test_the_first_and_the_last_day_there_is_have_a_week(text: str) -> None:
    assert call("week of year", at(text)) in {1, 52, 53}


def test_a_moment_has_the_place_of_its_day() -> None:
    assert call("week of year", at("2010-01-01T10:10:10")) == 53
    assert call("day of week", at("2019-09-17T10:10:10")) == "Tuesday"
