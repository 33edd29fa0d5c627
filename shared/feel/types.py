"""The types of FEEL: what a value is, which values conform to a type, and how a value is made to fit one.

The type lattice is that of DMN 1.5, 10.3.2.9: every type conforms to `Any`, and null to every type.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.feel.syntax import tree
from shared.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Function,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
)


@dataclass(frozen=True, slots=True)
class Simple:
    """A type without parts: `number`, `date and time`, ..., and `Any` and `Null`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """`list<item>`."""

    item: "FeelType"

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class RangeOf:
    """`range<end>`."""

    end: "FeelType"

    def __str__(self) -> str:
        return f"range<{self.end}>"


@dataclass(frozen=True, slots=True)
class ContextOf:
    """`context<name: type, ...>`: a context that has these entries, and perhaps others."""

    entries: "tuple[tuple[str, FeelType], ...]" = ()

    def __str__(self) -> str:
        return (
            f"context<{', '.join(f'{name}: {entry}' for name, entry in self.entries)}>" if self.entries else "context"
        )


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """`function<type, ...> -> result`; without `parameters`, any function that gives the result."""

    parameters: "tuple[FeelType, ...] | None"
    result: "FeelType"

    def __str__(self) -> str:
        if self.parameters is None:
            return "function"
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"


@dataclass(frozen=True, slots=True)
class Constrained:
    """The values of a type that pass a test: the allowed values of an item definition. Null is never tested.

    `name` is that of the item definition, for messages. `instance of` looks at the type only.
    """

    type: "FeelType"
    test: Callable[[Value], bool]
    name: str

    def __str__(self) -> str:
        return self.name


FeelType = Simple | ListOf | RangeOf | ContextOf | FunctionOf | Constrained

ANY = Simple("Any")
NULL = Simple("Null")
NUMBER = Simple("number")
STRING = Simple("string")
BOOLEAN = Simple("boolean")
DATE = Simple("date")
TIME = Simple("time")
DATE_TIME = Simple("date and time")
DAYS_TIME_DURATION = Simple("days and time duration")
YEARS_MONTHS_DURATION = Simple("years and months duration")
ANY_LIST = ListOf(ANY)
ANY_CONTEXT = ContextOf()
ANY_RANGE = RangeOf(ANY)
ANY_FUNCTION = FunctionOf(None, ANY)

BUILT_IN: Mapping[str, FeelType] = {
    **{
        simple.name: simple
        for simple in (
            *(ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME),
            *(DAYS_TIME_DURATION, YEARS_MONTHS_DURATION),
        )
    },
    "list": ANY_LIST,
    "context": ANY_CONTEXT,
    "range": ANY_RANGE,
    "function": ANY_FUNCTION,
    # As models before DMN 1.2 wrote them.
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_TIME_DURATION,
    "yearMonthDuration": YEARS_MONTHS_DURATION,
}
"""The types that FEEL itself names."""

_CLASSES: dict[type, FeelType] = {
    type(None): NULL,
    Decimal: NUMBER,
    str: STRING,
    bool: BOOLEAN,
    Date: DATE,
    Time: TIME,
    DateTime: DATE_TIME,
    DaysTimeDuration: DAYS_TIME_DURATION,
    YearsMonthsDuration: YEARS_MONTHS_DURATION,
    list: ANY_LIST,
    dict: ANY_CONTEXT,
}


@dataclass(frozen=True, slots=True)
class TypedFunction(Function):
    """A function that knows its type, and, as built-in functions have several forms, how many arguments it takes.

    `arities` are the least and the greatest numbers of arguments, None for no greatest.
    """

    type: FunctionOf
    arities: tuple[tuple[int, int | None], ...]

    def accepts(self, count: int) -> bool:
        """Tell whether the function can be called with so many arguments."""
        return any(least <= count and (greatest is None or count <= greatest) for least, greatest in self.arities)


def type_of(value: Value) -> FeelType:
    """The type of a value, for messages; lists and contexts are not looked into."""
    if isinstance(value, Range):
        end = value.low if value.low is not None else value.high
        return RangeOf(type_of(end))
    if isinstance(value, TypedFunction):
        return value.type
    if isinstance(value, Function):
        return FunctionOf((ANY,) * len(value.parameters), ANY)
    return _CLASSES[type(value)]


def read_type(node: tree.TypeNode, names: Mapping[str, FeelType] | None = None) -> FeelType:
    """The type that a type expression means, `names` being the model's own types. Raises FeelError for unknown ones."""
    known = names or {}
    match node:
        case tree.NamedType(name):
            found = known.get(name) or BUILT_IN.get(name)
            if found is None:
                raise FeelError(f"unknown type `{name}`")
            return found
        case tree.ListType(item):
            return ListOf(read_type(item, known))
        case tree.RangeType(end):
            return RangeOf(read_type(end, known))
        case tree.ContextType(entries):
            return ContextOf(tuple((name, read_type(entry, known)) for name, entry in entries))
        case tree.FunctionType(parameters, result):
            return FunctionOf(tuple(read_type(parameter, known) for parameter in parameters), read_type(result, known))


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
        midnight = DateTime(value, Time(0, 0, 0, 0, 0, None))
        if conforms(midnight, type_):
            return midnight
    if isinstance(type_, Constrained) and conforms(value, type_.type):
        raise FeelError(f"the value is not among those that `{type_}` allows")
    raise FeelError(f"a {type_of(value)} is not a {type_}")


def unconstrained(type_: FeelType) -> FeelType:
    """The type without the tests of allowed values in it."""
    match type_:
        case Constrained():
            return unconstrained(type_.type)
        case ListOf(item):
            return ListOf(unconstrained(item))
        case ContextOf(entries):
            return ContextOf(tuple((name, unconstrained(entry)) for name, entry in entries))
        case _:
            return type_


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
    return _CLASSES.get(type(value)) == type_


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


def typed_function(
    parameters: Sequence[tuple[str, FeelType]], result: FeelType, invoke: Callable[[Sequence[Value]], Value]
) -> TypedFunction:
    """A function of so many arguments, whose type is known."""
    count = len(parameters)
    return TypedFunction(
        tuple(name for name, _ in parameters),
        invoke,
        FunctionOf(tuple(type_ for _, type_ in parameters), result),
        ((count, count),),
    )
