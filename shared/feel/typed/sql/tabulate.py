"""Expressions of few names with few values: worked out by the online engine for each, and written down as a CASE."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from shared.feel.typed.interpret import Slots, interpret
from shared.feel.typed.nodes import General, Typed, names_in, walk
from shared.feel.typed.sql import numbers
from shared.feel.typed.sql.integers import Integer
from shared.feel.typed.sql.value import FEW, INTEGERS, SqlValue, literal, null, of_integer
from shared.feel.typed.types import Kind, Type
from shared.feel.values import NUMBERS

MAX_CASES: Final = 1_000
"""Combinations of values, missing among them, that are worked out for one expression."""

MAX_GENERAL_CASES: Final = 50
"""As many where the general engine works, each evaluation of which may take its time."""


def tabulated(expression: Typed, names: Mapping[str, SqlValue]) -> SqlValue | None:
    """Return the value of an expression by a table of all values of its names; None where there are too many."""
    read = sorted(names_in(expression))
    general = any(isinstance(node, General) for node in walk(expression))
    left = MAX_GENERAL_CASES if general else MAX_CASES
    domains = []
    for name in read:
        values = None if name not in names else _values(names[name], left)
        if values is None or left // (len(values) + 1) == 0:
            return None
        left //= len(values) + 1
        domains.append(values)
    compute = interpret(expression, {name: slot for slot, name in enumerate(read)})
    table = _Table(compute, [names[name] for name in read], domains)
    results = [compute(slots) for slots in table.all_slots([])]
    return _written(table, results, expression.type)


def _values(of: SqlValue, most: int) -> list[Any] | None:
    """Return what a name can be, in the form that the online engine has it, in order; missing not among it."""
    if of.type.kind is Kind.BOOLEAN:
        return [False, True]
    if of.type.kind is Kind.TEXT:
        return list(of.type.values) or None
    if of.type.kind not in INTEGERS:
        return None
    if of.values is None and of.high - of.low >= most:
        return None
    integers = range(of.low, of.high + 1) if of.values is None else sorted(of.values)
    return [_online(integer, of) for integer in integers]


def _online(integer: int, of: SqlValue) -> int | Decimal:
    if of.type.whole and of.scale == 0:
        return integer
    return integer if of.type.kind in (Kind.DAYS, Kind.MONTHS) else Decimal(integer).scaleb(-of.scale, NUMBERS)


class _Table:
    def __init__(
        self, compute: Callable[[Slots], Any], names: Sequence[SqlValue], domains: Sequence[Sequence[Any]]
    ) -> None:
        self.compute = compute
        self.names = names
        self.domains = domains

    def all_slots(self, slots: list[Any]) -> list[list[Any]]:
        """Return all combinations of values that begin with these."""
        if len(slots) == len(self.names):
            return [slots]
        return [each for value in (None, *self.domains[len(slots)]) for each in self.all_slots([*slots, value])]

    def text(self, slots: list[Any], leaf: Callable[[Any], str]) -> str:
        """Return the SQL of what all combinations that begin with these values come to."""
        at = len(slots)
        if at == len(self.names):
            return leaf(self.compute(slots))
        missing = self.text([*slots, None], leaf)
        cases = [(value, self.text([*slots, value], leaf)) for value in self.domains[at]]
        name = self.names[at]
        if all(text == missing for _, text in cases):
            return missing
        if name.type.kind is Kind.BOOLEAN or name.type.kind is Kind.TEXT:
            return _chosen(name, missing, cases)
        return f"CASE WHEN {name.sql} IS NULL THEN {missing} ELSE {_searched(name, cases)} END"


def _chosen(name: SqlValue, missing: str, cases: Sequence[tuple[Any, str]]) -> str:
    by_text: dict[str, list[str]] = {}
    for value, text in cases:
        by_text.setdefault(text, []).append(literal(value).sql)
    branches = ""
    for text, values in by_text.items():
        if name.type.kind is Kind.TEXT:
            test = f"{name.sql} IN ({', '.join(values)})"
        else:
            test = (
                f"{name.sql} IS NOT NULL" if len(values) > 1 else name.sql if values == ["TRUE"] else f"NOT {name.sql}"
            )
        branches += f" WHEN {test} THEN {text}"
    return f"CASE{branches}{'' if missing == 'NULL' else f' ELSE {missing}'} END"


def _searched(name: SqlValue, cases: Sequence[tuple[Any, str]]) -> str:
    """Return a search by halves, in which neighbours of one result are one case."""
    ends = [(list(group)[-1][0], text) for text, group in groupby(cases, key=lambda case: case[1])]
    return _halved(name, ends)


def _halved(name: SqlValue, ends: Sequence[tuple[Any, str]]) -> str:
    if len(ends) == 1:
        return ends[0][1]
    middle = len(ends) // 2
    test = numbers.compared("<=", name, literal(ends[middle - 1][0]))
    return f"CASE WHEN {test} THEN {_halved(name, ends[:middle])} ELSE {_halved(name, ends[middle:])} END"


def _written(table: _Table, results: Sequence[Any], of: Type) -> SqlValue:
    there = [result for result in results if result is not None]
    if not there:
        return null(of)
    if of.kind not in INTEGERS:
        sql = table.text([], lambda result: "NULL" if result is None else literal(result).sql)
        return SqlValue(sql, of)
    literals = [literal(result) for result in there]
    scale = max(each.scale for each in literals)
    keys = sorted({each.low * 10 ** (scale - each.scale) for each in literals})
    bounded = Integer("", keys[0], keys[-1])

    def leaf(result: Any) -> str:
        if result is None:
            return "NULL"
        written = literal(result)
        return str(written.low * 10 ** (scale - written.scale))

    sql = f"CAST({table.text([], leaf)} AS {bounded.type})"
    return of_integer(Integer(sql, keys[0], keys[-1]), of, scale, tuple(keys) if len(keys) <= FEW else None)
