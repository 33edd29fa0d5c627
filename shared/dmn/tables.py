"""Decision tables: which rules match, and what the hit policy makes of them (DMN 1.5, 8.2 and 10.3.2.10)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.dmn.boxed import Part, coerced
from shared.dmn.model import Aggregation, HitPolicy
from shared.feel.evaluate import Run, Scope
from shared.feel.library import BUILTINS
from shared.feel.operators import equal
from shared.feel.types import FeelType
from shared.feel.values import FeelError, Value

TESTED: Final = "?"
"""The name of the value that a unary test tests."""

_STEP: Final = 9
"""Frames of Python from the code of a table to that of a cell: most where outputs are sorted by priority."""


@dataclass(frozen=True, slots=True)
class InputColumn:
    """An input: what messages call it, its value, and the test of its allowed values, if it has one."""

    label: str
    value: Part
    allowed: Part | None = None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """An output: its name, its type, its value when no rule matches, and tests of its values in order of priority."""

    name: str
    type: FeelType
    default: Part | None = None
    priorities: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: its number, the tests of the inputs that it looks at, with their positions, and its outputs."""

    number: int
    tests: tuple[tuple[int, Part], ...]
    outputs: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table, its cells compiled."""

    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[RuleRow, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """Everything that it may run."""
        for column in self.inputs:
            yield from (part for part in (column.value, column.allowed) if part)
        for output in self.outputs:
            yield from (part for part in (output.default, *output.priorities) if part)
        for rule in self.rules:
            yield from (test for _, test in rule.tests)
            yield from rule.outputs


Outputs = tuple[Value, ...]
"""The values of a rule that matches, one for each output."""


def decided(table: Table) -> Part:
    """The value of a decision table: null, with a note, for inputs not allowed and where the hit policy is broken."""
    choose = _POLICIES[table.hit_policy]

    def code(scope: Scope, run: Run) -> Value:
        try:
            matching = _matching(table, scope, run)
            if not matching:
                return _unmatched(table, scope, run)
            return choose(table, matching, scope, run)
        except FeelError as error:
            run.note(error)
            return None

    return Part.around(code, table.parts, step=_STEP)


def _matching(table: Table, scope: Scope, run: Run) -> list[RuleRow]:
    """The rules of which all tests are true; with FIRST, no more than one."""
    scopes = [_tested(column, scope, run) for column in table.inputs]
    run.spend(len(table.rules))
    matching = []
    for rule in table.rules:
        if all(test.code(scopes[position], run) is True for position, test in rule.tests):
            matching.append(rule)
            if table.hit_policy is HitPolicy.FIRST:
                break
    return matching


def _tested(column: InputColumn, scope: Scope, run: Run) -> dict[str, Value]:
    """The scope of the tests of an input. Raises FeelError for a value that is not allowed."""
    value = column.value.code(scope, run)
    inner = {**scope, TESTED: value}
    if column.allowed is not None and column.allowed.code(inner, run) is not True:
        items = value if isinstance(value, list) else []
        if not items or not all(column.allowed.code({**scope, TESTED: item}, run) is True for item in items):
            raise FeelError(f"the value of the input `{column.label}` is not one that the table allows")
    return inner


def _unmatched(table: Table, scope: Scope, run: Run) -> Value:
    """The default outputs, null where there are none, whatever the hit policy (DMN 1.5, 10.3.2.10)."""
    if any(column.default for column in table.outputs):
        defaults = (column.default.code(scope, run) if column.default else None for column in table.outputs)
        typed = zip(table.outputs, defaults, strict=True)
        return _result(table, tuple(coerced(value, column.type, run) for column, value in typed))
    return None


def _outputs(table: Table, rule: RuleRow, scope: Scope, run: Run) -> Outputs:
    """The outputs of a rule. Raises FeelError for one that is not among the values that its column lists."""
    values = []
    for column, part in zip(table.outputs, rule.outputs, strict=True):
        value = coerced(part.code(scope, run), column.type, run)
        if column.priorities and value is not None and _rank(column, value, scope, run) == len(column.priorities):
            named = f" `{column.name}`" if column.name else ""
            raise FeelError(f"the output{named} of rule {rule.number} is not one that the table allows")
        values.append(value)
    return tuple(values)


def _rank(column: OutputColumn, value: Value, scope: Scope, run: Run) -> int:
    """The place of a value among those that its column lists, behind them all for another one."""
    inner = {**scope, TESTED: value}
    places = (place for place, test in enumerate(column.priorities) if test.code(inner, run) is True)
    return next(places, len(column.priorities))


def _result(table: Table, outputs: Outputs) -> Value:
    if len(table.outputs) == 1:
        return outputs[0]
    return {column.name: value for column, value in zip(table.outputs, outputs, strict=True)}


def _unique(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> Value:
    if len(matching) > 1:
        raise FeelError(f"rules {_numbers(matching)} match, though the hit policy is UNIQUE")
    return _first(table, matching, scope, run)


def _first(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> Value:
    return _result(table, _outputs(table, matching[0], scope, run))


def _any(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> Value:
    first, *others = _in_rule_order(table, matching, scope, run)
    if not all(equal(first, other) is True for other in others):
        raise FeelError(f"rules {_numbers(matching)} match with different outputs, though the hit policy is ANY")
    return first


def _priority(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> Value:
    return _in_output_order(table, matching, scope, run)[0]


def _in_output_order(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> list[Value]:
    """The results by the priority of the first output, then of the second, ...; equal ones in the order of rules."""

    def ranks(outputs: Outputs) -> list[int]:
        typed = zip(table.outputs, outputs, strict=True)
        return [_rank(column, value, scope, run) for column, value in typed]

    hits = [_outputs(table, rule, scope, run) for rule in matching]
    return [_result(table, outputs) for outputs in sorted(hits, key=ranks)]


def _in_rule_order(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> list[Value]:
    return [_result(table, _outputs(table, rule, scope, run)) for rule in matching]


def _collect(table: Table, matching: Sequence[RuleRow], scope: Scope, run: Run) -> Value:
    results = _in_rule_order(table, matching, scope, run)
    if table.aggregation is None:
        return results
    if table.aggregation is Aggregation.COUNT:
        return Decimal(len(results))
    return BUILTINS[table.aggregation.lower()].invoke([results])


def _numbers(rules: Sequence[RuleRow]) -> str:
    shown = ", ".join(str(rule.number) for rule in rules[:10])
    return f"{shown}, ..." if len(rules) > 10 else shown


_POLICIES: Final[Mapping[HitPolicy, Callable[[Table, Sequence[RuleRow], Scope, Run], Value]]] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.FIRST: _first,
    HitPolicy.ANY: _any,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.COLLECT: _collect,
    HitPolicy.RULE_ORDER: _in_rule_order,
    HitPolicy.OUTPUT_ORDER: _in_output_order,
}
