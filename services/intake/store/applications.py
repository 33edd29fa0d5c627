"""Parties and applications, written and read in sets."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.application import Application, DecisionSummary, GrantedLimit, PartyRef
from shared.db import Transaction, rows_json
from shared.ids import new_id
from shared.money import Money

_ADD_PARTIES: Final = text("""
    INSERT INTO party (party_id, external_ref, kind)
    SELECT r.party_id, r.external_ref, r.kind
    FROM unnest(CAST(:party_id AS text[]), CAST(:external_ref AS text[]), CAST(:kind AS text[]))
         AS r(party_id, external_ref, kind)
    ON CONFLICT (external_ref) DO NOTHING
""")
_PARTY_IDS: Final = text(
    "SELECT external_ref, party_id FROM party WHERE external_ref = ANY(CAST(:external_ref AS text[]))"
)
_ADD: Final = text("""
    INSERT INTO application (application_id, party_id, product, requested_minor, currency, facts, submitted_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(application_id text, party_id text, product text, requested_minor bigint, currency text, facts jsonb,
                submitted_at timestamptz)
""")
_SELECT: Final = """
    SELECT a.application_id, a.party_id, p.external_ref, a.product, a.requested_minor, a.currency, a.facts,
           a.submitted_at, a.decision_id, a.outcome, a.reasons, a.grade, a.score, a.approved_minor, a.rate,
           a.conditions, a.other_terms, a.decided_at, a.account_id, a.limit_minor
    FROM application a JOIN party p USING (party_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE a.application_id = ANY(CAST(:ids AS text[]))")
_PAGE: Final = text(f"{_SELECT} WHERE a.application_id < :before ORDER BY a.application_id DESC LIMIT :limit")
# Decisions on one application arrive in order; an older one never overwrites a newer.
_DECIDE: Final = text("""
    UPDATE application a SET decision_id = r.decision_id, outcome = r.outcome, reasons = r.reasons, grade = r.grade,
           score = r.score, approved_minor = r.approved_minor, rate = r.rate, conditions = r.conditions,
           other_terms = r.other_terms, decided_at = r.decided_at
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, decision_id text, outcome text, reasons text[], grade text, score int,
              approved_minor bigint, rate numeric, conditions text[], other_terms json, decided_at timestamptz)
    WHERE a.application_id = r.application_id AND (a.decided_at IS NULL OR a.decided_at < r.decided_at)
""")
_TELL: Final = text("SELECT pg_notify('intake_decided', id) FROM unnest(CAST(:ids AS text[])) AS id")
_GRANT: Final = text("""
    UPDATE application a SET account_id = r.account_id, limit_minor = r.limit_minor
    FROM unnest(CAST(:application_id AS text[]), CAST(:account_id AS text[]), CAST(:limit_minor AS bigint[]))
         AS r(application_id, account_id, limit_minor)
    WHERE a.application_id = r.application_id
""")

DECIDED_CHANNEL: Final = "intake_decided"


async def party_ids(tx: Transaction, parties: Sequence[PartyRef]) -> dict[str, str]:
    """Return the party id of each external reference, adding the parties that are new."""
    # Sorted, so that two batches with common parties wait for each other instead of deadlocking.
    by_ref = {party.external_ref: party for party in sorted(parties, key=lambda party: party.external_ref)}
    known = await _known_party_ids(tx, list(by_ref))
    new = [party for ref, party in by_ref.items() if ref not in known]
    if not new:
        return known
    await tx.execute(
        _ADD_PARTIES,
        {
            "party_id": [new_id("pty") for _ in new],
            "external_ref": [party.external_ref for party in new],
            "kind": [party.kind for party in new],
        },
    )
    return await _known_party_ids(tx, list(by_ref))


async def _known_party_ids(tx: Transaction, refs: list[str]) -> dict[str, str]:
    rows = await tx.execute(_PARTY_IDS, {"external_ref": refs})
    return {row.external_ref: row.party_id for row in rows}


async def add(tx: Transaction, applications: Sequence[Application]) -> None:
    """Store new applications."""
    if not applications:
        return
    rows = [
        {
            "application_id": entry.application_id,
            "party_id": entry.party_id,
            "product": entry.product,
            "requested_minor": entry.requested.amount_minor,
            "currency": entry.requested.currency,
            "facts": entry.facts,
            "submitted_at": entry.submitted_at,
        }
        for entry in applications
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def find(tx: Transaction, ids: Collection[str]) -> dict[str, Application]:
    """Return those of the applications that exist, by id, with what became of them."""
    return {row.application_id: _application(row) for row in await tx.execute(_FIND, {"ids": list(ids)})}


async def page(tx: Transaction, before: str, limit: int) -> list[Application]:
    """Return up to `limit` applications, newest first, that are older than the id `before`."""
    return [_application(row) for row in await tx.execute(_PAGE, {"before": before, "limit": limit})]


async def record_decisions(tx: Transaction, decisions: Sequence[tuple[str, DecisionSummary]]) -> None:
    """Attach decisions to their applications (by id) and wake whoever waits for them."""
    if not decisions:
        return
    rows = [
        {
            "application_id": application_id,
            "decision_id": decision.decision_id,
            "outcome": decision.outcome,
            "reasons": decision.reasons,
            "grade": decision.grade,
            "score": decision.score,
            "approved_minor": None if decision.limit is None else decision.limit.amount_minor,
            "rate": decision.rate,
            "conditions": decision.conditions,
            "other_terms": decision.other_terms,
            "decided_at": decision.decided_at,
        }
        for application_id, decision in decisions
    ]
    await tx.execute(_DECIDE, {"rows": rows_json(rows)})
    await tx.execute(_TELL, {"ids": [application_id for application_id, _ in decisions]})


async def record_limits(tx: Transaction, limits: Sequence[tuple[str, GrantedLimit]]) -> None:
    """Attach granted limits to their applications (by id)."""
    if not limits:
        return
    await tx.execute(
        _GRANT,
        {
            "application_id": [application_id for application_id, _ in limits],
            "account_id": [limit.account_id for _, limit in limits],
            "limit_minor": [limit.amount.amount_minor for _, limit in limits],
        },
    )


def _application(row: Any) -> Application:
    decision = None
    if row.decision_id is not None:
        decision = DecisionSummary(
            decision_id=row.decision_id,
            outcome=row.outcome,
            reasons=tuple(row.reasons),
            grade=row.grade,
            score=row.score,
            limit=None if row.approved_minor is None else Money(row.approved_minor, row.currency),
            rate=row.rate,
            conditions=tuple(row.conditions),
            other_terms=row.other_terms,
            decided_at=row.decided_at,
        )
    limit = None
    if row.account_id is not None:
        limit = GrantedLimit(row.account_id, Money(row.limit_minor, row.currency))
    return Application(
        application_id=row.application_id,
        party_id=row.party_id,
        external_ref=row.external_ref,
        product=row.product,
        requested=Money(row.requested_minor, row.currency),
        facts=row.facts,
        submitted_at=row.submitted_at,
        decision=decision,
        limit=limit,
    )
