"""Financial statements in PostgreSQL: every version is added and none changed; labels and reasons are sealed."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import text

from services.intake.domain.statements.peers import IndustryTable
from services.intake.domain.statements.statement import (
    Acceptance,
    Assurance,
    Difference,
    Figures,
    Period,
    Statement,
    Unmapped,
)
from services.intake.domain.statements.taxonomy import Standard
from services.intake.store import keys, parties
from services.intake.vault import Vault
from shared.db import Transaction, copy_rows

_COLUMNS: Final = (
    "statement_id",
    "version",
    "party_id",
    "period_start",
    "period_end",
    "is_consolidated",
    "currency",
    "standard",
    "assurance",
    "step_minor",
    "lines",
    "filled",
    "differences",
    "flags",
    "source",
    "unmapped_count",
    "unmapped",
    "submitted_by",
    "submitted_at",
)
_SELECT: Final = """
    SELECT s.statement_id, s.version, s.party_id, s.period_start, s.period_end, s.is_consolidated, s.currency,
           s.standard, s.assurance, s.step_minor, s.lines::text AS lines, s.filled, s.differences::text AS differences,
           s.flags, s.source, s.unmapped_count, s.unmapped, s.submitted_by, s.submitted_at, a.actor, a.reason,
           a.accepted_at
    FROM financial_statement s LEFT JOIN statement_acceptance a USING (statement_id, version)
"""
_OF_PARTY: Final = text(f"""
    {_SELECT} WHERE s.party_id = ANY(CAST(:party_ids AS text[])) ORDER BY s.statement_id, s.version
""")
_VERSIONS: Final = text(f"{_SELECT} WHERE s.statement_id = :statement_id ORDER BY s.version DESC")
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('statements:' || CAST(:party_id AS text)))")
_ACCEPT: Final = text("""
    INSERT INTO statement_acceptance (statement_id, version, actor, reason, accepted_at)
    VALUES (:statement_id, :version, :actor, :reason, :accepted_at)
""")
_LAST_TABLE: Final = text("""
    SELECT code, year, revision, source, points::text AS points, stated_by, stated_at FROM industry_table
    WHERE code = :code AND year <= :year ORDER BY year DESC, revision DESC LIMIT 1
""")
_LOCK_TABLE: Final = text("SELECT pg_advisory_xact_lock(hashtext('industry_table:' || CAST(:code AS text)))")
_ADD_TABLE: Final = text("""
    INSERT INTO industry_table (code, year, revision, source, points, stated_by, stated_at)
    SELECT :code, CAST(:year AS smallint), 1 + coalesce((
        SELECT t.revision FROM industry_table t WHERE t.code = :code AND t.year = :year ORDER BY t.revision DESC LIMIT 1
    ), 0), :source, CAST(:points AS jsonb), :stated_by, CAST(:stated_at AS timestamptz)
""")
_UNMAPPED: Final = "statement.unmapped"
_REASON: Final = "statement.reason"


async def add(tx: Transaction, vault: Vault, statements: Sequence[Statement]) -> None:
    """Store versions of statements; labels without a place are sealed, and left out for a party that was erased."""
    sealing = await keys.of(tx, vault, {entry.party_id for entry in statements if entry.figures.unmapped})
    rows: list[Sequence[Any]] = []
    for entry in statements:
        figures, key = entry.figures, sealing.get(entry.party_id)
        labels = to_json([[line.label, line.pointer, line.candidates] for line in figures.unmapped])
        rows.append(
            (
                entry.statement_id,
                entry.version,
                entry.party_id,
                figures.period.start,
                figures.period.end,
                figures.is_consolidated,
                figures.currency,
                figures.standard,
                figures.assurance,
                figures.step_minor,
                to_json(figures.lines).decode(),
                list(figures.filled),
                to_json([_difference_row(found) for found in entry.differences]).decode(),
                list(entry.flags),
                entry.source,
                entry.unmapped_count,
                key.seal(_UNMAPPED, labels) if key is not None and figures.unmapped else None,
                entry.submitted_by,
                entry.submitted_at,
            )
        )
    if rows:
        await copy_rows(tx, "financial_statement", _COLUMNS, rows)


async def accept(tx: Transaction, vault: Vault, statement: Statement, acceptance: Acceptance, reason: str) -> bool:
    """Store that an officer takes a statement as it is, and why; False when the party's key is gone for good."""
    key = (await keys.of(tx, vault, [statement.party_id])).get(statement.party_id)
    if key is None:
        return False
    accepted = {
        "statement_id": statement.statement_id,
        "version": statement.version,
        "actor": acceptance.actor,
        "reason": key.seal(_REASON, reason.encode()),
        "accepted_at": acceptance.accepted_at,
    }
    await tx.execute(_ACCEPT, accepted)
    return True


