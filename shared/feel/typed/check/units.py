"""Bringing operands to one kind and unit: literals beside money become amounts, integers beside decimals numbers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, Overflow

from shared.feel.typed.check.operand import Operand
from shared.feel.typed.nodes import Arithmetic, Choice, Constant, Function, Typed
from shared.feel.typed.types import MAX_DIGITS, NULL, NUMBER, Kind, Type, kind_words
from shared.feel.values import NUMBERS

MONEY_HINT = "money goes with money, or with a number written out"
_SAME_UNIT = ("min", "max", "sum", "mean", "abs")


def number(value: Decimal) -> Constant:
    """Return a number literal: an integer where it is whole and has at most 34 digits, else a decimal."""
    if value == value.to_integral_value() and value.adjusted() < MAX_DIGITS:
        whole = int(value)
        return Constant(whole, Type(Kind.INTEGER, width=len(str(abs(whole)))))
    return Constant(value, NUMBER)


def as_money(typed: Typed, money: Type, *, declared: bool = False) -> Typed | None:
    """Return `typed` read as an amount in the currency of `money`; None when it is a number of another origin.

    A number literal is an amount in major units, and so is a choice between literals, their least, their sum. Where
    money is `declared`, a literal as a factor is enough: `2000 * employees` is 2,000.00 for each.
    """
    own = typed.type
    if (own.kind is Kind.MONEY and own.currency == money.currency) or own.kind is Kind.NULL:
        return typed
    return _read_as_money(typed, money, declared) if own.is_number else None


def _read_as_money(typed: Typed, money: Type, declared: bool) -> Typed | None:
    match typed:
        case Constant(value=value) if isinstance(value, int | Decimal):
            return _amount(Decimal(value), money)
        case Choice():
            return _all_money(typed, (typed.then, typed.otherwise), money, declared)
        case Function(name=name) if name in _SAME_UNIT:
            return _all_money(typed, typed.arguments, money, declared)
        case Arithmetic(operator="+" | "-"):
            return _all_money(typed, (typed.left, typed.right), money, declared)
        case Arithmetic(operator="*" | "/") if declared:
            return _factor_money(typed, money)
    return None


def _amount(major: Decimal, money: Type) -> Constant | None:
    try:
        minor = number(NUMBERS.scaleb(major, money.scale or 0))
    except Overflow:
        return None  # There is no such number of minor units.
    return Constant(minor.value, replace(_computed(money), width=minor.type.width))


def _computed(money: Type) -> Type:
    return Type(Kind.MONEY, money.scale, money.currency)


def computed(of: Type) -> Type:
    """Return the type of a value of the size of another: what bounds the other does not bound it."""
    return Type(of.kind, of.scale, of.currency, width=of.width)


def _all_money(
    typed: Choice | Function | Arithmetic, parts: Sequence[Typed], money: Type, declared: bool
) -> Typed | None:
    amounts = tuple(amount for part in parts if (amount := as_money(part, money, declared=declared)) is not None)
    if len(amounts) != len(parts):
        return None
    of = joined([amount.type for amount in amounts]) or _computed(money)
    if isinstance(typed, Choice):
        return Choice(typed.condition, amounts[0], amounts[1], of)
    if isinstance(typed, Function):
        return Function(typed.name, amounts, replace(of, width=of.width if typed.name in ("min", "max") else None))
    return Arithmetic(typed.operator, amounts[0], amounts[1], _computed(money))


def _factor_money(typed: Arithmetic, money: Type) -> Typed | None:
    left = as_money(typed.left, money, declared=True)
    if left is not None:
        return Arithmetic(typed.operator, left, typed.right, _computed(money))
    right = as_money(typed.right, money, declared=True) if typed.operator == "*" else None
    return None if right is None else Arithmetic("*", typed.left, right, _computed(money))


def joined(types: Sequence[Type]) -> Type | None:
    """Return the type of a value that may be of any of `types`; None when they are not of one kind and unit."""
    known = [of for of in types if of.kind is not Kind.NULL]
    if not known:
        return NULL
    kinds = {of.kind for of in known}
    if kinds == {Kind.INTEGER, Kind.DECIMAL}:
        return NUMBER
    if len(kinds) > 1 or len({of.currency for of in known}) > 1:
        return None
    first = known[0]
    widths = [of.width for of in known if of.width is not None]
    width = max(widths) if len(widths) == len(types) else None
    values = (
        tuple(dict.fromkeys(value for of in known for value in of.values)) if all(of.values for of in known) else ()
    )
    scales = {of.scale for of in known}
    return Type(first.kind, scales.pop() if len(scales) == 1 else None, first.currency, values, width=width)


def unified(operands: Sequence[Operand], what: str) -> tuple[list[Typed], Type]:
    """Return the operands in one kind and unit, and their type; `what` says what the text does with them.

    Raises `Refusal`.
    """
    money = next((operand.type for operand in operands if operand.type.kind is Kind.MONEY), None)
    parts = [operand.typed for operand in operands]
    if money is not None:
        parts = [as_money(part, money) or part for part in parts]
    of = joined([part.type for part in parts])
    if of is None:
        other = next(at for at in range(len(parts)) if joined([part.type for part in parts[: at + 1]]) is None)
        beside = operands[other - 1]
        plain = operands[other].type.is_number or beside.type.is_number
        hint = MONEY_HINT if money is not None and plain else ""
        raise operands[other].refuse("wrong_type", f"{beside.sentence} and {operands[other].sentence}: {what}", hint)
    return parts, of


def require(operand: Operand, of: Type, function: str) -> Typed:
    """Return the operand as an argument of type `of`; raises `Refusal`."""
    fits = operand.type.is_number if of.is_number else operand.type.kind is of.kind
    if not fits:
        raise operand.refuse("wrong_type", f"`{function}` needs {kind_words(of)} here, and {operand.sentence}")
    return operand.typed
