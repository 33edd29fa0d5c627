"""What decision shows of its values over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.decision.domain.policy import ENGINE_VERSION
from services.decision.domain.policy.explain import Explanation, Language, title_of
from services.decision.domain.policy.what_if import Advice
from services.decision.domain.record import Decision, Provenance
from services.decision.domain.replay import Replay
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

    `fallbacks` are what it had to do without: `policy_unavailable`, `score_unavailable`, `facts_unfit`. `actor` is the
    API client or the event consumer.
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
    were made before it was kept; `arm` is the side of a test that the application was on.
    """

    facts: dict[str, Any]
    trace: list[dict[str, Any]]
    reason_wording: dict[str, dict[str, str]]
    provenance: ProvenanceReply | None
    arm: str | None
    pinned: bool | None


class DifferenceReply(BaseModel):
    """A node that did not come out as it was stored; `text` says it in one line, values are as facts are sent."""

    node: str
    stored: Any
    now: Any
    text: str


class ReplayReply(BaseModel):
    """What came of making a decision again: `identical`, `different`, or `not_replayable` for a `reason`.

    `unchecked` names what could not be checked: `inputs` and `fallbacks` of decisions that were made before they were
    kept, `facts` where no policy decided. The versions are those that the decision was made with and those of now.
    """

    decision_id: str
    verdict: str
    first_difference: DifferenceReply | None
    reason: str | None
    unchecked: list[str]
    engine: str
    engine_version: str
    decided_with_engine_version: str | None
    decided_with_software_version: str | None
    policy: PolicyReply | None


class DecisionPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[DecisionReply]
    next_cursor: str | None


class ExplanationItem(BaseModel):
    """One statement of an explanation. `section` groups statements; `table` and `row` name the rule it is about.

    `row` counts from 1, or is `default`; `code` is that of a reason or a condition.
    """

    section: str
    text: str
    table: str | None
    row: int | str | None
    code: str | None


class FactChangeReply(BaseModel):
    """One fact that would have to be different, its values as facts are sent."""

    fact: str
    label: str
    before: Any
    after: Any


class WhatWouldChangeReply(BaseModel):
    """The nearest change of what the applicant can change that leads to a better outcome.

    `changes` is empty, and `outcome` null, where none was found; `complete` is false if the search was cut short.
    `score_may_change`: the outcome takes the score as it was, although it may depend on the same facts.
    """

    changes: list[FactChangeReply]
    outcome: str | None
    limit: MoneyBody | None
    rate: str | None
    score_may_change: bool
    complete: bool


class ExplanationReply(BaseModel):
    """A decision in plain words for one audience: `text` has all `items`, headed by section.

    `what_would_change` is null where the outcome could not be better, or where no policy gave it.
    """

    decision_id: str
    language: str
    audience: str
    outcome: str
    text: str
    items: list[ExplanationItem]
    what_would_change: WhatWouldChangeReply | None


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
            "arm": decision.arm,
            "pinned": decision.pinned,
        }
    )


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


def replay_reply(replay: Replay) -> ReplayReply:
    """Return what came of a replay."""
    found, decision = replay.replayed, replay.decision
    difference, provenance = found.first_difference, None if decision is None else decision.provenance
    shown = None
    if difference is not None:
        shown = DifferenceReply(
            node=difference.node, stored=difference.stored, now=difference.now, text=str(difference)
        )
    policy = None if decision is None else _policy(decision)
    return ReplayReply(
        decision_id=replay.decision_id,
        verdict=found.verdict,
        first_difference=shown,
        reason=found.reason,
        unchecked=list(found.unchecked),
        engine=replay.engine,
        engine_version=ENGINE_VERSION,
        decided_with_engine_version=None if provenance is None else provenance.engine_version,
        decided_with_software_version=None if provenance is None else provenance.software_version,
        policy=None if policy is None else PolicyReply.model_validate(policy),
    )


def explanation_reply(decision: Decision, told: Explanation, advice: Advice | None) -> ExplanationReply:
    """Return a decision in plain words."""
    items = [
        ExplanationItem(section=item.section, text=item.text, table=item.table, row=item.row, code=item.code)
        for item in told.items
    ]
    return ExplanationReply(
        decision_id=decision.decision_id,
        language=told.language,
        audience=told.audience,
        outcome=decision.evaluation.outcome.value,
        text=told.text,
        items=items,
        what_would_change=None if advice is None else _advice(advice, decision, told.language),
    )


def _advice(advice: Advice, decision: Decision, language: Language) -> WhatWouldChangeReply:
    answer, currency = advice.answer, decision.question.requested.currency
    limit = None
    if answer is not None and answer.approved_minor is not None:
        limit = MoneyBody(amount_minor=answer.approved_minor, currency=currency)
    changes = [
        FactChangeReply(
            fact=change.fact.name,
            label=title_of(change.fact, language),
            before=change.fact.to_wire(change.before),
            after=change.fact.to_wire(change.after),
        )
        for change in advice.changes
    ]
    return WhatWouldChangeReply(
        changes=changes,
        outcome=None if answer is None else answer.outcome.value,
        limit=limit,
        rate=None if answer is None or answer.rate is None else format(answer.rate, "f"),
        score_may_change=advice.score_may_change,
        complete=advice.complete,
    )


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
        "policy": _policy(decision),
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


def _policy(decision: Decision) -> dict[str, Any] | None:
    if decision.policy_name is None:
        return None
    return {
        "name": decision.policy_name,
        "version": decision.policy_version,
        "hash": decision.policy_hash,
    }


def _money(money: Money) -> dict[str, Any]:
    return {"amount_minor": money.amount_minor, "currency": money.currency}
