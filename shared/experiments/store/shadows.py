"""Shadow runs, and how far each has come."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from shared.db import Transaction
from shared.experiments.domain.shadow import Shadow

_SELECT: Final = """
    SELECT s.version_id, v.number AS revision, s.product, s.started_at, s.ended_at, s.position
    FROM shadow s JOIN version v USING (version_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE s.version_id = :version_id")
_RUNNING: Final = text(f"{_SELECT} WHERE s.ended_at IS NULL ORDER BY s.version_id")
# The commit of a page waits for no disk (`progress.commit_lazily`); said here, it costs no statement of its own.
_CLAIM: Final = text("""
    SELECT position, set_config('synchronous_commit', 'off', true) FROM shadow
    WHERE version_id = :version_id AND ended_at IS NULL FOR UPDATE SKIP LOCKED
""")
# A version that becomes a shadow again goes on from now: what was answered between was not asked of it.
_BEGIN: Final = text("""
    INSERT INTO shadow (version_id, product, started_at, position)
    VALUES (:version_id, :product, :started_at, :position)
    ON CONFLICT (version_id) DO UPDATE SET ended_at = NULL, position = greatest(shadow.position, excluded.position)
    WHERE shadow.ended_at IS NOT NULL
""")
_END: Final = text("UPDATE shadow SET ended_at = :ended_at WHERE version_id = :version_id AND ended_at IS NULL")
_ADVANCE: Final = text("UPDATE shadow SET position = :position WHERE version_id = :version_id")


async def find(tx: Transaction, version_id: str) -> Shadow | None:
    """Return the shadow run of a version, if it ever was a shadow."""
    row = (await tx.execute(_FIND, {"version_id": version_id})).one_or_none()
    return None if row is None else _shadow(row)


async def claim(tx: Transaction, version_id: str) -> str | None:
    """Return the position of a running shadow, which other processes are kept from, and commit lazily.

    None when one of them has it at the moment, and when it has ended.
    """
    row = (await tx.execute(_CLAIM, {"version_id": version_id})).one_or_none()
    return None if row is None else str(row.position)


async def all_running(tx: Transaction) -> list[Shadow]:
    """Return the shadow runs that have not ended."""
    return [_shadow(row) for row in await tx.execute(_RUNNING)]


async def begin(tx: Transaction, version_id: str, product: str, started_at: datetime, position: str) -> None:
    """Let a version shadow everything that is answered after `position`."""
    columns = {"version_id": version_id, "product": product, "started_at": started_at, "position": position}
    await tx.execute(_BEGIN, columns)


async def end(tx: Transaction, version_id: str, ended_at: datetime) -> None:
    """End a shadow run; what it answered stays."""
    await tx.execute(_END, {"version_id": version_id, "ended_at": ended_at})


async def advance(tx: Transaction, version_id: str, position: str) -> None:
    """Keep how far a shadow has come; the caller holds its claim."""
    await tx.execute(_ADVANCE, {"version_id": version_id, "position": position})


def _shadow(row: Any) -> Shadow:
    return Shadow(row.version_id, row.revision, row.product, row.started_at, row.ended_at, row.position)
