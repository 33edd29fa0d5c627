"""The use cases of decision."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from services.decision import events, replies
from services.decision.domain.decision import decide
from services.decision.domain.policy import Policy, PolicyError, TraceMismatch, expand_trace, load_policy
from services.decision.domain.policy.explain import Audience, Explanation, Language, explain, explain_without_rules
from services.decision.domain.policy.what_if import Advice, what_would_change
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogue, ReasonCatalogueError, parse_reasons
from services.decision.domain.record import Decision, Question, Rulebook, known_facts
from services.decision.metrics import DECISIONS, SUBMIT_TO_DECISION
from services.decision.rulebooks import Rulebooks
from services.decision.scoring_client import ScoringClient
from services.decision.store import decisions
from shared import catalogue, idempotency, inbox, outbox
from shared.catalogue import Entry, EntryKind
from shared.contracts.envelope import Event
from shared.contracts.scoring import ApplicationScored, Score
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, conflict, invalid, not_found
from shared.facts import FactDictionary, SoundFacts
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.products import Product, parse_product
from shared.tracing import set_traceparent

CONSUMER: Final = "decision"

NO_FACTS: Final = SoundFacts({}, FactDictionary({}))

T = TypeVar("T")


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
        decision = _decide(request.question, facts, book, score)
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


def _decide(question: Question, facts: SoundFacts, book: Rulebook | None, score: Score | None) -> Decision:
    outcome = events.score_outcome(score)
    product, policy = (None, None) if book is None else (book.product, book.policy)
    now = datetime.now(UTC)
    return Decision(
        decision_id=new_id("dec"),
        question=question,
        score=outcome,
        policy_name=None if policy is None else policy.name,
        policy_version=None if policy is None else str(policy.version),
        policy_hash=None if policy is None else policy.content_hash,
        revisions=() if book is None or policy is None else book.revisions,
        evaluation=decide(product, policy, facts, outcome, now),
        decided_at=now,
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
            facts = NO_FACTS if book is None else book.product.dictionary.parse(question.facts)[0]
            made.append((_decide(question, facts, book, event.data.score), event.traceparent))
        kept = await _keep(tx, made)
    for decision in kept:
        product, outcome = decision.question.product, decision.evaluation.outcome.value
        DECISIONS.labels(product, outcome).inc()
        elapsed = decision.decided_at - decision.question.submitted_at
        SUBMIT_TO_DECISION.labels(product).observe(elapsed.total_seconds())


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """A decision with its readable trace and the consumer wording of its reasons, by language."""

    decision: Decision
    trace: list[dict[str, Any]]
    wording: Mapping[str, Mapping[str, str]]


async def get_decision(db: Database, rulebooks: Rulebooks, decision_id: str) -> ExplainedDecision:
    """Return a decision, explained by the rules it was made by; raises `Refusal` with 404, or 409.

    409 means that the stored trace does not follow from the stored facts and policy.
    """
    decision, book, reasons = await _recall(db, rulebooks, decision_id)
    found = {code: reasons.find(code, decision.question.product) for code in decision.evaluation.reasons}
    wording = {code: reason.wording for code, reason in found.items() if reason is not None}
    if book is None or book.policy is None:
        return ExplainedDecision(decision, [], wording)
    return ExplainedDecision(decision, _trace(decision, book.policy, known_facts(decision, book.product)), wording)


async def _recall(
    db: Database, rulebooks: Rulebooks, decision_id: str
) -> tuple[Decision, Rulebook | None, ReasonCatalogue]:
    """Return a decision, the rulebook it was made by, and the live wording of reasons; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        decision = await decisions.find(tx, decision_id)
        if decision is None:
            raise not_found("decision_not_found", "there is no such decision")
        product = decision.question.product
        book = await rulebooks.pinned(tx, product, decision.revisions)
        entries = await catalogue.live(tx, [(EntryKind.REASONS, product), (EntryKind.REASONS, ANY_PRODUCT)])
        documents = [await catalogue.document(tx, e.kind, e.name, e.revision) for e in entries.values()]
    return decision, book, parse_reasons(documents)


