"""Decisions as they are shown, with or without what explains them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.decision.domain.record import Decision, Provenance
from shared.http.money import MoneyBody
from shared.idempotency import Answer
from shared.money import Money


class ScoreReply(BaseModel):
    """The score that the decision rests on, and exactly which model gave it."""

    score: int
    pd: str
    reasons: list[str]
    model: str
    model_version: str
    model_hash: str


class PolicyReply(BaseModel):
    """Exactly which policy decided."""

    name: str
    version: str
    hash: str


class DecisionReply(BaseModel):
    """A decision. `reasons` stand on every outcome but approve; what is granted only where credit is.

    That is `limit`, `rate`, `other_terms` by name, and `conditions`: codes of what must be there before money moves.
    `arm` is the side of a test that decided (`champion`, or `challenger:` and the test), null where no test was running
    or the caller chose the policy (`pinned`).
    """

    decision_id: str
    application_id: str | None
    reference: str | None
    party_id: str
    product: str
    outcome: str
    grade: str | None
    requested: MoneyBody
    limit: MoneyBody | None
    rate: str | None
    other_terms: dict[str, Any]
    conditions: list[str]
    queue: str | None
    reasons: list[str]
    score: ScoreReply | None
    policy: PolicyReply | None
    arm: str | None
    pinned: bool
    submitted_at: datetime
    decided_at: datetime


class ProvenanceReply(BaseModel):
    """How a decision came to be: the SHA-256 of its inputs, what made it, for whom, and how long evaluating took.

    `fallbacks` are what it had to do without: `policy_unavailable`, `score_unavailable`, `facts_unfit`, and then what
    intake did without (`source_unavailable:<source>`, `no_consent:<purpose>`, ...). `actor` is the API client or the
    event consumer.
    """

    inputs_hash: str
    engine_version: str
    software_version: str
    fallbacks: list[str]
    actor: str
    latency_microseconds: int


class ExplainedReply(DecisionReply):
    """A decision with the facts it was made on, every rule with its operands, and its reasons in words.

    `trace` is empty where no policy decided, or one that can't be read any more. `provenance` is null in decisions that
    were made before it was kept.
    """

    facts: dict[str, Any]
    trace: list[dict[str, Any]]
    reason_wording: dict[str, dict[str, str]]
    provenance: ProvenanceReply | None


class DecisionPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one.

    `unreadable` has the ids of decisions that belong here and can't be shown: somebody changed what is stored of them.
    """

    items: list[DecisionReply]
    unreadable: list[str]
    next_cursor: str | None


def decided(decision: Decision) -> Answer:
    """Return the answer to a request for a decision."""
    # Written without building a `DecisionReply` first: this is the hot path, and a test holds the two together.
    return Answer(201, to_json(_fields(decision)), f"/v1/decisions/{decision.decision_id}")


def decision_reply(decision: Decision) -> DecisionReply:
    """Return the public form of a decision."""
    return DecisionReply.model_validate(_fields(decision))


def explained_reply(
    decision: Decision, trace: list[dict[str, Any]], wording: dict[str, dict[str, str]]
) -> ExplainedReply:
    """Return a decision with everything that explains it."""
    facts = dict(decision.question.facts)
    return ExplainedReply.model_validate(
        {
            **_fields(decision),
            "facts": facts,
            "trace": trace,
            "reason_wording": wording,
            "provenance": _provenance(decision.provenance),
        }
    )


def policy_fields(decision: Decision) -> dict[str, Any] | None:
    """Return exactly which policy decided, as `PolicyReply` shows it."""
    if decision.policy_name is None:
        return None
    return {
        "name": decision.policy_name,
        "version": decision.policy_version,
        "hash": decision.policy_hash,
    }


def _fields(decision: Decision) -> dict[str, Any]:
    question, evaluation, limit = decision.question, decision.evaluation, decision.limit
    return {
        "decision_id": decision.decision_id,
        "application_id": question.application_id,
        "reference": question.reference,
        "party_id": question.party_id,
        "product": question.product,
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "requested": _money(question.requested),
        "limit": None if limit is None else _money(limit),
        "rate": None if evaluation.rate is None else format(evaluation.rate, "f"),
        "other_terms": dict(evaluation.other_terms),
        "conditions": list(evaluation.conditions),
        "queue": evaluation.queue,
        "reasons": list(evaluation.reasons),
        "score": _score(decision),
        "policy": policy_fields(decision),
        "arm": decision.arm,
        "pinned": bool(decision.pinned),
        "submitted_at": question.submitted_at,
        "decided_at": decision.decided_at,
    }


def _score(decision: Decision) -> dict[str, Any] | None:
    score = decision.score
    if score is None:
        return None
    return {
        "score": score.score,
        "pd": str(score.pd),
        "reasons": list(score.reasons),
        "model": score.model,
        "model_version": score.model_version,
        "model_hash": score.model_hash,
    }


def _provenance(provenance: Provenance | None) -> dict[str, Any] | None:
    if provenance is None:
        return None
    return {
        "inputs_hash": provenance.inputs_hash,
        "engine_version": provenance.engine_version,
        "software_version": provenance.software_version,
        "fallbacks": list(provenance.fallbacks),
        "actor": provenance.actor,
        "latency_microseconds": provenance.latency_microseconds,
    }


def _money(money: Money) -> dict[str, Any]:
    return {"amount_minor": money.amount_minor, "currency": money.currency}
