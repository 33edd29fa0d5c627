"""A query under way: its columns so far, what each name of the policy is in SQL, and what could not be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.decision.domain.policy.bind import Formula, Rule, TypedTest
from services.decision.domain.policy.faults import PolicyFault, excerpt
from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.plain import is_plain
from services.decision.domain.policy.sql.text import FALSE, all_of
from shared.errors import Fault
from shared.feel.typed import Type, Typed
from shared.feel.typed.sql import SqlValue, Uncompilable, to_sql
from shared.feel.typed.sql.integers import Integer, typed
from shared.feel.typed.sql.value import FEW, at_scale, null

Names = Mapping[str, SqlValue]

MAX_CELLS: Final = 1_000
"""Tests that get a column of their own; PostgreSQL has 1,664 columns at most."""


@dataclass(slots=True)
class Draft:
    """What has been written so far."""

    layers: Layers = field(default_factory=Layers)
    faults: list[Fault] = field(default_factory=list)
    _tests: dict[int, tuple[Typed, str]] = field(default_factory=dict)
    _parts: int = 0

    def test(self, test: TypedTest, names: Names) -> str:
        """Return the condition of a test, a column of its own: rows of a table share their tests."""
        known = self._tests.get(id(test.typed))
        if known is None:
            value = self._sql(test, names)
            condition = "CAST(NULL AS BOOLEAN)" if value is None else value.sql
            if len(self._tests) < MAX_CELLS:
                condition = self.layers.add(f"test_{len(self._tests)}", condition)
            known = self._tests[id(test.typed)] = (test.typed, condition)
        return known[1]

    def row(self, tests: tuple[TypedTest, ...], names: Names) -> str:
        """Return the condition of a row: all of its tests hold."""
        return all_of([self.test(test, names) for test in tests])

    def told(self, rules: Sequence[Rule[Any]], names: Names) -> str:
        """Return a condition under which no row of a table can be missing, FALSE where asking is not worth it."""
        needed: set[str] = set()
        tests = {id(test.typed): test for rule in rules for test in rule.tests}
        for test in tests.values():
            needed |= {names[name].sql for name in test.names} if is_plain(test.typed) else {self.test(test, names)}
        conditions = [f"{sql} IS NOT NULL" for sql in sorted(needed)]
        return all_of(conditions) if len(conditions) < len(rules) else FALSE

    def value(self, formula: Formula, names: Names) -> SqlValue:
        """Return the value of a formula, at the scale of what it computes."""
        of = Type.of_fact(formula.fact)
        value = self._sql(formula, names)
        return null(of) if value is None else value

    def column(self, name: str, value: SqlValue, sql: str | None = None) -> SqlValue:
        """Define a column of a value, by `sql` where that is not the value's own, and return its value."""
        return renamed(value, self.layers.add(name, written(value) if sql is None else sql))

    def _part(self, value: SqlValue) -> str:
        """Make a column of a part of a formula, and return its name."""
        self._parts += 1
        return self.layers.add(f"part_{self._parts}", written(value))

    def _sql(self, source: TypedTest | Formula, names: Names) -> SqlValue | None:
        try:
            return to_sql(source.typed, names, self._part)
        except Uncompilable as refusal:
            words = f"`{excerpt(source.text)}` cannot be said in SQL: {refusal.reason}"
            self.faults.append(PolicyFault(source.pointer, "not_compilable", words))
            return None


def renamed(value: SqlValue, sql: str) -> SqlValue:
    """Return the same value under another text."""
    return SqlValue(sql, value.type, value.scale, value.low, value.high, value.values)


def written(value: SqlValue) -> str:
    """Return the SQL of a value in the SQL type that its bounds ask for."""
    return typed(value.integer, value.integer.type) if value.is_integer else value.sql


def at(value: SqlValue, scale: int, sql_type: str) -> str:
    """Return the SQL of a number at a scale, in an SQL type."""
    return typed(at_scale(value, scale).integer, sql_type)


def alternatives(values: list[SqlValue], of: Type) -> tuple[list[str], SqlValue]:
    """Return the SQL of values, any of which may be the one that counts, and NULL with what is known of that one.

    Numbers are brought to one scale and one SQL type.
    """
    if not values or not any(value.is_integer for value in values):
        return [value.sql for value in values], null(of)
    there = [value for value in values if value.values != ()]
    if not there:
        return [value.sql for value in values], null(values[0].type)
    scale = max(value.scale for value in there)
    scaled = [at_scale(value, scale) for value in there]
    low, high = min(value.low for value in scaled), max(value.high for value in scaled)
    known = [value.values for value in scaled]
    few = None if None in known else tuple(sorted({each for of_one in known if of_one for each in of_one}))
    few = None if few is not None and len(few) > FEW else few
    sql_type = Integer("", low, high).type
    texts = ["NULL" if value.values == () else at(value, scale, sql_type) for value in values]
    return texts, SqlValue(null(of).sql, of, scale, low, high, few)
