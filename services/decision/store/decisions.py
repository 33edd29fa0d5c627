"""Decisions, added in sets and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.decision import Evaluation, Outcome, ScoreOutcome
from services.decision.domain.record import Decision, Provenance, Question, fallbacks_of_question, inputs_as_stated
from shared.db import Transaction, rows_json
from shared.money import Money

_COLUMNS: Final = {
    "decision_id": "text",
    "application_id": "text",
    "reference": "text",
    "party_id": "text",
    "product": "text",
    "requested_minor": "bigint",
    "currency": "text",
    "facts": "json",
    "score": "json",
    "policy_name": "text",
    "policy_version": "text",
    "policy_hash": "text",
    "revisions": "json",
    "outcome": "text",
    "grade": "text",
    "approved_minor": "bigint",
    "rate": "numeric",
    "other_terms": "json",
    "conditions": "json",
    "queue": "text",
    "reasons": "json",
    "trace": "json",
    "submitted_at": "timestamptz",
    "decided_at": "timestamptz",
    "inputs": "text",
    "inputs_hash": "text",
    "engine_version": "text",
    "software_version": "text",
    "fallbacks": "json",
    "actor": "text",
    "latency_microseconds": "bigint",
    "arm": "text",
    "pinned": "boolean",
}
_NAMES: Final = ", ".join(_COLUMNS)
# Inputs travel as text both ways: what was hashed is what is stored and what is hashed again.
_ADDED: Final = ", ".join("CAST(inputs AS json)" if name == "inputs" else name for name in _COLUMNS)
_READ: Final = ", ".join("CAST(inputs AS text) AS inputs" if name == "inputs" else name for name in _COLUMNS)
_ADD: Final = text(f"""
    INSERT INTO decision ({_NAMES})
    SELECT {_ADDED} FROM json_to_recordset(CAST(:rows AS json))
           AS r({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ON CONFLICT (application_id, submitted_at) WHERE application_id IS NOT NULL DO NOTHING
    RETURNING decision_id
""")  # noqa: S608 - names of columns, no input
_READ_ONLY: Final = text("SET TRANSACTION READ ONLY")
_SELECT: Final = f"SELECT {_READ} FROM decision"  # noqa: S608 - names of columns, no input
_FIND: Final = text(f"{_SELECT} WHERE decision_id = :decision_id")
_TIME: Final = """
    decision_id BETWEEN :first AND :last AND decided_at >= :since AND decided_at < :until
    AND (CAST(:product AS text) IS NULL OR product = :product)
"""
_SPAN: Final = text(f"{_SELECT} WHERE {_TIME} ORDER BY decision_id")
_SPANS: Final = text("""
    SELECT min(decision_id) AS first, max(decision_id) AS last, count(*) AS decisions
    FROM (
        SELECT decision_id, (row_number() OVER (ORDER BY decision_id) - 1) / :size AS part
        FROM decision WHERE decision_id >= :first AND decided_at >= :since AND decided_at < :until
        AND (CAST(:product AS text) IS NULL OR product = :product)
    ) AS numbered
    GROUP BY part ORDER BY part
""")
_PAGE: Final = text(f"""
    {_SELECT} WHERE decision_id < :before
    AND (CAST(:application_id AS text) IS NULL OR application_id = :application_id)
    ORDER BY decision_id DESC LIMIT :limit
""")


class UnreadableRecord(ValueError):
    """A stored decision that is none, because somebody changed it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of decision ids, both ends included, and how many decisions it has."""

    first: str
    last: str
    decisions: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored decision that can't be read, and why."""

    decision_id: str
    product: str
    policy_version: str | None
    policy_hash: str | None
    why: str


async def add(tx: Transaction, decisions: Sequence[Decision]) -> set[str]:
    """Store decisions and return the ids of those that are new; an application that has one keeps it."""
    if not decisions:
        return set()
    result = await tx.execute(_ADD, {"rows": rows_json([_row(decision) for decision in decisions])})
    return set(result.scalars())


async def find(tx: Transaction, decision_id: str) -> Decision | None:
    """Return a decision; raises `UnreadableRecord` when what stands there is none."""
    row = (await tx.execute(_FIND, {"decision_id": decision_id})).one_or_none()
    return None if row is None else _decision(row)


async def only_read(tx: Transaction) -> None:
    """Have the database refuse to change anything in this transaction, which must not have begun to."""
    await tx.execute(_READ_ONLY)


async def spans(
    tx: Transaction, first: str, since: datetime, until: datetime, product: str | None, size: int
) -> list[Span]:
    """Return the decisions of a time, from the id `first` on, in ranges of at most `size` decisions, in order.

    `since` is included and `until` is not. Of one product if given.
    """
    given = {"first": first, "since": since, "until": until, "product": product, "size": size}
    return [Span(row.first, row.last, row.decisions) for row in await tx.execute(_SPANS, given)]


async def span(
    tx: Transaction, wanted: Span, since: datetime, until: datetime, product: str | None
) -> list[Decision | Unreadable]:
    """Return the decisions of a range that `spans` gave, in the order of their ids."""
    given = {"first": wanted.first, "last": wanted.last, "since": since, "until": until, "product": product}
    return [_readable(row) for row in await tx.execute(_SPAN, given)]


def _readable(row: Any) -> Decision | Unreadable:
    try:
        return _decision(row)
    except UnreadableRecord as error:
        return Unreadable(row.decision_id, row.product, row.policy_version, row.policy_hash, str(error))


async def page(tx: Transaction, before: str, limit: int, application_id: str | None) -> list[Decision | Unreadable]:
    """Return up to `limit` decisions, newest first, older than the id `before`; of one application if given."""
    rows = await tx.execute(_PAGE, {"before": before, "limit": limit, "application_id": application_id})
    return [_readable(row) for row in rows]


def _row(decision: Decision) -> dict[str, Any]:
    question, evaluation, score = decision.question, decision.evaluation, decision.score
    return {
        "decision_id": decision.decision_id,
        "application_id": question.application_id,
        "reference": question.reference,
        "party_id": question.party_id,
        "product": question.product,
        "requested_minor": question.requested.amount_minor,
        "currency": question.requested.currency,
        "facts": question.facts,
        "score": score,
        "policy_name": decision.policy_name,
        "policy_version": decision.policy_version,
        "policy_hash": decision.policy_hash,
        "revisions": decision.revisions,
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "approved_minor": evaluation.approved_minor,
        "rate": evaluation.rate,
        "other_terms": dict(evaluation.other_terms),
        "conditions": evaluation.conditions,
        "queue": evaluation.queue,
        "reasons": evaluation.reasons,
        "trace": evaluation.trace,
        "submitted_at": question.submitted_at,
        "decided_at": decision.decided_at,
        "arm": decision.arm,
        "pinned": decision.pinned,
        **_provenance_row(decision.provenance),
    }


def _provenance_row(provenance: Provenance | None) -> dict[str, Any]:
    if provenance is None:
        return {}
    return {
        # The same facts twice would make the row half as long again, and every decision a tenth dearer.
        "inputs": None if provenance.as_stated else provenance.inputs,
        "inputs_hash": provenance.inputs_hash,
        "engine_version": provenance.engine_version,
        "software_version": provenance.software_version,
        "fallbacks": provenance.fallbacks,
        "actor": provenance.actor,
        "latency_microseconds": provenance.latency_microseconds,
    }


def _decision(row: Any) -> Decision:
    try:
        return _read(row)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreadableRecord(f"a column holds what no decision has ({type(error).__name__})") from error


def _read(row: Any) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        question=Question(
            application_id=row.application_id,
            reference=row.reference,
            party_id=row.party_id,
            product=row.product,
            requested=Money(row.requested_minor, row.currency),
            facts=row.facts,
            submitted_at=row.submitted_at,
            fallbacks=fallbacks_of_question(row.fallbacks or ()),
        ),
        score=score_of(row.score),
        policy_name=row.policy_name,
        policy_version=row.policy_version,
        policy_hash=row.policy_hash,
        revisions=tuple(int(revision) for revision in row.revisions),
        evaluation=Evaluation(
            outcome=Outcome(row.outcome),
            grade=row.grade,
            approved_minor=row.approved_minor,
            rate=row.rate,
            reasons=tuple(row.reasons),
            trace=row.trace,
            queue=row.queue,
            conditions=tuple(row.conditions),
            other_terms=row.other_terms,
        ),
        decided_at=row.decided_at,
        provenance=_provenance(row),
        arm=row.arm,
        pinned=row.pinned,
    )


def _provenance(row: Any) -> Provenance | None:
    if row.inputs is None and row.inputs_hash is None and row.engine_version is None:
        return None
    as_stated = row.inputs is None and row.inputs_hash is not None
    inputs = row.inputs or ""
    if as_stated:
        without = fallbacks_of_question(row.fallbacks or ())
        inputs = inputs_as_stated(row.facts, score_of(row.score), row.decided_at, without)
    return Provenance(
        inputs=inputs,
        inputs_hash=row.inputs_hash or "",
        engine_version=row.engine_version or "",
        software_version=row.software_version or "",
        fallbacks=tuple(row.fallbacks or ()),
        actor=row.actor or "",
        latency_microseconds=row.latency_microseconds or 0,
        as_stated=as_stated,
    )


def score_of(stored: dict[str, Any] | None) -> ScoreOutcome | None:
    """Return the score that is stored with a decision, if one is."""
    if stored is None:
        return None
    return ScoreOutcome(**{**stored, "pd": Decimal(stored["pd"]), "reasons": tuple(stored["reasons"])})
