from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.feel.library.kit import at, call, fault, number, untimed

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)
scales = st.integers(min_value=-4, max_value=5)


def exactly(name: str, value: Decimal, scale: int) -> Fraction:
    result = call(name, value, scale)
    assert isinstance(result, Decimal)
    return Fraction(result)


@pytest.mark.parametrize(
    ("name", "rounded"),
    [
        ("decimal", ["2", "2", "-2", "1.1", "1.2"]),
        ("floor", ["1", "2", "-3", "1.1", "1.1"]),
        ("ceiling", ["2", "3", "-2", "1.2", "1.2"]),
        ("round up", ["2", "3", "-3", "1.2", "1.2"]),
        ("round down", ["1", "2", "-2", "1.1", "1.1"]),
        ("round half up", ["2", "3", "-3", "1.1", "1.2"]),
        ("round half down", ["1", "2", "-2", "1.1", "1.1"]),
    ],
)
def test_each_way_of_rounding_has_its_rule_for_halves(name: str, rounded: list[str]) -> None:
    cases = [("1.5", 0), ("2.5", 0), ("-2.5", 0), ("1.12", 1), ("1.15", 1)]
    assert [call(name, number(value), scale) for value, scale in cases] == list(map(number, rounded))


@given(decimals, scales)
@untimed
def test_rounding_down_and_up_enclose_the_number(value: Decimal, scale: int) -> None:
    unit = Fraction(10) ** -scale
    assert exactly("floor", value, scale) == floor(Fraction(value) / unit) * unit
    assert exactly("ceiling", value, scale) == ceil(Fraction(value) / unit) * unit
    assert abs(exactly("decimal", value, scale) - Fraction(value)) <= unit / 2
    assert abs(exactly("round down", value, scale)) <= abs(Fraction(value)) <= abs(exactly("round up", value, scale))


def test_floor_and_ceiling_round_to_whole_numbers_unless_told() -> None:
    assert call("floor", number("-1.5")) == -2
    assert call("ceiling", number("1.5")) == 2


def test_a_scale_is_cut_to_a_whole_number() -> None:
    assert call("decimal", number("0.3333"), number("2.9")) == number("0.33")


def test_nothing_rounds_to_a_negative_zero() -> None:
    assert str(call("ceiling", number("-0.3"))) == "0"


def test_rounding_to_more_digits_than_there_are_changes_nothing() -> None:
    assert call("round up", number("5.5"), 6176) == number("5.5")


@pytest.mark.parametrize("scale", [6177, -6112])
def test_a_scale_has_bounds(scale: int) -> None:
    assert "a scale is from" in fault("round up", number("5.5"), scale)


@given(decimals, decimals.filter(bool))
@untimed
def test_a_remainder_has_the_sign_of_the_divisor_and_is_less_than_it(dividend: Decimal, divisor: Decimal) -> None:
    remainder = call("modulo", dividend, divisor)
    assert isinstance(remainder, Decimal)
    assert Fraction(remainder) == Fraction(dividend) % Fraction(divisor)


def test_a_remainder_is_exact_where_the_quotient_has_thousands_of_digits() -> None:
    assert call("modulo", number("1E6000"), 7) == pow(10, 6000, 7)


def test_there_is_no_remainder_of_a_division_by_zero() -> None:
    assert "division by zero" in fault("modulo", 1, 0)


def test_numbers_and_durations_have_a_magnitude() -> None:
    assert call("abs", -10) == 10
    assert call("abs", at("-P1D")) == at("P1D")
    assert call("abs", at("-P1Y")) == at("P1Y")


def test_a_magnitude_keeps_all_digits() -> None:
    assert call("abs", number("-1234567890123456789012345678901234")) == number("1234567890123456789012345678901234")


def test_roots_and_logarithms_have_34_digits() -> None:
    assert call("sqrt", 2) == number("1.414213562373095048801688724209698")
    assert call("log", 10) == number("2.302585092994045684017991454684364")
    assert call("exp", 1) == number("2.718281828459045235360287471352662")


def test_there_is_no_root_and_no_logarithm_below_zero() -> None:
    assert "square root" in fault("sqrt", -1)
    assert "logarithm" in fault("log", 0)


def test_a_result_beyond_the_numbers_is_a_fault() -> None:
    assert "beyond" in fault("exp", 10**9)


@given(st.integers())
@untimed
def test_a_whole_number_is_either_odd_or_even(value: int) -> None:
    assert call("even", value) is (value % 2 == 0)
    assert call("odd", value) is (value % 2 == 1)


def test_a_broken_number_is_neither_odd_nor_even() -> None:
    assert call("odd", number("1.5")) is False
    assert call("even", number("1.5")) is False
