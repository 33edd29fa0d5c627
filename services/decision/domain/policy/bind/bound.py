"""A policy whose names and types are settled: what is checked, evaluated and shown in traces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind.vocabulary import Vocabulary
from services.decision.domain.policy.document import (
    DEFINITIONS,
    Aggregation,
    Finding,
    Grade,
    HitPolicy,
    Offer,
    PolicyDocument,
    Requirement,
    Route,
)
from shared.facts import Fact
from shared.feel.typed import Typed
from shared.products import Product


@dataclass(frozen=True, slots=True)
class TypedTest:
    """One cell of a row, or its free condition, whose `fact` is `if`; `names` are those that it reads."""

    fact: str
    text: str
    pointer: str
    typed: Typed
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression brought to the type of what it computes, that of `fact`; `names` are those that it reads."""

    text: str
    pointer: str
    typed: Typed
    names: frozenset[str]
    fact: Fact
    vocabulary: Vocabulary


OutputT = TypeVar("OutputT", Finding, Grade, Offer, Requirement, Route, Formula | None)


@dataclass(frozen=True, slots=True)
class Rule(Generic[OutputT]):
    """A row: all tests hold -> its output."""

    tests: tuple[TypedTest, ...]
    output: OutputT


@dataclass(frozen=True, slots=True)
class RuleTable(Generic[OutputT]):
    """A decision table over `vocabulary`. `values` is the order that PRIORITY goes by."""

    name: str
    pointer: str
    hit_policy: HitPolicy
    rules: tuple[Rule[OutputT], ...]
    default: OutputT | None
    aggregation: Aggregation | None
    values: tuple[str, ...]
    vocabulary: Vocabulary

    @property
    def outputs(self) -> "tuple[OutputT, ...]":
        """The outputs of all rows, that of the default row last, if there is one."""
        outputs = [rule.output for rule in self.rules]
        if self.default is not None:
            outputs.append(self.default)
        return tuple(outputs)


@dataclass(frozen=True, slots=True)
class BoundDefinition:
    """A definition, its type stated as that of a fact."""

    fact: Fact
    source: "Formula | RuleTable[Formula | None]"

    @property
    def name(self) -> str:
        """The name that expressions use."""
        return self.fact.name

    @property
    def key(self) -> str:
        """The name among the tables of a trace."""
        return f"{DEFINITIONS}.{self.fact.name}"

    @property
    def pointer(self) -> str:
        """Where in the document the definition stands."""
        return f"/{DEFINITIONS}/{self.fact.name}"


@dataclass(frozen=True, slots=True)
class BoundTerm:
    """What is granted with an outcome; the limit is rounded down to a multiple of `multiple_minor`."""

    limit: Formula
    multiple_minor: int
    less_reason: str | None
    rate: Formula | None
    other_terms: tuple[Formula, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every name that the expressions read."""
        return frozenset().union(*(formula.names for formula in self.formulas))

    @property
    def formulas(self) -> Iterator[Formula]:
        """All expressions, in the order of evaluation."""
        yield self.limit
        if self.rate is not None:
            yield self.rate
        yield from self.other_terms


@dataclass(frozen=True, slots=True)
class BoundPolicy:
    """A policy for a product; `definitions` stand in an order in which each uses only those before it."""

    written: PolicyDocument
    product: Product
    definitions: tuple[BoundDefinition, ...]
    eligibility: RuleTable[Finding]
    knock_outs: RuleTable[Finding]
    grade: RuleTable[Grade]
    matrix: RuleTable[Offer]
    terms: Mapping[Outcome, BoundTerm]
    conditions: RuleTable[Requirement] | None
    routing: RuleTable[Route] | None

    @property
    def stages(self) -> tuple[RuleTable[Any], ...]:
        """The tables of the stages, in the order of evaluation."""
        tables = (self.eligibility, self.knock_outs, self.grade, self.matrix, self.conditions, self.routing)
        return tuple(table for table in tables if table is not None)

    @property
    def tables(self) -> tuple[RuleTable[Any], ...]:
        """All tables: those of definitions, then those of the stages."""
        own = [each.source for each in self.definitions if isinstance(each.source, RuleTable)]
        return (*own, *self.stages)
