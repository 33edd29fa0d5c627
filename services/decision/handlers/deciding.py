"""Deciding applications, one request or event at a time or many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter_ns
from typing import Final

from services.decision import events, replies
from services.decision.domain.decision import ScoreOutcome, decide
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
from services.decision.scoring_client import ScoringClient
from services.decision.store import decisions
from shared import idempotency, inbox, outbox
from shared.contracts.envelope import Event
from shared.contracts.scoring import ApplicationScored
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, invalid
from shared.experiments.domain.contest import Choice
from shared.experiments.handlers.choosing import Contests
from shared.facts import FactDictionary, SoundFacts
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.products import Product
from shared.tracing import set_traceparent

CONSUMER: Final = "decision"

SOFTWARE_VERSION: Final = version("assay")

NO_FACTS: Final = SoundFacts({}, FactDictionary({}))


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One request to decide now: the question, its idempotency claim, and the trace it came in.

    `policy_version` is the id of the version that the caller wants to decide, None for the one whose turn it is.
    """

    question: Question
    claim: Claim
    traceparent: str | None
    policy_version: str | None = None


async def decide_now(
    db: Database, contests: Contests[Rulebook], scoring: ScoringClient, batch: Sequence[DecisionRequest]
) -> list[Answer | Refusal]:
    """Decide for callers that keep the application; scoring is asked first, before any transaction is open."""
    # What is logged of a request that is decided alone carries its trace, as with events.
    set_traceparent(batch[0].traceparent if len(batch) == 1 else None)
    scores = await scoring.scores([entry.question for entry in batch])

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        wanted = [batch[place] for place in places]
        choices = await _choices(tx, contests, wanted)
        return await _decide_and_answer(tx, zip(wanted, choices, (scores[place] for place in places), strict=True))

    return await idempotency.once(db, [entry.claim for entry in batch], act)


async def _choices(
    tx: Transaction, contests: Contests[Rulebook], batch: Sequence[DecisionRequest]
) -> list[Choice[Rulebook] | Refusal]:
    """Return what decides each request, or why nothing can."""
    running = await contests.take(tx, {request.question.product for request in batch})
    pins = {(request.question.product, request.policy_version) for request in batch if request.policy_version}
    pinned = await contests.pinned(tx, pins) if pins else {}
    choices: list[Choice[Rulebook] | Refusal] = []
    for request in batch:
        question = request.question
        contest = running.get(question.product)
        if contest is None:
            fault = Fault("/product", "unknown_product", "unknown")
            choices.append(invalid("unknown_product", "there is no such product", [fault]))
        elif request.policy_version is None:
            choices.append(contest.choice(question.party_id))
        else:
            choices.append(pinned[question.product, request.policy_version])
    return choices


async def _decide_and_answer(
    tx: Transaction, batch: Iterable[tuple[DecisionRequest, Choice[Rulebook] | Refusal, ScoreOutcome | None]]
) -> list[Answer | Refusal]:
    results: list[Answer | Refusal] = []
    made: list[tuple[Decision, str | None]] = []
    for request, choice, score in batch:
        if isinstance(choice, Refusal):
            results.append(choice)
            continue
        facts = _checked(request.question, choice.chosen.product)
        if isinstance(facts, Refusal):
            results.append(facts)
            continue
        decision = _decide(request.question, facts, (), choice, score, f"client:{request.claim.client}")
        made.append((decision, request.traceparent))
        results.append(replies.decided(decision))
    await _keep(tx, made)
    return results


def _checked(question: Question, product: Product) -> SoundFacts | Refusal:
    if question.requested.currency != product.currency:
        fault = Fault("/requested/currency", "wrong_currency", f"this product is in {product.currency}")
        return invalid("invalid_facts", "the request does not fit the product", [fault])
    values, faults = product.dictionary.parse(question.facts)
    if faults:
        return invalid("invalid_facts", "the facts do not fit the product", faults[:20])
    return values


def _decide(
    question: Question,
    facts: SoundFacts,
    faults: Sequence[Fault],
    choice: Choice[Rulebook] | None,
    score: ScoreOutcome | None,
    actor: str,
) -> Decision:
    """Return the decision on `facts`; `faults` are those of the facts as they came."""
    book = None if choice is None else choice.chosen
    product, policy = (None, None) if book is None else (book.product, book.policy)
    now = datetime.now(UTC)
    started = perf_counter_ns()
    evaluation = decide(product, policy, facts, score, now, fallbacks=question.fallbacks)
    latency_microseconds = (perf_counter_ns() - started) // 1000
    inputs = inputs_of(facts, score, now, question.fallbacks)
    return Decision(
        decision_id=new_id("dec"),
        question=question,
        score=score,
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
            fallbacks=(*fallbacks_of(product, policy, score, faults), *question.fallbacks),
            actor=actor,
            latency_microseconds=latency_microseconds,
            as_stated=facts.dictionary.is_normal(question.facts, facts),
        ),
        arm=None if choice is None else choice.arm,
        pinned=False if choice is None else choice.pinned,
    )


async def _keep(tx: Transaction, made: Sequence[tuple[Decision, str | None]]) -> list[Decision]:
    """Store decisions with their events and return those that are new."""
    new = await decisions.add(tx, [decision for decision, _ in made])
    kept = [(decision, trace) for decision, trace in made if decision.decision_id in new]
    await outbox.put(tx, [events.decided(decision, trace) for decision, trace in kept])
    return [decision for decision, _ in kept]


async def decide_scored(db: Database, contests: Contests[Rulebook], batch: Sequence[Event[ApplicationScored]]) -> None:
    """Decide scored applications, each once."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        running = await contests.take(tx, {event.data.product for event in fresh})
        made = []
        for event in fresh:
            question = events.question_of(event.data)
            contest = running.get(question.product)
            choice = None if contest is None else contest.choice(question.party_id)
            # Facts were checked when they were taken in; one that no longer fits the product counts as missing.
            facts, faults = (NO_FACTS, []) if choice is None else choice.chosen.product.dictionary.parse(question.facts)
            score = events.score_outcome(event.data.score, datetime.now(UTC))
            decision = _decide(question, facts, faults, choice, score, f"consumer:{CONSUMER}")
            made.append((decision, event.traceparent))
        kept = await _keep(tx, made)
    for decision in kept:
        product, outcome = decision.question.product, decision.evaluation.outcome.value
        DECISIONS.labels(product, outcome).inc()
        elapsed = decision.decided_at - decision.question.submitted_at
        SUBMIT_TO_DECISION.labels(product).observe(elapsed.total_seconds())
