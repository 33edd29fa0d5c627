"""What applications are screened by, in PostgreSQL: earlier ones, and blind digests that they are counted by."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from services.intake.domain.application import Application
from services.intake.store import applications
from services.intake.vault import Vault
from shared.db import Transaction, copy_rows, driver
from shared.products.plan import Key

Counted = tuple[Key, bytes]
"""By what an application is counted: the key, and the digest of its value."""

_COLUMNS: Final = ("application_id", "key", "digest", "received_at")
_PLACES: Final = 16_384
# In a fixed order, so that two batches that have several in common wait for each other instead of deadlocking.
_LOCK: Final = """
    WITH held AS MATERIALIZED (
        SELECT pg_advisory_xact_lock(hashtext('screening'), place)
        FROM (SELECT DISTINCT place FROM unnest($1::int[]) AS place ORDER BY place) AS ordered
    )
    SELECT clock_timestamp() FROM (SELECT count(*) FROM held) AS waited
"""
_TIMES: Final = text("""
    SELECT wanted.key, wanted.digest, s.received_at
    FROM (SELECT DISTINCT * FROM unnest(CAST(:keys AS text[]), CAST(:digests AS bytea[])) AS r(key, digest)) AS wanted
    CROSS JOIN LATERAL (
        SELECT received_at FROM application_signal s
        WHERE s.key = wanted.key AND s.digest = wanted.digest AND s.received_at > :since
        ORDER BY s.received_at DESC LIMIT :limit
    ) AS s
""")
_NEWEST: Final = text("""
    SELECT n.application_id FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id)
    CROSS JOIN LATERAL (
        SELECT a.application_id FROM application a
        WHERE a.party_id = wanted.party_id AND a.product = ANY(CAST(:products AS text[]))
              AND a.status NOT IN ('screened_out', 'withdrawn', 'closed')
        ORDER BY a.application_id DESC LIMIT :limit
    ) AS n
""")
_RECEIVED: Final = text("""
    SELECT n.party_id, n.received_at FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id)
    CROSS JOIN LATERAL (
        SELECT a.party_id, a.received_at FROM application a
        WHERE a.party_id = wanted.party_id AND a.received_at > :since
              AND a.application_id <> ALL(CAST(:apart_from AS text[]))
        ORDER BY a.received_at DESC LIMIT :limit
    ) AS n
""")


def digest(vault: Vault, key: Key, value: str) -> bytes:
    """Return the blind digest that applications with the same value of a key share."""
    return vault.digest(f"screening.{key}", value)


async def one_at_a_time(tx: Transaction, counted: Collection[Counted]) -> datetime:
    """Have others that count by the same wait until this transaction ends; who counts after it sees what it did.

    Returns the database's time after the waiting. The keys share a fixed number of places: so many that two batches
    hardly ever wait for each other without cause; how many locks one takes is bounded by its size.
    """
    places = sorted({int.from_bytes(value[:4]) % _PLACES for _, value in counted})
    now: datetime = await (await driver(tx)).fetchval(_LOCK, places)
    return now


async def times(
    tx: Transaction, counted: Collection[Counted], since: datetime, limit: int
) -> dict[Counted, list[datetime]]:
    """Return when applications came in, by what they are counted by: of each the `limit` newest after `since`."""
    found: dict[Counted, list[datetime]] = defaultdict(list)
    ordered = sorted(set(counted))
    if not ordered:
        return {}
    asked = {
        "keys": [key for key, _ in ordered],
        "digests": [value for _, value in ordered],
        "since": since,
        "limit": limit,
    }
    for row in await tx.execute(_TIMES, asked):
        found[Key(row.key), bytes(row.digest)].append(row.received_at)
    return dict(found)


async def standing(
    tx: Transaction, party_ids: Collection[str], products: Collection[str], limit: int
) -> list[Application]:
    """Return the `limit` newest applications of each party for these products, but for those that came to nothing."""
    asked = {"party_ids": list(party_ids), "products": list(products), "limit": limit}
    ids = (await tx.execute(_NEWEST, asked)).scalars()
    return list((await applications.find(tx, list(ids))).values())


async def received(
    tx: Transaction, party_ids: Collection[str], apart_from: Collection[str], since: datetime, limit: int
) -> list[tuple[str, datetime]]:
    """Return when applications of parties came in, whatever became of them: of each party the `limit` newest.

    Those in `apart_from`, by id, do not count.
    """
    asked = {"party_ids": list(party_ids), "apart_from": list(apart_from), "since": since, "limit": limit}
    rows = await tx.execute(_RECEIVED, asked)
    return [(row.party_id, row.received_at) for row in rows]


async def add(tx: Transaction, entries: Sequence[tuple[str, Counted, datetime]]) -> None:
    """Store by what applications are counted: by id, key with digest, and when each came in."""
    rows = [(application_id, key, value, received_at) for application_id, (key, value), received_at in entries]
    if rows:
        await copy_rows(tx, "application_signal", _COLUMNS, rows)
