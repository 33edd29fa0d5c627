"""Values as text and back: what is read, what is refused, and the one way each value is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Function,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
)
from shared.feel.values.text import (
    at_literal,
    literal_text,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    to_text,
)
from tests.shared.feel.values.kit import at, date_times, dates, day_durations, month_durations, numbers, times, values


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2017-12-31", Date(2017, 12, 31)),
        ("-2017-01-01", Date(-2017, 1, 1)),
        ("0000-02-29", Date(0, 2, 29)),
        ("0099-01-01", Date(99, 1, 1)),
        ("999999999-12-31", Date(999_999_999, 12, 31)),
        ("-999999999-12-31", Date(-999_999_999, 12, 31)),
    ],
)
def test_a_date_is_read(text: str, date: Date) -> None:
    assert parse_date(text) == date
    assert to_text(date) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "2012/12/25", "9999999999-12-25", "2017-13-10", "2017-12-32", "2017-02-29", "998-12-31", "01211-12-31"),
        *("+2012-12-02", "-0000-01-01", "2012-12-25T", "2012-12-25Z", " 2012-12-25", "2012-12-25\n", "２０１２-12-25"),
    ],
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert parse_date(text) is None
    assert parse_date_time(text) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("11:22:33", Time(11, 22, 33)),
        ("11:22:33.444", Time(11, 22, 33, 444_000_000)),
        ("11:22:33.000000001", Time(11, 22, 33, 1)),
        ("11:22:33Z", Time(11, 22, 33, offset=0)),
        ("13:20:00+02:00", Time(13, 20, 0, offset=7200)),
        ("13:20:00-01:35", Time(13, 20, 0, offset=-5700)),
        ("11:59:45+02:45:55", Time(11, 59, 45, offset=9955)),
        ("13:20:00+14:00", Time(13, 20, 0, offset=50_400)),
        ("10:30:11@Australia/Melbourne", Time(10, 30, 11, zone="Australia/Melbourne")),
        ("10:30:11@Etc/GMT+5", Time(10, 30, 11, zone="Etc/GMT+5")),
    ],
)
def test_a_time_is_read_with_its_place(text: str, time: Time) -> None:
    assert parse_time(text) == time
    assert to_text(time) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("11:22:33-00:00", "11:22:33Z"),
        ("11:22:33z", "11:22:33Z"),
        ("11:22:33.500", "11:22:33.5"),
        ("24:00:00", "00:00:00"),
    ],
)
def test_a_time_has_one_text(text: str, canonical: str) -> None:
    assert to_text(parse_time(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("", "23:59:60", "24:00:01", "24:00:00.000000001", "25:00:00", "00:60:00", "7:00:00", "07:1:00", "07:20"),
        *("13:20:00+14:01", "13:20:00+19:00", "13:20:00+5:00", "13:20:00+5", "13:20:00+02:60"),
        *("13:20:00+02:00@Europe/Paris", "13:20:00@xyz/abc", "13:20:00@", "13:20:00@../zones", "11:30:00T"),
        *("11:30:00.", "11:30:00.1234567890", "T11:30:00", "٠٧:00:00"),
    ],
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert parse_time(text) is None
    assert parse_date_time(f"2017-12-31T{text}") is None


def test_a_date_and_time_is_read_with_its_place() -> None:
    text = "-2017-12-31T11:22:33.345@Europe/Paris"
    moment = parse_date_time(text)
    assert moment == DateTime(Date(-2017, 12, 31), Time(11, 22, 33, 345_000_000, zone="Europe/Paris"))
    assert to_text(moment) == text


def test_a_mere_date_is_its_midnight_where_a_date_and_time_is_asked_for() -> None:
    assert to_text(parse_date_time("2012-12-24")) == "2012-12-24T00:00:00"


def test_twenty_four_o_clock_is_midnight_of_the_next_day() -> None:
    assert to_text(parse_date_time("2021-12-31T24:00:00Z")) == "2022-01-01T00:00:00Z"
    assert parse_date_time("999999999-12-31T24:00:00") is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("P1DT2H3M4.123456789S", "P1DT2H3M4.123456789S"),
        ("PT1000M0.999999999S", "PT16H40M0.999999999S"),
        ("-PT1H2M", "-PT1H2M"),
        ("-PT0.5S", "-PT0.5S"),
        ("PT24H", "P1D"),
        ("P2DT274M", "P2DT4H34M"),
        ("PT0.S", "PT0S"),
        ("-P0D", "PT0S"),
        ("P1Y2M", "P1Y2M"),
        ("-P100M", "-P8Y4M"),
        ("P0Y", "P0M"),
        ("P99999999Y", "P99999999Y"),
    ],
)
def test_a_duration_has_one_text(text: str, canonical: str) -> None:
    assert to_text(parse_duration(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P0", "P1DT", "1D", "P1Y1D", "P1M1Y", "PT1S1H", "P-1D", "+P1D", "P1W", "P1.5D", "PT.5S"),
        *(
            "PT1.0000000001S",
            "p1d",
            "P1D ",
            "P99999999999999999999D",
            "P99999999999999999999Y",
            "P" + "9" * 10_000 + "D",
        ),
    ],
)
def test_what_is_no_duration_is_not_read(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2019-03-31", Date),
        ("2018-12-08T10:30:11+11:00", DateTime),
        ("10:30:11", Time),
        ("P10D", DaysTimeDuration),
        ("P10Y", YearsMonthsDuration),
        ("foo", type(None)),
    ],
)
def test_an_at_literal_is_whatever_it_looks_like(text: str, kind: type) -> None:
    assert type(at_literal(text)) is kind


@given(dates | times | date_times | day_durations | month_durations)
def test_what_is_written_is_read_as_the_same_value(value: Value) -> None:
    assert at_literal(to_text(value)) == value


@given(st.text() | st.from_regex(r"[-+]?P?[0-9]{1,4}[-:YMDT][0-9]{2}[-:HMS]?.{0,20}"))
def test_any_text_is_read_or_not_but_never_fails(text: str) -> None:
    value = at_literal(text)
    assert value is None or at_literal(to_text(value)) == value


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *(
            ("1E+2", "100"),
            ("1.50", "1.5"),
            ("10", "10"),
            ("100.00", "100"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("0E+3", "0"),
        ),
        *(("1E-7", "0.0000001"), ("-12.340", "-12.34"), ("1.23456789012345678901234567890123E+10", None)),
    ],
)
def test_a_number_is_written_without_exponent_or_idle_zeros(number: str, text: str | None) -> None:
    assert to_text(Decimal(number)) == (text or "12345678901.2345678901234567890123")


@given(numbers)
def test_the_text_of_a_number_is_that_number(number: Decimal) -> None:
    assert Decimal(to_text(number)) == number


def nothing(_arguments: object) -> Value:
    return None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "hi"', 'say "hi"'),
        (["a", Decimal(1), None, True], '["a", 1, null, true]'),
        ([], "[]"),
        ({}, "{}"),
        ({"a": "foo", "full name": [Decimal("1.0")]}, '{a: "foo", full name: [1]}'),
        ({"a:b": '"', "": "\n"}, '{"a:b": "\\"", "": "\\n"}'),
        ([at("2020-01-31"), at("P1D")], '[@"2020-01-31", @"P1D"]'),
        (Range(Decimal(1), Decimal(3)), "[1..3]"),
        (Range("a", "c", False, False), '("a".."c")'),
        (Range(None, Decimal(10), False, False), "(< 10)"),
        (Range(None, Decimal(10), False, True), "(<= 10)"),
        (Range(Decimal(10), None, True, False), "(>= 10)"),
        (Range(Decimal(10), None, False, False), "(> 10)"),
        (Range(None, Decimal(10), True, False, null_ends=True), "[null..10)"),
        (Range(Decimal(10), Decimal(10), False, False, complement=True), "(!= 10)"),
        (Function(("a", "b"), nothing), "function(a, b)"),
        (None, "null"),
        (False, "false"),
    ],
)
def test_values_are_written_as_feel_would_have_them(value: Value, text: str) -> None:
    assert to_text(value) == text


def test_a_string_is_quoted_only_where_it_would_be_read_as_something_else() -> None:
    assert to_text("a") == "a"
    assert literal_text("a") == '"a"'


@given(values)
def test_every_value_has_a_text(value: Value) -> None:
    assert isinstance(to_text(value), str)


def test_a_list_in_a_list_to_any_depth_has_a_text() -> None:
    deep: Value = Decimal(1)
    for _ in range(50_000):
        deep = [deep]
    assert to_text(deep) == "[" * 50_000 + "1" + "]" * 50_000


def test_a_value_whose_text_would_never_end_is_refused() -> None:
    bomb: Value = "boom"
    for _ in range(100):
        bomb = [bomb, bomb]
    with pytest.raises(FeelError, match="longer than"):
        to_text(bomb)
