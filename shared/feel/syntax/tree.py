"""The tree of a FEEL expression. Every node knows where in the text it stands, so that faults can point at it."""

from dataclasses import dataclass, field
from decimal import Decimal

Span = tuple[int, int]
"""Start and end of a node in its text, in characters, the end not included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NumberLiteral(_Node):
    """`1`, `.5`, `1.2e3`. Never negative: a sign is a `Negation`."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class StringLiteral(_Node):
    """`"text"`, its escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class BooleanLiteral(_Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NullLiteral(_Node):
    """`null`."""


@dataclass(frozen=True, slots=True)
class AtLiteral(_Node):
    """`@"2026-01-31"`: the text of a date, time, date and time, or duration."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(_Node):
    """A variable, spaces normalised: `monthly income`. The input of a unary test is `?`."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(_Node):
    """`source.name`: an entry of a context, a property of a value, or that of each item of a list."""

    source: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Negation(_Node):
    """`-operand`."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic(_Node):
    """`left operator right`, the operator one of `+ - * / **`."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison(_Node):
    """`left operator right`, the operator one of `= != < <= > >=`."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Between(_Node):
    """`value between low and high`, both ends included."""

    value: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class In(_Node):
    """`value in test` or `value in (test, ...)`: at least one of the positive unary tests holds."""

    value: "Node"
    tests: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Conjunction(_Node):
    """`left and right`."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Disjunction(_Node):
    """`left or right`."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class If(_Node):
    """`if condition then then else otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Iterator(_Node):
    """`name in source`, or `name in source..end`, of a `for` or a quantified expression."""

    name: str
    source: "Node"
    end: "Node | None"


@dataclass(frozen=True, slots=True)
class For(_Node):
    """`for ... return result`; in `result`, `partial` is the list of results so far."""

    iterators: tuple[Iterator, ...]
    result: "Node"


@dataclass(frozen=True, slots=True)
class Quantified(_Node):
    """`some` (or, with `every`, all) `... satisfies condition`."""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: "Node"


@dataclass(frozen=True, slots=True)
class ListLiteral(_Node):
    """`[item, ...]`."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class ContextLiteral(_Node):
    """`{key: value, ...}`; a value may use the keys before it."""

    entries: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Interval(_Node):
    """`[low..high]` and its half-open forms, `]` and `(` being the same, and `[` and `)`."""

    low: "Node"
    high: "Node"
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(_Node):
    """`< end` and its kin (`< <= > >= = !=`) as a positive unary test, or in brackets as a half-bounded range."""

    operator: str
    end: "Node"


@dataclass(frozen=True, slots=True)
class Filter(_Node):
    """`source[condition]`, `condition` a boolean for each `item`, or a position."""

    source: "Node"
    condition: "Node"


@dataclass(frozen=True, slots=True)
class Call(_Node):
    """`function(argument, ...)`; with `names`, the arguments are named, one name each."""

    function: "Node"
    arguments: "tuple[Node, ...]"
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NamedType(_Node):
    """`number`, `date and time`, a type of the model, ... as written in a type expression."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType(_Node):
    """`list<item>`."""

    item: "TypeNode"


@dataclass(frozen=True, slots=True)
class RangeType(_Node):
    """`range<end>`."""

    end: "TypeNode"


@dataclass(frozen=True, slots=True)
class ContextType(_Node):
    """`context<name: type, ...>`."""

    entries: "tuple[tuple[str, TypeNode], ...]"


@dataclass(frozen=True, slots=True)
class FunctionType(_Node):
    """`function<type, ...> -> result`."""

    parameters: "tuple[TypeNode, ...]"
    result: "TypeNode"


TypeNode = NamedType | ListType | RangeType | ContextType | FunctionType


@dataclass(frozen=True, slots=True)
class InstanceOf(_Node):
    """`value instance of type`."""

    value: "Node"
    type: TypeNode


@dataclass(frozen=True, slots=True)
class FunctionLiteral(_Node):
    """`function(name: type, ...) body`, the types optional; `external` functions have a context as their body."""

    parameters: tuple[tuple[str, TypeNode | None], ...]
    body: "Node"
    external: bool = False


Node = (
    NumberLiteral
    | StringLiteral
    | BooleanLiteral
    | NullLiteral
    | AtLiteral
    | Name
    | Path
    | Negation
    | Arithmetic
    | Comparison
    | Between
    | In
    | Conjunction
    | Disjunction
    | If
    | For
    | Quantified
    | ListLiteral
    | ContextLiteral
    | Interval
    | UnaryComparison
    | Filter
    | Call
    | InstanceOf
    | FunctionLiteral
)


@dataclass(frozen=True, slots=True)
class UnaryTests(_Node):
    """A cell of a decision table: `-` (no tests), or tests of which one holds, or, `negated`, none."""

    tests: tuple[Node, ...]
    negated: bool = False

    @property
    def anything(self) -> bool:
        """Tell whether the cell is `-`."""
        return not self.tests
