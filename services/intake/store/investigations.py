"""Investigations in PostgreSQL: opened, taken by workers source by source, and ended."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import text

from services.intake.domain.waterfall import Course, Progress, UnderWay
from shared.db import Transaction, rows_json

OPENED_CHANNEL: Final = "intake_investigation"

# What was investigated before is begun anew: an application may come back in the same revision.
_OPEN: Final = text("""
    INSERT INTO investigation AS i (application_id, revision, party_id, product)
    SELECT * FROM unnest(CAST(:application_id AS text[]), CAST(:revision AS integer[]), CAST(:party_id AS text[]),
                         CAST(:product AS text[]))
    ON CONFLICT (application_id, revision) DO UPDATE
    SET party_id = excluded.party_id, source = '', due_at = now(), inquiry_id = NULL, tries = 0, done = '{}',
        reports = '{}', fallbacks = '{}', round = i.round + 1, opened_at = now(), ended_at = NULL, is_cancelled = false
    WHERE i.ended_at IS NOT NULL
""")
_TELL: Final = text("SELECT pg_notify(:channel, '')")
_CANCEL: Final = text("""
    UPDATE investigation SET ended_at = now(), is_cancelled = true
    WHERE application_id = ANY(CAST(:application_ids AS text[])) AND ended_at IS NULL
""")
_SELECT: Final = """
    SELECT i.application_id, i.revision, i.round, i.party_id, i.product, i.source, i.inquiry_id, i.tries, i.done,
           i.reports, i.fallbacks, i.ended_at, a.facts::text AS facts
    FROM investigation i JOIN application a USING (application_id)
"""
# Both rows are locked and neither is waited for: whoever amends an application locks it first and this row after it.
_TAKE: Final = text(f"""
    {_SELECT} WHERE i.source = :source AND i.ended_at IS NULL AND i.due_at <= clock_timestamp()
    ORDER BY i.due_at LIMIT :limit FOR UPDATE OF i, a SKIP LOCKED
""")
_LOCK: Final = text("""
    SELECT FROM application WHERE application_id = ANY(CAST(:application_ids AS text[]))
    ORDER BY application_id FOR UPDATE
""")
_ASKED: Final = text(f"""
    {_SELECT} JOIN unnest(CAST(:application_ids AS text[]), CAST(:revisions AS integer[]))
         AS wanted(application_id, revision)
         ON (wanted.application_id, wanted.revision) = (i.application_id, i.revision)
    ORDER BY i.application_id, i.revision FOR UPDATE OF i
""")
_ASK: Final = text("""
    UPDATE investigation i SET inquiry_id = r.inquiry_id, due_at = now() + make_interval(secs => :lease_seconds),
           tries = i.tries + 1, done = r.done, reports = r.reports, fallbacks = r.fallbacks
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, revision integer, inquiry_id text, done text[], reports text[], fallbacks text[])
    WHERE (i.application_id, i.revision) = (r.application_id, r.revision)
""")
_MOVE: Final = text("""
    UPDATE investigation i SET source = coalesce(r.source, ''), due_at = clock_timestamp(), inquiry_id = NULL,
           tries = 0, done = r.done, reports = r.reports, fallbacks = r.fallbacks,
           ended_at = CASE WHEN r.source IS NULL THEN clock_timestamp() END
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, revision integer, source text, done text[], reports text[], fallbacks text[])
    WHERE (i.application_id, i.revision) = (r.application_id, r.revision)
