"""What happens to documents by the passing of time: scans that had to wait, uploads given up, content that is to go."""

from typing import Final

import structlog

from services.intake.domain.documents.document import Document, State, object_key
from services.intake.files import Files
from services.intake.files.scanner import Scanner, ScannerAwayError
from services.intake.handlers import progress
from services.intake.handlers.documents.reading import open_content
from services.intake.metrics import DOCUMENTS, DOCUMENTS_TO_SCAN, DOCUMENTS_TO_SCAN_SECONDS
from services.intake.store import documents
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Kind, Refusal

log = structlog.get_logger()

_SCAN_AGAIN_SECONDS: Final = 60
_REMOVE_AGAIN_SECONDS: Final = 60
PENDING_SECONDS: Final = 3_600
"""After so long nobody is sending any more: bodies have minutes, storage has seconds."""


async def scan_waiting(db: Database, vault: Vault, files: Files, scanner: Scanner, limit: int) -> int:
    """Scan up to `limit` documents that wait for it; return how many got a verdict.

    The round ends with the first one that gets none, which is tried again after the others.
    """
    async with db.transaction() as tx:
        waiting = await documents.to_scan(tx, limit)
    for done, document in enumerate(waiting):
        if not await _scan(db, vault, files, scanner, document):
            return done
    return len(waiting)


async def _scan(db: Database, vault: Vault, files: Files, scanner: Scanner, document: Document) -> bool:
    try:
        verdict = await scanner.scan(await open_content(db, vault, files, document))
    except (ScannerAwayError, Refusal) as error:
        if isinstance(error, Refusal) and error.kind is Kind.NOT_FOUND:
            return True
        log.warning("document_not_scanned", document_id=document.document_id, cause=type(error).__name__)
        async with db.transaction() as tx:
            await documents.scan_later(tx, document.document_id, _SCAN_AGAIN_SECONDS)
        return False
    state = State.INFECTED if verdict.infected else State.CLEAN
    async with db.transaction() as tx:
        if await documents.scanned(tx, document.document_id, state):
            if state is State.CLEAN:
                await progress.arrived(tx, vault, [document.party_id])
            else:
                await documents.remove(tx, [object_key(document.document_id)])
    if verdict.infected:
        DOCUMENTS.labels("infected").inc()
        log.warning("document_infected", document_id=document.document_id, signature=verdict.signature)
    return True


async def lapse_pending(db: Database, limit: int) -> int:
    """Give up to `limit` uploads up that were never completed; return how many."""
    async with db.transaction() as tx:
        return await documents.lapse(tx, PENDING_SECONDS, limit)


async def remove_content(db: Database, files: Files, limit: int) -> int:
    """Remove from storage the content of up to `limit` documents that are gone; return how much is removed."""
    async with db.transaction() as tx:
        due = await documents.removals(tx, limit)
    done: list[str] = []
    try:
        for key in due:
            await files.delete(key)
            done.append(key)
    finally:
        async with db.transaction() as tx:
            await documents.removed(tx, done)
            await documents.remove_later(tx, due[len(done) :], _REMOVE_AGAIN_SECONDS)
    return len(done)


async def measure(db: Database) -> None:
    """Set the gauges of what waits to be scanned."""
    async with db.transaction() as tx:
        waiting, seconds = await documents.waiting_for_scan(tx)
    DOCUMENTS_TO_SCAN.set(waiting)
    DOCUMENTS_TO_SCAN_SECONDS.set(seconds)
