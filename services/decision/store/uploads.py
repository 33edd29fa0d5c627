"""Uploaded files, in pieces, so that neither a process nor a statement ever holds a whole one.

They lie in the database because the API that takes a file in and the worker that reads it may be on different hosts.
"""

from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.upload import Upload
from shared.db import Transaction

_COLUMNS: Final = "upload_id, name, size, sha256, created_by, created_at, complete"
_SPACE: Final = text("SELECT COALESCE(sum(size), 0) FROM upload")
_ADD: Final = text("""
    INSERT INTO upload (upload_id, name, created_by) VALUES (:upload_id, :name, :created_by)
""")
_GROW: Final = text("UPDATE upload SET size = size + :more WHERE upload_id = :upload_id AND NOT complete")
_ADD_CHUNK: Final = text("INSERT INTO upload_chunk (upload_id, number, bytes) VALUES (:upload_id, :number, :bytes)")
_COMPLETE: Final = text(f"""
    UPDATE upload SET complete = true, sha256 = :sha256, last_used_at = now()
    WHERE upload_id = :upload_id AND NOT complete
    RETURNING {_COLUMNS}
""")  # noqa: S608 - columns of ours, no input
_FIND: Final = text(f"SELECT {_COLUMNS} FROM upload WHERE upload_id = :upload_id")  # noqa: S608 - columns of ours
_USE: Final = text(f"""
    UPDATE upload SET last_used_at = now() WHERE upload_id = :upload_id AND complete RETURNING {_COLUMNS}
""")  # noqa: S608 - columns of ours, no input
_CHUNK: Final = text("SELECT bytes FROM upload_chunk WHERE upload_id = :upload_id AND number = :number")
_DISCARD: Final = text("DELETE FROM upload WHERE upload_id = :upload_id AND NOT complete")
_SWEEP: Final = text("""
    DELETE FROM upload
    WHERE CASE WHEN complete THEN last_used_at < now() - make_interval(days => :unused_days)
               ELSE created_at < now() - make_interval(secs => :incomplete_seconds) END
""")


async def space(tx: Transaction) -> int:
    """Return how many bytes all uploads hold."""
    return int((await tx.execute(_SPACE)).scalar_one())


async def add(tx: Transaction, upload_id: str, name: str, created_by: str) -> None:
    """Begin an upload."""
    await tx.execute(_ADD, {"upload_id": upload_id, "name": name, "created_by": created_by})


async def add_chunk(tx: Transaction, upload_id: str, number: int, piece: bytes) -> bool:
    """Keep the next piece of an upload; False when it has been given up meanwhile."""
    if not (await tx.execute(_GROW, {"upload_id": upload_id, "more": len(piece)})).rowcount:
        return False
    await tx.execute(_ADD_CHUNK, {"upload_id": upload_id, "number": number, "bytes": piece})
    return True


async def complete(tx: Transaction, upload_id: str, sha256: str) -> Upload | None:
    """Let an upload be used from now on; None when it has been given up meanwhile."""
    row = (await tx.execute(_COMPLETE, {"upload_id": upload_id, "sha256": sha256})).one_or_none()
    return None if row is None else _upload(row)


async def find(tx: Transaction, upload_id: str) -> Upload | None:
    """Return an upload, complete or not."""
    row = (await tx.execute(_FIND, {"upload_id": upload_id})).one_or_none()
    return None if row is None else _upload(row)


async def use(tx: Transaction, upload_id: str) -> Upload | None:
    """Return an upload that may be used and note that it is; None when there is no complete one."""
    row = (await tx.execute(_USE, {"upload_id": upload_id})).one_or_none()
    return None if row is None else _upload(row)


async def chunk(tx: Transaction, upload_id: str, number: int) -> bytes | None:
    """Return a piece of an upload, numbered from 0; None after the last one."""
    found = (await tx.execute(_CHUNK, {"upload_id": upload_id, "number": number})).scalar_one_or_none()
    return None if found is None else bytes(found)


async def discard(tx: Transaction, upload_id: str) -> None:
    """Remove an upload that was not completed; one that was is left alone."""
    await tx.execute(_DISCARD, {"upload_id": upload_id})


async def sweep(tx: Transaction, incomplete_seconds: float, unused_days: int) -> int:
    """Remove uploads that were begun so long ago and never completed, or not used for so long; return how many."""
    values = {"incomplete_seconds": incomplete_seconds, "unused_days": unused_days}
    return (await tx.execute(_SWEEP, values)).rowcount


def _upload(row: Any) -> Upload:
    return Upload(
        upload_id=row.upload_id,
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
        complete=row.complete,
    )
