"""Scales, bounds and refusals of the SQL of single expressions."""

from decimal import Decimal
from typing import Any

import pytest

from shared.feel.typed import Kind, Type, Typed
from shared.feel.typed.sql import SqlValue, Uncompilable, column, literal, to_sql
from shared.money import MAX_MINOR
from tests.shared.feel.typed.language import NAMES, cell, condition, expression
from tests.shared.feel.typed.sql.rows import SQL_VALUES


def sql(typed: Typed, **names: SqlValue) -> SqlValue:
    """The SQL over the facts as columns, some of them replaced."""
    return to_sql(typed, {**SQL_VALUES, **names})


@pytest.mark.parametrize(
    ("text", "of", "scale", "low", "high"),
    [
        ("employees + term", None, 0, -MAX_MINOR, 2 * MAX_MINOR),
        ("amount * 0.25", None, 2, 0, 25 * MAX_MINOR),
        ("amount / 4", None, 2, 0, 25 * MAX_MINOR),
        ("amount / 1.25", None, 1, 0, 8 * MAX_MINOR),
        ("amount * dti", None, 2, -MAX_MINOR * 10**14, MAX_MINOR * 10**14),
        ("employees", "dti", 2, 0, 10**14),
        ("term / employees", "dti", 2, -(10**14), 10**14),
        ("founded.month", None, 0, 1, 12),
        ("if bankrupt then 0.05 else 0.125", None, 3, 50, 125),
        ("floor(coverage)", None, 0, -(10**12), 10**12),
    ],
)
def test_scale_and_bounds_are_known_beforehand(text: str, of: str | None, scale: int, low: int, high: int) -> None:
    value = sql(expression(text, of))
    assert (value.scale, value.low, value.high) == (scale, low, high)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (cell("amount", "> 7500"), "(amount > 750000)"),
        (cell("dti", "> 0.005"), "(dti > 0)"),
        (cell("dti", "<= 0.005"), "(dti <= 0)"),
        (cell("employees", "< 1e20"), "(employees < 9007199254740992)"),
        (cell("purpose", '"car", "home"'), "(purpose IN ('car', 'home'))"),
        (cell("purpose", "null"), "(purpose IS NULL)"),
        (cell("bankrupt", "false"), "(NOT bankrupt)"),
        (condition("bankrupt and amount > 1"), "(bankrupt AND (amount > 100))"),
        (expression("amount + 5"), "(amount + 500)"),
        (expression('upper case(grade) = "A"'), "(CASE WHEN grade IN ('A') THEN 'A' WHEN grade IN ('B')"),
    ],
)
def test_sql_is_as_plain_as_what_it_says(typed: Typed, text: str) -> None:
    assert sql(typed).sql.startswith(text)


def test_few_values_are_followed_one_by_one() -> None:
    share = SqlValue("share", NAMES["dti"], 2, 10, 40, values=(10, 20, 40))
    typed = expression("dti + (if bankrupt then 0.005 else 0)")
    assert sql(typed, dti=share).values == (100, 105, 200, 205, 400, 405)


def test_a_function_of_few_values_is_a_table() -> None:
    term = column("term", NAMES["term"], 1, 3)
    value = sql(expression("1.1 ** (-term)"), term=term)
    assert value.values == (751314800902, 826446280992, 909090909091)
    assert value.sql == (
        "CAST(CASE WHEN term IS NULL THEN NULL ELSE CASE WHEN term <= 1 THEN 909090909091 "
        "ELSE CASE WHEN term <= 2 THEN 826446280992 ELSE 751314800902 END END END AS BIGINT)"
    )


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (expression("employees ** 2"), "`employees ** 2`: a power has no exact formula in SQL"),
        (expression("1 + sqrt(employees)"), "`sqrt(employees)`: `sqrt` is not a function of SQL"),
        (
            expression("amount * dti * dti"),
            "`amount * dti * dti`: working it out takes integers of more than 38 digits",
        ),
        (
            condition("some x in [employees] satisfies x > 1"),
            "`some x in [employees] satisfies x > 1`: only the general FEEL engine evaluates this",
        ),
    ],
)
def test_what_cannot_be_compiled_is_named_with_the_part_that_cannot(typed: Typed, reason: str) -> None:
    with pytest.raises(Uncompilable) as refused:
        sql(typed)
    assert refused.value.reason == reason


def test_a_long_formula_is_refused_unless_its_parts_get_columns_of_their_own() -> None:
    text = "amount"
    for _ in range(12):
        text = f"({text} / (employees + 1.5))"
    typed = expression(text, "amount")
    bound: list[SqlValue] = []

    def bind(value: SqlValue) -> str:
        bound.append(value)
        return f"part_{len(bound)}"

    with pytest.raises(Uncompilable, match="too long"):
        sql(typed)
    assert len(to_sql(typed, SQL_VALUES, bind).sql) < 5_000
    assert all(len(value.sql) < 10_000 for value in bound)


@pytest.mark.parametrize(
    ("value", "text", "scale"),
    [
        (3, "CAST(3 AS BIGINT)", 0),
        (Decimal("-0.250"), "CAST(-25 AS BIGINT)", 2),
        (Decimal("1E+3"), "CAST(1000 AS BIGINT)", 0),
        (10**20, "CAST(100000000000000000000 AS HUGEINT)", 0),
        (True, "TRUE", 0),
        ("it's", "'it''s'", 0),
        (None, "NULL", 0),
    ],
)
def test_a_literal_is_exact(value: Any, text: str, scale: int) -> None:
    found = literal(value)
    assert (found.sql, found.scale) == (text, scale)


@pytest.mark.parametrize("text", ["a\\", "a\x00b", "a\nb"])
def test_a_text_that_engines_read_differently_is_refused(text: str) -> None:
    with pytest.raises(Uncompilable):
        literal(text, Type(Kind.TEXT))
