"""Deciding applications, one request or event at a time or many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter_ns
from typing import Final

from services.decision import events, replies
from services.decision.domain.decision import decide
from services.decision.domain.policy import ENGINE_VERSION
from services.decision.domain.record import (
    Decision,
    Provenance,
    Question,
    Rulebook,
    fallbacks_of,
    hash_of,
    inputs_of,
)
from services.decision.metrics import DECISIONS, SUBMIT_TO_DECISION
from services.decision.rulebooks import Rulebooks
from services.decision.scoring_client import ScoringClient
from services.decision.store import decisions
from shared import idempotency, inbox, outbox
from shared.contracts.envelope import Event
from shared.contracts.scoring import ApplicationScored, Score
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, invalid
from shared.facts import FactDictionary, SoundFacts
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.tracing import set_traceparent

CONSUMER: Final = "decision"

SOFTWARE_VERSION: Final = version("assay")

NO_FACTS: Final = SoundFacts({}, FactDictionary({}))


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One request to decide now: the question, its idempotency claim, and the trace it came in."""

    question: Question
    claim: Claim
    traceparent: str | None


async def decide_now(
    db: Database, rulebooks: Rulebooks, scoring: ScoringClient, batch: Sequence[DecisionRequest]
) -> list[Answer | Refusal]:
    """Decide for callers that keep the application; scoring is asked first, before any transaction is open."""
    # What is logged of a request that is decided alone carries its trace, as with events.
    set_traceparent(batch[0].traceparent if len(batch) == 1 else None)
    scores = await scoring.scores([entry.question for entry in batch])

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        books = await rulebooks.take(tx, {entry.question.product for entry in batch})
        return await _decide_and_answer(tx, books, [(batch[place], scores[place]) for place in places])

    return await idempotency.once(db, [entry.claim for entry in batch], act)


async def _decide_and_answer(
    tx: Transaction, books: Mapping[str, Rulebook], batch: Sequence[tuple[DecisionRequest, Score | None]]
) -> list[Answer | Refusal]:
    results: list[Answer | Refusal] = []
    made: list[tuple[Decision, str | None]] = []
    for request, score in batch:
        book = books.get(request.question.product)
        facts = _checked(request.question, book)
        if isinstance(facts, Refusal):
            results.append(facts)
            continue
        decision = _decide(request.question, facts, (), book, score, f"client:{request.claim.client}")
        made.append((decision, request.traceparent))
        results.append(replies.decided(decision))
    await _keep(tx, made)
    return results


def _checked(question: Question, book: Rulebook | None) -> SoundFacts | Refusal:
    if book is None:
        return invalid("unknown_product", "there is no such product", [Fault("/product", "unknown_product", "unknown")])
    if question.requested.currency != book.product.currency:
        fault = Fault("/requested/currency", "wrong_currency", f"this product is in {book.product.currency}")
        return invalid("invalid_facts", "the request does not fit the product", [fault])
    values, faults = book.product.dictionary.parse(question.facts)
    if faults:
        return invalid("invalid_facts", "the facts do not fit the product", faults[:20])
    return values


def _decide(
    question: Question,
    facts: SoundFacts,
    faults: Sequence[Fault],
    book: Rulebook | None,
    score: Score | None,
    actor: str,
) -> Decision:
    """Return the decision on `facts`; `faults` are those of the facts as they came."""
    outcome = events.score_outcome(score)
    product, policy = (None, None) if book is None else (book.product, book.policy)
    now = datetime.now(UTC)
    started = perf_counter_ns()
    evaluation = decide(product, policy, facts, outcome, now)
    latency_microseconds = (perf_counter_ns() - started) // 1000
    inputs = inputs_of(facts, outcome, now)
    return Decision(
        decision_id=new_id("dec"),
        question=question,
        score=outcome,
        policy_name=None if policy is None else policy.name,
        policy_version=None if policy is None else str(policy.version),
        policy_hash=None if policy is None else policy.content_hash,
        revisions=() if book is None or policy is None else book.revisions,
        evaluation=evaluation,
        decided_at=now,
        provenance=Provenance(
            inputs=inputs,
            inputs_hash=hash_of(inputs),
            engine_version=ENGINE_VERSION,
            software_version=SOFTWARE_VERSION,
            fallbacks=fallbacks_of(product, policy, outcome, faults),
            actor=actor,
            latency_microseconds=latency_microseconds,
        ),
    )


async def _keep(tx: Transaction, made: Sequence[tuple[Decision, str | None]]) -> list[Decision]:
    """Store decisions with their events and return those that are new."""
    new = await decisions.add(tx, [decision for decision, _ in made])
    kept = [(decision, trace) for decision, trace in made if decision.decision_id in new]
    await outbox.put(tx, [events.decided(decision, trace) for decision, trace in kept])
    return [decision for decision, _ in kept]


async def decide_scored(db: Database, rulebooks: Rulebooks, batch: Sequence[Event[ApplicationScored]]) -> None:
    """Decide scored applications, each once."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        books = await rulebooks.take(tx, {event.data.product for event in fresh})
        made = []
        for event in fresh:
            book = books.get(event.data.product)
            question = events.question_of(event.data)
            # Facts were checked when they were taken in; one that no longer fits the product counts as missing.
            facts, faults = (NO_FACTS, []) if book is None else book.product.dictionary.parse(question.facts)
            decision = _decide(question, facts, faults, book, event.data.score, f"consumer:{CONSUMER}")
            made.append((decision, event.traceparent))
        kept = await _keep(tx, made)
    for decision in kept:
        product, outcome = decision.question.product, decision.evaluation.outcome.value
        DECISIONS.labels(product, outcome).inc()
        elapsed = decision.decided_at - decision.question.submitted_at
        SUBMIT_TO_DECISION.labels(product).observe(elapsed.total_seconds())
