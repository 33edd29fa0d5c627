"""Applications, written and read in sets."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.application import (
    Application,
    DecisionSummary,
    GrantedLimit,
    Missing,
    MissingKind,
    Status,
)
from services.intake.domain.party import Attribution, PartyKind
from shared.db import Transaction, rows_json
from shared.ids import new_id
from shared.money import Money

_ADD_PARTIES: Final = text("""
    INSERT INTO party (party_id, external_ref, kind)
    SELECT r.party_id, r.external_ref, r.kind
    FROM unnest(CAST(:party_id AS text[]), CAST(:external_ref AS text[]), CAST(:kind AS text[]))
         AS r(party_id, external_ref, kind)
    ON CONFLICT (external_ref) DO NOTHING RETURNING external_ref, party_id
""")
_PARTY_IDS: Final = text("""
    SELECT external_ref, party_id, merged_into FROM party WHERE external_ref = ANY(CAST(:external_ref AS text[]))
""")
_KNOWN_PARTIES: Final = text("""
    SELECT p.party_id FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party p USING (party_id)
    WHERE p.status <> 'erased'
""")
_ATTRIBUTIONS: Final = text("""
    SELECT p.party_id, p.channel, p.partner, p.business_unit, p.country, p.industry
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party p USING (party_id)
""")
_ADD: Final = text("""
    INSERT INTO application (application_id, party_id, product, requested_minor, currency, facts, submitted_at,
                             submitted_by, received_at)
    SELECT r.*, r.submitted_at
    FROM json_to_recordset(CAST(:rows AS json))
           AS r(application_id text, party_id text, product text, requested_minor bigint, currency text, facts jsonb,
                submitted_at timestamptz, submitted_by text)
""")
_ADD_PLACED: Final = text("""
    INSERT INTO application (application_id, party_id, product, requested_minor, currency, facts, submitted_at,
                             submitted_by, status, revision, received_at, moves, status_reasons, missing,
                             earlier_application_id, earlier_decision_id, due_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(application_id text, party_id text, product text, requested_minor bigint, currency text, facts jsonb,
                submitted_at timestamptz, submitted_by text, status text, revision int, received_at timestamptz,
                moves int, status_reasons text[], missing json, earlier_application_id text, earlier_decision_id text,
                due_at timestamptz)
""")
_PLACE: Final = text("""
    UPDATE application a SET requested_minor = r.requested_minor, facts = r.facts, submitted_at = r.submitted_at,
           status = r.status, revision = r.revision, moves = r.moves, status_reasons = r.status_reasons,
           missing = r.missing, earlier_application_id = r.earlier_application_id,
           earlier_decision_id = r.earlier_decision_id, due_at = r.due_at
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, requested_minor bigint, facts jsonb, submitted_at timestamptz, status text,
              revision int, moves int, status_reasons text[], missing json, earlier_application_id text,
              earlier_decision_id text, due_at timestamptz)
    WHERE a.application_id = r.application_id
""")
_FORGET_DECISION: Final = text("""
    UPDATE application SET decision_id = NULL, outcome = NULL, reasons = NULL, grade = NULL, score = NULL,
           approved_minor = NULL, rate = NULL, conditions = '{}', other_terms = '{}', decided_at = NULL
    WHERE application_id = ANY(CAST(:ids AS text[]))
