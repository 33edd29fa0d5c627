"""Equality, order and ranges: three-valued, total within one kind, null across kinds."""

from decimal import Decimal

import pytest
from hypothesis import given

from shared.feel.operators import between, compare, equal, half_bounded, in_range, interval
from shared.feel.values import FeelError, Function, Range, Value
from tests.shared.feel.values.kit import at, ordered, values

ONE, TWO, TEN = Decimal(1), Decimal(2), Decimal(10)


def nothing(_arguments: object) -> Value:
    return None


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (None, None, True),
        (False, None, False),
        (None, [], False),
        (Decimal("12300"), Decimal("1.23E+4"), True),
        (Decimal(0), Decimal("-0.00"), True),
        (False, Decimal(0), None),
        (Decimal(100), "100", None),
        ("foo", "Foo", False),
        ([], Decimal(0), None),
        ({}, [], None),
        ([ONE, TWO], [ONE, TWO], True),
        ([ONE, TWO], [TWO, ONE], False),
        ([ONE], [ONE, ONE], False),
        ([ONE, [TWO, {"a": [TEN]}]], [ONE, [TWO, {"a": [TEN]}]], True),
        ([ONE, [TWO, {"a": [TEN]}]], [ONE, [TWO, {"a": [ONE]}]], False),
        ([ONE, "2"], [ONE, TWO], None),
        ([ONE, "2"], [TWO, TWO], False),
        ([None], [None], True),
        ([None], [ONE], False),
        ({"a": ONE, "b": TWO}, {"b": TWO, "a": ONE}, True),
        ({"a": ONE}, {"a": ONE, "b": TWO}, False),
        ({"a": ONE}, {"b": ONE}, False),
        (Function((), nothing), Function((), nothing), None),
    ],
)
def test_values_are_equal_when_they_say_the_same(left: Value, right: Value, answer: bool | None) -> None:
    assert equal(left, right) is answer
    assert equal(right, left) is answer
    assert compare("!=", left, right) is (None if answer is None else not answer)


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        ("2018-12-08", "2018-12-08", True),
        ("2018-12-08", "2018-12-08T00:00:00", None),
        ("10:30:00Z", "10:30:00+00:00", True),
        ("20:00:50+00:00", "21:00:50+01:00", True),
        ("23:00:00-05:00", "04:00:00Z", False),
        ("10:30:00", "10:30:00Z", None),
        ("10:30:00@Europe/Paris", "10:30:00+01:00", True),
        ("2002-04-02T23:00:00-04:00", "2002-04-03T02:00:00-01:00", True),
        ("2018-10-08T00:00:00+02:00", "2018-10-08T00:00:00@Europe/Paris", True),
        ("2002-04-02T12:00:00@Australia/Melbourne", "2002-04-02T12:00:00@Australia/Sydney", True),
        ("2018-12-08T00:00:00", "2018-12-08T00:00:00Z", None),
        ("P1D", "PT24H", True),
        ("P1Y", "P12M", True),
        ("P0Y", "P0D", None),
    ],
)
def test_moments_are_equal_when_they_are_the_same_instant(left: str, right: str, answer: bool | None) -> None:
    assert equal(at(left), at(right)) is answer
    assert equal([at(left)], [at(right)]) is answer


@given(values)
def test_every_value_without_a_doubt_in_it_equals_itself(value: Value) -> None:
    assert equal(value, value) is True


@given(values, values)
def test_equality_does_not_depend_on_the_side(left: Value, right: Value) -> None:
    assert equal(left, right) is equal(right, left)


def test_lists_in_lists_to_any_depth_are_compared() -> None:
    left: Value = ONE
    right: Value = ONE
    for _ in range(100_000):
        left, right = [left], [right]
    assert equal(left, right) is True


def test_values_with_parts_without_number_are_refused() -> None:
    left: Value = ONE
    right: Value = ONE
    for _ in range(64):
        left, right = [left, left], [right, right]
    with pytest.raises(FeelError, match="parts"):
        equal(left, right)


