"""Amounts are read exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.statements.amounts import (
    Amount,
    DecimalMark,
    Scale,
    exact_number,
    in_minor_units,
    number_of,
    usual_step,
)


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1,234.50", DecimalMark.POINT, "1234.50"),
        ("1.234,50", DecimalMark.COMMA, "1234.50"),
        ("(1,234)", DecimalMark.POINT, "-1234"),
        ("1 234", DecimalMark.POINT, "1234"),
        ("-12", DecimalMark.POINT, "-12"),
        ("12-", DecimalMark.POINT, "-12"),
        ("−12", DecimalMark.POINT, "-12"),
        ("１２３", DecimalMark.POINT, "123"),
        ("—", DecimalMark.POINT, "0"),
        (".5", DecimalMark.POINT, "0.5"),
    ],
)
def test_an_amount_is_read_as_accountants_write_it(text: str, mark: DecimalMark, number: str) -> None:
    assert number_of(text, mark) == Decimal(number)


def test_an_empty_cell_states_nothing() -> None:
    assert number_of("  ") is None


@pytest.mark.parametrize(
    "text", ["1,23", "1.234,5", "12a", "1e5", "NaN", "Infinity", "٣", "1,2345", "--1", "(", "9" * 41, "£5", "=A1"]
)
def test_what_could_be_two_amounts_or_none_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="is no amount") as refused:
        number_of(text)
    assert text not in str(refused.value) or text == "("


def test_an_amount_finer_than_a_minor_unit_is_refused_and_never_rounded() -> None:
    with pytest.raises(ValueError, match="finer"):
        in_minor_units(Decimal("1.005"), "EUR", Scale.UNITS)
    for text in ("1.000000000000000000000000000001", "(1.000000000000000000000000000001)"):
        number = number_of(text)
        assert number is not None
        with pytest.raises(ValueError, match="finer"):
            in_minor_units(number, "EUR", Scale.UNITS)
    assert in_minor_units(Decimal("1.005"), "EUR", Scale.THOUSANDS).minor == 100_500


def test_yen_have_no_minor_units_and_dinars_three_digits_of_them() -> None:
    assert in_minor_units(Decimal(5), "JPY", Scale.MILLIONS).minor == 5_000_000
    assert in_minor_units(Decimal("1.005"), "KWD", Scale.UNITS).minor == 1_005


def test_ten_thousands_of_yuan_are_read_as_such_and_their_last_digit_is_the_step() -> None:
    assert in_minor_units(Decimal("12.34"), "CNY", Scale.TEN_THOUSANDS) == Amount(12_340_000, 10_000)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_minor_units(Decimal(10) ** 14, "EUR", Scale.THOUSANDS)


def test_the_dust_of_a_spreadsheets_arithmetic_is_no_part_of_an_amount() -> None:
    assert exact_number(0.1 + 0.2, "EUR", Scale.UNITS) == Decimal("0.3")
    assert exact_number(1234567.89, "EUR", Scale.UNITS) == Decimal("1234567.89")


@given(st.integers(-(10**13), 10**13))
def test_every_amount_of_cents_survives_a_spreadsheet(cents: int) -> None:
    assert in_minor_units(exact_number(cents / 100, "EUR", Scale.UNITS), "EUR", Scale.UNITS).minor == cents


@given(st.integers(-(10**14), 10**14), st.sampled_from(DecimalMark))
def test_every_amount_reads_back_as_it_was_written(cents: int, mark: DecimalMark) -> None:
    written = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    if mark is DecimalMark.COMMA:
        written = written.translate(str.maketrans(",.", ".,"))
    found = number_of(f"({written})" if cents < 0 else written, mark)
    assert found is not None
    assert in_minor_units(found, "EUR", Scale.UNITS).minor == cents


def test_the_step_of_a_statement_is_that_of_most_of_its_amounts() -> None:
    thousands = [Amount(1, 100_000), Amount(2, 100_000), Amount(3, 1), Amount(0, 10)]
    assert usual_step(thousands) == 100_000
    assert usual_step([]) == 1
