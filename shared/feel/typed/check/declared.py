"""Bringing the value of an expression to the type that is declared for it."""

from dataclasses import replace

from shared.feel.syntax import tree
from shared.feel.typed.check.operand import Operand, Refusal
from shared.feel.typed.check.units import MONEY_HINT, as_money
from shared.feel.typed.faults import clipped, did_you_mean
from shared.feel.typed.nodes import Arithmetic, Brought, Choice, Constant, Function, Typed
from shared.feel.typed.operations import brought
from shared.feel.typed.types import NUMBER, TEXT, Kind, Type, kind_words


def raw(expected: Type) -> Type:
    """Return the type of a value before it is brought to the declared type `expected`."""
    if expected.kind in (Kind.INTEGER, Kind.DECIMAL):
        return NUMBER
    if expected.kind is Kind.MONEY:
        return Type(Kind.MONEY, expected.scale, expected.currency)
    return TEXT if expected.kind is Kind.TEXT else Type(expected.kind)


def declared(node: tree.Node, typed: Typed, expected: Type, rounding: str) -> Typed:
    """Return `typed` brought to type `expected`; raises `Refusal` when it is of another kind."""
    operand = Operand(node, typed)
    kind = typed.type.kind
    if kind is Kind.NULL:
        return typed
    if expected.kind is Kind.MONEY:
        amount = as_money(typed, expected, declared=True)
        if amount is None:
            hint = MONEY_HINT if typed.type.is_number else ""
            raise operand.refuse("wrong_type", f"{operand.sentence}, where money is needed", hint)
        return _rounded(node, amount, expected, rounding)
    if expected.is_number and typed.type.is_number:
        return _rounded(node, typed, expected, rounding)
    if kind is not expected.kind:
        raise operand.refuse("wrong_type", f"{operand.sentence}, where {kind_words(expected)} is needed")
    return _of_enum(operand, expected) if expected.values else typed


def _rounded(node: tree.Node, typed: Typed, expected: Type, rounding: str) -> Typed:
    if typed.type == expected and typed.type.width is not None and typed.type.width <= (expected.width or 0):
        return typed
    if expected.kind is Kind.DECIMAL and (expected.scale is None or typed.type == expected):
        return typed
    rounded = Brought(_divided_once(typed, expected, rounding), expected, rounding)
    if not isinstance(typed, Constant):
        return rounded
    try:
        return Constant(brought(rounded)(typed.value), expected)
    except ArithmeticError:
        raise Refusal("no_value", "this is larger than any value it can have", node.span) from None


def _divided_once(typed: Typed, expected: Type, rounding: str) -> Typed:
    """Return a quotient, or a mean, rounded as the declared type has it and not before; anything else as it is."""
    if isinstance(typed, Function) and typed.name == "mean":
        count = Constant(len(typed.arguments), Type(Kind.INTEGER, width=len(str(len(typed.arguments)))))
        typed = Arithmetic("/", Function("sum", typed.arguments, typed.type), count, typed.type)
    if not (isinstance(typed, Arithmetic) and typed.operator == "/"):
        return typed
    scale = expected.scale or 0 if expected.kind is Kind.DECIMAL else 0
    return replace(typed, scale=scale, rounding=rounding)


def _of_enum(operand: Operand, expected: Type) -> Typed:
    for literal in _literals(operand.typed):
        if literal not in expected.values:
            hint = did_you_mean(literal, expected.values, '"')
            raise operand.refuse("unknown_value", f'"{clipped(literal)}" is not one of the values declared', hint)
    own = operand.type.values
    if own and set(own) <= set(expected.values):
        return operand.typed
    if own and not set(own) & set(expected.values):
        raise operand.refuse("unknown_value", f"{operand.words} has none of the values declared")
    return Brought(operand.typed, expected, "")


def _literals(typed: Typed) -> list[str]:
    if isinstance(typed, Choice):
        return _literals(typed.then) + _literals(typed.otherwise)
    return [typed.value] if isinstance(typed, Constant) and isinstance(typed.value, str) else []