""")
_POSTPONE: Final = text("""
    UPDATE investigation SET due_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE (application_id, revision) IN (
        SELECT application_id, revision FROM investigation
        WHERE source = :source AND ended_at IS NULL AND due_at <= clock_timestamp()
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
""")
_RETURN: Final = text("""
    UPDATE investigation SET source = ''
    WHERE ended_at IS NULL AND source > '' AND source <> ALL(CAST(:sources AS text[]))
          AND due_at <= clock_timestamp()
""")
_LAST: Final = text("""
    SELECT DISTINCT ON (i.application_id) i.application_id, i.opened_at, i.reports
    FROM unnest(CAST(:application_ids AS text[])) AS wanted(application_id) JOIN investigation i USING (application_id)
    ORDER BY i.application_id, i.revision DESC
""")
_WAITING: Final = text("""
    SELECT source, count(*) AS number, extract(epoch FROM clock_timestamp() - min(opened_at))::float8 AS age_seconds
    FROM investigation WHERE ended_at IS NULL AND source >= '' GROUP BY source
""")


async def open(tx: Transaction, entries: Sequence[tuple[str, int, str, str]]) -> None:
    """Begin investigations, each given as application id, revision, party id and product; a worker does the rest.

    One that is under way goes on as it is.
    """
    if not entries:
        return
    application_ids, revisions, party_ids, products = (list(column) for column in zip(*entries, strict=True))
    await tx.execute(
        _OPEN,
        {"application_id": application_ids, "revision": revisions, "party_id": party_ids, "product": products},
    )
    await tx.execute(_TELL, {"channel": OPENED_CHANNEL})


async def cancel(tx: Transaction, application_ids: Collection[str]) -> None:
    """End the investigations of applications without telling anybody; what is on its way is not kept."""
    await tx.execute(_CANCEL, {"application_ids": list(application_ids)})


async def take(tx: Transaction, source: str, limit: int) -> list[UnderWay]:
    """Return investigations in which it is a source's turn (empty: nobody's yet), oldest first, locked.

    Those that somebody is at work on are left out, until their time to answer is over.
    """
    rows = await tx.execute(_TAKE, {"source": source, "limit": limit})
    return [_under_way(row) for row in rows]


async def asked(tx: Transaction, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], UnderWay]:
    """Return investigations by application and revision, locked; their applications are locked too, and first."""
    application_ids, revisions = [each for each, _ in wanted], [each for _, each in wanted]
    await tx.execute(_LOCK, {"application_ids": application_ids})
    rows = await tx.execute(_ASKED, {"application_ids": application_ids, "revisions": revisions})
    return {(row.application_id, row.revision): _under_way(row) for row in rows}


async def ask(tx: Transaction, entries: Sequence[tuple[UnderWay, str, Progress]], lease_seconds: float) -> None:
    """Note under which inquiry a source is asked, in investigations that are taken, and leave them alone that long."""
    if not entries:
        return
    rows = [{**_row(entry, progress), "inquiry_id": inquiry_id} for entry, inquiry_id, progress in entries]
    await tx.execute(_ASK, {"rows": rows_json(rows), "lease_seconds": lease_seconds})


async def move(tx: Transaction, entries: Sequence[tuple[UnderWay, Course]]) -> None:
    """Store how taken investigations go on: with whose turn it is next, or that they have ended."""
    if not entries:
        return
    rows = [
        {**_row(entry, course.progress), "source": None if course.ask is None else course.ask.source}
        for entry, course in entries
    ]
    await tx.execute(_MOVE, {"rows": rows_json(rows)})


async def postpone(tx: Transaction, source: str, seconds: int) -> None:
    """Have the investigation that is first in a source's line wait."""
    await tx.execute(_POSTPONE, {"source": source, "seconds": seconds})


async def return_unknown(tx: Transaction, sources: Collection[str]) -> None:
    """Have investigations that wait for a source other than these be looked at again."""
    await tx.execute(_RETURN, {"sources": list(sources)})


async def last(tx: Transaction, application_ids: Collection[str]) -> dict[str, tuple[datetime, tuple[str, ...]]]:
    """Return when the last investigation for each application began, and on which reports it rests, by id."""
    rows = await tx.execute(_LAST, {"application_ids": list(application_ids)})
    return {row.application_id: (row.opened_at, tuple(row.reports)) for row in rows}


async def waiting(tx: Transaction) -> dict[str, tuple[int, float]]:
    """Return how many investigations are under way, and the age in seconds of the oldest, by whose turn it is."""
    return {row.source: (row.number, row.age_seconds) for row in await tx.execute(_WAITING)}


def _row(entry: UnderWay, progress: Progress) -> dict[str, Any]:
    return {
        "application_id": entry.application_id,
        "revision": entry.revision,
        "done": progress.done,
        "reports": progress.reports,
        "fallbacks": progress.fallbacks,
    }


def _under_way(row: Any) -> UnderWay:
    return UnderWay(
        application_id=row.application_id,
        revision=row.revision,
        opened=row.round,
        party_id=row.party_id,
        product=row.product,
        facts=from_json(row.facts),
        progress=Progress(tuple(row.done), tuple(row.reports), tuple(row.fallbacks)),
        source=row.source or None,
        inquiry_id=row.inquiry_id,
        tries=row.tries,
        has_ended=row.ended_at is not None,
    )
