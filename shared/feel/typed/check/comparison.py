"""Comparisons, and the tests of cells and of `in`: operands of one kind, literals in the form of what they meet."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from shared.feel.typed.check.operand import Exotic, Operand
from shared.feel.typed.check.units import unified
from shared.feel.typed.faults import clipped, did_you_mean
from shared.feel.typed.nodes import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    IsMissing,
    Literal,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
)
from shared.feel.typed.types import BOOLEAN, NULL, Kind
from shared.feel.values import NUMBERS

_FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def comparison(operator: str, left: Operand, right: Operand) -> Typed:
    """Return `left operator right`; raises `Refusal` when the kinds differ or the answer can only ever be one."""
    if Kind.LIST in (left.type.kind, right.type.kind):
        raise Exotic
    if NULL in (left.type, right.type):
        return _with_null(operator, left, right)
    if operator not in ("=", "!="):
        _require_order(left)
        _require_order(right)
    (one, other), _ = unified((left, right), "they cannot be compared")
    if operator in ("=", "!=") and left.type.values and right.type.values:
        _require_common_value(left, right)
    if isinstance(one, Constant) and not isinstance(other, Constant):
        return _with_constant(_FLIPPED[operator], right, other, left, one)
    if isinstance(other, Constant):
        return _with_constant(operator, left, one, right, other)
    return Comparison(operator, one, other)


def within(value: Operand, ends: Sequence[Operand], low_included: bool, high_included: bool) -> Typed:
    """Return whether `value` lies between two ends; raises `Refusal`, and `Exotic` rather than compute it twice."""
    low, high = ends
    at_least = comparison(">=" if low_included else ">", value, low)
    at_most = comparison("<=" if high_included else "<", value, high)
    if isinstance(at_least, Comparison) and isinstance(at_most, Comparison) and at_least.left is at_most.left:
        included = at_least.operator == ">=", at_most.operator == "<="
        return Within(at_least.left, at_least.right, at_most.right, *included)
    if not value.is_simple:
        raise Exotic
    return Conjunction((at_least, at_most))


def any_of(tests: Sequence[Typed]) -> Typed:
    """Return whether at least one of `tests` holds, equalities of one value with literals gathered in one set."""
    if len(tests) == 1:
        return tests[0]
    members: dict[Typed, list[Literal]] = {}
    rest: list[Typed] = []
    for test in tests:
        for part in test.operands if isinstance(test, Disjunction) else (test,):
            match part:
                case Comparison(operator="=", left=left, right=Constant(value=value)):
                    members.setdefault(left, []).append(value)
                case Membership(value=left, members=values):
                    members.setdefault(left, []).extend(values)
                case _:
                    rest.append(part)
    sets: list[Typed] = [
        Membership(value, tuple(literals))
        if len(literals) > 1
        else Comparison("=", value, Constant(literals[0], value.type))
        for value, literals in members.items()
    ]
    parts = (*sets, *rest)
    if not parts:
        return Constant(False, BOOLEAN)
    return parts[0] if len(parts) == 1 else Disjunction(parts)


def _with_null(operator: str, left: Operand, right: Operand) -> Typed:
    value = right if left.type == NULL else left
    if operator not in ("=", "!="):
        null = left if left.type == NULL else right
        raise null.refuse("wrong_type", "null has no order; ask for a missing value with `= null`")
    if isinstance(value.typed, Constant):
        is_null: Typed = Constant(value.type == NULL, BOOLEAN)
    else:
        is_null = IsMissing(value.typed)
    return Not(is_null) if operator == "!=" else is_null


def _require_order(operand: Operand) -> None:
    if not operand.has_order:
        kind = "an enum" if operand.type.values else "a boolean"
        raise operand.refuse("wrong_type", f"{operand.words} is {kind}: its values have no order")


def _require_common_value(left: Operand, right: Operand) -> None:
    if set(left.type.values) & set(right.type.values):
        return
    for literal, other in ((right, left), (left, right)):
        if isinstance(literal.typed, Constant):
            value = str(literal.typed.value)
            hint = did_you_mean(value, other.type.values, '"')
            raise literal.refuse("unknown_value", f'{other.words} has no value "{clipped(value)}"', hint)
    raise right.refuse("unknown_value", f"{left.words} and {right.words} have no value in common")


def _with_constant(operator: str, value: Operand, typed: Typed, literal: Operand, constant: Constant) -> Typed:
    """Return the comparison with a literal, which takes the exact form of the values that it is compared with."""
    bound = constant.value
    if isinstance(bound, bool) and operator in ("=", "!="):
        return typed if bound == (operator == "=") else Not(typed)
    if not isinstance(bound, int | Decimal):
        return Comparison(operator, typed, constant)
    if typed.type.whole:
        return _with_whole(operator, value, typed, literal, constant)
    places = typed.type.scale if isinstance(typed, Variable) and typed.type.kind is Kind.DECIMAL else None
    if places is None:
        return Comparison(operator, typed, constant)
    number = Decimal(bound)
    if number == 0 or -int(number.normalize(NUMBERS).as_tuple().exponent) <= places:
        return Comparison(operator, typed, Constant(number, constant.type))
    if operator in ("=", "!="):
        raise _too_precise(value, literal, places)
    return Comparison(operator, typed, constant)


def _with_whole(operator: str, value: Operand, typed: Typed, literal: Operand, constant: Constant) -> Typed:
    bound = constant.value
    if isinstance(bound, int):
        return Comparison(operator, typed, constant)
    assert isinstance(bound, Decimal)
    if bound == bound.to_integral_value():
        return Comparison(operator, typed, constant)
    if operator in ("=", "!="):
        raise _too_precise(value, literal, typed.type.scale or 0 if typed.type.kind is Kind.MONEY else 0)
    # Between whole numbers there is nothing: `< 10.5` is `<= 10`.
    if operator in ("<", "<="):
        return Comparison("<=", typed, Constant(int(bound.to_integral_value(ROUND_FLOOR)), typed.type))
    return Comparison(">=", typed, Constant(int(bound.to_integral_value(ROUND_CEILING)), typed.type))


def _too_precise(value: Operand, literal: Operand, places: int) -> Exception:
    return literal.refuse("too_precise", f"{literal.words} has more decimals than {value.words} can have ({places})")
