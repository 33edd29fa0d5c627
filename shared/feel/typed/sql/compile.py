"""The walk over a typed tree that writes SQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN
from functools import reduce
from typing import Any, Final

from shared.feel.typed.nodes import (
    PLACES,
    Arithmetic,
    Brought,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Function,
    General,
    IsMissing,
    ListOf,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
)
from shared.feel.typed.sql import days, integers, numbers
from shared.feel.typed.sql.integers import Integer
from shared.feel.typed.sql.integers import typed as as_type
from shared.feel.typed.sql.refusal import Uncompilable
from shared.feel.typed.sql.tabulate import tabulated
from shared.feel.typed.sql.value import INTEGERS, SqlValue, literal, of_integer
from shared.feel.typed.sql.words import words
from shared.feel.typed.types import BOOLEAN, Kind, Type

LONG: Final = 300
"""Characters of SQL that are better computed once, as a column, than written out wherever a formula has them."""


def to_sql(typed: Typed, names: Mapping[str, SqlValue], bind: Callable[[SqlValue], str] | None = None) -> SqlValue:
    """Return the value of `typed`, to the bit what `interpret` gives, where `names` has the value of each name.

    `TODAY` is a name too, of a DATE. What no formula of exact SQL can say is worked out for each value of its names,
    where they are few; raises `Uncompilable` for the rest, with the part in which the difficulty is.

    Some formulas need a part of theirs in several places. `bind`, where it is given, makes a column of such a part
    and returns its name; what is returned, and is bound later, refers to it.
    """
    return _Compiler(names, bind).value(typed)


class _Compiler:
    def __init__(self, names: Mapping[str, SqlValue], bind: Callable[[SqlValue], str] | None) -> None:
        self.names = names
        self.bind = bind

    def part(self, typed: Typed) -> SqlValue:
        """Return the value of a part of a formula, under a name of its own where it is long."""
        value = self.value(typed)
        if self.bind is None or len(value.sql) <= LONG or value.type.kind is Kind.NULL:
            return value
        return replace(value, sql=self.bind(value))

    def value(self, typed: Typed) -> SqlValue:
        """Return the value by a formula, or else by a table."""
        try:
            return _RULES[type(typed)](self, typed)
        except Uncompilable as refusal:
            table = tabulated(typed, self.names)
            if table is not None:
                return table
            if refusal.located:
                raise
            raise Uncompilable(f"`{words(typed)}`: {refusal.reason}", located=True) from None

    def _condition(self, typed: Typed) -> str:
        return self.part(typed).sql

    def _values(self, parts: Sequence[Typed]) -> list[SqlValue]:
        return [self.part(part) for part in parts]

    def constant(self, typed: Constant) -> SqlValue:
        return literal(typed.value, typed.type)

    def variable(self, typed: Variable) -> SqlValue:
        return self.names[typed.name]

    def junction(self, typed: Conjunction | Disjunction) -> SqlValue:
        word = " AND " if isinstance(typed, Conjunction) else " OR "
        return _boolean(word.join(self._condition(operand) for operand in typed.operands))

    def not_(self, typed: Not) -> SqlValue:
        return _boolean(f"NOT {self._condition(typed.operand)}")

    def is_missing(self, typed: IsMissing) -> SqlValue:
        return _boolean(f"{self.part(typed.operand).sql} IS NULL")

    def comparison(self, typed: Comparison) -> SqlValue:
        return _boolean(_compared(typed.operator, *self._values((typed.left, typed.right))))

    def within(self, typed: Within) -> SqlValue:
        value, low, high = self._values((typed.value, typed.low, typed.high))
        above = _compared(">=" if typed.low_included else ">", value, low)
        below = _compared("<=" if typed.high_included else "<", value, high)
        return _boolean(f"{above} AND {below}")

    def membership(self, typed: Membership) -> SqlValue:
        value, members = self.part(typed.value), [literal(member) for member in typed.members]
        if value.is_integer:
            return _boolean(numbers.is_one_of(value, members))
        return _boolean(f"{value.sql} IN ({', '.join(member.sql for member in members)})")

    def choice(self, typed: Choice) -> SqlValue:
        condition, then, otherwise = self._values((typed.condition, typed.then, typed.otherwise))
        return _chosen(condition, then, otherwise, typed.type)

    def brought(self, typed: Brought) -> SqlValue:
        value = self.part(typed.operand)
        if typed.type.kind is not Kind.TEXT:
            return numbers.brought(value, typed.type, typed.rounding)
        values = ", ".join(literal(member).sql for member in typed.type.values)
        return SqlValue(f"CASE WHEN {value.sql} IN ({values}) THEN {value.sql} END", typed.type)

    def arithmetic(self, typed: Arithmetic) -> SqlValue:
        left, right = self._values((typed.left, typed.right))
        if Kind.DATE in (left.type.kind, right.type.kind):
            return _of_days(typed.operator, left, right)
        if not left.is_integer or not right.is_integer:
            raise Uncompilable("texts are not put together in SQL")
        match typed.operator:
            case "+":
                return numbers.added(left, right, typed.type)
            case "-":
                return numbers.subtracted(left, right, typed.type)
            case "*":
                return numbers.multiplied(left, right, typed.type)
            case "/":
                return numbers.quotient(left, right, typed.type, typed.scale, typed.rounding)
        raise Uncompilable("a power has no exact formula in SQL")

    def function(self, typed: Function) -> SqlValue:
        rule = _FUNCTIONS.get(typed.name)
        if rule is None:
            raise Uncompilable(f"`{typed.name}` is not a function of SQL")
        return rule(typed, self._values(typed.arguments))

    def exotic(self, _typed: Typed) -> SqlValue:
        raise Uncompilable("only the general FEEL engine evaluates this")


def _boolean(condition: str) -> SqlValue:
    return SqlValue(f"({condition})", BOOLEAN)


def _compared(operator: str, one: SqlValue, other: SqlValue) -> str:
    if one.is_integer and other.is_integer:
        return numbers.compared(operator, one, other)
    if one.type.kind is Kind.TEXT and operator not in ("=", "!="):
        raise Uncompilable("engines do not agree on the order of texts")
    return f"{one.sql} {numbers.COMPARISONS[operator]} {other.sql}"


def _chosen(condition: SqlValue, then: SqlValue, otherwise: SqlValue, of: Type) -> SqlValue:
    scale, low, high, values = 0, 0, 0, None
    texts = [then.sql, otherwise.sql]
    if then.is_integer or otherwise.is_integer:
        there = numbers.alike([part for part in (then, otherwise) if part.type.kind is not Kind.NULL])
        scale, low, high = there[0].scale, min(part.low for part in there), max(part.high for part in there)
        sql_type = Integer("", low, high).type
        written = iter([as_type(part.integer, sql_type) for part in there])
        texts = ["NULL" if part.type.kind is Kind.NULL else next(written) for part in (then, otherwise)]
        values = numbers.union([part.values for part in there])
    sql = f"CASE WHEN {condition.sql} THEN {texts[0]} WHEN NOT {condition.sql} THEN {texts[1]} END"
    if of.kind not in INTEGERS:
        return SqlValue(sql, of)
    return of_integer(Integer(sql, low, high), of, scale, values)


def _of_days(operator: str, left: SqlValue, right: SqlValue) -> SqlValue:
    if left.type.kind is right.type.kind:
        return days.between(left, right)
    day, length = (left, right) if left.type.kind is Kind.DATE else (right, left)
    if operator == "-":
        length = of_integer(integers.negate(length.integer), length.type)
    return days.days_later(day, length) if length.type.kind is Kind.DAYS else days.months_later(day, length)


def _extreme(of_numbers: Callable[..., SqlValue], sign: str) -> "_Function":
    def rule(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
        if all(value.is_integer for value in values):
            return of_numbers(values, typed.type)
        if any(value.type.kind is not Kind.DATE for value in values):
            raise Uncompilable("engines do not agree on the order of texts")
        return days.extreme(values, sign)

    return rule


def _sum(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
    return reduce(lambda one, other: numbers.added(one, other, typed.type), values)


def _mean(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
    total = _sum(typed, values)
    return numbers.quotient(total, literal(len(values)), typed.type, PLACES, ROUND_HALF_EVEN)


def _rounding(rounding: str) -> "_Function":
    def rule(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
        value, places = values
        # Amounts are in minor units, and their places are counted in major ones.
        minor = typed.type.scale or 0 if typed.type.kind is Kind.MONEY else 0
        return replace(numbers.rounded(value, places.low - minor, rounding), type=typed.type)

    return rule


def _parity(odd: bool) -> "_Function":
    def rule(_typed: Function, values: Sequence[SqlValue]) -> SqlValue:
        if values[0].scale > 0:
            raise Uncompilable("it may have decimals")
        rest = integers.remainder(integers.magnitude(values[0].integer), integers.constant(2))
        return _boolean(f"{rest.sql} = {int(odd)}")

    return rule


def _part_of_months(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
    years = numbers.truncated(values[0], 12, typed.type)
    if typed.name == ".years":
        return years
    rest = integers.subtract(values[0].integer, integers.multiply(years.integer, integers.constant(12)))
    return of_integer(Integer(rest.sql, max(rest.low, -11), min(rest.high, 11)), typed.type)


def _date(_typed: Function, values: Sequence[SqlValue]) -> SqlValue:
    year, month, day = values
    if any(value.scale > 0 for value in values):
        raise Uncompilable("a part of the date may have decimals")
    return days.of_parts(year, month, day)


def _part_of_day(typed: Function, values: Sequence[SqlValue]) -> SqlValue:
    return days.part(values[0], typed.name[1:], typed.type)


_Function = Callable[[Function, Sequence[SqlValue]], SqlValue]

_FUNCTIONS: Final[Mapping[str, _Function]] = {
    "min": _extreme(numbers.least, "LEAST"),
    "max": _extreme(numbers.greatest, "GREATEST"),
    "sum": _sum,
    "mean": _mean,
    "abs": lambda typed, values: numbers.absolute(values[0], typed.type),
    "modulo": lambda typed, values: numbers.modulo(values[0], values[1], typed.type),
    **{name: _rounding(rounding) for name, rounding in numbers.ROUNDINGS.items()},
    "odd": _parity(odd=True),
    "even": _parity(odd=False),
    "date": _date,
    "years and months duration": lambda _typed, values: days.months_between(*values),
    ".year": _part_of_day,
    ".month": _part_of_day,
    ".day": _part_of_day,
    ".weekday": lambda typed, values: days.weekday(values[0], typed.type),
    ".days": lambda typed, values: replace(values[0], type=typed.type),
    ".years": _part_of_months,
    ".months": _part_of_months,
}

_RULES: Final[Mapping[type, Callable[[_Compiler, Any], SqlValue]]] = {
    Constant: _Compiler.constant,
    Variable: _Compiler.variable,
    Conjunction: _Compiler.junction,
    Disjunction: _Compiler.junction,
    Not: _Compiler.not_,
    IsMissing: _Compiler.is_missing,
    Comparison: _Compiler.comparison,
    Within: _Compiler.within,
    Membership: _Compiler.membership,
    Choice: _Compiler.choice,
    Brought: _Compiler.brought,
    Arithmetic: _Compiler.arithmetic,
    Function: _Compiler.function,
    General: _Compiler.exotic,
    ListOf: _Compiler.exotic,
}
