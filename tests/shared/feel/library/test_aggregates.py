from decimal import Decimal
from fractions import Fraction
from statistics import median, multimode, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.feel.library.kit import at, call, fault, number, untimed

numbers = st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=1)


@given(numbers)
@untimed
def test_a_sum_is_exact(values: list[Decimal]) -> None:
    total = call("sum", values)
    assert isinstance(total, Decimal)
    assert Fraction(total) == sum(map(Fraction, values))


@given(numbers)
@untimed
def test_the_least_the_greatest_and_the_middle_are_those_of_the_sorted_numbers(values: list[Decimal]) -> None:
    assert call("min", values) == min(values)
    assert call("max", values) == max(values)
    assert call("median", values) == median(values)


@given(numbers)
@untimed
def test_the_modes_are_the_most_frequent_numbers_in_order(values: list[Decimal]) -> None:
    assert call("mode", values) == sorted(multimode(values))


@given(st.lists(st.integers(-1000, 1000), min_size=2))
@untimed
def test_a_deviation_is_that_of_a_sample(values: list[int]) -> None:
    deviation = call("stddev", values)
    assert isinstance(deviation, Decimal)
    assert deviation == pytest.approx(Decimal(stdev(values)), abs=Decimal("1e-9"))


@pytest.mark.parametrize("name", ["sum", "min", "max", "mean", "median", "product"])
def test_nothing_comes_of_no_numbers(name: str) -> None:
    assert call(name, []) is None


def test_a_count_of_nothing_is_zero_and_its_mode_empty() -> None:
    assert call("count", []) == 0
    assert call("mode", []) == []


def test_a_deviation_needs_two_numbers() -> None:
    assert "two numbers" in fault("stddev", [47])


@pytest.mark.parametrize("name", ["sum", "min", "max", "mean", "median", "product", "stddev", "mode"])
def test_numbers_may_stand_side_by_side_instead_of_in_a_list(name: str) -> None:
    assert call(name, 8, 2, 5) == call(name, [8, 2, 5])


def test_a_mean_has_34_digits() -> None:
    assert call("mean", [1, 1, 2]) == number("1.333333333333333333333333333333333")


def test_whatever_has_an_order_has_a_least_and_a_greatest() -> None:
    assert call("max", ["a", "c", "b"]) == "c"
    assert call("min", at("2026-02-01"), at("2026-01-31")) == at("2026-01-31")
    assert call("max", [at("P1D"), at("PT25H")]) == at("PT25H")


def test_values_of_two_kinds_have_no_least() -> None:
    assert "no order" in fault("min", [1, "a"])
    assert "no order" in fault("max", [at("2026-01-31"), at("2026-01-31T10:00:00")])


def test_a_sum_beyond_the_numbers_is_a_fault() -> None:
    assert "beyond" in fault("sum", [number("9E6144"), number("9E6144")])
    assert "beyond" in fault("product", [number("9E6144"), 10])


@pytest.mark.parametrize(
    ("items", "all_of_them", "any_of_them"),
    [
        ([], True, False),
        ([True, True], True, True),
        ([True, False, None], False, True),
        ([False, "x"], False, None),
        ([True, None], None, True),
        ([False, None], False, None),
    ],
)
def test_truth_of_many_is_known_as_soon_as_it_can_be(
    items: list[object], all_of_them: object, any_of_them: object
) -> None:
    if "x" not in items:
        assert call("any", items) is any_of_them
    assert call("all", items) is all_of_them


def test_other_than_truth_values_are_a_fault_where_they_matter() -> None:
    assert "booleans" in fault("all", [True, 123])
    assert "booleans" in fault("any", 123)


def test_a_negation_of_the_unknown_is_unknown() -> None:
    assert call("not", True) is False
    assert call("not", False) is True
    assert call("not", None) is None