async def lock(tx: Transaction, party_id: str) -> None:
    """Wait for whoever adds statements to this party, so that each sees what the other has added."""
    await tx.execute(_LOCK, {"party_id": party_id})


async def of_party(tx: Transaction, party_id: str) -> list[Statement]:
    """Return the last version of each statement of a party, newest period first, over all records of the party."""
    return await of_records(tx, await parties.of_one_party(tx, party_id))


async def of_records(tx: Transaction, party_ids: Collection[str]) -> list[Statement]:
    """Return the last version of each statement that is kept with these records, newest period first."""
    rows = await tx.execute(_OF_PARTY, {"party_ids": sorted(party_ids)})
    last = {row.statement_id: _statement(row) for row in rows}
    return sorted(last.values(), key=lambda entry: (entry.figures.period.end, entry.statement_id), reverse=True)


async def versions(
    tx: Transaction, vault: Vault, statement_id: str
) -> list[tuple[Statement, tuple[Unmapped, ...] | None, str | None]]:
    """Return every version of a statement, newest first, each with its labels without a place and the reason why it was
    accepted; both are None where they were destroyed with the party's key.
    """
    rows = (await tx.execute(_VERSIONS, {"statement_id": statement_id})).all()
    opening = await keys.existing(tx, vault, {row.party_id for row in rows})
    found: list[tuple[Statement, tuple[Unmapped, ...] | None, str | None]] = []
    for row in rows:
        key = opening.get(row.party_id)
        labels: tuple[Unmapped, ...] | None = () if row.unmapped is None and row.unmapped_count == 0 else None
        if key is not None and row.unmapped is not None:
            opened = from_json(key.open(_UNMAPPED, bytes(row.unmapped)))
            labels = tuple(Unmapped(label, place, tuple(candidates)) for label, place, candidates in opened)
        reason = None
        if key is not None and row.reason is not None:
            reason = key.open(_REASON, bytes(row.reason)).decode()
        found.append((_statement(row), labels, reason))
    return found


async def state_table(tx: Transaction, table: IndustryTable) -> None:
    """Store percentiles of an industry; they take the place of what was stated of the same year."""
    await tx.execute(_LOCK_TABLE, {"code": table.code})
    stated = {
        "code": table.code,
        "year": table.year,
        "source": table.source,
        "points": to_json(table.points).decode(),
        "stated_by": table.stated_by,
        "stated_at": table.stated_at,
    }
    await tx.execute(_ADD_TABLE, stated)


async def last_table(tx: Transaction, code: str, year: int) -> IndustryTable | None:
    """Return the newest percentiles of an industry that are of `year` at the latest."""
    row = (await tx.execute(_LAST_TABLE, {"code": code, "year": year})).one_or_none()
    if row is None:
        return None
    points: Mapping[str, Sequence[tuple[int, str]]] = from_json(row.points)
    return IndustryTable(
        code=row.code,
        year=row.year,
        source=row.source,
        points={ratio: [(at, Decimal(value)) for at, value in pairs] for ratio, pairs in points.items()},
        stated_by=row.stated_by,
        stated_at=row.stated_at,
    )


def _difference_row(found: Difference) -> list[Any]:
    return [found.rule, found.line, found.stated_minor, found.computed_minor]


def _statement(row: Any) -> Statement:
    figures = Figures(
        period=Period(row.period_start, row.period_end),
        currency=row.currency,
        standard=Standard(row.standard),
        assurance=Assurance(row.assurance),
        is_consolidated=row.is_consolidated,
        lines=from_json(row.lines),
        step_minor=row.step_minor,
        filled=tuple(row.filled),
    )
    return Statement(
        statement_id=row.statement_id,
        party_id=row.party_id,
        version=row.version,
        figures=figures,
        differences=tuple(Difference(*entry) for entry in from_json(row.differences)),
        flags=tuple(row.flags),
        source=row.source,
        unmapped_count=row.unmapped_count,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        acceptance=None if row.actor is None else Acceptance(row.actor, row.accepted_at),
    )
