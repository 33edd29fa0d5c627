"""Reports in PostgreSQL: only ever added. Facts stand in the finding that each is kept with, the rest is sealed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import text

from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.report import Contents, Held, Report
from services.intake.store import findings, keys, parties
from services.intake.vault import DataKey, Vault
from shared.db import Transaction, copy_rows
from shared.ids import new_id

_CONTENTS: Final = TypeAdapter(Contents)
_LATEST: Final = "rep_~"
_MOST: Final = 1_000
_ADD: Final = (
    "report_id",
    "party_id",
    "source",
    "kind",
    "reference",
    "purpose",
    "consent_id",
    "found",
    "as_of",
    "received_at",
    "contents",
    "raw",
)
_SELECT: Final = """
    SELECT r.report_id, r.party_id, r.source, r.kind, r.purpose, r.consent_id, r.found, r.as_of, r.received_at,
           r.contents, f.facts::text AS facts
    FROM report r LEFT JOIN finding f ON f.party_id = r.party_id AND f.record_id = r.report_id
"""
_PAGE: Final = text(f"""
    {_SELECT} WHERE r.party_id = ANY(CAST(:party_ids AS text[])) AND r.report_id < :before
    ORDER BY r.report_id DESC LIMIT :limit
""")
_FIND: Final = text(f"{_SELECT} WHERE r.report_id = :report_id")
_RAW_OF: Final = text("SELECT party_id, raw FROM report WHERE report_id = :report_id")
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:reference, 0))")
_IS_THERE: Final = text("SELECT EXISTS (SELECT FROM report WHERE reference = :reference)")
_NEWEST: Final = text("""
    SELECT DISTINCT ON (r.party_id, r.source) r.party_id, r.source, r.report_id, r.received_at
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN report r USING (party_id)
    ORDER BY r.party_id, r.source, r.received_at DESC, r.report_id DESC
""")


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to keep, with the reference that it was asked under, what it was read from, and the party's key."""

    report: Report
    reference: str
    raw: bytes
    key: DataKey


async def add(tx: Transaction, reports: Sequence[NewReport]) -> None:
    """Store reports, and of each the finding with its facts."""
    if not reports:
        return
    rows = []
    for entry in reports:
        report = entry.report
        assert report.contents is not None
        rows.append(
            (
                report.report_id,
                report.party_id,
                report.source,
                report.kind,
                entry.reference,
                report.purpose,
                report.consent_id,
                report.found,
                report.as_of,
                report.received_at,
                entry.key.seal(f"report:{report.report_id}", _CONTENTS.dump_json(report.contents)),
                entry.key.seal(f"raw:{report.report_id}", entry.raw),
            )
        )
    await copy_rows(tx, "report", _ADD, rows)
    await findings.add(tx, [_finding(entry.report) for entry in reports])


async def of_party(tx: Transaction, vault: Vault, party_id: str) -> list[Report]:
    """Return the newest reports on all records of a party, newest first, at most 1,000 of them."""
    return await page(tx, vault, await parties.of_one_party(tx, party_id), _LATEST, _MOST)


async def page(tx: Transaction, vault: Vault, party_ids: Collection[str], before: str, limit: int) -> list[Report]:
    """Return up to `limit` reports on records with ids before one, newest first."""
    rows = (await tx.execute(_PAGE, {"party_ids": list(party_ids), "before": before, "limit": limit})).all()
    return await _reports(tx, vault, rows)


async def find(tx: Transaction, vault: Vault, report_id: str) -> Report | None:
    """Return a report, or None when there is none."""
    rows = (await tx.execute(_FIND, {"report_id": report_id})).all()
    return next(iter(await _reports(tx, vault, rows)), None)


async def raw(tx: Transaction, vault: Vault, report_id: str) -> bytes | None:
    """Return the answer that a report was read from, as it came; None where the party's key is destroyed."""
    row = (await tx.execute(_RAW_OF, {"report_id": report_id})).one_or_none()
    if row is None:
        return None
    key = (await keys.existing(tx, vault, [row.party_id])).get(row.party_id)
    return None if key is None else key.open(f"raw:{report_id}", bytes(row.raw))


async def is_there(tx: Transaction, reference: str) -> bool:
    """Tell whether there is a report that was asked for under a reference, once nobody is about to add it."""
    await tx.execute(_ONE_AT_A_TIME, {"reference": reference})
    found: bool = (await tx.execute(_IS_THERE, {"reference": reference})).scalar_one()
    return found


async def newest(tx: Transaction, party_ids: Collection[str]) -> Mapping[tuple[str, str], Held]:
    """Return the newest report on each party from each source."""
    rows = await tx.execute(_NEWEST, {"party_ids": list(set(party_ids))})
    return {(row.party_id, row.source): Held(row.report_id, row.received_at) for row in rows}


async def _reports(tx: Transaction, vault: Vault, rows: Sequence[Any]) -> list[Report]:
    known = await keys.existing(tx, vault, {row.party_id for row in rows}) if rows else {}
    return [_report(row, known.get(row.party_id)) for row in rows]


def _report(row: Any, key: DataKey | None) -> Report:
    return Report(
        report_id=row.report_id,
        party_id=row.party_id,
        source=row.source,
        kind=FindingKind(row.kind),
        purpose=row.purpose,
        consent_id=row.consent_id,
        found=row.found,
        as_of=row.as_of,
        received_at=row.received_at,
        facts={} if row.facts is None else from_json(row.facts),
        contents=None if key is None else _contents(row, key),
    )


def _finding(report: Report) -> Finding:
    # Also a report that says nothing is a finding: it takes the place of what the source said before.
    return Finding(
        finding_id=new_id("fnd"),
        party_id=report.party_id,
        kind=report.kind,
        source=report.source,
        record_id=report.report_id,
        as_of=report.as_of,
        facts=report.facts,
    )


def _contents(row: Any, key: DataKey) -> Contents:
    return _CONTENTS.validate_json(key.open(f"report:{row.report_id}", bytes(row.contents)))
