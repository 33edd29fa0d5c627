"""Decision tables: their cells, compiled."""

from typing import Final

from shared.dmn.boxed import Part
from shared.dmn.compile.texts import Names, Texts
from shared.dmn.model import DecisionTable, Input, LiteralExpression, Output, Rule
from shared.dmn.tables import InputColumn, OutputColumn, RuleRow, Table, decided

_ANYTHING: Final = ("", "-")


def decision_table(table: DecisionTable, texts: Texts, names: Names) -> Part:
    """The code of a decision table."""
    if table.aggregation is not None and len(table.outputs) > 1:
        return texts.fault(f"{table.aggregation} cannot be made of several outputs", table.line)
    if len(table.outputs) > 1 and len({column.name for column in table.outputs if column.name}) < len(table.outputs):
        return texts.fault("several outputs need a name each", table.line)
    return decided(
        Table(
            table.hit_policy,
            table.aggregation,
            tuple(_input(column, texts, names) for column in table.inputs),
            tuple(_output(column, table, texts, names) for column in table.outputs),
            tuple(_rule(number, rule, texts, names) for number, rule in enumerate(table.rules, 1)),
        )
    )


def _input(column: Input, texts: Texts, names: Names) -> InputColumn:
    allowed = LiteralExpression(column.allowed_values, line=column.line) if column.allowed_values else None
    return InputColumn(
        column.label or column.expression.text,
        texts.expression(column.expression, names),
        texts.tests(allowed, names) if allowed else None,
    )


def _output(column: Output, table: DecisionTable, texts: Texts, names: Names) -> OutputColumn:
    type_ref = column.type_ref or (table.type_ref if len(table.outputs) == 1 else None)
    return OutputColumn(
        column.name or "",
        texts.type_of(column.type_ref, column.line),
        texts.expression(column.default, names) if column.default else None,
        texts.priorities(column.allowed_values, type_ref, column.line, names),
    )


def _rule(number: int, rule: Rule, texts: Texts, names: Names) -> RuleRow:
    tests = (
        (position, texts.tests(test, names)) for position, test in enumerate(rule.tests) if test.text not in _ANYTHING
    )
    return RuleRow(number, tuple(tests), tuple(texts.expression(output, names) for output in rule.outputs))
