"""Who may release what: every statement is kept, the latest about a holder speaks."""

from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.authority import Authority, Statement
from shared.db import Transaction, rows_json
from shared.money import Money

_LATEST: Final = text("""
    SELECT holder, version, granted_by, reason, created_at FROM authority_statement
    WHERE holder = :holder ORDER BY version DESC LIMIT 1
""")
_HISTORY: Final = text("""
    SELECT holder, version, granted_by, reason, created_at FROM authority_statement
    WHERE holder = :holder ORDER BY version DESC LIMIT :limit
""")
_AUTHORITIES: Final = text("""
    SELECT version, product, currency, max_amount_minor, max_exposure_minor, second_release_above_minor, max_days,
           valid_from, valid_to
    FROM authority WHERE holder = :holder AND version = ANY(CAST(:version AS bigint[])) ORDER BY version, place
""")
_ADD_STATEMENT: Final = text("""
    INSERT INTO authority_statement (holder, version, granted_by, reason)
    VALUES (:holder, :version, :granted_by, :reason)
    ON CONFLICT DO NOTHING
""")
_ADD_AUTHORITIES: Final = text("""
    INSERT INTO authority (holder, version, place, product, currency, max_amount_minor, max_exposure_minor,
                           second_release_above_minor, max_days, valid_from, valid_to)
    SELECT CAST(:holder AS text), CAST(:version AS bigint), r.*
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(place int, product text, currency text, max_amount_minor bigint, max_exposure_minor bigint,
              second_release_above_minor bigint, max_days int, valid_from timestamptz, valid_to timestamptz)
""")


async def latest(tx: Transaction, holder: str) -> Statement:
    """Return the latest statement about a holder; of whom nothing was ever said, one that grants nothing."""
    rows = (await tx.execute(_LATEST, {"holder": holder})).all()
    return next(iter(await _statements(tx, holder, rows)), Statement(holder, 0, ()))


async def history(tx: Transaction, holder: str, limit: int) -> list[Statement]:
    """Return the last `limit` statements about a holder, newest first."""
    rows = (await tx.execute(_HISTORY, {"holder": holder, "limit": limit})).all()
    return await _statements(tx, holder, rows)


async def add(tx: Transaction, statement: Statement) -> bool:
    """Store a statement; False when another one took its place first."""
    stored = await tx.execute(
        _ADD_STATEMENT,
        {
            "holder": statement.holder,
            "version": statement.version,
            "granted_by": statement.granted_by,
            "reason": statement.reason,
        },
    )
    if stored.rowcount == 0:
        return False
    rows = [
        {
            "place": place,
            "product": authority.product,
            "currency": authority.max_amount.currency,
            "max_amount_minor": authority.max_amount.amount_minor,
            "max_exposure_minor": authority.max_exposure.amount_minor,
            "second_release_above_minor": None
            if authority.second_release_above is None
            else authority.second_release_above.amount_minor,
            "max_days": authority.max_days,
            "valid_from": authority.valid_from,
            "valid_to": authority.valid_to,
        }
        for place, authority in enumerate(statement.authorities)
    ]
    named = {"holder": statement.holder, "version": statement.version}
    await tx.execute(_ADD_AUTHORITIES, {**named, "rows": rows_json(rows)})
    return True


async def _statements(tx: Transaction, holder: str, rows: Any) -> list[Statement]:
    found: dict[int, list[Authority]] = {row.version: [] for row in rows}
    if not found:
        return []
    for row in await tx.execute(_AUTHORITIES, {"holder": holder, "version": sorted(found)}):
        found[row.version].append(_authority(row))
    return [
        Statement(row.holder, row.version, tuple(found[row.version]), row.granted_by, row.reason, row.created_at)
        for row in rows
    ]


def _authority(row: Any) -> Authority:
    above = row.second_release_above_minor
    return Authority(
        product=row.product,
        max_amount=Money(row.max_amount_minor, row.currency),
        max_exposure=Money(row.max_exposure_minor, row.currency),
        second_release_above=None if above is None else Money(above, row.currency),
        max_days=row.max_days,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
