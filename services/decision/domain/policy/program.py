"""A compiled policy: everything that one evaluation needs, looked up at load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.binding import GRADE, OUTCOME, RATE, SHARE, vocabulary
from services.decision.domain.policy.compile import CompiledTable, FactReader, Slots, compile_limit, compile_table
from services.decision.domain.policy.document import Finding, Grade, Offer, PolicyDocument, Route
from services.decision.domain.policy.sfeel import Expression, Name, walk
from shared.facts import Fact, Source
from shared.products import Product

STAGE_OUTPUTS: Final = (GRADE, OUTCOME, SHARE, RATE)
"""Outputs of stages that later stages may read; they have the slots behind those of the facts."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The compiled limit of one outcome, and the facts that it needs."""

    amount_minor: Callable[[Slots], int | None]
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """The bound document of a policy with its tables and limits as functions of the slots."""

    document: PolicyDocument
    names: Mapping[str, Mapping[str, Fact]]
    reader: FactReader
    slot_of: Mapping[str, int]
    scoring_facts: frozenset[str]
    screens: tuple[CompiledTable[Finding], ...]
    grade: CompiledTable[Grade]
    matrix: CompiledTable[Offer]
    limits: Mapping[Outcome, Limit]
    routing: CompiledTable[Route] | None


def compile_program(document: PolicyDocument, product: Product) -> Program:
    """Return the program of a bound document."""
    facts = _facts_used(document, product)
    slot_of = {name: slot for slot, name in enumerate([*(fact.name for fact in facts), *STAGE_OUTPUTS])}
    names = vocabulary(document, product)
    return Program(
        document=document,
        names=names,
        reader=FactReader.of(facts, spare=len(STAGE_OUTPUTS)),
        slot_of=slot_of,
        scoring_facts=frozenset(fact.name for fact in facts if fact.source is Source.SCORING),
        screens=(compile_table(document.eligibility, slot_of), compile_table(document.knock_outs, slot_of)),
        grade=compile_table(document.grade, slot_of),
        matrix=compile_table(document.matrix, slot_of),
        limits={
            outcome: Limit(compile_limit(term, slot_of, names["terms"], product.currency), operands(term.limit))
            for outcome, term in document.terms.items()
        },
        routing=None if document.routing is None else compile_table(document.routing, slot_of),
    )


def operands(expression: Expression) -> tuple[str, ...]:
    """Return the names in a formula, each once, in order."""
    return tuple(dict.fromkeys(part.name for part in walk(expression) if isinstance(part, Name)))


def _facts_used(document: PolicyDocument, product: Product) -> list[Fact]:
    conditions = [condition for table in document.tables for row in table.rows for condition in row.conditions]
    used = {condition.fact for condition in conditions}
    for term in document.terms.values():
        used.update(operands(term.limit))
    return [fact for name, fact in product.dictionary.facts.items() if name in used]
