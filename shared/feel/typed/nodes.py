"""The typed tree of an expression: names resolved, units agreed, literals brought to what they are compared with.

Every node has the `type` of its value. Back ends (closures, Python code, SQL) walk this tree and nothing else.
A value that cannot be told (a missing fact, a division by zero, an overflow) makes missing what needs it; only
`Conjunction`, `Disjunction`, `Choice` and `IsMissing` can do without.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from shared.feel.syntax import tree
from shared.feel.typed.types import BOOLEAN, LIST, Type

Literal = int | Decimal | str | bool | date | None
"""A value in a tree, in the form that it has at run time."""

TODAY: Final = "today()"
"""The name under which an expression reads the day of the decision, a `datetime.date`."""

NOW: Final = "now()"
"""The name under which a `General` expression reads the moment of the decision, an aware `datetime.datetime`."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, or what literals come to. Its type is null when the value is None."""

    value: Literal
    type: Type


@dataclass(frozen=True, slots=True)
class Variable:
    """A fact, a definition, an output of an earlier stage, or `TODAY`."""

    name: str
    type: Type


PLACES: Final = 12
"""Decimal places of a quotient, unless it is the whole value of a declared type, which states its own."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`, the operator one of `+ - * / **`, on operands whose units fit.

    A quotient and a power have `scale` decimal places (of minor units, if they are money) by `rounding`, rounded once;
    what is too large for that has 34 digits. Sums, differences and products are exact up to 34 digits.
    """

    operator: str
    left: "Typed"
    right: "Typed"
    type: Type
    scale: int = PLACES
    rounding: str = ROUND_HALF_EVEN


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the FEEL library, or a property (`.year`) under its name, all arguments needed."""

    name: str
    arguments: "tuple[Typed, ...]"
    type: Type


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list literal as an argument."""

    items: "tuple[Typed, ...]"
    type: Type = LIST


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, the operator one of `= != < <= > >=`, on operands of one kind and unit."""

    operator: str
    left: "Typed"
    right: "Typed"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Within:
    """`value` lies between `low` and `high`: the conjunction of two comparisons, as FEEL defines `between`."""

    value: "Typed"
    low: "Typed"
    high: "Typed"
    low_included: bool
    high_included: bool
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Membership:
    """`value` is one of `members`."""

    value: "Typed"
    members: tuple[Literal, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All of `operands` hold: false as soon as one is false, whatever is missing."""

    operands: "tuple[Typed, ...]"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Disjunction:
    """At least one of `operands` holds: true as soon as one is true, whatever is missing."""

    operands: "tuple[Typed, ...]"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    """`operand` is false."""

    operand: "Typed"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Choice:
    """`if condition then then else otherwise`; missing when the condition is, and only the chosen part is needed."""

    condition: "Typed"
    then: "Typed"
    otherwise: "Typed"
    type: Type


@dataclass(frozen=True, slots=True)
class IsMissing:
    """`operand = null`. Never missing itself."""

    operand: "Typed"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Brought:
    """`operand` as a value of its declared `type`: rounded (`rounding` of the decimal module), missing if it can't be.

    A decimal has `scale` places, an integer is whole, money is whole minor units, each within the bounds of a fact.
    """

    operand: "Typed"
    type: Type
    rounding: str


@dataclass(frozen=True, slots=True)
class General:
    """An expression, or the cell of column `subject`, that only the full FEEL engine evaluates.

    It is missing when any of `names` is, and when the result is not of `type`. Money is in major units there.
    """

    source: tree.Node | tree.UnaryTests
    names: tuple[tuple[str, Type], ...]
    subject: str | None
    type: Type


Typed = (
    Constant
    | Variable
    | Arithmetic
    | Function
    | ListOf
    | Comparison
    | Within
    | Membership
    | Conjunction
    | Disjunction
    | Not
    | Choice
    | IsMissing
    | Brought
    | General
)


def children(typed: Typed) -> tuple[Typed, ...]:
    """Return the nodes directly below `typed`."""
    match typed:
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            below: tuple[Typed, ...] = (left, right)
        case Within(value, low, high):
            below = (value, low, high)
        case Choice(condition, then, otherwise):
            below = (condition, then, otherwise)
        case Function(_, parts) | ListOf(parts) | Conjunction(parts) | Disjunction(parts):
            below = parts
        case Membership(only) | Not(only) | IsMissing(only) | Brought(only):
            below = (only,)
        case Constant() | Variable() | General():
            below = ()
    return below


def walk(typed: Typed) -> Iterator[Typed]:
    """Yield `typed` and everything below it, from left to right."""
    pending = [typed]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def names_in(typed: Typed) -> frozenset[str]:
    """Return every name that an evaluation of `typed` may read; `TODAY` and `NOW` are among them."""
    names: set[str] = set()
    for node in walk(typed):
        if isinstance(node, Variable):
            names.add(node.name)
        elif isinstance(node, General):
            names.update(name for name, _ in node.names)
    return frozenset(names)
