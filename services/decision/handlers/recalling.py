"""Showing decisions that were made, explained by the rules they were made by."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.decision.domain.policy import Policy, expand_trace
from services.decision.domain.policy.explain import Audience, Explanation, Language, explain, explain_without_rules
from services.decision.domain.policy.what_if import Advice, what_would_change
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogue, parse_reasons
from services.decision.domain.record import Decision, known_facts
from services.decision.domain.replay import Grounds, Verdict, replay
from services.decision.handlers.replaying import Library
from services.decision.store import decisions
from services.decision.store.decisions import Unreadable, UnreadableRecord
from shared import catalogue
from shared.catalogue import EntryKind
from shared.db import Database
from shared.errors import conflict, not_found
from shared.products import Product


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """A decision with its readable trace and the consumer wording of its reasons, by language."""

    decision: Decision
    trace: list[dict[str, Any]]
    wording: Mapping[str, Mapping[str, str]]


async def get_decision(db: Database, library: Library, decision_id: str) -> ExplainedDecision:
    """Return a decision, explained by the rules it was made by; raises `Refusal` with 404, or 409.

    409 means that a replay finds a difference: the record does not follow from what it says it rests on. A decision
    whose policy can't be read any more is shown without rules.
    """
    decision, grounds, reasons = await _recall(db, library, decision_id)
    found = {code: reasons.find(code, decision.question.product) for code in decision.evaluation.reasons}
    wording = {code: reason.wording for code, reason in found.items() if reason is not None}
    if grounds.product is None or grounds.policy is None:
        return ExplainedDecision(decision, [], wording)
    facts = known_facts(decision, grounds.product)
    trace = expand_trace(grounds.policy, facts, decision.evaluation.trace, decision.decided_at)
    return ExplainedDecision(decision, trace, wording)


async def _recall(db: Database, library: Library, decision_id: str) -> tuple[Decision, Grounds, ReasonCatalogue]:
    """Return a decision, what it rests on, and the live wording of reasons; raises `Refusal` with 404 or 409."""
    async with db.transaction() as tx:
        try:
            decision = await decisions.find(tx, decision_id)
        except UnreadableRecord as error:
            raise conflict("decision_not_reproducible", str(error)) from None
        if decision is None:
            raise not_found("decision_not_found", "there is no such decision")
        product = decision.question.product
        grounds = await library.of(tx, decision)
        entries = await catalogue.live(tx, [(EntryKind.REASONS, product), (EntryKind.REASONS, ANY_PRODUCT)])
        documents = [await catalogue.document(tx, e.kind, e.name, e.revision) for e in entries.values()]
    found = replay(decision, grounds)
    if found.verdict is Verdict.DIFFERENT:
        # What was recorded no longer follows from the recorded facts and policy: say so, don't dress it up.
        raise conflict("decision_not_reproducible", str(found.first_difference))
    return decision, grounds, parse_reasons(documents)


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """A decision in plain words; `advice` is None where the answer could not be better, or no policy gave it."""

    decision: Decision
    explanation: Explanation
    advice: Advice | None


async def explain_decision(
    db: Database, library: Library, decision_id: str, language: Language, audience: Audience
) -> ToldDecision:
    """Return a decision in words, by the rules it was made by; raises `Refusal` with 404 or 409 as `get_decision`."""
    decision, grounds, reasons = await _recall(db, library, decision_id)
    if grounds.product is None or grounds.policy is None:
        told = explain_without_rules(decision.evaluation, decision.question.product, reasons, language, audience)
        return ToldDecision(decision, told, None)
    # What would change it takes up to two thousand answers of the policy: too long to keep other requests waiting.
    return await asyncio.to_thread(_tell, decision, grounds.product, grounds.policy, reasons, language, audience)


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
    advice = None
    # Where something else than the policy decided (there was no score, or no report), what it says changes nothing.
    if evaluation.trace["outputs"].get("outcome") == evaluation.outcome and not decision.question.fallbacks:
        score_reasons = () if decision.score is None else decision.score.reasons
        advice = what_would_change(policy, facts, score_reasons, as_of)
    told = explain(policy, reasons, facts, evaluation, as_of, language, audience, advice)
    return ToldDecision(decision, told, advice)


@dataclass(frozen=True, slots=True)
class ListedDecisions:
    """Some decisions, newest first, and the ids of those that stand between them and can't be read.

    `following` is the id from which the next ones are to be asked for, None when there are none.
    """

    decisions: Sequence[Decision]
    unreadable: Sequence[str]
    following: str | None


async def list_decisions(db: Database, before: str, limit: int, application_id: str | None) -> ListedDecisions:
    """Return up to `limit` decisions older than the id `before`, newest first; of one application if given."""
    async with db.transaction() as tx:
        found = await decisions.page(tx, before, limit, application_id)
    return ListedDecisions(
        decisions=[entry for entry in found if isinstance(entry, Decision)],
        unreadable=[entry.decision_id for entry in found if isinstance(entry, Unreadable)],
        following=found[-1].decision_id if len(found) == limit else None,
    )
