"""Calls of the library's functions that the typed language computes itself; others are left to the general engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shared.feel.library import BUILTINS
from shared.feel.library.patterns import TooSlow
from shared.feel.syntax import tree
from shared.feel.typed.check import literals
from shared.feel.typed.check.comparison import any_of, comparison
from shared.feel.typed.check.operand import Exotic, Operand, Refusal
from shared.feel.typed.check.units import as_money, computed, require, unified
from shared.feel.typed.faults import clipped, did_you_mean
from shared.feel.typed.nodes import TODAY, Constant, Disjunction, Function, ListOf, Membership, Not, Typed, Variable
from shared.feel.typed.types import BOOLEAN, DATE, DAYS, MAX_DIGITS, MONTHS, NUMBER, TEXT, Kind, Type, kind_words
from shared.feel.values import FeelError

CLOCK: Final = ("today", "now")
"""Functions of the evaluation itself, not of the library."""

_SMALL: Final = Type(Kind.INTEGER, width=7)

_PLAIN: Final[Mapping[str, tuple[tuple[Type, ...], Type]]] = {
    "string length": ((TEXT,), _SMALL),
    "contains": ((TEXT, TEXT), BOOLEAN),
    "starts with": ((TEXT, TEXT), BOOLEAN),
    "ends with": ((TEXT, TEXT), BOOLEAN),
    "upper case": ((TEXT,), TEXT),
    "lower case": ((TEXT,), TEXT),
    "substring": ((TEXT, NUMBER, NUMBER), TEXT),
    "substring before": ((TEXT, TEXT), TEXT),
    "substring after": ((TEXT, TEXT), TEXT),
    "sqrt": ((NUMBER,), NUMBER),
    "exp": ((NUMBER,), NUMBER),
    "log": ((NUMBER,), NUMBER),
    "odd": ((NUMBER,), BOOLEAN),
    "even": ((NUMBER,), BOOLEAN),
    "years and months duration": ((DATE, DATE), MONTHS),
    "day of year": ((DATE,), _SMALL),
    "day of week": ((DATE,), TEXT),
    "month of year": ((DATE,), TEXT),
    "week of year": ((DATE,), _SMALL),
}
"""Functions of plain values: the types of their parameters, the last of which may be optional, and of the result."""

_PROPERTIES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.DATE: ("year", "month", "day", "weekday"),
    Kind.DAYS: ("days",),
    Kind.MONTHS: ("years", "months"),
}


def check_arity(name: str, count: int, span: tree.Span) -> None:
    """Refuse a function that is not there, or that does not take `count` arguments."""
    if name in CLOCK:
        if count:
            raise Refusal("wrong_arguments", f"`{name}` takes no arguments", span)
        return
    found = BUILTINS.get(name)
    if found is None:
        raise Refusal(
            "unknown_function", f"unknown function `{clipped(name)}`", span, did_you_mean(name, (*BUILTINS, *CLOCK))
        )
    if not any(least <= count and (most is None or count <= most) for least, most in found.arities):
        raise Refusal("wrong_arguments", f"`{name}` is called as {found.usage()}", span)


def call(name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    """Return the typed call; raises `Refusal` when the arguments do not fit, `Exotic` for other functions."""
    check_arity(name, len(operands), span)
    rule = _RULES.get(name)
    if rule is not None:
        return rule(name, span, operands)
    if name not in _PLAIN:
        raise Exotic
    parameters, result = _PLAIN[name]
    arguments = tuple(require(operand, of, name) for operand, of in zip(operands, parameters, strict=False))
    return Function(name, arguments, result)


def property_of(node: tree.Path, source: Operand) -> Typed:
    """Return `source.name`; raises `Refusal` for what has no properties, `Exotic` for those of times."""
    known = _PROPERTIES.get(source.type.kind)
    if known is None:
        if source.type.kind is Kind.LIST:
            raise Exotic
        raise Refusal("wrong_type", f"{source.sentence} and has no property `{clipped(node.name)}`", node.span)
    if node.name in known:
        return Function(f".{node.name}", (source.typed,), _SMALL)
    if node.name in ("hours", "minutes", "seconds"):
        raise Exotic
    hint = did_you_mean(node.name, known)
    raise Refusal("wrong_type", f"{kind_words(source.type)} has no property `{clipped(node.name)}`", node.span, hint)


def _items(operands: Sequence[Operand]) -> Sequence[Operand]:
    """Return the values that a function of many is of: its arguments, or the items of its only one, a list."""
    if len(operands) != 1:
        return operands
    node, typed = operands[0].node, operands[0].typed
    if not isinstance(node, tree.ListLiteral) or not isinstance(typed, ListOf):
        return operands
    return [Operand(item, part) for item, part in zip(node.items, typed.items, strict=True)]


def _extreme(name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    items = _items(operands)
    if not items:
        raise Refusal("wrong_arguments", f"`{name}` of nothing has no value", span)
    for item in items:
        if item.type.kind is Kind.LIST:
            raise Exotic
        if not item.has_order:
            raise item.refuse("wrong_type", f"`{name}` needs values with an order, and {item.sentence}")
    parts, of = unified(items, f"they have no `{name}`")
    return Function(name, tuple(parts), of)


def _total(name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    items = _items(operands)
    if not items:
        raise Refusal("wrong_arguments", f"`{name}` of nothing has no value", span)
    for item in items:
        if item.type.kind is Kind.LIST:
            raise Exotic
        if not item.type.is_number and item.type.kind is not Kind.MONEY:
            raise item.refuse("wrong_type", f"`{name}` needs numbers or money, and {item.sentence}")
    parts, of = unified(items, f"they have no `{name}`")
    width = None if of.width is None or name == "mean" else of.width + len(parts)
    if width is not None and width > MAX_DIGITS:
        width = None
    if of.is_number:
        return Function(name, tuple(parts), NUMBER if width is None else Type(Kind.INTEGER, width=width))
    return Function(name, tuple(parts), Type(Kind.MONEY, of.scale, of.currency, width=width))


def _absolute(name: str, _span: tree.Span, operands: Sequence[Operand]) -> Typed:
    operand = operands[0]
    if operand.type.kind is Kind.LIST:
        raise Exotic
    if not operand.type.is_number and operand.type.kind not in (Kind.MONEY, Kind.DAYS, Kind.MONTHS):
        raise operand.refuse("wrong_type", f"`{name}` needs a number, money or a duration, and {operand.sentence}")
    return Function(name, (operand.typed,), computed(operand.type))


def _rounding(name: str, _span: tree.Span, operands: Sequence[Operand]) -> Typed:
    operand = operands[0]
    if operand.type.kind is not Kind.MONEY:
        require(operand, NUMBER, name)
    places = operands[1].typed if len(operands) > 1 else Constant(0, _SMALL)
    if not (isinstance(places, Constant) and isinstance(places.value, int) and abs(places.value) <= 34):
        raise Exotic
    if operand.type.kind is Kind.INTEGER and places.value >= 0:
        return operand.typed
    of = Type(Kind.MONEY, operand.type.scale, operand.type.currency) if operand.type.kind is Kind.MONEY else NUMBER
    return Function(name, (operand.typed, places), of)


def _modulo(name: str, _span: tree.Span, operands: Sequence[Operand]) -> Typed:
    dividend, divisor = operands
    if dividend.type.kind is Kind.MONEY:
        amount = as_money(divisor.typed, dividend.type)
        if amount is None:
            raise divisor.refuse("wrong_type", f"`{name}` of money needs money to divide by, and {divisor.sentence}")
        whole = dividend.type.whole and amount.type.whole
        width = amount.type.width if whole else None
        of = Type(Kind.MONEY, dividend.type.scale, dividend.type.currency, width=width)
        return Function(name, (dividend.typed, amount), of)
    arguments = (require(dividend, NUMBER, name), require(divisor, NUMBER, name))
    whole = dividend.type.whole and divisor.type.whole
    return Function(name, arguments, Type(Kind.INTEGER, width=divisor.type.width) if whole else NUMBER)


def _not(name: str, _span: tree.Span, operands: Sequence[Operand]) -> Typed:
    return Not(require(operands[0], BOOLEAN, name))


def _list_contains(_name: str, _span: tree.Span, operands: Sequence[Operand]) -> Typed:
    held, element = operands
    node, typed = held.node, held.typed
    if not isinstance(node, tree.ListLiteral) or not isinstance(typed, ListOf) or not node.items:
        raise Exotic
    items = [Operand(item, part) for item, part in zip(node.items, typed.items, strict=True)]
    test = any_of([comparison("=", element, item) for item in items])
    if isinstance(test, Disjunction) and not element.is_simple:
        raise Exotic
    return test


def _matches(name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    """Match the values of an enum once and for all: no decision waits for a pattern that is slow, or has none."""
    text, *rest = (require(operand, TEXT, name) for operand in operands)
    written = [part.value for part in rest if isinstance(part, Constant) and isinstance(part.value, str)]
    if len(written) < len(rest):
        return Function(name, (text, *rest), BOOLEAN)
    values = (str(text.value),) if isinstance(text, Constant) else text.type.values
    try:
        # Without values there is at least the pattern to look at.
        found = tuple(value for value in values or ("",) if BUILTINS[name].invoke([value, *written]))
    except TooSlow as error:
        raise Refusal("too_slow", str(error), span) from None
    except FeelError as error:
        raise Refusal("no_value", str(error), span) from None
    if isinstance(text, Constant):
        return Constant(bool(found), BOOLEAN)
    return Membership(text, found) if values else Function(name, (text, *rest), BOOLEAN)


def _today(_name: str, _span: tree.Span, _operands: Sequence[Operand]) -> Typed:
    return Variable(TODAY, DATE)


def _general(_name: str, _span: tree.Span, _operands: Sequence[Operand]) -> Typed:
    raise Exotic


def _date(name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    if len(operands) == 3:
        return Function(name, tuple(require(operand, NUMBER, name) for operand in operands), DATE)
    typed = operands[0].typed
    if isinstance(typed, Constant) and isinstance(typed.value, str):
        return literals.day(typed.value, span)
    if typed.type.kind is Kind.DATE:
        return typed
    raise Exotic


def _duration(_name: str, span: tree.Span, operands: Sequence[Operand]) -> Typed:
    typed = operands[0].typed
    if isinstance(typed, Constant) and isinstance(typed.value, str):
        return literals.duration(typed.value, span)
    if typed.type.kind in (DAYS.kind, MONTHS.kind):
        return typed
    raise Exotic


_ROUNDINGS: Final = ("decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down")

_Rule = Callable[[str, tree.Span, Sequence[Operand]], Typed]

_RULES: Final[Mapping[str, _Rule]] = {
    "min": _extreme,
    "max": _extreme,
    "sum": _total,
    "mean": _total,
    "abs": _absolute,
    **dict.fromkeys(_ROUNDINGS, _rounding),
    "modulo": _modulo,
    "not": _not,
    "list contains": _list_contains,
    "matches": _matches,
    "today": _today,
    "now": _general,
    "date": _date,
    "duration": _duration,
}
