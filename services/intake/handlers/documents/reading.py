"""Showing documents."""

import asyncio
import hashlib
from dataclasses import dataclass

import structlog

from services.intake.domain.documents.document import Details, Document, State, content_field, object_key
from services.intake.files import FileGoneError, Files
from services.intake.handlers.documents.taking_in import SMALL_BYTES
from services.intake.store import documents, keys, parties
from services.intake.vault import DataKey, SealError, Vault
from shared.db import Database
from shared.errors import Refusal, conflict, not_found, unavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Described:
    """A document with what is kept sealed of it; that is None where it can't be opened any more."""

    document: Document
    details: Details | None


async def list_documents(
    db: Database, vault: Vault, party_id: str, application_id: str | None, before: str, limit: int
) -> list[Described]:
    """Return up to `limit` documents of a party, newest first, older than the id `before`; raises `Refusal`, 404.

    Those of records that were merged with it are among them.
    """
    async with db.transaction() as tx:
        survivor = (await parties.surviving(tx, [party_id])).get(party_id)
        if survivor is None:
            raise not_found("party_not_found", "there is no such party")
        records = await parties.of_one_party(tx, survivor)
        found = await documents.page(tx, records, application_id, before, limit)
        details = await documents.details_of(tx, vault, [entry.document_id for entry in found])
    return [Described(entry, details.get(entry.document_id)) for entry in found]


async def get_document(db: Database, vault: Vault, document_id: str) -> Described:
    """Return a document; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = (await documents.find(tx, [document_id])).get(document_id)
        details = await documents.details_of(tx, vault, [document_id])
    if found is None or found.state is State.PENDING:
        raise _unknown()
    return Described(found, details.get(document_id))


async def get_content(db: Database, vault: Vault, files: Files, document_id: str) -> tuple[Described, bytes]:
    """Return a document and its content as it came.

    Raises `Refusal`: 404, 409 for what no scanner has let pass, 503 while the content can't be had.
    """
    described = await get_document(db, vault, document_id)
    state, details = described.document.state, described.details
    if state is State.SCANNING:
        raise conflict("document_not_scanned", "the virus scanner has not looked at this document yet")
    if state is State.INFECTED:
        raise conflict("document_infected", "the virus scanner found something in this document")
    if details is None:
        raise _unknown()
    data = await open_content(db, vault, files, described.document)
    if hashlib.sha256(data).hexdigest() != details.sha256:
        log.error("document_damaged", document_id=document_id)
        raise _unusable()
    return described, data


async def open_content(db: Database, vault: Vault, files: Files, document: Document) -> bytes:
    """Return the content of a document, whatever its state; raises `Refusal` with 404 or 503."""
    async with db.transaction() as tx:
        key = (await keys.existing(tx, vault, [document.party_id])).get(document.party_id)
    if key is None:
        raise _unknown()
    try:
        sealed = await files.get(object_key(document.document_id))
        return await _opened(key, document, sealed)
    except (FileGoneError, SealError) as error:
        log.error("document_damaged", document_id=document.document_id, cause=type(error).__name__)
        raise _unusable() from None


async def _opened(key: DataKey, document: Document, sealed: bytes) -> bytes:
    field = content_field(document.document_id)
    if len(sealed) <= SMALL_BYTES:
        return key.open(field, sealed)
    return await asyncio.to_thread(key.open, field, sealed)


def _unknown() -> Refusal:
    return not_found("document_not_found", "there is no such document")


def _unusable() -> Refusal:
    return unavailable("document_damaged", "the content of this document is missing or damaged; it may be restored")
