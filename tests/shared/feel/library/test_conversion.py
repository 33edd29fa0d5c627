from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.library import BUILTINS
from shared.feel.values import Range, Value
from tests.shared.feel.library.kit import at, between, call, call_named, fault, number, untimed


@pytest.mark.parametrize(
    ("text", "grouping", "point", "value"),
    [
        ("1.000.000,01", ".", ",", "1000000.01"),
        ("1,000,000.01", ",", ".", "1000000.01"),
        ("1 000 000.01", " ", ".", "1000000.01"),
        ("1,000,000.00", ",", None, "1000000"),
        ("-1.5e3", None, None, "-1500"),
        (".5", None, ".", "0.5"),
    ],
)
def test_a_number_is_read_with_its_separators(text: str, grouping: object, point: object, value: str) -> None:
    assert call("number", text, grouping, point) == number(value)


def test_a_number_is_read_without_separators() -> None:
    assert call("number", "42.10") == number("42.1")


@pytest.mark.parametrize(
    ("text", "grouping", "point"),
    [
        ("1,000,000.01", " ", "."),
        ("1,000", ":", "."),
        ("1,000", ",", ":"),
        ("1,000", ",", ","),
        ("1.5", None, ","),
        ("", None, None),
        ("NaN", None, None),
        ("Infinity", None, None),
        ("1_000", None, None),
        ("١", None, None),
        ("+1", None, None),
        ("1E9999", None, None),
        ("9" * 20_000, None, None),
    ],
)
def test_text_that_is_no_number_is_a_fault(text: str, grouping: object, point: object) -> None:
    fault("number", text, grouping, point)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**20), max_value=10**20))
@untimed
def test_a_number_written_and_read_is_the_same(value: Decimal) -> None:
    assert call("number", call("string", value), None, None) == value


def test_values_are_written_as_text() -> None:
    assert call("string", "a") == "a"
    assert call("string", ["a", 1]) == '["a", 1]'
    assert call("string", at("2026-01-31")) == "2026-01-31"
    assert call("string", None) is None


@pytest.mark.parametrize(
    ("text", "range_"),
    [
        ("[18..21)", between("[18..21)")),
        (" ] 1 .. 3 [ ", between("(1..3)")),
        ("[-3..-1]", between("[-3..-1]")),
        ("[2..)", Range(number("2"), None, True, False)),
        ("]2 .. [", Range(number("2"), None, False, False)),
        ("(..2]", Range(None, number("2"), False, True)),
        ("(..2)", Range(None, number("2"), False, False)),
        ('["a".."c"]', Range("a", "c")),
        ('[@"P1D"..duration("P2D")]', Range(at("P1D"), at("P2D"))),
        ('[date("1970-01-01")..@"1970-01-02"]', Range(at("1970-01-01"), at("1970-01-02"))),
    ],
)
def test_a_range_is_read(text: str, range_: Range) -> None:
    assert call("range", text) == range_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1..",
        "[..2]",
        "[1..]",
        "(..)",
        "(..null]",
        "[..)",
        "[3..1]",
        '[1.."b"]',
        "[null..null]",
        "[a..b]",
        "[1+1..3]",
        '[date("x")..date("y")]',
    ]
    + ['[date(string("1970-01-01"))..@"1970-01-02"]', '[@"1970-01-01"..@"1970-01-02T00:00:00"]', "1", "[1..2][1]"]
    + ['[@"x"..@"y"]'],
)
def test_only_the_text_of_a_range_of_literals_is_a_range(text: str) -> None:
    fault("range", text)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("23:00:50Z", "23:00:50+00:00", True),
        ("23:00:50", "23:00:50Z", False),
        ("23:00:50@Etc/GMT", "23:00:50Z", False),
        ("20:00:50+00:00", "21:00:50+01:00", False),
        ("P1D", "PT24H", True),
        ("P0Y", "P0D", False),
    ],
)
def test_times_are_the_same_in_the_same_place_only(left: str, right: str, same: bool) -> None:
    assert call("is", at(left), at(right)) is same


def test_values_are_the_same_in_all_their_parts() -> None:
    assert call("is", [1, {"a": at("10:00:00Z")}], [1, {"a": at("10:00:00Z")}]) is True
    assert call("is", [1, {"a": at("10:00:00Z")}], [1, {"a": at("11:00:00+01:00")}]) is False
    assert call("is", 1, True) is False
    assert call("is", {"a": 1}, {"b": 1}) is False
    assert call("is", None, None) is True


def test_a_named_value_left_out_is_null() -> None:
    assert call_named("is", {"value1": 1}) is False
    assert call_named("is", {"value2": None}) is True
    assert "called as is(value1, value2)" in fault("is", 1)


def test_deep_values_are_compared_without_end_of_stack() -> None:
    one: Value = []
    other: Value = []
    for _ in range(50_000):
        one, other = [one], [other]
    assert BUILTINS["is"].invoke([one, other]) is True