@given(ordered, ordered)
def test_an_order_has_exactly_one_of_less_equal_greater_or_none(left: Value, right: Value) -> None:
    less, same, greater = compare("<", left, right), equal(left, right), compare(">", left, right)
    if less is None:
        assert [less, same, greater] == [None] * 3
    elif same is None:
        assert not (less and greater)  # A local time and one with an offset.
    else:
        assert [less, same, greater].count(True) == 1
    not_less, not_greater = compare(">=", left, right), compare("<=", left, right)
    assert (not_less, not_greater) == ((None, None) if less is None else (not less, not greater))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (ONE, "2"),
        (False, True),
        ([ONE], [TWO]),
        ({}, {}),
        (None, ONE),
        (ONE, None),
        (at("2018-12-08"), at("2018-12-09T00:00:00")),
        (at("P1D"), at("P1M")),
    ],
)
def test_what_has_no_order_does_not_compare(left: Value, right: Value) -> None:
    assert [compare(operator, left, right) for operator in ("<", "<=", ">", ">=")] == [None] * 4


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("10:30:00", "10:30:01+05:00"),
        ("10:29:59+05:00", "10:30:00"),
        ("2021-07-01T10:30:00", "2021-07-01T10:30:01@Europe/Paris"),
        ("2021-07-01T10:29:59-04:00", "2021-07-01T10:30:00"),
    ],
)
def test_a_local_time_stands_in_order_as_if_at_the_offset_of_the_other(earlier: str, later: str) -> None:
    assert compare("<", at(earlier), at(later)) is True
    assert compare(">", at(earlier), at(later)) is False
    assert compare(">=", at(later), at(earlier)) is True


@pytest.mark.parametrize(
    ("value", "low", "high", "answer"),
    [
        (ONE, ONE, TEN, True),
        (TEN, ONE, TEN, True),
        (Decimal(11), ONE, TEN, False),
        ("e", "b", "d", False),
        (TWO, None, TEN, None),
        (TWO, ONE, None, None),
        (Decimal(11), None, TEN, False),
        ("a", ONE, TEN, None),
    ],
)
def test_between_includes_both_ends(value: Value, low: Value, high: Value, answer: bool | None) -> None:
    assert between(value, low, high) is answer


@pytest.mark.parametrize(
    ("range_", "inside", "outside", "unknown"),
    [
        (interval(ONE, TEN), [ONE, TWO, TEN], [Decimal(0), Decimal(11)], [None, "a", True]),
        (interval(ONE, TEN, False, False), [TWO], [ONE, TEN], [None]),
        (interval(None, TEN, False, True), [], [Decimal(11)], [ONE, TEN]),
        (interval(ONE, None), [], [Decimal(0)], [ONE, TEN]),
        (half_bounded("<", TEN), [ONE], [TEN, Decimal(11)], [None, "a"]),
        (half_bounded("<=", TEN), [ONE, TEN], [Decimal(11)], []),
        (half_bounded(">", TEN), [Decimal(11)], [TEN, ONE], []),
        (half_bounded(">=", TEN), [Decimal(11), TEN], [ONE], []),
        (half_bounded("=", TEN), [TEN], [ONE, None], ["a"]),
        (half_bounded("!=", TEN), [ONE, None], [TEN], ["a"]),
        (half_bounded("=", [ONE]), [[ONE]], [[TWO]], [ONE]),
        (half_bounded("!=", True), [False], [True], [ONE]),
        (half_bounded("<", None), [], [], [ONE]),
        (half_bounded("!=", "a"), ["b"], ["a"], []),
    ],
)
def test_a_range_holds_what_lies_between_its_ends(
    range_: Range, inside: list[Value], outside: list[Value], unknown: list[Value]
) -> None:
    assert [in_range(value, range_) for value in inside] == [True] * len(inside)
    assert [in_range(value, range_) for value in outside] == [False] * len(outside)
    assert [in_range(value, range_) for value in unknown] == [None] * len(unknown)


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (interval(ONE, TEN), interval(ONE, Decimal("10.0")), True),
        (interval(ONE, TEN), Range(ONE, TEN, null_ends=True), True),
        (interval(ONE, TEN), interval(ONE, TEN, False), False),
        (interval(ONE, TWO), interval(ONE, TEN), False),
        (half_bounded("<", TEN), interval(None, TEN, False, False), False),
        (half_bounded(">=", TEN), interval(TEN, None, True, False), False),
        (half_bounded("<", TEN), half_bounded("<", TEN), True),
        (half_bounded("=", TEN), half_bounded("=", TEN), True),
        (half_bounded("=", TEN), interval(TEN, TEN), False),
        (half_bounded("!=", TEN), half_bounded("!=", TEN), True),
        (half_bounded("!=", TEN), half_bounded("=", TEN), False),
        (interval(ONE, TWO), interval("a", "b"), None),
    ],
)
def test_ranges_are_equal_when_ends_and_brackets_are(left: Range, right: Range, answer: bool | None) -> None:
    assert equal(left, right) is answer


@pytest.mark.parametrize(
    ("low", "high"), [(ONE, "b"), (TEN, ONE), (True, False), ([ONE], [TWO]), (at("2020-01-01"), at("10:00:00"))]
)
def test_a_range_needs_two_ends_of_one_kind_in_order(low: Value, high: Value) -> None:
    with pytest.raises(FeelError):
        interval(low, high)
