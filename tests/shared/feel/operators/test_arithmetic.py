"""Arithmetic as FEEL defines it: exact, for the pairs of kinds that the standard lists, and for no others."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.feel.operators import add, divide, equal, multiply, negate, power, subtract
from shared.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Function,
    Range,
    Value,
    YearsMonthsDuration,
)
from shared.feel.values.text import to_text
from tests.shared.feel.values.kit import (
    at,
    date_times,
    dates,
    day_durations,
    month_durations,
    numbers,
    times,
)

OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        ("1.2345", "+", "2.234", "3.4685"),
        ("0.1", "+", "0.2", "0.3"),
        ("-1.1234", "-", "-0.2345", "-0.8889"),
        ("10", "*", "-10", "-100"),
        ("1", "/", "3", "0.3333333333333333333333333333333333"),
        ("5", "**", "-2", "0.04"),
        ("-5", "**", "2", "25"),
        ("0", "**", "0", "1"),
        ("4", "**", "0.5", "2"),
    ],
)
def test_numbers_are_calculated_to_34_decimal_digits(left: str, operator: str, right: str, result: str) -> None:
    assert to_text(OPERATORS[operator](Decimal(left), Decimal(right))) == result


def test_the_context_of_the_thread_does_not_matter() -> None:
    with localcontext(prec=2):
        assert add(Decimal("123.45"), Decimal("0.01")) == Decimal("123.46")
        assert negate(Decimal("123.45")) == Decimal("-123.45")


@pytest.mark.parametrize(
    ("left", "operator", "right", "message"),
    [
        ("1", "/", "0", "division by zero"),
        ("0", "/", "0", "division by zero"),
        ("0", "**", "-1", "division by zero"),
        ("-8", "**", "0.5", "the result is not a number"),
        ("9E+6144", "*", "10", "the number is out of range"),
        ("9E+6144", "+", "9E+6144", "the number is out of range"),
        ("1E-6143", "/", "1E+100", "the number is out of range"),
        ("10", "**", "99999", "the number is out of range"),
        ("1.0001", "**", "999999999", "the number is out of range"),
        ("1", "**", "1000000000", "the exponent is out of range"),
        ("0.5", "**", "-1E+6000", "the exponent is out of range"),
    ],
)
def test_what_is_no_number_or_too_large_is_refused(left: str, operator: str, right: str, message: str) -> None:
    with pytest.raises(FeelError, match=message):
        OPERATORS[operator](Decimal(left), Decimal(right))


@given(numbers, numbers)
def test_subtracting_what_was_added_gives_the_number_back(left: Decimal, right: Decimal) -> None:
    assert subtract(add(left, right), right) == left


def test_a_negated_zero_is_plain_zero() -> None:
    assert str(negate(Decimal(0))) == "0"


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        ("2021-01-01", "+", "P1M", "2021-02-01"),
        ("2021-01-31", "+", "P1M", "2021-02-28"),
        ("P1Y", "+", "2020-02-29", "2021-02-28"),
        ("2021-01-01", "+", "PT36H", "2021-01-02"),
        ("PT48H", "+", "2021-01-01", "2021-01-03"),
        ("2021-01-02", "-", "PT1S", "2021-01-01"),
        ("2021-01-02", "-", "-PT25H", "2021-01-03"),
        ("2021-01-02", "-", "P1M", "2020-12-02"),
        ("2021-01-02", "-", "1995-01-01", "P9498D"),
        ("2021-01-01T24:00:00", "+", "-PT1S", "2021-01-01T23:59:59"),
        ("-2021-01-01T10:10:10+11:00", "+", "-P1D", "-2022-12-31T10:10:10+11:00"),
        ("P1M", "+", "2021-01-01T10:10:10@Australia/Melbourne", "2021-02-01T10:10:10@Australia/Melbourne"),
        ("2021-01-02T10:10:10@Europe/Paris", "-", "2021-01-01T10:10:10@Asia/Dhaka", "P1DT5H"),
        ("2021-01-02T10:10:10+01:00", "-", "2021-01-01", "P1DT9H10M10S"),
        ("2021-01-02", "-", "2021-01-01T10:10:10+11:00", "P1DT49M50S"),
        ("10:15:00", "+", "PT14H", "00:15:00"),
        ("P1D", "+", "10:15:00@Australia/Melbourne", "10:15:00@Australia/Melbourne"),
        ("00:10:10+11:00", "-", "PT1H", "23:10:10+11:00"),
        ("10:10:10+11:00", "-", "11:10:10+11:00", "-PT1H"),
        ("10:10:10Z", "-", "10:10:10+01:00", "PT1H"),
        ("P1Y", "-", "-P2M", "P1Y2M"),
        ("PT24H", "+", "P1D", "P2D"),
        ("-P1D", "-", "PT2H", "-P1DT2H"),
    ],
)
def test_dates_times_and_durations_add_up(left: str, operator: str, right: str, result: str) -> None:
    assert to_text(OPERATORS[operator](at(left), at(right))) == result


@pytest.mark.parametrize(
    ("duration", "operator", "number", "result"),
    [
        ("PT23H", "*", "2.5", "P2DT9H30M"),
        ("-P1D", "*", "-10", "P10D"),
        ("P1D", "*", "0", "PT0S"),
        ("P1D", "*", "0.3333333333333333333333333333333333", "PT8H"),
        ("P1Y11M", "*", "-2.5", "-P4Y9M"),
        ("P10Y11M", "/", "2.5", "P4Y4M"),
        ("P10DT23H", "/", "2.5", "P4DT9H12M"),
    ],
)
def test_a_duration_is_multiplied_and_divided(duration: str, operator: str, number: str, result: str) -> None:
    assert to_text(OPERATORS[operator](at(duration), Decimal(number))) == result
    if operator == "*":
        assert to_text(multiply(Decimal(number), at(duration))) == result


def test_a_duration_divided_by_a_duration_is_a_number() -> None:
    assert divide(at("P10Y"), at("P5Y")) == Decimal(2)
    assert divide(at("P1D"), at("PT36H")) == divide(Decimal(2), Decimal(3))


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        (at("P10D"), "/", Decimal(0)),
        (at("P10D"), "/", at("P0D")),
        (at("P10Y"), "/", at("P0M")),
        (at("P10D"), "*", Decimal("1E+6000")),
        (at("P10Y"), "*", Decimal("1E+6000")),
        (at("P10Y"), "/", Decimal("1E-6000")),
        (at("999999999-12-31"), "+", at("P1D")),
        (at("999999999-12-31"), "+", at("P1Y")),
        (at("-999999999-01-01T00:00:00"), "-", at("PT1S")),
        (at("999999999-12-31T00:00:00@Europe/Paris"), "+", at("P2D")),
    ],
)
def test_results_that_are_out_of_range_are_refused(left: Value, operator: str, right: Value) -> None:
    with pytest.raises(FeelError):
        OPERATORS[operator](left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("2021-01-02T10:10:10@Europe/Paris", "2021-01-01T10:10:10"),
        ("2021-01-02T10:10:10", "2021-01-01T10:10:10Z"),
        ("2021-01-02", "2021-01-01T10:10:10"),
        ("10:10:10", "10:10:10Z"),
    ],
)
def test_a_local_time_and_one_with_an_offset_have_no_difference(left: str, right: str) -> None:
    with pytest.raises(FeelError, match="offset"):
        subtract(at(left), at(right))


@given(date_times, day_durations)
def test_a_difference_between_moments_leads_from_one_to_the_other(start: DateTime, duration: DaysTimeDuration) -> None:
    assume(abs(start.date.year) < 900_000_000 and abs(duration.nanoseconds) < 10**24)
    end = add(start, duration)
    assert subtract(end, start) == duration
    assert equal(subtract(end, duration), start) is True


@given(dates, dates)
def test_a_difference_between_dates_leads_from_one_to_the_other(start: Date, end: Date) -> None:
    assert add(start, subtract(end, start)) == end


@given(times, day_durations)
def test_a_time_of_the_day_comes_back_after_there_and_back(time: Value, duration: DaysTimeDuration) -> None:
    assert subtract(add(time, duration), duration) == time


@given(dates, month_durations)
def test_a_month_later_is_in_the_next_month_whatever_the_day(start: Date, duration: YearsMonthsDuration) -> None:
    assume(abs(start.year) < 900_000_000)
    end = add(start, duration)
    assert isinstance(end, Date)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == duration.months
    assert end.day <= start.day


@given(st.one_of(numbers, day_durations, month_durations))
def test_negating_twice_changes_nothing(value: Value) -> None:
    assert negate(negate(value)) == value
    assert add(value, negate(value)) == multiply(value, Decimal(0))


def nothing(_arguments: object) -> Value:
    return None


ONE_OF_EACH: dict[str, Value] = {
    "number": Decimal(10),
    "string": "10",
    "boolean": True,
    "date": at("2021-01-01"),
    "time": at("10:10:10"),
    "date and time": at("2021-01-01T10:10:10"),
    "days": at("P1D"),
    "months": at("P1Y"),
    "list": [Decimal(10)],
    "context": {"a": Decimal(10)},
    "range": Range(Decimal(1), Decimal(10)),
    "function": Function(("a",), nothing),
}
DEFINED: dict[str, set[tuple[str, str]]] = {
    "+": {
        *(("number", "number"), ("string", "string"), ("days", "days"), ("months", "months")),
        *(("date", "days"), ("days", "date"), ("date", "months"), ("months", "date")),
        *(("date and time", "days"), ("days", "date and time"), ("time", "days"), ("days", "time")),
        *(("date and time", "months"), ("months", "date and time")),
    },
    "-": {
        *(("number", "number"), ("days", "days"), ("months", "months"), ("time", "time"), ("date", "date")),
        *(("date and time", "date and time"), ("date", "days"), ("date", "months"), ("time", "days")),
        *(("date and time", "days"), ("date and time", "months")),
    },
    "*": {
        *(("number", "number"), ("number", "days"), ("days", "number"), ("number", "months"), ("months", "number")),
    },
    "/": {("number", "number"), ("days", "number"), ("months", "number"), ("days", "days"), ("months", "months")},
    "**": {("number", "number")},
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_defined_for_the_pairs_of_the_standard_and_no_others(operator: str) -> None:
    defined = set()
    for (left, left_value), (right, right_value) in product(ONE_OF_EACH.items(), repeat=2):
        try:
            result = OPERATORS[operator](left_value, right_value)
        except FeelError:
            continue
        assert result is not None
        defined.add((left, right))
    assert defined == DEFINED[operator]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_null_in_null_out(operator: str, kind: str) -> None:
    assert OPERATORS[operator](None, ONE_OF_EACH[kind]) is None
    assert OPERATORS[operator](ONE_OF_EACH[kind], None) is None
    assert OPERATORS[operator](None, None) is None
    assert negate(None) is None


@pytest.mark.parametrize("kind", sorted(ONE_OF_EACH.keys() - {"number", "days", "months"}))
def test_what_has_no_opposite_is_not_negated(kind: str) -> None:
    with pytest.raises(FeelError, match="cannot negate"):
        negate(ONE_OF_EACH[kind])


def test_a_refusal_names_the_kinds_in_words() -> None:
    with pytest.raises(FeelError, match="cannot add a string to a number"):
        add(Decimal(1), "1")
    with pytest.raises(FeelError, match="cannot subtract a years and months duration from a days and time duration"):
        subtract(at("P1D"), at("P1Y"))


def test_strings_are_joined_up_to_a_bound() -> None:
    assert add("1", "1") == "11"
    text: Value = "ab"
    with pytest.raises(FeelError, match="longer than"):
        for _ in range(64):
            text = add(text, text)
