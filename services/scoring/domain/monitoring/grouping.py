"""By which facts figures are told: segments that the plan names, and the protected facts of the product."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from services.scoring.domain.monitoring.plan import Plan
from shared.facts import Fact, FactType
from shared.products import Product

_BY_VALUE = frozenset({FactType.ENUM, FactType.BOOLEAN})
_BY_EDGES = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})


@dataclass(frozen=True, slots=True)
class Grouping:
    """A fact and how its values are parted: each for itself, or numbers at the rising `edges`, money in minor units."""

    fact: str
    type: FactType
    edges: tuple[int, ...] = ()

    def label(self, place: int) -> str:
        """Return the words of the group of numbers that `place` edges are not above."""
        if place == 0:
            return f"< {self.edges[0]}"
        if place == len(self.edges):
            return f">= {self.edges[-1]}"
        low, high = list(pairwise(self.edges))[place - 1]
        return f"{low} to < {high}"


@dataclass(frozen=True, slots=True)
class Groupings:
    """The groupings of a product's reports, and the names of facts that can't be grouped as the plan stands."""

    segments: tuple[Grouping, ...]
    protected: tuple[Grouping, ...]
    left_out: tuple[str, ...]


def groupings_of(product: Product, plan: Plan) -> Groupings:
    """Return by which facts a product's models are told: a number needs edges in the plan, a date can't be grouped."""
    facts = product.dictionary.facts
    wanted = [facts[name] for name in plan.segments if name in facts and not facts[name].protected]
    protected = [fact for fact in facts.values() if fact.protected]
    usable = [fact for fact in [*wanted, *protected] if fact.type in _BY_VALUE or _has_edges(fact, plan)]
    unusable = [fact.name for fact in [*wanted, *protected] if fact not in usable]
    unknown = [name for name in plan.segments if name not in {fact.name for fact in wanted}]
    return Groupings(
        _groupings((fact for fact in usable if not fact.protected), plan),
        _groupings((fact for fact in usable if fact.protected), plan),
        (*unusable, *unknown),
    )


def _has_edges(fact: Fact, plan: Plan) -> bool:
    return fact.type in _BY_EDGES and fact.name in plan.edges


def _groupings(facts: Iterable[Fact], plan: Plan) -> tuple[Grouping, ...]:
    return tuple(
        Grouping(fact.name, fact.type, plan.edges[fact.name] if fact.type in _BY_EDGES else ()) for fact in facts
    )
