"""From a typed tree to closures in three-valued logic: for missing facts and for traces."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from shared.feel.typed import operations
from shared.feel.typed.general import evaluator
from shared.feel.typed.nodes import (
    Arithmetic,
    Brought,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Function,
    General,
    IsMissing,
    ListOf,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
    children,
)

Slots = list[Any]
Reading = Callable[[Slots], Any]

_COMPARISONS: Final = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def interpret(typed: Typed, slot_of: Mapping[str, int]) -> Reading:
    """Return a function from slots to the value, None when it cannot be told.

    `slot_of` has the place of every name in `names_in(typed)`; a slot holds None or a value of its type. Never raises.
    """
    match typed:
        case Constant(value=constant):
            reading = _always(constant)
        case Variable(name=name):
            reading = operator.itemgetter(slot_of[name])
        case Conjunction(operands=operands):
            reading = _junction([interpret(operand, slot_of) for operand in operands], settled_by=False)
        case Disjunction(operands=operands):
            reading = _junction([interpret(operand, slot_of) for operand in operands], settled_by=True)
        case Choice(condition=condition, then=then, otherwise=otherwise):
            reading = _choice(*(interpret(part, slot_of) for part in (condition, then, otherwise)))
        case Within(value=value, low=low, high=high):
            reading = _within(typed, *(interpret(part, slot_of) for part in (value, low, high)))
        case IsMissing(operand=operand):
            reading = _is_missing(interpret(operand, slot_of))
        case General(names=names):
            reading = _strict(evaluator(typed), [operator.itemgetter(slot_of[name]) for name, _ in names])
        case _:
            reading = _strict(_operation(typed), [interpret(operand, slot_of) for operand in children(typed)])
    return reading


def _operation(typed: Typed) -> operations.Operation:
    """Return the function of the values of `children(typed)`, for a node that needs them all."""
    match typed:
        case Comparison(operator=sign):
            operation: operations.Operation = _COMPARISONS[sign]
        case Membership(members=members):
            operation = frozenset(members).__contains__
        case Not():
            operation = operator.not_
        case ListOf():
            operation = _list_of
        case Arithmetic():
            operation = operations.arithmetic(typed)
        case Function():
            operation = operations.function(typed)
        case Brought():
            operation = operations.brought(typed)
        case _:
            raise AssertionError(f"{type(typed).__name__} is not an operation")
    return operation


def _list_of(*values: Any) -> list[Any]:
    return list(values)


def _strict(function: operations.Operation, readings: Sequence[Reading]) -> Reading:
    def operation(slots: Slots) -> Any:
        values = []
        for reading in readings:
            value = reading(slots)
            if value is None:
                return None
            values.append(value)
        try:
            return function(*values)
        except ArithmeticError:
            return None

    return operation


def _junction(readings: Sequence[Reading], *, settled_by: bool) -> Reading:
    def junction(slots: Slots) -> Any:
        result: Any = not settled_by
        for reading in readings:
            value = reading(slots)
            if value is settled_by:
                return settled_by
            if value is None:
                result = None
        return result

    return junction


def _always(constant: Any) -> Reading:
    return lambda _slots: constant


def _is_missing(reading: Reading) -> Reading:
    return lambda slots: reading(slots) is None


def _choice(condition: Reading, then: Reading, otherwise: Reading) -> Reading:
    def choice(slots: Slots) -> Any:
        holds = condition(slots)
        return None if holds is None else then(slots) if holds else otherwise(slots)

    return choice


def _within(typed: Within, value_of: Reading, low_of: Reading, high_of: Reading) -> Reading:
    """Both comparisons in three-valued logic, of a value that is computed once."""
    above = operator.ge if typed.low_included else operator.gt
    below = operator.le if typed.high_included else operator.lt

    def within(slots: Slots) -> bool | None:
        value = value_of(slots)
        if value is None:
            return None
        low, high = low_of(slots), high_of(slots)
        if (low is not None and not above(value, low)) or (high is not None and not below(value, high)):
            return False
        return None if low is None or high is None else True

    return within