def _trace(decision: Decision, policy: Policy, facts: SoundFacts) -> list[dict[str, Any]]:
    try:
        return expand_trace(policy, facts, decision.evaluation.trace, decision.decided_at)
    except TraceMismatch as mismatch:
        # What was recorded no longer follows from the recorded facts and policy: say so, don't dress it up.
        raise conflict("decision_not_reproducible", str(mismatch)) from None


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """A decision in plain words; `advice` is None where the answer could not be better, or no policy gave it."""

    decision: Decision
    explanation: Explanation
    advice: Advice | None


async def explain_decision(
    db: Database, rulebooks: Rulebooks, decision_id: str, language: Language, audience: Audience
) -> ToldDecision:
    """Return a decision in words, by the rules it was made by; raises `Refusal` with 404 or 409 as `get_decision`."""
    decision, book, reasons = await _recall(db, rulebooks, decision_id)
    if book is None or book.policy is None:
        told = explain_without_rules(decision.evaluation, decision.question.product, reasons, language, audience)
        return ToldDecision(decision, told, None)
    # What would change it takes up to two thousand answers of the policy: too long to keep other requests waiting.
    return await asyncio.to_thread(_tell, decision, book.product, book.policy, reasons, language, audience)


def _tell(
    decision: Decision,
    product: Product,
    policy: Policy,
    reasons: ReasonCatalogue,
    language: Language,
    audience: Audience,
) -> ToldDecision:
    evaluation, as_of = decision.evaluation, decision.decided_at
    facts = known_facts(decision, product)
    _trace(decision, policy, facts)
    advice = None
    # Where something else than the policy decided (there was no score), what the policy says changes nothing.
    if evaluation.trace["outputs"].get("outcome") == evaluation.outcome:
        score_reasons = () if decision.score is None else decision.score.reasons
        advice = what_would_change(policy, facts, score_reasons, as_of)
    told = explain(policy, reasons, facts, evaluation, as_of, language, audience, advice)
    return ToldDecision(decision, told, advice)


async def list_decisions(db: Database, before: str, limit: int, application_id: str | None) -> list[Decision]:
    """Return up to `limit` decisions older than the id `before`, newest first; of one application if given."""
    async with db.transaction() as tx:
        return await decisions.page(tx, before, limit, application_id)


async def publish_product(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make a product live and tell the other services; raises `Refusal` with 422 when it is not sound."""
    product = _sound("unsound_product", lambda: parse_product(document))
    async with db.transaction() as tx:
        entry = await catalogue.publish(tx, EntryKind.PRODUCT, product.name, document, actor)
        if entry.is_new:
            await outbox.put(tx, [events.product_published(entry, document)])
        return entry


async def publish_reasons(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make the reason codes of a product (or of any product) live; raises `Refusal` with 422."""
    _sound("unsound_reasons", lambda: parse_reasons([document]))
    async with db.transaction() as tx:
        return await catalogue.publish(tx, EntryKind.REASONS, str(document["product"]), document, actor)


async def publish_policy(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make a policy the live one of its product.

    Raises `Refusal`: 409 when the product or its reason codes are not there yet, 422 when a check fails.
    """
    name = str(document.get("product"))
    async with db.transaction() as tx:
        needed = [(EntryKind.PRODUCT, name), (EntryKind.REASONS, name), (EntryKind.REASONS, ANY_PRODUCT)]
        entries = await catalogue.live(tx, needed)
        missing = [f"{kind} {of}" for kind, of in needed if (kind, of) not in entries]
        if missing:
            raise conflict("catalogue_incomplete", f"publish first: {', '.join(missing)}")
        found = [await catalogue.document(tx, kind, of, entries[kind, of].revision) for kind, of in needed]
        product, reasons = parse_product(found[0]), parse_reasons(found[1:])
        _sound("unsound_policy", lambda: load_policy(document, product, reasons))
        return await catalogue.publish(tx, EntryKind.POLICY, name, document, actor)


def _sound(code: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except (PolicyError, ReasonCatalogueError) as error:
        raise invalid(code, "the document can't be used", error.faults) from None
    except ValueError as error:
        raise invalid(code, f"the document can't be used: {error}") from None
