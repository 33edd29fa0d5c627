"""Decision tables in three-valued logic: which row counts, and a letter for each row that says how it came out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic

from services.decision.domain.policy.bind import Formula, OutputT, RuleTable, counting_order
from services.decision.domain.policy.document import Aggregation, HitPolicy
from services.decision.domain.policy.interpret.aggregate import aggregate
from services.decision.domain.policy.result import HIT, MISSING, NO_HIT, NOT_EVALUATED
from shared.facts import Fact
from shared.feel.typed import Typed, interpret

Slots = list[Any]
"""The value of every name that a policy reads, None where it is missing."""

Closure = Callable[[Slots], Any]

NO_ROW: Final = -1
"""In place of the number of a row: no row counts, or it cannot be told which."""


@dataclass(frozen=True, slots=True)
class Closures:
    """Typed trees as functions of the slots, each made once: rows of a table share their cells."""

    slot_of: Mapping[str, int]
    _made: dict[int, tuple[Typed, Closure]] = field(default_factory=dict)

    def of(self, typed: Typed) -> Closure:
        """Return the function of a tree; its names must all be in `slot_of`."""
        made = self._made.get(id(typed))
        if made is None:
            made = self._made[id(typed)] = (typed, interpret(typed, self.slot_of))
        return made[1]


@dataclass(frozen=True, slots=True)
class CompiledTable(Generic[OutputT]):
    """A table whose tests and values are functions of the slots; `order` is that in which rows that hit count."""

    table: RuleTable[OutputT]
    tests: tuple[tuple[Closure, ...], ...]
    values: tuple[Closure, ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, table: RuleTable[OutputT], closures: "Closures") -> "CompiledTable[OutputT]":
        """Return the table as functions."""
        tests = tuple(tuple(closures.of(test.typed) for test in rule.tests) for rule in table.rules)
        outputs: tuple[object, ...] = table.outputs
        values = tuple(closures.of(each.typed) for each in outputs if isinstance(each, Formula))
        return cls(table, tests, values, counting_order(table))

    def letters(self, slots: Slots) -> str:
        """Return one letter per row; a FIRST table is not looked at beyond the row that settles it."""
        if self.table.hit_policy is not HitPolicy.FIRST:
            return "".join([row_letter(tests, slots) for tests in self.tests])
        letters = ""
        for tests in self.tests:
            letters += row_letter(tests, slots)
            if letters[-1] != NO_HIT:
                break
        return letters.ljust(len(self.tests), NOT_EVALUATED)

    def select(self, slots: Slots) -> tuple[int, str]:
        """Return the number of the row that counts, the default row's being last, and the letters of all rows."""
        letters = self.letters(slots)
        row = self._counting(letters)
        if self.table.default is None:
            return row, letters
        if row == NO_ROW and HIT not in letters and MISSING not in letters:
            return len(letters), letters + HIT
        return row, letters + NOT_EVALUATED

    def output(self, row: int) -> OutputT:
        """Return the output of the row with a number that `select` gave, which is not `NO_ROW`."""
        return self.table.outputs[row]

    def _counting(self, letters: str) -> int:
        if self.table.hit_policy in (HitPolicy.UNIQUE, HitPolicy.ANY):
            # Rows of a UNIQUE table cannot overlap, those of an ANY table agree: one that hits settles it.
            return letters.find(HIT)
        doubtful: list[int] = []
        for row in self.order:
            if letters[row] == HIT:
                # What might have counted before this row must at least have said the same.
                rules = self.table.rules
                return row if all(rules[other].output == rules[row].output for other in doubtful) else NO_ROW
            if letters[row] == MISSING:
                doubtful.append(row)
        return NO_ROW


def row_letter(tests: Sequence[Closure], slots: Slots) -> str:
    """Return the conjunction in three-valued logic: one false test decides, else one that is missing leaves it open."""
    letter = HIT
    for test in tests:
        holds = test(slots)
        if holds is False:
            return NO_HIT
        if holds is not True:
            letter = MISSING
    return letter


def definition_value(compiled: CompiledTable[Formula | None], fact: Fact, slots: Slots) -> tuple[Any, str]:
    """Return the value of a definition that is a table, None where it is missing, and the letters of its rows."""
    aggregation = compiled.table.aggregation
    if aggregation is None:
        row, letters = compiled.select(slots)
        return None if row == NO_ROW else compiled.values[row](slots), letters
    letters = compiled.letters(slots)
    default = compiled.table.default
    if HIT not in letters and MISSING not in letters and default is not None:
        return compiled.values[-1](slots), letters + HIT
    value = None
    if MISSING not in letters:
        hits = [row for row, letter in enumerate(letters) if letter == HIT]
        # The rows of a table that counts have no values; only its default row has one.
        values = hits if aggregation is Aggregation.COUNT else [compiled.values[row](slots) for row in hits]
        value = None if None in values else aggregate(aggregation, values, fact)
    return value, letters if default is None else letters + NOT_EVALUATED
