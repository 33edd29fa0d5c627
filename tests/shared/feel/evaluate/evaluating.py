"""A short way from FEEL text to its value and notes."""

from collections.abc import Mapping
from decimal import Decimal

from shared.feel.evaluate import STEPS, Run, compile_expression, compile_unary_tests
from shared.feel.syntax import parse_expression, parse_unary_tests
from shared.feel.types import FeelType
from shared.feel.values import Date, DateTime, Time, Value

AS_OF = DateTime(Date(2026, 1, 31), Time(12, 30, 0, 0, 0))


def new_run(budget: int = STEPS) -> Run:
    return Run(AS_OF, budget=budget)


def value_of(
    text: str,
    scope: Mapping[str, Value] | None = None,
    run: Run | None = None,
    types: Mapping[str, FeelType] | None = None,
) -> Value:
    variables = scope or {}
    tree = parse_expression(text, variables.keys())
    return compile_expression(tree, types).evaluate(variables, run or new_run())


def notes_of(text: str, scope: Mapping[str, Value] | None = None) -> list[str]:
    run = new_run()
    assert value_of(text, scope, run) is None
    return run.notes


def holds(cell: str, tested: Value, scope: Mapping[str, Value] | None = None) -> Value:
    variables = {**(scope or {}), "?": tested}
    tests = parse_unary_tests(cell, variables.keys())
    return compile_unary_tests(tests).evaluate(variables, new_run())


def numbers(*values: int) -> list[Value]:
    return [Decimal(value) for value in values]
