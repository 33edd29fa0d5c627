"""Queries of DuckDB in the SQL of other engines, still exact: no quotient of theirs goes through a float.

It needs sqlglot, and is imported by name where a query is run or written for a warehouse, never by a service.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final, Literal

from sqlglot import exp, parse_one

Dialect = Literal["postgres", "spark", "trino", "snowflake", "bigquery"]

_WIDE: Final[Mapping[str, str]] = {
    "postgres": "NUMERIC",
    "spark": "DECIMAL(38, 0)",
    "trino": "DECIMAL(38, 0)",
    "snowflake": "DECIMAL(38, 0)",
    "bigquery": "BIGNUMERIC",
}
"""What holds an integer of 38 digits."""

_BIGINT_DIGITS: Final = 18

_FRAMES: Final = 20_000

_Rule = Callable[[exp.Expr, Dialect], exp.Expr]


def in_dialect(sql: str, dialect: Dialect) -> str:
    """Return a query, or an expression, of the SQL that this package writes, as `dialect` computes the same.

    Beyond plain SQL that is `//` and `%` of numbers that are not negative, DATE_DIFF in days, YEAR, MONTH, DAY,
    `day + CAST(n AS INTEGER)` and `CAST(day + TO_MONTHS(n) AS DATE)`, HUGEINT, and LEAST and GREATEST without NULL.
    """
    with _deep():
        return _rewritten(parse_one(sql, read="duckdb"), dialect).sql(dialect=dialect, copy=False)


@contextmanager
def _deep() -> Iterator[None]:
    """Sums of a hundred terms nest as deep in SQL, and sqlglot takes a dozen of Python's frames for each level."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def _rewritten(tree: exp.Expr, dialect: Dialect) -> exp.Expr:
    # From the leaves up: what a rule returns has parts that were rewritten before.
    for node in reversed(list(tree.walk())):
        rule = _RULES.get(type(node))
        replaced = node if rule is None else rule(node, dialect)
        if replaced is not node and node is tree:
            tree = replaced
        elif replaced is not node:
            node.replace(replaced)
    return tree


@cache
def _type(name: str, dialect: Dialect) -> exp.DataType:
    return exp.DataType.build(name, dialect=dialect)


def _wide(dialect: Dialect) -> exp.DataType:
    return _type(_WIDE[dialect], dialect).copy()


def _cast(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    to = node.args["to"]
    if to.this == exp.DType.INT128:
        node.set("to", _wide(dialect))
    elif to.this == exp.DType.DATE and isinstance(node.this, exp.Add):
        return _months_later(node, dialect)
    return node


def _quotient(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    dividend, divisor = _closed(node.this), _closed(node.expression)
    if dialect in ("postgres", "bigquery"):
        return exp.Anonymous(this="DIV", expressions=[dividend, divisor])
    if dialect == "spark" and _is_bigint(node.parent):
        # DIV of Spark is exact for all numbers, and its result a BIGINT.
        return node
    whole: exp.Expr = exp.Paren(this=exp.Sub(this=dividend.copy(), expression=_rest(dividend, divisor)))
    if dialect == "spark":
        divisor = exp.Cast(this=divisor.copy(), to=_wide(dialect))
        whole = exp.Cast(this=whole, to=_wide(dialect))
    return exp.Div(this=whole, expression=divisor.copy(), typed=True, safe=False)


def _closed(node: exp.Expr) -> exp.Expr:
    return exp.Paren(this=node.copy()) if isinstance(node, exp.Binary) else node


def _rest(dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
    return exp.Mod(this=dividend.copy(), expression=divisor.copy())


def _is_bigint(parent: exp.Expr | None) -> bool:
    return isinstance(parent, exp.Cast) and parent.args["to"].this == exp.DType.BIGINT


def _number(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    if node.is_string or len(node.this) <= _BIGINT_DIGITS or dialect not in ("trino", "bigquery"):
        return node
    return exp.Cast(this=exp.Literal.string(node.this), to=_wide(dialect))


def _bigint(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType(this=exp.DType.BIGINT))


def _part(node: exp.Expr, _dialect: Dialect) -> exp.Expr:
    return _bigint(node.copy())


def _days_between(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    later, earlier = node.this, node.expression
    match dialect:
        case "postgres":
            days: exp.Expr = exp.Paren(this=exp.Sub(this=later, expression=earlier))
        case "spark":
            days = exp.Anonymous(this="DATEDIFF", expressions=[later, earlier])
        case "trino":
            days = exp.Anonymous(this="DATE_DIFF", expressions=[exp.Literal.string("day"), earlier, later])
        case "snowflake":
            days = exp.Anonymous(this="DATEDIFF", expressions=[exp.Var(this="DAY"), earlier, later])
        case "bigquery":
            days = exp.Anonymous(this="DATE_DIFF", expressions=[later, earlier, exp.Var(this="DAY")])
    return _bigint(days)


def _days_later(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Only to a day does this package ever add an INTEGER."""
    number = node.expression
    if dialect == "postgres" or not (isinstance(number, exp.Cast) and number.args["to"].this == exp.DType.INT):
        return node
    return _moved(node.this, "DAY", number, dialect)


def _months_later(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    day, interval = node.this.this, node.this.expression
    number = interval.expressions[0]
    if dialect == "postgres":
        month = exp.Interval(this=exp.Literal.string("1"), unit=exp.Var(this="MONTH"))
        node.this.set("expression", exp.Mul(this=number, expression=month))
        return node
    return _moved(day, "MONTH", number, dialect)


def _moved(day: exp.Expr, unit: str, number: exp.Expr, dialect: Dialect) -> exp.Expr:
    match dialect:
        case "spark":
            return exp.Anonymous(this={"DAY": "DATE_ADD", "MONTH": "ADD_MONTHS"}[unit], expressions=[day, number])
        case "trino":
            return exp.Anonymous(this="DATE_ADD", expressions=[exp.Literal.string(unit.lower()), number, day])
        case "snowflake":
            return exp.Cast(
                this=exp.Anonymous(this="DATEADD", expressions=[exp.Var(this=unit), number, day]),
                to=exp.DataType(this=exp.DType.DATE),
            )
    return exp.Anonymous(this="DATE_ADD", expressions=[day, exp.Interval(this=number, unit=exp.Var(this=unit))])


def _extreme(node: exp.Expr, _dialect: Dialect) -> exp.Expr:
    node.set("ignore_nulls", False)
    return node


_RULES: Final[Mapping[type[exp.Expr], _Rule]] = {
    exp.Cast: _cast,
    exp.IntDiv: _quotient,
    exp.Literal: _number,
    exp.DateDiff: _days_between,
    exp.Add: _days_later,
    exp.Year: _part,
    exp.Month: _part,
    exp.Day: _part,
    exp.Least: _extreme,
    exp.Greatest: _extreme,
}
