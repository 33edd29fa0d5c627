"""Decisions as public contracts, and scores of others as values to decide on."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.decision.domain.decision import ScoreOutcome
from services.decision.domain.record import Decision, Question, fallbacks_of_question
from shared.catalogue import Entry
from shared.contracts import decision as contract
from shared.contracts.scoring import ApplicationScored, Score
from shared.money import Money
from shared.outbox import Fact


def decided(decision: Decision, traceparent: str | None) -> Fact:
    """Return the event of a decision, keyed by its application, or by itself where there is none."""
    question, evaluation, limit = decision.question, decision.evaluation, decision.limit
    # Written without building a `contract.Decided` first: this is the hot path, and a test holds the two together.
    data = {
        "decision_id": decision.decision_id,
        "application_id": question.application_id,
        "party_id": question.party_id,
        "product": question.product,
        "outcome": evaluation.outcome.value,
        "requested": _amount(question.requested),
        "limit": None if limit is None else _amount(limit),
        "grade": evaluation.grade,
        "score": None if decision.score is None else decision.score.score,
        "reasons": evaluation.reasons,
        "policy": _policy(decision),
        # `str` falls into scientific notation below a millionth.
        "rate": None if evaluation.rate is None else format(evaluation.rate, "f"),
        "conditions": evaluation.conditions,
        "other_terms": dict(evaluation.other_terms),
        "submitted_at": question.submitted_at,
        "decided_at": decision.decided_at,
    }
    key = question.application_id or decision.decision_id
    return Fact(contract.AGGREGATE, key, contract.Decided.type, data, traceparent)


def product_published(entry: Entry, document: Mapping[str, Any], since: datetime) -> Fact:
    """Return the event of a version of a product that is live since a moment."""
    data = contract.ProductPublished(
        name=entry.name, revision=entry.revision, document=dict(document), effective_at=since
    )
    return Fact(contract.PRODUCT_AGGREGATE, entry.name, contract.ProductPublished.type, data)


def question_of(scored: ApplicationScored) -> Question:
    """Return what a scored application asks."""
    return Question(
        application_id=scored.application_id,
        reference=None,
        party_id=scored.party_id,
        product=scored.product,
        requested=Money(scored.requested.amount_minor, scored.requested.currency),
        facts=scored.facts,
        submitted_at=scored.submitted_at,
        fallbacks=fallbacks_of_question(scored.fallbacks),
    )


def score_outcome(score: Score | None, now: datetime) -> ScoreOutcome | None:
    """Return a score as the policy sees it: none where it is no longer valid at `now`."""
    if score is None or (score.valid_until is not None and score.valid_until <= now):
        return None
    return ScoreOutcome(
        score=score.score,
        pd=Decimal(score.pd),
        reasons=tuple(reason.code for reason in score.reasons),
        model=score.model,
        model_version=str(score.model_version),
        model_hash=score.model_hash,
    )


def _amount(money: Money) -> dict[str, Any]:
    return {"amount_minor": money.amount_minor, "currency": money.currency}


def _policy(decision: Decision) -> dict[str, Any] | None:
    if decision.policy_name is None or decision.policy_version is None or decision.policy_hash is None:
        return None
    return {"name": decision.policy_name, "version": decision.policy_version, "hash": decision.policy_hash}