""")
_SELECT: Final = """
    SELECT a.application_id, a.party_id, p.external_ref, a.product, a.requested_minor, a.currency, a.facts,
           a.submitted_at, a.decision_id, a.outcome, a.reasons, a.grade, a.score, a.approved_minor, a.rate,
           a.conditions, a.other_terms, a.decided_at, a.account_id, a.limit_minor, a.status, a.revision, a.received_at,
           a.submitted_by, a.moves, a.status_reasons, a.missing, a.earlier_application_id, a.earlier_decision_id,
           a.due_at
    FROM application a JOIN party p USING (party_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE a.application_id = ANY(CAST(:ids AS text[]))")
# In the order of their ids, so that two who want several of them can't lock each other out.
_LOCK: Final = text(f"""
    {_SELECT} WHERE a.application_id = ANY(CAST(:ids AS text[])) ORDER BY a.application_id FOR UPDATE OF a
""")
_LOCK_WAITING: Final = text(f"""
    {_SELECT} WHERE a.party_id = ANY(CAST(:party_ids AS text[]))
              AND (a.status = 'pend_info' OR (a.status = 'decided' AND a.outcome IN ('refer', 'pend_info')))
    ORDER BY a.application_id FOR UPDATE OF a
""")
# A decision on an earlier revision, or on one that is being amended, decides nothing any more. Of several decisions on
# one revision an older one never overwrites a newer.
_DECIDE: Final = text("""
    UPDATE application a SET decision_id = r.decision_id, outcome = r.outcome, reasons = r.reasons, grade = r.grade,
           score = r.score, approved_minor = r.approved_minor, rate = r.rate, conditions = r.conditions,
           other_terms = r.other_terms, decided_at = r.decided_at, status = 'decided'
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, decision_id text, outcome text, reasons text[], grade text, score int,
              approved_minor bigint, rate numeric, conditions text[], other_terms json, submitted_at timestamptz,
              decided_at timestamptz)
    WHERE a.application_id = r.application_id AND a.status IN ('submitted', 'decided')
          AND r.submitted_at >= a.submitted_at AND (a.decided_at IS NULL OR a.decided_at < r.decided_at)
    RETURNING a.application_id, (SELECT m.to_status FROM application_move m
                                 WHERE m.application_id = a.application_id AND m.sequence = a.moves) AS last_status
""")
_TELL: Final = text("SELECT pg_notify('intake_decided', id) FROM unnest(CAST(:ids AS text[])) AS id")
_GRANT: Final = text("""
    UPDATE application a SET account_id = r.account_id, limit_minor = r.limit_minor
    FROM unnest(CAST(:application_id AS text[]), CAST(:account_id AS text[]), CAST(:limit_minor AS bigint[]))
         AS r(application_id, account_id, limit_minor)
    WHERE a.application_id = r.application_id
""")
_COUNT_WAITING: Final = text("""
    SELECT status, product, count(*) AS number FROM application
    WHERE status NOT IN ('submitted', 'decided') AND status IN ('pend_info', 'investigating') GROUP BY status, product
""")

DECIDED_CHANNEL: Final = "intake_decided"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which applications are listed; None leaves a criterion out."""

    status: Status | None = None
    party_ids: Collection[str] | None = None
    product: str | None = None
    due_before: datetime | None = None


_CRITERIA: Final = {
    "status": "a.status = :status",
    "party_ids": "a.party_id = ANY(CAST(:party_ids AS text[]))",
    "product": "a.product = :product",
    "due_before": "a.due_at < :due_before",
}


async def party_ids(tx: Transaction, parties: Collection[tuple[str, PartyKind]]) -> tuple[dict[str, str], bool]:
    """Return the party id of each customer number, adding the parties that are new, given as number and kind.

    Also tells whether one of them has been merged into another, which the id does not say.
    """
    # Sorted, so that two batches with common parties wait for each other instead of deadlocking.
    by_ref = dict(sorted(parties))
    known, any_merged = await _known_party_ids(tx, list(by_ref))
    new = [ref for ref in by_ref if ref not in known]
    if not new:
        return known, any_merged
    rows = await tx.execute(
        _ADD_PARTIES,
        {
            "party_id": [new_id("pty") for _ in new],
            "external_ref": new,
            "kind": [by_ref[ref] for ref in new],
        },
    )
    known |= {row.external_ref: row.party_id for row in rows}
    if len(known) == len(by_ref):
        return known, any_merged
    # Somebody else has stored one meanwhile.
    return await _known_party_ids(tx, list(by_ref))


async def _known_party_ids(tx: Transaction, refs: list[str]) -> tuple[dict[str, str], bool]:
    rows = (await tx.execute(_PARTY_IDS, {"external_ref": refs})).all()
    return {row.external_ref: row.party_id for row in rows}, any(row.merged_into is not None for row in rows)


async def known_parties(tx: Transaction, party_ids: Collection[str]) -> set[str]:
    """Return those of the parties that are here and were not erased."""
    return set((await tx.execute(_KNOWN_PARTIES, {"party_ids": list(party_ids)})).scalars())


async def attributions(tx: Transaction, party_ids: Collection[str]) -> dict[str, Attribution]:
    """Return where parties came from and belong to, by party."""
    rows = await tx.execute(_ATTRIBUTIONS, {"party_ids": list(party_ids)})
    return {
        row.party_id: Attribution(row.channel, row.partner, row.business_unit, row.country, row.industry)
        for row in rows
    }


async def add(tx: Transaction, applications: Sequence[Application]) -> None:
    """Store new applications that were submitted as they came in."""
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
            "submitted_by": entry.submitted_by,
        }
        for entry in applications
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def add_placed(tx: Transaction, applications: Sequence[Application]) -> None:
    """Store new applications with where they stand."""
    if applications:
        await tx.execute(_ADD_PLACED, {"rows": rows_json([_row(entry) for entry in applications])})


async def place(tx: Transaction, applications: Sequence[Application]) -> None:
    """Store where locked applications stand now, and what they ask for; one that has no decision any more loses it."""
    if not applications:
        return
    await tx.execute(_PLACE, {"rows": rows_json([_row(entry) for entry in applications])})
    undecided = [entry.application_id for entry in applications if entry.decision is None and entry.revision > 1]
    if undecided:
        await tx.execute(_FORGET_DECISION, {"ids": undecided})


def _row(entry: Application) -> dict[str, Any]:
    return {
        "application_id": entry.application_id,
        "party_id": entry.party_id,
        "product": entry.product,
        "requested_minor": entry.requested.amount_minor,
        "currency": entry.requested.currency,
        "facts": entry.facts,
        "submitted_at": entry.submitted_at,
        "submitted_by": entry.submitted_by,
        "status": entry.status,
        "revision": entry.revision,
        "received_at": entry.received_at,
        "moves": entry.moves,
        "status_reasons": entry.reasons,
        "missing": [asdict(missing) for missing in entry.missing],
        "earlier_application_id": entry.earlier_application_id,
        "earlier_decision_id": entry.earlier_decision_id,
        "due_at": entry.due_at,
    }


async def find(tx: Transaction, ids: Collection[str]) -> dict[str, Application]:
    """Return those of the applications that exist, by id, with what became of them."""
    return {row.application_id: _application(row) for row in await tx.execute(_FIND, {"ids": list(ids)})}


async def lock(tx: Transaction, ids: Collection[str]) -> dict[str, Application]:
    """Return those of the applications that exist, by id, so that nobody else changes them meanwhile."""
    return {row.application_id: _application(row) for row in await tx.execute(_LOCK, {"ids": sorted(ids)})}


async def lock_waiting(tx: Transaction, party_ids: Collection[str]) -> dict[str, Application]:
    """Return the applications of parties that more evidence may take on, by id, locked as by `lock`."""
    rows = await tx.execute(_LOCK_WAITING, {"party_ids": list(party_ids)})
    return {row.application_id: _application(row) for row in rows}


async def count_waiting(tx: Transaction) -> list[tuple[str, str, int]]:
    """Return how many applications wait for the applicant or for sources: status, product and number."""
    return [(row.status, row.product, row.number) for row in await tx.execute(_COUNT_WAITING)]


async def page(tx: Transaction, criteria: Filter, before: str, limit: int) -> list[Application]:
    """Return up to `limit` applications, newest first, that are older than the id `before`."""
    asked = {name: value for name in _CRITERIA if (value := getattr(criteria, name)) is not None}
    if "party_ids" in asked:
        asked["party_ids"] = list(asked["party_ids"])
    where = " AND ".join(["a.application_id < :before", *(_CRITERIA[name] for name in asked)])
    statement = text(f"{_SELECT} WHERE {where} ORDER BY a.application_id DESC LIMIT :limit")
    return [_application(row) for row in await tx.execute(statement, {**asked, "before": before, "limit": limit})]


async def record_decisions(tx: Transaction, decisions: Sequence[tuple[str, DecisionSummary]]) -> list[str]:
    """Attach decisions to their applications (by id) and wake whoever waits for them.

    Returns those whose moves are written down and that have got into the state `decided` by it.
    """
    if not decisions:
        return []
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
            "submitted_at": decision.submitted_at,
            "decided_at": decision.decided_at,
        }
        for application_id, decision in decisions
    ]
    recorded = (await tx.execute(_DECIDE, {"rows": rows_json(rows)})).all()
    await tx.execute(_TELL, {"ids": [application_id for application_id, _ in decisions]})
    return [row.application_id for row in recorded if row.last_status == Status.SUBMITTED]


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
        received_at=row.received_at,
        status=Status(row.status),
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        revision=row.revision,
        moves=row.moves,
        reasons=tuple(row.status_reasons),
        missing=tuple(Missing(**{**entry, "kind": MissingKind(entry["kind"])}) for entry in row.missing),
        earlier_application_id=row.earlier_application_id,
        earlier_decision_id=row.earlier_decision_id,
        due_at=row.due_at,
        decision=_decision(row),
        limit=limit,
    )


def _decision(row: Any) -> DecisionSummary | None:
    if row.decision_id is None:
        return None
    return DecisionSummary(
        decision_id=row.decision_id,
        outcome=row.outcome,
        reasons=tuple(row.reasons),
        grade=row.grade,
        score=row.score,
        limit=None if row.approved_minor is None else Money(row.approved_minor, row.currency),
        rate=row.rate,
        conditions=tuple(row.conditions),
        other_terms=row.other_terms,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
    )
