"""Binding texts: each cell and expression becomes typed, or its faults are noted with their places."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP
from typing import Final

from services.decision.domain.policy.bind.bound import Formula, Rule, RuleTable, TypedTest
from services.decision.domain.policy.bind.bound import OutputT as BoundT
from services.decision.domain.policy.bind.vocabulary import Vocabulary
from services.decision.domain.policy.document import IF, Cell, Expression, OutputT, Row, Table
from services.decision.domain.policy.faults import Findings, did_you_mean, excerpt
from shared.facts import Fact
from shared.feel.typed import Type, Typed, TypeFaults, check_cell, check_condition, check_expression, names_in
from shared.feel.typed.nodes import Function, General, walk

MAX_GENERAL: Final = 100
"""Tests and values of a policy that the typed language leaves to the general engine, or that match patterns: together
they bound the work of a decision, each having its own bound."""

Sound = tuple[Typed, frozenset[str]]
"""A typed tree, and the names that it reads."""


@dataclass(slots=True)
class Binder:
    """Types texts. What a table says many times is checked once, its faults noted at each place."""

    findings: Findings = field(default_factory=Findings)
    _checked: dict[tuple[int, str, str], Sound | TypeFaults] = field(default_factory=dict)
    _general: set[tuple[int, str, str]] = field(default_factory=set)
    _generals: int = 0

    def table(
        self, table: Table[OutputT], vocabulary: Vocabulary, bind_output: Callable[[OutputT, str], BoundT]
    ) -> RuleTable[BoundT]:
        """Return the table with typed cells; `bind_output` takes an output and the words for where it stands."""
        rules = []
        for number, row in enumerate(table.rows, start=1):
            place = f"in table {table.name}, row {number}"
            rules.append(Rule(self._tests(row, vocabulary, place), bind_output(row.output, place)))
        default = None
        if table.default is not None:
            default = bind_output(table.default, f"in table {table.name}, default row")
        return RuleTable(
            table.name,
            table.pointer,
            table.hit_policy,
            tuple(rules),
            default,
            table.aggregation,
            table.values,
            vocabulary,
        )

    def formula(
        self, expression: Expression, fact: Fact, vocabulary: Vocabulary, place: str, rounding: str = ROUND_HALF_UP
    ) -> Formula | None:
        """Return the expression brought to what `fact` can be, None when it has faults."""
        expected = Type.of_fact(fact)

        def check() -> Typed:
            return check_expression(expression.node, vocabulary.types, expected, rounding)

        # Terms of two outcomes may have one name and text, and yet be of different types.
        key = (id(vocabulary), f"value {fact.name} {expected} {rounding}", expression.text)
        typed = self._typed(key, check, expression.pointer, place)
        return None if typed is None else Formula(expression.text, expression.pointer, *typed, fact, vocabulary)

    def _tests(self, row: Row[OutputT], vocabulary: Vocabulary, place: str) -> tuple[TypedTest, ...]:
        tests = [
            self._cell(cell, vocabulary, f"{place}, column {column}") for column, cell in enumerate(row.cells, start=1)
        ]
        if row.condition is not None:
            tests.append(self._condition(row.condition, vocabulary, f"{place}, column {len(row.cells) + 1}"))
        return tuple(test for test in tests if test is not None)

    def _cell(self, cell: Cell, vocabulary: Vocabulary, place: str) -> TypedTest | None:
        fact = vocabulary.facts.get(cell.name)
        if fact is None:
            open_names = [name for name, known in vocabulary.facts.items() if not known.protected]
            words = f"unknown fact `{excerpt(cell.name)}` {place}{did_you_mean(cell.name, open_names)}"
            self.findings.add(cell.pointer, "unknown_fact", words, of_key=True)
            return None
        if fact.protected:
            words = f"protected fact `{cell.name}` may not be used {place}"
            self.findings.add(cell.pointer, "protected_fact", words, of_key=True)
            return None
        key = (id(vocabulary), f"cell {cell.name}", cell.text)
        typed = self._typed(key, lambda: check_cell(cell.tests, cell.name, vocabulary.types), cell.pointer, place)
        return None if typed is None else TypedTest(cell.name, cell.text, cell.pointer, *typed)

    def _condition(self, condition: Expression, vocabulary: Vocabulary, place: str) -> TypedTest | None:
        key = (id(vocabulary), IF, condition.text)
        typed = self._typed(key, lambda: check_condition(condition.node, vocabulary.types), condition.pointer, place)
        return None if typed is None else TypedTest(IF, condition.text, condition.pointer, *typed)

    def _typed(self, key: tuple[int, str, str], check: Callable[[], Typed], pointer: str, place: str) -> Sound | None:
        if key not in self._checked:
            try:
                found = check()
                self._checked[key] = (found, names_in(found))
                if any(map(_is_general, walk(found))):
                    self._general.add(key)
            except TypeFaults as faults:
                self._checked[key] = faults
        typed = self._checked[key]
        if not isinstance(typed, TypeFaults):
            if key in self._general:
                self._count_general(pointer, place)
            return typed
        for fault in typed.faults:
            hint = f"; {fault.hint}" if fault.hint else ""
            self.findings.add(pointer, fault.code, f"{fault.message} {place}{hint}", fault.span)
            if fault.code == "too_slow":
                self.findings.close()  # Looking for more of them would take as long again for each.
        return None

    def _count_general(self, pointer: str, place: str) -> None:
        self._generals += 1
        if self._generals == MAX_GENERAL + 1:
            words = f"more than {MAX_GENERAL} tests and values have loops, functions, contexts or patterns, {place}"
            self.findings.add(pointer, "too_many_general", f"{words}; say what they share in a definition")


def _is_general(node: Typed) -> bool:
    return isinstance(node, General) or (isinstance(node, Function) and node.name == "matches")
