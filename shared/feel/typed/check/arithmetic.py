"""`+ - * / **` on operands whose units fit (DMN 1.5, 10.3.2.5), with money apart from numbers."""

from dataclasses import replace

from shared.feel.syntax import tree
from shared.feel.typed.check.operand import Exotic, Operand, Refusal
from shared.feel.typed.check.units import as_money, computed, number
from shared.feel.typed.nodes import Arithmetic, Constant, Typed
from shared.feel.typed.operations import arithmetic as operation
from shared.feel.typed.types import DATE, DAYS, MAX_DIGITS, NUMBER, TEXT, Kind, Type
from shared.feel.values import NUMBERS

_VERBS = {
    "+": "cannot be added",
    "-": "cannot be subtracted",
    "*": "cannot be multiplied",
    "/": "cannot be divided",
    "**": "cannot be raised to a power",
}
_LENGTHS = (Kind.DAYS, Kind.MONTHS)
_ZERO = Constant(0, Type(Kind.INTEGER, width=1))


def arithmetic(node: tree.Arithmetic, left: Operand, right: Operand) -> Typed:
    """Return the typed operation; raises `Refusal` where units do not fit, `Exotic` for durations taken in parts."""
    if Kind.LIST in (left.type.kind, right.type.kind):
        raise Exotic
    one, other = left.typed, right.typed
    if node.operator in ("+", "-", "/"):
        one, other = _beside_money(node.operator, one, other)
    of = _TYPES[node.operator](one.type, other.type)
    if of is None:
        message = f"{left.sentence} and {right.sentence}: they {_VERBS[node.operator]}"
        raise Refusal("wrong_type", message, node.span, _hint(node.operator, left.type, right.type))
    return folded(Arithmetic(node.operator, one, other, of), node.span)


def negation(node: tree.Negation, operand: Operand) -> Typed:
    """Return `-operand` as a subtraction from nothing; raises `Refusal`."""
    kind = operand.type.kind
    if kind is Kind.LIST:
        raise Exotic
    if not operand.type.is_number and kind is not Kind.MONEY and kind not in _LENGTHS:
        raise operand.refuse("wrong_type", f"{operand.sentence}, which has no negative")
    of = computed(operand.type)
    return folded(Arithmetic("-", replace(_ZERO, type=of), operand.typed, of), node.span)


def folded(typed: Arithmetic, span: tree.Span) -> Typed:
    """Return what an operation on numbers that are both literals comes to; raises `Refusal` when it has no result."""
    if not (isinstance(typed.left, Constant) and isinstance(typed.right, Constant) and typed.type.is_number):
        return typed
    try:
        value = operation(typed)(typed.left.value, typed.right.value)
    except ArithmeticError:
        raise Refusal(
            "no_value", "this has no value: a division by zero, or beyond the numbers there are", span
        ) from None
    return number(NUMBERS.create_decimal(value))


def _beside_money(operator: str, left: Typed, right: Typed) -> tuple[Typed, Typed]:
    if left.type.kind is Kind.MONEY and operator != "/":
        return left, as_money(right, left.type) or right
    if right.type.kind is Kind.MONEY:
        return as_money(left, right.type) or left, right
    return left, right


def _hint(operator: str, left: Type, right: Type) -> str:
    if operator in ("+", "-") and Kind.MONEY in (left.kind, right.kind) and (left.is_number or right.is_number):
        return "money goes with money, or with a number written out"
    return ""


def _number(left: Type, right: Type, width: int | None) -> Type:
    if left.width is None or right.width is None or width is None or width > MAX_DIGITS:
        return NUMBER
    return Type(Kind.INTEGER, width=width)


def _money(money: Type, other: Type, width: int | None) -> Type:
    whole = other.width is not None and width is not None and width <= MAX_DIGITS
    return Type(Kind.MONEY, money.scale, money.currency, width=width if whole else None)


def _wider(left: Type, right: Type) -> int | None:
    return None if left.width is None or right.width is None else max(left.width, right.width) + 1


def _sum(left: Type, right: Type) -> Type | None:
    if left.is_number and right.is_number:
        return _number(left, right, _wider(left, right))
    if left.kind is right.kind is Kind.MONEY and left.currency == right.currency:
        return _money(left, right, _wider(left, right))
    if left.kind is right.kind and left.kind in _LENGTHS:
        return left
    return None


def _plus(left: Type, right: Type) -> Type | None:
    if DATE.kind in (left.kind, right.kind) and (left.kind in _LENGTHS or right.kind in _LENGTHS):
        return DATE
    if left.kind is right.kind is Kind.TEXT:
        return TEXT
    return _sum(left, right)


def _minus(left: Type, right: Type) -> Type | None:
    if left.kind is Kind.DATE:
        return DAYS if right.kind is Kind.DATE else DATE if right.kind in _LENGTHS else None
    return _sum(left, right)


def _times(left: Type, right: Type) -> Type | None:
    if left.is_number and right.kind in (Kind.MONEY, *_LENGTHS):
        left, right = right, left
    width = None if left.width is None or right.width is None else left.width + right.width
    if right.is_number and left.is_number:
        return _number(left, right, width)
    if right.is_number and left.kind is Kind.MONEY:
        return _money(left, right, width)
    if right.is_number and left.kind in _LENGTHS:
        raise Exotic
    return None


def _over(left: Type, right: Type) -> Type | None:
    if right.is_number:
        if left.kind in _LENGTHS:
            raise Exotic
        return NUMBER if left.is_number else _money(left, right, None) if left.kind is Kind.MONEY else None
    alike = left.kind is right.kind and (left.kind in _LENGTHS or left.kind is Kind.MONEY)
    return NUMBER if alike and left.currency == right.currency else None


def _power(left: Type, right: Type) -> Type | None:
    return NUMBER if left.is_number and right.is_number else None


_TYPES = {"+": _plus, "-": _minus, "*": _times, "/": _over, "**": _power}
