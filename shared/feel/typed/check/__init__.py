"""From the tree of a text to a typed tree, or to faults that say what does not fit."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP

from shared.feel.syntax import tree
from shared.feel.typed.check.checker import SUBJECT, Checker, name_fault
from shared.feel.typed.check.declared import declared, raw
from shared.feel.typed.check.general import GeneralNames
from shared.feel.typed.check.operand import Exotic, Refusal, Refused
from shared.feel.typed.faults import TypeFaults
from shared.feel.typed.nodes import General, Typed
from shared.feel.typed.types import BOOLEAN, Type

__all__ = ["check_cell", "check_condition", "check_expression", "name_fault"]


def check_expression(
    node: tree.Node, names: Mapping[str, Type], expected: Type | None = None, rounding: str = ROUND_HALF_UP
) -> Typed:
    """Return the typed tree of an expression over `names`, brought to type `expected` when there is one.

    The value is rounded to what `expected` can hold (`rounding` of the decimal module) and missing beyond its bounds.
    Number literals that stand where money is called for are major units. Without an expected type, everything must be
    of a type that the text tells. Raises `TypeFaults`.
    """
    checker = Checker(names)

    def check() -> Typed:
        typed = checker.typed(node)
        return typed if expected is None else declared(node, typed, expected, rounding)

    def general() -> Typed:
        found = _general(checker, node, None if expected is None else raw(expected))
        return found if expected is None else declared(node, found, expected, rounding)

    return _checked(checker, check, general)


def check_condition(node: tree.Node, names: Mapping[str, Type]) -> Typed:
    """Return the typed tree of a boolean expression; raises `TypeFaults`."""
    checker = Checker(names)
    return _checked(checker, lambda: checker.condition(node), lambda: _general(checker, node, BOOLEAN))


def check_cell(tests: tree.UnaryTests, column: str, names: Mapping[str, Type]) -> Typed:
    """Return the cell of a column, one of `names`, as a boolean expression; raises `TypeFaults`, for the column too.

    `?`, bare values, comparisons and ranges refer to the column. The cell `-` is the constant true.
    """
    fault = name_fault(column, names)
    if fault is not None:
        raise TypeFaults([fault])
    checker = Checker(names, column)
    return _checked(checker, lambda: checker.cell(tests), lambda: _general(checker, tests, BOOLEAN, column))


def _checked(checker: Checker, check: Callable[[], Typed], general: Callable[[], Typed]) -> Typed:
    try:
        return check()
    except Refusal as refusal:
        checker.faults.append(refusal.fault)
    except Refused:
        pass
    except Exotic:
        return _checked(checker, general, _never)
    raise TypeFaults(checker.faults)


def _never() -> Typed:
    raise AssertionError("the general engine evaluates everything")


def _general(
    checker: Checker, source: tree.Node | tree.UnaryTests, of: Type | None, column: str | None = None
) -> General:
    names = GeneralNames(checker.name, checker.faults).of(source)
    if checker.faults:
        raise Refused
    if of is None:
        raise Refusal("wrong_type", "the type of this expression cannot be told without evaluating it", source.span)
    if column is not None:
        names = tuple({**dict(names), column: checker.name(tree.Name(SUBJECT)).type}.items())
    return General(source, names, column, of)
