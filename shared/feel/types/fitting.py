"""Which values conform to a type, and how a value is made to fit one."""

from collections.abc import Iterable

from shared.feel.types.model import (
    ANY,
    DATE_TIME,
    NULL,
    Constrained,
    ContextOf,
    FeelType,
    FunctionOf,
    ListOf,
    RangeOf,
    TypedFunction,
    type_of,
    unconstrained,
)
from shared.feel.values import MIDNIGHT_UTC, Date, DateTime, FeelError, Function, Range, Value


def instance_of(value: Value, type_: FeelType) -> bool:
    """Tell whether a value is of a type, allowed values aside. Null is of type `Null` only (DMN 1.5, 10.3.2.9.3)."""
    if value is None:
        return type_ == NULL
    return conforms(value, unconstrained(type_))


def conforms(value: Value, type_: FeelType) -> bool:
    """Tell whether a value fits a type as it is. Null fits every type."""
    remaining: list[tuple[Value, FeelType]] = [(value, type_)]
    # A value can hold one list many times over: each is looked at once for each type.
    seen: set[tuple[int, int]] = set()
    constraints: list[tuple[Value, Constrained]] = []
    while remaining:
        part, expected = remaining.pop()
        if part is None or expected == ANY:
            continue
        if isinstance(expected, Constrained):
            constraints.append((part, expected))
            remaining.append((part, expected.type))
        elif not _kind_fits(part, expected):
            return False
        elif isinstance(part, list | dict | Range) and (key := (id(part), id(expected))) not in seen:
            seen.add(key)
            remaining.extend(_parts(part, expected))
    return all(constraint.test(part) for part, constraint in constraints)


def coerce(value: Value, type_: FeelType) -> Value:
    """A value made to fit a type, as results and arguments are (DMN 1.5, 10.3.2.9.4).

    A value stands for the list of it, a list of one for its item, and a date for its midnight in UTC. Raises FeelError
    for a value that cannot be made to fit.
    """
    if value is None or type_ == ANY or conforms(value, type_):
        return value
    target = type_.type if isinstance(type_, Constrained) else type_
    if isinstance(target, ListOf) and conforms([value], type_):
        return [value]
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], type_):
        return value[0]
    if target == DATE_TIME and isinstance(value, Date):
        midnight = DateTime(value, MIDNIGHT_UTC)
        if conforms(midnight, type_):
            return midnight
    if isinstance(type_, Constrained) and conforms(value, type_.type):
        raise FeelError(f"the value is not among those that `{type_}` allows")
    raise FeelError(f"a {type_of(value)} is not a {type_}")


def is_subtype(type_: FeelType, other: FeelType) -> bool:
    """Tell whether every value of a type is one of the other (DMN 1.5, table 56). Allowed values are not compared."""
    if isinstance(type_, Constrained) or isinstance(other, Constrained):
        return is_subtype(unconstrained(type_), unconstrained(other))
    if other == ANY or type_ in (NULL, other):
        return True
    match type_, other:
        case (ListOf(part), ListOf(other_part)) | (RangeOf(part), RangeOf(other_part)):
            return is_subtype(part, other_part)
        case ContextOf(entries), ContextOf(other_entries):
            known = dict(entries)
            return all(name in known and is_subtype(known[name], entry) for name, entry in other_entries)
        case FunctionOf(), FunctionOf():
            return _stands_for(type_, other)
    return False


def _stands_for(function: FunctionOf, other: FunctionOf) -> bool:
    """A function that takes as much and gives no more can stand for another. A result of `Any` may be anything."""
    if function.result != ANY and not is_subtype(function.result, other.result):
        return False
    if other.parameters is None or function.parameters is None:
        return other.parameters is None
    return len(function.parameters) == len(other.parameters) and all(
        is_subtype(theirs, ours) for ours, theirs in zip(function.parameters, other.parameters, strict=True)
    )


def _kind_fits(value: Value, type_: FeelType) -> bool:
    """Tell whether a value conforms to a type as far as that can be seen without looking at its parts."""
    match type_:
        case ListOf():
            return isinstance(value, list)
        case ContextOf(entries):
            return isinstance(value, dict) and all(name in value for name, _ in entries)
        case RangeOf():
            return isinstance(value, Range)
        case FunctionOf():
            return isinstance(value, Function) and _function_conforms(value, type_)
    return not isinstance(value, list | dict | Range | Function) and type_of(value) == type_


def _parts(value: list[Value] | dict[str, Value] | Range, type_: FeelType) -> Iterable[tuple[Value, FeelType]]:
    """The parts of a value with the types that they must conform to."""
    if isinstance(type_, ListOf) and isinstance(value, list):
        return () if type_.item == ANY else ((item, type_.item) for item in value)
    if isinstance(type_, ContextOf) and isinstance(value, dict):
        return ((value[name], entry) for name, entry in type_.entries)
    if isinstance(type_, RangeOf) and isinstance(value, Range):
        return (value.low, type_.end), (value.high, type_.end)
    return ()


def _function_conforms(function: Function, type_: FunctionOf) -> bool:
    if not isinstance(function, TypedFunction):
        return type_.parameters is None or len(function.parameters) == len(type_.parameters)
    if function.type.parameters is None:
        return type_.parameters is None or function.accepts(len(type_.parameters))
    return is_subtype(function.type, type_)
