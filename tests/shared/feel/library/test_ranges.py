from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Range
from tests.shared.feel.library.kit import at, between, call, fault, untimed

CONVERSES = {
    "before": "after",
    "meets": "met by",
    "overlaps": "overlaps",
    "overlaps before": "overlaps after",
    "finishes": "finished by",
    "during": "includes",
    "starts": "started by",
    "coincides": "coincides",
}


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low = draw(st.integers(0, 4))
    high = draw(st.integers(low + 1, 5))
    return Range(Decimal(low), Decimal(high), draw(st.booleans()), draw(st.booleans()))


def points(range_: Range) -> set[Fraction]:
    """The quarters that lie in a range: enough to tell such ranges apart as sets."""
    assert isinstance(range_.low, Decimal)
    assert isinstance(range_.high, Decimal)
    low, high = Fraction(range_.low), Fraction(range_.high)
    quarters = {Fraction(quarter, 4) for quarter in range(int(low * 4) + 1, int(high * 4))}
    return quarters | ({low} if range_.low_included else set()) | ({high} if range_.high_included else set())


Sets = Callable[[set[Fraction], set[Fraction]], bool]


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("before", lambda one, other: max(one) < min(other)),
        ("after", lambda one, other: min(one) > max(other)),
        ("overlaps", lambda one, other: bool(one & other)),
        ("includes", lambda one, other: one >= other),
        ("during", lambda one, other: one <= other),
        ("coincides", lambda one, other: one == other),
        ("meets", lambda one, other: max(one) == min(other)),
        ("starts", lambda one, other: one <= other and min(one) == min(other)),
        ("finishes", lambda one, other: one <= other and max(one) == max(other)),
    ],
)
@given(one=ranges(), other=ranges())
@untimed
def test_ranges_lie_to_each_other_as_the_sets_of_their_points(name: str, holds: Sets, one: Range, other: Range) -> None:
    assert call(name, one, other) is holds(points(one), points(other))


@given(ranges(), ranges())
@untimed
def test_each_relation_has_its_converse(one: Range, other: Range) -> None:
    for name, converse in CONVERSES.items():
        assert call(name, one, other) is call(converse, other, one)


@given(ranges(), ranges())
@untimed
def test_one_overlaps_before_another_when_it_starts_first_and_ends_within(one: Range, other: Range) -> None:
    left, right = points(one), points(other)
    expected = bool(left & right) and min(left) < min(right) and max(left) <= max(right)
    assert call("overlaps before", one, other) is expected


@pytest.mark.parametrize(
    ("name", "point", "range_", "answer"),
    [
        ("before", 1, "(1..10]", True),
        ("before", 1, "[1..10]", False),
        ("after", 10, "[1..10)", True),
        ("during", 10, "[1..10]", True),
        ("during", 10, "[1..10)", False),
        ("starts", 1, "[1..10]", True),
        ("starts", 1, "(1..10]", False),
        ("finishes", 10, "[1..10]", True),
    ],
)
def test_a_point_lies_to_a_range_and_the_range_to_the_point(name: str, point: int, range_: str, answer: bool) -> None:
    assert call(name, point, between(range_)) is answer
    assert call(CONVERSES.get(name, "before"), between(range_), point) is answer


def test_points_precede_follow_and_coincide() -> None:
    assert call("before", 1, 2) is True
    assert call("after", at("2026-02-01"), at("2026-01-31")) is True
    assert call("coincides", "a", "a") is True


def test_a_range_without_an_end_goes_on_for_ever() -> None:
    below = Range(None, Decimal(10), False, False)
    above = Range(Decimal(5), None, True, False)
    assert call("includes", below, -(10**30)) is True
    assert call("overlaps", below, above) is True
    assert call("before", below, 10) is True
    assert call("during", between("[6..7]"), above) is True
    assert call("starts", below, Range(None, Decimal(20), False, False)) is True


def test_what_does_not_compare_has_no_relation() -> None:
    assert "no order" in fault("before", 1, "a")
    assert "no order" in fault("includes", between("[1..10]"), at("P1D"))


def test_a_range_whose_end_is_not_known_has_no_relation() -> None:
    assert "not known" in fault("before", 1, Range(None, Decimal(3), False, True, null_ends=True))
