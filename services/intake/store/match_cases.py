"""Match cases in PostgreSQL, and which parties a person has said are different."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.matching.case import CaseStatus, CaseVerdict, MatchCase, ResolveCase
from services.intake.domain.matching.verdict import Candidate
from shared.db import Transaction, rows_json
from shared.ids import new_id

# The case that is open already takes the new candidates too.
_OPEN: Final = text("""
    INSERT INTO match_case (case_id, party_id)
    SELECT * FROM unnest(CAST(:case_ids AS text[]), CAST(:party_ids AS text[]))
    ON CONFLICT (party_id) WHERE status = 'open' DO UPDATE SET status = match_case.status
    RETURNING party_id, case_id
""")
_ADD_CANDIDATES: Final = text("""
    INSERT INTO match_candidate (case_id, party_id, likeness, grounds)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(case_id text, party_id text, likeness smallint, grounds text[])
    ON CONFLICT (case_id, party_id) DO UPDATE SET likeness = excluded.likeness, grounds = excluded.grounds
""")
_SELECT: Final = """
    SELECT case_id, party_id, status, opened_at, verdict, same_as, resolved_by, resolved_at FROM match_case
"""
_FIND: Final = text(f"{_SELECT} WHERE case_id = :case_id")
_LOCK: Final = text(f"{_FIND.text} FOR UPDATE")
_LIST: Final = text(f"{_SELECT} WHERE status = :status AND case_id > :after ORDER BY case_id LIMIT :limit")
_CANDIDATES: Final = text("""
    SELECT c.case_id, c.party_id, c.likeness, c.grounds
    FROM unnest(CAST(:case_ids AS text[])) AS wanted(case_id) JOIN match_candidate c USING (case_id)
    ORDER BY c.case_id, c.likeness DESC, c.party_id
""")
_OPEN_CASES: Final = text("""
    SELECT c.party_id, c.case_id
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN match_case c USING (party_id)
    WHERE c.status = 'open'
""")
_RESOLVE: Final = text("""
    UPDATE match_case SET status = 'resolved', verdict = :verdict, same_as = :same_as, resolved_by = :actor,
           resolved_at = now(), reason = :reason
    WHERE case_id = :case_id
""")
_REASON: Final = text("SELECT reason FROM match_case WHERE case_id = :case_id")
_VOID: Final = text("""
    UPDATE match_case SET status = 'void' WHERE status = 'open' AND party_id = ANY(CAST(:party_ids AS text[]))
""")
_SET_APART: Final = text("""
    INSERT INTO match_difference (party_id, other_id, case_id)
    SELECT one, other, :case_id FROM unnest(CAST(:one AS text[]), CAST(:other AS text[])) AS d(one, other)
    ON CONFLICT DO NOTHING
""")
_DIFFERENCES: Final = text("""
    SELECT d.party_id, d.other_id
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN match_difference d USING (party_id)
""")
_WAITING: Final = text("""
    SELECT count(*) AS cases, coalesce(extract(epoch FROM statement_timestamp() - min(opened_at)), 0)::float8 AS seconds
    FROM match_case WHERE status = 'open'
""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases are open, and for how long the oldest of them has been."""

    cases: int
    oldest_seconds: float


async def open_for(tx: Transaction, candidates: Mapping[str, Collection[Candidate]]) -> dict[str, str]:
    """Open a case for each party, or add to the one that is open; return the cases by party."""
    if not candidates:
        return {}
    # Sorted, so that two batches with common parties wait for each other instead of deadlocking.
    party_ids = sorted(candidates)
    opened = await tx.execute(_OPEN, {"party_ids": party_ids, "case_ids": [new_id("mcs") for _ in party_ids]})
    cases = {row.party_id: row.case_id for row in opened}
    rows = [
        {"case_id": cases[party_id], "party_id": each.party_id, "likeness": each.likeness, "grounds": each.grounds}
        for party_id in party_ids
        for each in candidates[party_id]
    ]
    await tx.execute(_ADD_CANDIDATES, {"rows": rows_json(rows)})
    return cases


async def open_cases(tx: Transaction, party_ids: Collection[str]) -> dict[str, str]:
    """Return the open case of each party that has one, by party."""
    return {row.party_id: row.case_id for row in await tx.execute(_OPEN_CASES, {"party_ids": list(party_ids)})}


async def lock(tx: Transaction, case_id: str) -> MatchCase | None:
    """Return a case that nobody else changes until the transaction ends."""
    return await _one(tx, (await tx.execute(_LOCK, {"case_id": case_id})).all())


async def find(tx: Transaction, case_id: str) -> MatchCase | None:
    """Return a case."""
    return await _one(tx, (await tx.execute(_FIND, {"case_id": case_id})).all())


async def page(tx: Transaction, status: CaseStatus, after: str, limit: int) -> list[MatchCase]:
    """Return cases in one status, the oldest first, from the one after `after` on."""
    return await _cases(tx, (await tx.execute(_LIST, {"status": status, "after": after, "limit": limit})).all())


async def resolve(tx: Transaction, command: ResolveCase, sealed_reason: bytes | None) -> None:
    """Record what a person said about a case."""
    said = {"verdict": command.verdict, "same_as": command.party_id, "actor": command.actor}
    await tx.execute(_RESOLVE, {"case_id": command.case_id, "reason": sealed_reason, **said})


async def reason(tx: Transaction, case_id: str) -> bytes | None:
    """Return why a case was resolved as it was, sealed; None where nobody has said."""
    found = await tx.scalar(_REASON, {"case_id": case_id})
    return None if found is None else bytes(found)


async def void(tx: Transaction, party_ids: Collection[str]) -> None:
    """Close the open cases of parties that are no longer there by themselves."""
    if party_ids:
        await tx.execute(_VOID, {"party_ids": list(party_ids)})


async def set_apart(tx: Transaction, case_id: str | None, party_id: str, others: Collection[str]) -> None:
    """Remember that a party is none of the others, as was said in a case, or in none: a merge was taken back."""
    one = [*([party_id] * len(others)), *others]
    other = [*others, *([party_id] * len(others))]
    await tx.execute(_SET_APART, {"case_id": case_id, "one": one, "other": other})


async def differences(tx: Transaction, party_ids: Collection[str]) -> dict[str, set[str]]:
    """Return whom parties were said to be different from, by party; parties without any are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    if party_ids:
        for row in await tx.execute(_DIFFERENCES, {"party_ids": list(party_ids)}):
            found[row.party_id].add(row.other_id)
    return dict(found)


async def waiting(tx: Transaction) -> Waiting:
    """Return how many cases wait for a person."""
    row = (await tx.execute(_WAITING)).one()
    return Waiting(row.cases, row.seconds)


async def _one(tx: Transaction, rows: Collection[Any]) -> MatchCase | None:
    return next(iter(await _cases(tx, rows)), None)


async def _cases(tx: Transaction, rows: Collection[Any]) -> list[MatchCase]:
    candidates: dict[str, list[Candidate]] = defaultdict(list)
    if rows:
        for each in await tx.execute(_CANDIDATES, {"case_ids": [row.case_id for row in rows]}):
            candidates[each.case_id].append(Candidate(each.party_id, each.likeness, tuple(each.grounds)))
    return [
        MatchCase(
            case_id=row.case_id,
            party_id=row.party_id,
            status=CaseStatus(row.status),
            opened_at=row.opened_at,
            candidates=tuple(candidates[row.case_id]),
            verdict=None if row.verdict is None else CaseVerdict(row.verdict),
            same_as=row.same_as,
            resolved_by=row.resolved_by,
            resolved_at=row.resolved_at,
        )
        for row in rows
    ]
