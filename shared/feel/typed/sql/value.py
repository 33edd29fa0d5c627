"""Values as SQL text: numbers as scaled integers, whose scale and bounds are known before anything runs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shared.feel.typed.nodes import Literal
from shared.feel.typed.regions import domain
from shared.feel.typed.sql.integers import Integer, constant, multiply
from shared.feel.typed.sql.refusal import Uncompilable
from shared.feel.typed.types import BOOLEAN, DATE, MAX_DIGITS, NULL, NUMBER, TEXT, Kind, Type

MAX_LENGTH: Final = 60_000
"""Characters of the SQL of one expression: what stands in several places of a formula is written out in each."""

FEW: Final = 64
"""As many values are kept track of one by one."""

_LARGEST: Final = 10**MAX_DIGITS - 1
"""Below, the decimals of 34 digits of one evaluation and integers are both exact."""


@dataclass(frozen=True, slots=True)
class SqlValue:
    """DuckDB SQL of a value, NULL where it is missing.

    A number, an amount or a duration is an integer, `value * 10**scale`, that lies in [`low`, `high`]; its SQL type is
    BIGINT where the bounds fit, else HUGEINT. For other values scale and bounds are 0: text is VARCHAR, boolean
    BOOLEAN, a date DATE. `values`, where they are few, are all the integers that it can be.
    `literal` tells that it is the same in every row, and never NULL.
    """

    sql: str
    type: Type
    scale: int = 0
    low: int = 0
    high: int = 0
    values: tuple[int, ...] | None = None
    literal: bool = False

    def __post_init__(self) -> None:
        if len(self.sql) > MAX_LENGTH:
            raise Uncompilable("it is too long once it is written in SQL; give parts of it names, as definitions")
        if max(-self.low, self.high) > _LARGEST:
            raise Uncompilable(f"its value can have more than {MAX_DIGITS} digits")

    @property
    def is_integer(self) -> bool:
        """Tell whether it is a scaled integer: a number, an amount or a duration."""
        return self.type.kind in INTEGERS

    @property
    def integer(self) -> Integer:
        """The scaled integer itself."""
        return Integer(self.sql, self.low, self.high, self.literal)


INTEGERS: Final = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DAYS, Kind.MONTHS))

_SQL_TYPES: Final = {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE"}


def column(sql_name: str, of: Type, low: int | None = None, high: int | None = None) -> SqlValue:
    """Return the value of a column, NULL or within the domain of its type, and within `low` and `high` where stated.

    Bounds are scaled integers too: whole numbers, minor units, decimals times ten to the power of their scale. The
    column is BIGINT or HUGEINT, as the bounds have it.
    """
    if of.kind not in INTEGERS:
        return SqlValue(sql_name, of)
    ((least, greatest),) = domain(of)
    least = least if low is None else max(least, low)
    greatest = greatest if high is None else min(greatest, high)
    return SqlValue(sql_name, of, of.scale or 0 if of.kind is Kind.DECIMAL else 0, least, greatest)


def of_integer(integer: Integer, of: Type, scale: int = 0, values: tuple[int, ...] | None = None) -> SqlValue:
    """Return a number whose scaled integer is `integer`."""
    if values is not None and len(values) > FEW:
        values = None
    return SqlValue(integer.sql, of, scale, integer.low, integer.high, values, integer.literal)


def literal(value: Literal, of: Type | None = None) -> SqlValue:
    """Return a value that is written out, of type `of` where the value alone does not tell; None is NULL."""
    match value:
        case None:
            return null(of or NULL)
        case bool():
            return SqlValue("TRUE" if value else "FALSE", of or BOOLEAN, literal=True)
        case int() | Decimal():
            number, scale = scaled(Decimal(value))
            integer = constant(number)
            return of_integer(integer, of or NUMBER, scale, (number,))
        case str():
            return SqlValue(quoted(value), of or TEXT, literal=True)
        case date():
            return SqlValue(f"DATE '{value.isoformat()}'", of or DATE, literal=True)


def null(of: Type) -> SqlValue:
    """Return NULL as a value of a type."""
    sql_type = "BIGINT" if of.kind in INTEGERS else _SQL_TYPES.get(of.kind)
    return SqlValue("NULL" if sql_type is None else f"CAST(NULL AS {sql_type})", of, values=())


def scaled(number: Decimal) -> tuple[int, int]:
    """Return an integer and the smallest scale at which it is `number`; raises `Uncompilable` for huge ones."""
    if not number:
        return 0, 0
    if number.adjusted() >= MAX_DIGITS or -number.adjusted() > MAX_DIGITS:
        raise Uncompilable(f"{number} is beyond the numbers of {MAX_DIGITS} digits")
    _, digits, exponent = number.as_tuple()
    coefficient = int("".join(map(str, digits)))
    places = -int(exponent)
    while places > 0 and coefficient % 10 == 0:
        coefficient, places = coefficient // 10, places - 1
    if places < 0:
        coefficient, places = coefficient * 10**-places, 0
    return -coefficient if number < 0 else coefficient, places


def at_scale(value: SqlValue, scale: int) -> SqlValue:
    """Return the same number with at least as many decimal places as it has."""
    if value.scale == scale:
        return value
    factor = 10 ** (scale - value.scale)
    values = None if value.values is None else tuple(each * factor for each in value.values)
    return of_integer(multiply(value.integer, constant(factor)), value.type, scale, values)


def quoted(text: str) -> str:
    """Return a text as an SQL literal; raises `Uncompilable` for a text that engines do not agree on."""
    if not text.isprintable() or "\\" in text:
        raise Uncompilable("it has a text with a backslash, or a character that cannot be printed")
    return "'" + text.replace("'", "''") + "'"
