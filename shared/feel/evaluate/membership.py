"""Tests of a value: `value in tests`, and the cells of decision tables (DMN 1.5, 10.3.2.7 and 10.3.1.2, rules 7 to 15).

Answers are three-valued. Of several tests one must hold, as if they were joined by `or`.
"""

from collections.abc import Callable, Sequence

from shared.feel.evaluate.choices import compare_parts, compared
from shared.feel.evaluate.code import Code, Compiler, Scope, captured
from shared.feel.evaluate.functions import call_function
from shared.feel.evaluate.run import Run
from shared.feel.operators import in_range
from shared.feel.syntax import tree
from shared.feel.values import FeelError, Function, Range, Value
from shared.feel.walk import names_in

INPUT = "?"
"""The name of the value that is tested."""

_Test = Callable[[Value, Scope, Run], bool | None]

_CONDITIONS = (
    tree.Comparison,
    tree.Between,
    tree.In,
    tree.Conjunction,
    tree.Disjunction,
    tree.Quantified,
    tree.InstanceOf,
    tree.Call,
)
"""What can be a condition of its own, about other things than the value that is tested."""


def compile_in(node: tree.In, compiler: Compiler) -> Code:
    """`value in test` or `value in (test, ...)`."""
    value, holds = compiler.compile(node.value), _any_of([_compile_test(test, compiler) for test in node.tests])
    names = frozenset().union(*map(names_in, node.tests))
    if INPUT not in names:
        return lambda scope, run: holds(value(scope, run), scope, run)

    def code(scope: Scope, run: Run) -> Value:
        tested = value(scope, run)
        return holds(tested, {**captured(scope, names), INPUT: tested}, run)

    return code


def compile_tests(node: tree.UnaryTests, compiler: Compiler) -> Code:
    """A cell, which tests `?`: true, false, or null where it cannot be told."""
    if node.anything:
        return _anything
    holds = _any_of([_compile_test(test, compiler) for test in node.tests])
    negated = node.negated

    def code(scope: Scope, run: Run) -> Value:
        answer = holds(scope[INPUT], scope, run)
        return not answer if negated and answer is not None else answer

    return code


def _anything(_scope: Scope, _run: Run) -> Value:
    return True


def _any_of(tests: Sequence[_Test]) -> _Test:
    if len(tests) == 1:
        return tests[0]

    def holds(value: Value, scope: Scope, run: Run) -> bool | None:
        answer: bool | None = False
        for test in tests:
            result = test(value, scope, run)
            if result is True:
                return True
            if result is None:
                answer = None
        return answer

    return holds


def _compile_test(node: tree.Node, compiler: Compiler) -> _Test:
    if isinstance(node, tree.UnaryComparison):
        return _comparison(node.operator, compiler.compile(node.end))
    expression = compiler.compile(node)
    if INPUT in names_in(node):
        return _condition_on_input(expression)
    if isinstance(node, _CONDITIONS):
        return _condition(expression)

    def holds(value: Value, scope: Scope, run: Run) -> bool | None:
        return matches(value, expression(scope, run), run)

    return holds


def _comparison(operator: str, end: Code) -> _Test:
    """`< end` and its kin."""

    def holds(value: Value, scope: Scope, run: Run) -> bool | None:
        return compared(operator, value, end(scope, run), run)

    return holds


def _condition_on_input(expression: Code) -> _Test:
    """An expression that speaks of `?`: the answer itself where it is a boolean or null."""

    def holds(value: Value, scope: Scope, run: Run) -> bool | None:
        answer = expression(scope, run)
        return answer if answer is None or isinstance(answer, bool) else matches(value, answer, run)

    return holds


def _condition(expression: Code) -> _Test:
    """An expression that does not speak of `?`. Where it is true and the value no boolean, it holds by itself."""

    def holds(value: Value, scope: Scope, run: Run) -> bool | None:
        answer = expression(scope, run)
        if isinstance(answer, bool) and value is not None and not isinstance(value, bool):
            return answer
        return matches(value, answer, run)

    return holds


def matches(value: Value, test: Value, run: Run) -> bool | None:
    """Whether a value is what a test came to: equal to it, in its range or list, or accepted by its function."""
    try:
        if isinstance(test, Range) and not isinstance(value, Range):
            return in_range(value, test)
        if isinstance(test, Function) and not isinstance(value, Function):
            answer = call_function(test, [value], None)
            return answer if isinstance(answer, bool) else None
        if isinstance(test, list):
            return _in_list(value, test, run)
        return compare_parts("=", value, test, run)
    except FeelError as fault:
        run.note(fault)
        return None


def _in_list(value: Value, items: list[Value], run: Run) -> bool:
    """Whether a list holds a value, or a range that does; or is the value. Items of other kinds are other values."""
    run.spend(len(items))
    for item in items:
        if isinstance(item, Range) and not isinstance(value, Range):
            found = in_range(value, item)
        else:
            found = compare_parts("=", value, item, run)
        if found:
            return True
    return isinstance(value, list) and compare_parts("=", value, items, run) is True
