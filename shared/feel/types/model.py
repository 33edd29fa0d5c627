"""The types themselves, their names, and the functions that know theirs."""

from collections.abc import Callable, Mapping, Sequence
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
