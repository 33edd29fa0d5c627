"""A policy as it is written: its parts as values, texts parsed, names not yet looked up.

The shape, by stages; cells and expressions are FEEL, numbers that decide are text (`share: "0.80"`), because a YAML or
JSON number would pass through binary floating point:

    name, version, product, title, description?
    definitions?: {<name>: {type, scale?, values?, label?, value: <expression>}
                         | {type, ..., hit_policy, aggregation?, rows: [{when, if, value}], default?: {value}}}
    eligibility, knock_outs:  {hit_policy: COLLECT, rows: [{when, if, outcome, reason, on_missing}]}
    grade:    {hit_policy, values?: [<grade>], rows: [{when, if, grade}], default?: {grade}}
    matrix:   {hit_policy, rows: [{when, if, outcome, reason?, share?, rate?}], default?: {...}}
    terms:    {approve | counter_offer: {limit: <expression>, round_down_to?, less_reason?, rate?: <expression>,
                                         other_terms?: {<name>: {type, scale?, values?, label?, value: <expression>}}}}
    conditions?: {hit_policy: COLLECT, rows: [{when, if, condition, on_missing}]}
    routing?: {hit_policy, rows: [{when, if, queue}], default: {queue}}
    cases?:   [{name, as_of?, facts: {<fact>: <wire value>}, score_reasons?: [<code>], expect: {...}}]

`when` has a cell by name, `if` is a condition over all names; a row has at least one of them, and may have a `note`.
A label is a text in English, or `{en, zh}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from services.decision.domain.outcome import Outcome
from shared.facts import FactType
from shared.feel.syntax.tree import Node, UnaryTests

FROM_SCORE: Final = "from_score"
"""In place of a reason code: the reasons are those that the score gives."""

DEFINITIONS: Final = "definitions"


class HitPolicy(StrEnum):
    """How many rows of a table may hit, and which one counts (DMN 1.5, 8.2.8)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What becomes of the values of a COLLECT table's rows that hit (DMN 1.5, 8.2.8.3)."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


class OnMissing(StrEnum):
    """What a row does when it cannot be told whether it hits: `require` is for conditions, `decline` for screens."""

    REFER = "refer"
    DECLINE = "decline"
    REQUIRE = "require"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Expression:
    """A FEEL expression, and where in the document it stands."""

    text: str
    pointer: str
    node: Node


@dataclass(frozen=True, slots=True)
class Cell:
    """FEEL unary tests of one name: a fact, a definition, or the output of an earlier stage."""

    name: str
    text: str
    pointer: str
    tests: UnaryTests


@dataclass(frozen=True, slots=True)
class Finding:
    """Output of an eligibility or knock-out row."""

    outcome: Outcome
    reason: str
    on_missing: OnMissing


@dataclass(frozen=True, slots=True)
class Grade:
    """Output of a grade row."""

    grade: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Output of a matrix row: `share` of the requested amount and `rate` a year, where the policy states them.

    `reason` is a code, or `from_score`; None only where the outcome is approve.
    """

    outcome: Outcome
    reason: str | None
    share: Decimal | None
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """Output of a conditions row: what must be there before money moves."""

    condition: str
    on_missing: OnMissing


@dataclass(frozen=True, slots=True)
class Route:
    """Output of a routing row: the work queue for a person."""

    queue: str


@dataclass(frozen=True, slots=True)
class Worth:
    """Output of a row of a definition's table; a table that counts has no values."""

    value: Expression | None


OutputT = TypeVar("OutputT", Finding, Grade, Offer, Requirement, Route, Worth)


@dataclass(frozen=True, slots=True)
class Row(Generic[OutputT]):
    """A rule: all its cells, and its condition (`if`), hold -> its output."""

    cells: tuple[Cell, ...]
    condition: Expression | None
    output: OutputT


@dataclass(frozen=True, slots=True)
class Table(Generic[OutputT]):
    """A decision table. `default` is the output when no row hits; `values` is the order that PRIORITY goes by."""

    name: str
    pointer: str
    hit_policy: HitPolicy
    rows: tuple[Row[OutputT], ...]
    default: OutputT | None = None
    aggregation: Aggregation | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """The declared type of a definition or a term, and what it is called; `values` are those of an enum, in order."""

    type: FactType
    scale: int
    values: tuple[str, ...]
    label: str
    label_zh: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named value, computed by an expression or by a table."""

    name: str
    kind: Kind
    source: "Expression | Table[Worth]"

    @property
    def key(self) -> str:
        """The name of the definition among the tables of a trace."""
        return f"{DEFINITIONS}.{self.name}"


@dataclass(frozen=True, slots=True)
class OtherTerm:
    """A term of the contract besides limit and rate."""

    name: str
    kind: Kind
    value: Expression


@dataclass(frozen=True, slots=True)
class Term:
    """What is granted with an outcome: the limit, rounded down to a multiple (major units), the price, other terms.

    `less_reason` makes an approval of less than was asked for a counter-offer with this reason.
    """

    limit: Expression
    round_down_to: Decimal | None
    less_reason: str | None
    rate: Expression | None
    other_terms: tuple[OtherTerm, ...]

    @property
    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Every expression with what it computes: `limit`, `rate`, or the name of the term."""
        yield "limit", self.limit
        if self.rate is not None:
            yield "rate", self.rate
        for term in self.other_terms:
            yield term.name, term.value


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case: these facts must give this result, or the policy does not load."""

    name: str
    as_of: date | None
    facts: Mapping[str, object]
    score_reasons: tuple[str, ...]
    expect: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy as written."""

    name: str
    version: int | str
    product: str
    title: str
    definitions: tuple[Definition, ...]
    eligibility: Table[Finding]
    knock_outs: Table[Finding]
    grade: Table[Grade]
    matrix: Table[Offer]
    terms: Mapping[Outcome, Term]
    conditions: Table[Requirement] | None
    routing: Table[Route] | None
    cases: tuple[Case, ...]

    @property
    def stages(self) -> tuple[Table[Any], ...]:
        """The tables of the stages, in the order in which they are evaluated; `terms` come before the conditions."""
        tables = (self.eligibility, self.knock_outs, self.grade, self.matrix, self.conditions, self.routing)
        return tuple(table for table in tables if table is not None)
