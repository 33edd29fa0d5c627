"""Which names each part of a policy may use: facts of the product, definitions, and outputs of earlier stages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document import PolicyDocument
from services.decision.domain.policy.document.form import Kind
from shared.facts import Fact, FactType
from shared.feel.typed import Type
from shared.products import Product

GRADE: Final = "grade"
OUTCOME: Final = "outcome"
SHARE: Final = "share"
RATE: Final = "rate"
LIMIT: Final = "limit"

STAGE_OUTPUTS: Final = (GRADE, OUTCOME, SHARE, RATE, LIMIT)
"""Outputs of stages that later parts may read; nothing else may have these names."""

RATE_SCALE: Final = 6
"""Decimal places of a computed price."""

_WRITTEN_SCALE: Final = 12


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names with what each stands for."""

    facts: Mapping[str, Fact]
    types: Mapping[str, Type]

    @classmethod
    def of(cls, facts: Mapping[str, Fact]) -> "Vocabulary":
        """Return the vocabulary of `facts`; what is not a fact is described like one."""
        return cls(facts, {name: Type.of_fact(fact) for name, fact in facts.items()})

    def with_names(self, *facts: Fact) -> "Vocabulary":
        """Return the vocabulary with more names."""
        return replace(
            self,
            facts={**self.facts, **{fact.name: fact for fact in facts}},
            types={**self.types, **{fact.name: Type.of_fact(fact) for fact in facts}},
        )


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The vocabulary of each part of a policy, the narrowest first."""

    known: Vocabulary
    graded: Vocabulary
    priced: Vocabulary
    granted: Vocabulary
    routed: Vocabulary


def vocabularies(document: PolicyDocument, product: Product) -> Vocabularies:
    """Return what the parts of a policy may speak of."""
    own = {each.name: named(each.name, each.kind, product) for each in document.definitions}
    known = Vocabulary.of({**own, **product.dictionary.facts})
    graded = known.with_names(Fact(GRADE, FactType.ENUM, values=_grades(document) or ("",)))
    numbers = [Fact(name, FactType.DECIMAL, scale=_WRITTEN_SCALE) for name in (SHARE, RATE)]
    priced = graded.with_names(*numbers, _outcome(Outcome.APPROVE, Outcome.COUNTER_OFFER))
    return Vocabularies(
        known=known,
        graded=graded,
        priced=priced,
        granted=priced.with_names(limit_fact(product)),
        routed=priced.with_names(_outcome(Outcome.REFER, Outcome.PEND_INFO)),
    )


def named(name: str, kind: Kind, product: Product) -> Fact:
    """Return a value of a declared kind, described like a fact."""
    currency = product.currency if kind.type is FactType.MONEY else None
    # Faulty values have been refused before; a name that is no enum has none.
    return Fact(
        name,
        kind.type,
        label=kind.label,
        label_zh=kind.label_zh,
        scale=kind.scale,
        currency=currency,
        values=kind.values,
    )


def limit_fact(product: Product) -> Fact:
    """Return the limit, described like a fact."""
    return Fact(LIMIT, FactType.MONEY, currency=product.currency)


def rate_fact() -> Fact:
    """Return the price that a formula gives, described like a fact."""
    return Fact(RATE, FactType.DECIMAL, scale=RATE_SCALE)


def _grades(document: PolicyDocument) -> tuple[str, ...]:
    grades = [*document.grade.values, *(row.output.grade for row in document.grade.rows)]
    if document.grade.default is not None:
        grades.append(document.grade.default.grade)
    return tuple(dict.fromkeys(grades))


def _outcome(*outcomes: Outcome) -> Fact:
    return Fact(OUTCOME, FactType.ENUM, values=tuple(outcome.value for outcome in outcomes))
