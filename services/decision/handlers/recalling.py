"""Showing decisions that were made, explained by the rules they were made by."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.decision.domain.policy import Policy, TraceMismatch, expand_trace
from services.decision.domain.policy.explain import Audience, Explanation, Language, explain, explain_without_rules
from services.decision.domain.policy.what_if import Advice, what_would_change
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogue, parse_reasons
from services.decision.domain.record import Decision, Rulebook, known_facts
from services.decision.rulebooks import Rulebooks
from services.decision.store import decisions
from shared import catalogue
from shared.catalogue import EntryKind
from shared.db import Database
from shared.errors import conflict, not_found
from shared.facts import SoundFacts
from shared.products import Product


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
