"""From a bound policy to Python closures: what is looked up once at load is not looked up per application.

Facts are read once into a list of slots, each checked for its type; a missing or wrong-typed fact is None there.
A row answers with one letter of the compact trace (see `trace`), so that a table's letters are its whole result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, Generic

from services.decision.domain.policy.document import Condition, OutputT, Table, Term
from services.decision.domain.policy.sfeel import (
    ARITHMETIC,
    AnyOf,
    Comparison,
    Expression,
    Interval,
    Name,
    Number,
    SimpleTest,
)
from shared.facts import Fact, FactType, FactValue
from shared.money import MAX_MINOR, exponent

HIT: Final = "h"
NO_HIT: Final = "n"
MISSING: Final = "m"
NOT_EVALUATED: Final = "x"

Slots = list[Any]
RowTest = Callable[[Slots], str]
Operand = Callable[[Slots], Decimal | None]

_PYTHON_TYPE: Final = {
    FactType.INTEGER: int,
    FactType.MONEY: int,
    FactType.DECIMAL: Decimal,
    FactType.ENUM: str,
    FactType.BOOLEAN: bool,
    FactType.DATE: date,
}


@dataclass(frozen=True, slots=True)
class FactReader:
    """Reads facts into slots, in the order of `facts`; `spare` slots for outputs of stages follow them."""

    facts: tuple[Fact, ...]
    spare: int
    _readers: tuple[tuple[str, type, Callable[[Any], bool] | None], ...]

    @classmethod
    def of(cls, facts: Sequence[Fact], spare: int) -> "FactReader":
        """Return the reader of `facts`."""
        return cls(tuple(facts), spare, tuple((fact.name, _PYTHON_TYPE[fact.type], _extra(fact)) for fact in facts))

    def read(self, values: Mapping[str, FactValue]) -> Slots:
        """Return the slots; None for what is missing or is not a value of its fact."""
        slots: Slots = []
        for name, kind, extra in self._readers:
            value = values.get(name)
            # Not isinstance: True is an int and a datetime is a date, and neither is a value of those facts.
            if value is not None and (type(value) is not kind or (extra is not None and not extra(value))):
                value = None
            slots.append(value)
        slots.extend([None] * self.spare)
        return slots


def _extra(fact: Fact) -> Callable[[Any], bool] | None:
    if fact.type is FactType.ENUM:
        return frozenset(fact.values).__contains__
    if fact.type is FactType.DECIMAL:
        return Decimal.is_finite
    return None


@dataclass(frozen=True, slots=True)
class CompiledTable(Generic[OutputT]):
    """A table whose rows are functions of the slots."""

    table: Table[OutputT]
    rows: tuple[RowTest, ...]

    def letters(self, slots: Slots) -> str:
        """Return one letter per row, every row evaluated."""
        return "".join([row(slots) for row in self.rows])

    def letters_to_first(self, slots: Slots) -> str:
        """Return one letter per row, evaluated until a row hits or cannot be told."""
        letters = ""
        for row in self.rows:
            letter = row(slots)
            letters += letter
            if letter != NO_HIT:
                return letters.ljust(len(self.rows), NOT_EVALUATED)
        return letters


def compile_table(table: Table[OutputT], slot_of: Mapping[str, int]) -> CompiledTable[OutputT]:
    """Return the table as functions; its names must all be in `slot_of`."""
    return CompiledTable(table, tuple(compile_row(row.conditions, slot_of) for row in table.rows))


def compile_row(conditions: Sequence[Condition], slot_of: Mapping[str, int]) -> RowTest:
    """Return the conjunction in three-valued logic: one false cell decides, else one missing fact leaves it open."""
    tests = [
        (slot_of[condition.fact], compile_test(condition.test))
        for condition in conditions
        if isinstance(condition.test, AnyOf)
    ]
    # Most rows have one or two cells; without a loop they take half the time.
    if len(tests) == 1:
        return _single(*tests[0])
    if len(tests) == 2:
        return _pair(*tests[0], *tests[1])

    def row(slots: Slots) -> str:
        letter = HIT
        for slot, test in tests:
            value = slots[slot]
            if value is None:
                letter = MISSING
            elif not test(value):
                return NO_HIT
        return letter

    return row


def _single(slot: int, test: Callable[[Any], bool]) -> RowTest:
    def row(slots: Slots) -> str:
        value = slots[slot]
        if value is None:
            return MISSING
        return HIT if test(value) else NO_HIT

    return row


def _pair(first_slot: int, first: Callable[[Any], bool], second_slot: int, second: Callable[[Any], bool]) -> RowTest:
    def row(slots: Slots) -> str:
        value = slots[first_slot]
        if value is None:
            other = slots[second_slot]
            return MISSING if other is None or second(other) else NO_HIT
        if not first(value):
            return NO_HIT
        value = slots[second_slot]
        if value is None:
            return MISSING
        return HIT if second(value) else NO_HIT

    return row


def compile_test(test: AnyOf) -> Callable[[Any], bool]:
    """Return a test of a value that is there."""
    equal = [part.value for part in test.tests if isinstance(part, Comparison) and part.operator == "="]
    if len(equal) == len(test.tests) and len(equal) > 1:
        return _membership(frozenset(equal), test.negated)
    parts = [_compile_simple(part) for part in test.tests]
    if len(parts) > 1:
        return (
            (lambda value: not any(part(value) for part in parts))
            if test.negated
            else (lambda value: any(part(value) for part in parts))
        )
    only = parts[0]
    return (lambda value: not only(value)) if test.negated else only


def _membership(values: frozenset[Any], negated: bool) -> Callable[[Any], bool]:
    return (lambda value: value not in values) if negated else values.__contains__


def _compile_simple(test: SimpleTest) -> Callable[[Any], bool]:
    if isinstance(test, Interval):
        return _compile_interval(test)
    bound: Any = test.value
    functions: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: value == bound,
        "!=": lambda value: bool(value != bound),
        "<": lambda value: bool(value < bound),
        "<=": lambda value: bool(value <= bound),
        ">": lambda value: bool(value > bound),
        ">=": lambda value: bool(value >= bound),
    }
    return functions[test.operator]


def _compile_interval(test: Interval) -> Callable[[Any], bool]:
    low: Any = test.low
    high: Any = test.high
    if test.low_included and test.high_included:
        return lambda value: bool(low <= value <= high)
    if test.low_included:
        return lambda value: bool(low <= value < high)
    if test.high_included:
        return lambda value: bool(low < value <= high)
    return lambda value: bool(low < value < high)


def compile_limit(
    term: Term, slot_of: Mapping[str, int], facts: Mapping[str, Fact], currency: str
) -> Callable[[Slots], int | None]:
    """Return the limit in minor units as a function of the slots: rounded down, None when it cannot be told.

    It cannot be told when an operand is missing, a divisor is zero, or the result is not a positive amount.
    """
    amount = compile_formula(term.limit, slot_of, facts)
    digits = exponent(currency)
    multiple = 1 if term.round_down_to is None else int(term.round_down_to.scaleb(digits, ARITHMETIC))

    def limit(slots: Slots) -> int | None:
        major = amount(slots)
        if major is None:
            return None
        minor = int(major.scaleb(digits, ARITHMETIC).to_integral_value(ROUND_FLOOR)) // multiple * multiple
        return minor if 0 < minor <= MAX_MINOR else None

    return limit


def compile_formula(expression: Expression, slot_of: Mapping[str, int], facts: Mapping[str, Fact]) -> Operand:
    """Return the formula as a function of the slots, in major units; None when an operand is missing."""
    if isinstance(expression, Number):
        number = expression.value
        return lambda _slots: number
    if isinstance(expression, Name):
        return _compile_name(slot_of[expression.name], facts[expression.name])
    arguments = [compile_formula(argument, slot_of, facts) for argument in expression.arguments]
    function = _FUNCTIONS[expression.function]

    def call(slots: Slots) -> Decimal | None:
        operands = []
        for argument in arguments:
            operand = argument(slots)
            if operand is None:
                return None
            operands.append(operand)
        return function(*operands)

    return call


def _compile_name(slot: int, fact: Fact) -> Operand:
    if fact.type is FactType.DECIMAL:
        return lambda slots: slots[slot]
    digits = exponent(fact.currency or "") if fact.type is FactType.MONEY else 0

    def amount(slots: Slots) -> Decimal | None:
        value = slots[slot]
        return None if value is None else Decimal(value).scaleb(-digits, ARITHMETIC)

    return amount


def _divide(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return ARITHMETIC.divide(dividend, divisor) if divisor else None


_FUNCTIONS: Final[Mapping[str, Callable[..., Decimal | None]]] = {
    "+": ARITHMETIC.add,
    "-": ARITHMETIC.subtract,
    "*": ARITHMETIC.multiply,
    "/": _divide,
    "min": lambda *operands: min(operands),
    "max": lambda *operands: max(operands),
    "floor": lambda operand: operand.to_integral_value(ROUND_FLOOR),
}
