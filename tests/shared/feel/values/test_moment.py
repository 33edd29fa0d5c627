"""Times of the day and of the calendar: local, at an offset, in a zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Date, DateTime, FeelError, Time
from shared.feel.values.duration import NANOSECONDS
from shared.feel.values.zones import standard_offset, zone_names
from tests.shared.feel.values.kit import ZONES, date_times, times

HOUR = 3600 * NANOSECONDS
FIRST = datetime.fromisoformat("1970-01-01")
LAST = datetime.fromisoformat("2020-01-01")  # No edition of the zone database changes the years before.


def moment(text: str, zone: str) -> DateTime:
    local = datetime.fromisoformat(text)
    time = Time(local.hour, local.minute, local.second, zone=zone)
    return DateTime(Date(local.year, local.month, local.day), time)


def clock(at: DateTime) -> tuple[int, int]:
    return at.time.hour, at.time.minute


@given(st.datetimes(FIRST, LAST, timezones=st.sampled_from([ZoneInfo(zone) for zone in ZONES]), allow_imaginary=True))
def test_offsets_of_zones_are_those_of_the_zone_database(at: datetime) -> None:
    at = at.replace(fold=0)
    text, zone = at.replace(tzinfo=None, microsecond=0).isoformat(), str(at.tzinfo)
    assert timedelta(seconds=moment(text, zone).offset_seconds or 0) == at.utcoffset()


@given(date_times)
def test_an_instant_read_in_its_own_place_is_the_same_instant(at: DateTime) -> None:
    assert DateTime.from_instant(at.instant, at.time).instant == at.instant


@given(date_times, st.integers(-(10**18), 10**18))
def test_going_later_and_back_is_the_same_instant(at: DateTime, nanoseconds: int) -> None:
    later = at.plus(nanoseconds)
    assert later.instant - at.instant == nanoseconds
    assert later.plus(-nanoseconds).instant == at.instant
    assert later.time.zone == at.time.zone


@given(times, st.integers(-(10**16), 10**16))
def test_a_time_of_the_day_goes_round_the_clock(time: Time, nanoseconds: int) -> None:
    assert time.plus(nanoseconds).plus(-nanoseconds) == time


def test_an_hour_that_the_clocks_repeat_passes_twice() -> None:
    start = moment("2021-10-31T01:30:00", "Europe/Paris")
    clocks = [clock(start.plus(hours * HOUR)) for hours in range(4)]
    assert clocks == [(1, 30), (2, 30), (2, 30), (3, 30)]
    first, second = start.plus(HOUR), start.plus(2 * HOUR)
    assert second.instant - first.instant == HOUR
    assert second.plus(HOUR).instant - start.instant == 3 * HOUR


def test_a_month_after_the_repeated_hour_follows_the_zone_again() -> None:
    second_pass = moment("2021-10-31T01:30:00", "Europe/Paris").plus(2 * HOUR)
    assert second_pass.plus_months(9) == moment("2022-07-31T02:30:00", "Europe/Paris")


def test_an_hour_that_the_clocks_skip_does_not_pass() -> None:
    start = moment("2021-03-28T01:30:00", "Europe/Paris")
    assert clock(start.plus(HOUR)) == (3, 30)


def test_zones_keep_their_rules_in_the_far_future_and_local_mean_time_in_the_far_past() -> None:
    paris = "Europe/Paris"
    assert DateTime(Date(999_999_999, 7, 1), Time(12, 0, 0, zone=paris)).offset_seconds == 7200
    assert DateTime(Date(999_999_999, 1, 1), Time(12, 0, 0, zone=paris)).offset_seconds == 3600
    assert DateTime(Date(-999_999_999, 7, 1), Time(12, 0, 0, zone=paris)).offset_seconds == 561


@pytest.mark.parametrize(
    ("zone", "hours"), [("Australia/Sydney", 10), ("Europe/Paris", 1), ("Europe/Dublin", 0), ("America/New_York", -5)]
)
def test_a_time_without_a_date_takes_the_standard_offset_of_its_zone(zone: str, hours: int) -> None:
    assert Time(12, 0, 0, zone=zone).offset_seconds == hours * 3600


def test_every_zone_of_the_database_can_be_used() -> None:
    offsets = {standard_offset(zone) for zone in zone_names()}
    assert offsets <= set(range(-12 * 3600, 14 * 3600 + 1, 900))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "europe/paris", "", "..", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_that_is_not_in_the_database_is_refused(zone: str) -> None:
    with pytest.raises(FeelError):
        Time(12, 0, 0, zone=zone)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "nanosecond", "offset"),
    [
        (24, 0, 0, 0, None),
        (-1, 0, 0, 0, None),
        (0, 60, 0, 0, None),
        (0, 0, 60, 0, None),
        (0, 0, 0, 10**9, None),
        (0, 0, 0, 0, 50_401),
    ],
)
def test_a_time_that_no_clock_shows_is_refused(
    hour: int, minute: int, second: int, nanosecond: int, offset: int | None
) -> None:
    with pytest.raises(FeelError):
        Time(hour, minute, second, nanosecond, offset)


def test_an_hour_of_thousands_of_digits_is_refused_like_any_other() -> None:
    with pytest.raises(FeelError):
        Time(10**6000, 0, 0)


def test_the_instant_counts_from_the_epoch() -> None:
    at = DateTime(Date(2026, 1, 31), Time(11, 30, 0, offset=3600))
    assert at.instant == 1_769_855_400 * NANOSECONDS
