"""What expressions and cells come to: exact numbers, money in minor units, days of the calendar."""

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import pytest

from shared.feel.syntax import parse_expression
from shared.feel.typed import General, Unknown, check_expression
from shared.feel.typed.nodes import walk
from tests.shared.feel.typed.language import (
    APPLICATION,
    NAMES,
    cell,
    condition,
    expression,
    generated,
    holds,
    interpreted,
    value,
)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("employees + term * 2", 84),
        ("employees / term", Decimal("0.333333333333")),
        ("dti + 0.05", Decimal("0.40")),
        ("amount + 5", 1_500_500),
        ("amount * 2", 3_000_000),
        ("amount / revenue", Decimal("0.018749988281")),
        ("if bankrupt then 1000 else 2000", 2000),
        ("min(amount, 7500)", 750_000),
        ("max(if bankrupt then 10 else 20, revenue)", 80_000_050),
        ("floor(amount / 7)", 214_200),
        ("round down(amount, -4)", 1_000_000),
        ("modulo(revenue, 1000)", 50),
        ("mean(employees, term)", 24),
        ("abs(employees - term)", 24),
        ("2 ** 10", 1024),
        ('founded + duration("P1Y")', date(2021, 2, 28)),
        ('signed + @"P1M"', date(2026, 2, 28)),
        ('signed - duration("P31D")', date(2025, 12, 31)),
        ("signed - founded", 2163),
        ("years and months duration(founded, signed).years", 5),
        ("years and months duration(signed, founded).months", -11),
        ("today()", date(2026, 11, 21)),
        ("today().weekday", 6),
        ("date(2026, term - 30, 1)", date(2026, 6, 1)),
        ("string length(purpose)", 3),
        ("upper case(purpose)", "CAR"),
        ("substring(purpose, 2)", "ar"),
        ("bankrupt or amount between 100 and 20000", True),
        ('purpose in ("car", "home")', True),
        ('list contains(["vacation", "home"], purpose)', False),
        ('matches(purpose, "^c.r$")', True),
        ('matches(purpose, "^x")', False),
    ],
)
def test_expressions_are_computed_exactly(text: str, result: Any) -> None:
    assert value(text) == result
    assert generated(expression(text), APPLICATION) == result


@pytest.mark.parametrize(
    ("column", "text", "result"),
    [
        ("amount", "< 15000", False),
        ("amount", "[15000..16000)", True),
        ("amount", "> 0.01 * revenue", True),
        ("purpose", '"car", "home"', True),
        ("purpose", 'not("car")', False),
        ("dti", "> 0.349", True),
        ("employees", "? in (1, 3) or ? > 10", True),
        ("employees", "(11..12), > term", False),
        ("bankrupt", "false", True),
        ("founded", '< date("2020-03-01")', True),
        ("founded", "< today()", True),
        ("term", "-", True),
        ("term", "odd(?)", False),
        ("term", "count([?, 1]) = 2", True),
        ("purpose", 'starts with(?, "c")', True),
    ],
)
def test_cells_test_their_column(column: str, text: str, result: bool) -> None:
    assert holds(column, text) is result
    assert generated(cell(column, text), APPLICATION) is result


def test_money_is_read_in_major_units_and_kept_in_minor_units() -> None:
    assert holds("amount", "> 14999.99") is True
    assert holds("amount", "> 15000") is False
    assert holds("amount", "<= 15000.005") is True


@pytest.mark.parametrize(
    ("text", "expected", "result"),
    [
        ("employees / 5", "employees", 2),
        ("2.5", "employees", 3),
        ("-2.5", "term", -3),
        ("employees / 5", "coverage", Decimal("2.4000")),
        ("0.125", "dti", Decimal("0.13")),
        ("revenue / 3", "amount", 26_666_683),
        ("employees * 2000", "amount", 2_400_000),
        ("if bankrupt then 0 else min(amount, 7500)", "amount", 750_000),
        ("upper case(grade)", "grade", "B"),
        ("sum(for x in [amount] return x / 3)", "amount", 500_000),
    ],
)
def test_a_value_is_brought_to_its_declared_type_half_up(text: str, expected: str, result: Any) -> None:
    assert value(text, expected) == result
    assert type(value(text, expected)) is type(result)
    assert str(generated(expression(text, expected), APPLICATION)) == str(result)


def test_a_limit_can_be_rounded_down() -> None:
    typed = check_expression(parse_expression("revenue / 3"), NAMES, NAMES["amount"], ROUND_FLOOR)
    assert interpreted(typed, {"revenue": 200}) == 66


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("employees / (term - 36)", None),
        ("modulo(employees, term - 36)", None),
        ("sqrt(employees - 13)", None),
        ('founded + duration("P9999Y")', None),
        ("date(2026, employees + 1, 1)", None),
        ("revenue * 1e12", "amount"),
        ("lower case(grade)", "grade"),
        ("if bankrupt then 3 else null", "employees"),
        ('{a: "text"}.a', "employees"),
    ],
)
def test_what_cannot_be_computed_is_missing_and_generated_code_says_so(text: str, expected: str | None) -> None:
    assert value(text, expected) is None
    with pytest.raises(Unknown):
        generated(expression(text, expected), APPLICATION)


def test_integers_of_more_than_34_digits_are_rounded_as_feel_numbers_are() -> None:
    cube = value("employees * employees * employees", employees=2**53 - 1)
    assert cube == Decimal("7.307508186654512157129271725381234E+47")


def test_only_what_needs_it_is_left_to_the_general_engine() -> None:
    plain = condition('amount / revenue < 0.5 and purpose in ("car", "home") and founded + @"P1Y" < today()')
    exotic = condition("every x in [employees, term] satisfies x > 3")
    assert not any(isinstance(node, General) for node in walk(plain))
    assert isinstance(exotic, General)
    assert interpreted(exotic, APPLICATION) is True
