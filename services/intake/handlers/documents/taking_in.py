"""Taking documents in.

A row says first that a document is pending, then its sealed content is stored, then the row says that it is there, in
one transaction with the answer to the request. So storage never holds anything that no row knows of, and no row says
of content that it is there unless it is. What stays pending is swept.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from services.intake.domain.documents.content import ContentError, check, looks_like
from services.intake.domain.documents.document import Details, Document, State, content_field, object_key
from services.intake.domain.documents.filename import kept_name
from services.intake.domain.documents.kinds import Content, DocumentType
from services.intake.files import Files
from services.intake.files.port import files_away
from services.intake.files.scanner import Scanner, ScannerAwayError
from services.intake.handlers import progress
from services.intake.metrics import DOCUMENTS
from services.intake.replies import documents as replies
from services.intake.store import applications, documents, keys, parties
from services.intake.store.documents import Draft
from services.intake.vault import DataKey, Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, conflict, invalid, not_found, unavailable
from shared.idempotency import Answer, Claim
from shared.ids import new_id

SMALL_BYTES: Final = 64 * 1024
"""Up to here content is handled where it stands, and together with that of others; beyond it gets a thread."""

T = TypeVar("T")

_DIGEST: Final = "document"


@dataclass(frozen=True, slots=True)
class Upload:
    """One request to take in a document. `state` is what it will be in, as far as a scanner had its say."""

    party_id: str
    type: DocumentType
    application_id: str | None
    content: Content
    filename: str
    data: bytes
    sha256: str
    state: State
    claim: Claim


@dataclass(frozen=True, slots=True)
class _Begun:
    """A document that there is a row of; `key` seals its content, and is None where that is stored already."""

    document_id: str
    party_id: str
    key: DataKey | None


async def examine(scanner: Scanner | None, data: bytes, declared: Content) -> tuple[str, State]:
    """Return the SHA-256 of content and the state it will be in; raises `Refusal` with 422 for what is not taken."""
    sha256, error, looks = await _in_place(len(data), lambda: _inspect(data, declared))
    if error is not None:
        DOCUMENTS.labels("refused").inc()
        words = error.words if looks is None or looks == declared else f"{error.words}; it looks like {looks}"
        raise invalid(error.code, words)
    if scanner is None:
        return sha256, State.UNSCANNED
    try:
        verdict = await scanner.scan(data)
    except ScannerAwayError:
        return sha256, State.SCANNING
    if verdict.infected:
        DOCUMENTS.labels("infected").inc()
        raise _infected()
    return sha256, State.CLEAN


def _inspect(data: bytes, declared: Content) -> tuple[str, ContentError | None, str | None]:
    try:
        check(data, declared)
    except ContentError as error:
        return "", error, looks_like(data) if error.code == "content_mismatch" else None
    return hashlib.sha256(data).hexdigest(), None, None


async def take_in(db: Database, vault: Vault, files: Files, batch: Sequence[Upload]) -> list[Answer | Refusal]:
    """Keep documents, each party's once for a type: the same again is answered with the document that is there."""
    begun = await _begin(db, vault, batch)
    stored = await _store(files, batch, begun)
    kept = [
        (place, upload, entry)
        for place, (upload, entry) in enumerate(zip(batch, stored, strict=True))
        if not isinstance(entry, Refusal)
    ]
    answers = await _complete(db, vault, [(upload, entry) for _, upload, entry in kept])
    results: dict[int, Answer | Refusal] = {
        place: entry for place, entry in enumerate(stored) if isinstance(entry, Refusal)
    }
    results |= {place: answer for (place, _, _), answer in zip(kept, answers, strict=True)}
    return [results[place] for place in range(len(batch))]


async def _begin(db: Database, vault: Vault, batch: Sequence[Upload]) -> list[_Begun | Refusal]:
    async with db.transaction() as tx:
        named = {entry.application_id for entry in batch if entry.application_id}
        known = await applications.find(tx, named) if named else {}
        owners = {application.party_id for application in known.values()}
        survivors = await parties.surviving(tx, owners | {entry.party_id for entry in batch})
        wanted = {survivors[entry.party_id] for entry in batch if entry.party_id in survivors}
        data_keys = await keys.of(tx, vault, wanted)
        checked: list[Draft | Refusal] = []
        for entry in batch:
            party_id = survivors.get(entry.party_id)
            application = known.get(entry.application_id or "")
            if party_id is None:
                checked.append(not_found("party_not_found", "there is no such party"))
            elif party_id not in data_keys:
                checked.append(conflict("party_erased", "this party was erased; nothing is kept of it any more"))
            elif entry.application_id and (application is None or survivors[application.party_id] != party_id):
                fault = Fault("/query/application_id", "unknown_application", "is no application of this party")
                checked.append(invalid("invalid_parameters", "the parameters do not fit", [fault]))
            else:
                checked.append(_draft(vault, data_keys[party_id], party_id, entry))
        drafts = {entry.identity: entry for entry in checked if not isinstance(entry, Refusal)}
        found = await documents.begin(tx, drafts.values())
    return [_begun(entry, data_keys, found) for entry in checked]


def _draft(vault: Vault, key: DataKey, party_id: str, upload: Upload) -> Draft:
    details = Details(kept_name(upload.filename, upload.content, upload.type.code), upload.sha256)
    return Draft(
        document_id=new_id("doc"),
        party_id=party_id,
        type=upload.type.code,
        content_type=upload.content,
        size=len(upload.data),
        digest=vault.digest(_DIGEST, upload.sha256),
        details=documents.seal_details(key, details),
        created_by=upload.claim.client,
    )


def _begun(
    checked: Draft | Refusal,
    data_keys: Mapping[str, DataKey],
    found: dict[tuple[str, str, bytes], tuple[str, State]],
) -> _Begun | Refusal:
    if isinstance(checked, Refusal):
        return checked
    document_id, state = found[checked.identity]
    if state is State.INFECTED:
        return _infected()
    return _Begun(document_id, checked.party_id, data_keys[checked.party_id] if state is State.PENDING else None)


async def _store(files: Files, batch: Sequence[Upload], begun: Sequence[_Begun | Refusal]) -> list[_Begun | Refusal]:
    """Store the content of those documents that have none yet, each once; return what did not work as refusals."""
    new = {
        entry.document_id: (upload.data, entry.key)
        for upload, entry in zip(batch, begun, strict=True)
        if not isinstance(entry, Refusal) and entry.key is not None
    }
    if not new:
        return list(begun)
    total = sum(len(data) for data, _ in new.values())
    sealed = await _in_place(
        total // len(new),
        lambda: {
            object_key(document_id): key.seal(content_field(document_id), data)
            for document_id, (data, key) in new.items()
        },
    )
    failed = await files.put(sealed)
    return [
        files_away()
        if not isinstance(entry, Refusal) and entry.key is not None and object_key(entry.document_id) in failed
        else entry
        for entry in begun
    ]


async def _complete(db: Database, vault: Vault, batch: Sequence[tuple[Upload, _Begun]]) -> list[Answer | Refusal]:
    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        chosen = [batch[place] for place in places]
        new = {begun.document_id: upload.state for upload, begun in chosen if begun.key is not None}
        found = await documents.complete(tx, new)
        others = {begun.document_id for _, begun in chosen} - found.keys()
        found |= await documents.find(tx, others) if others else {}
        # Whoever stored for a document that is gone meanwhile (swept, erased) has stored what nobody will ask for.
        await documents.remove(tx, [object_key(document_id) for document_id in new.keys() - found.keys()])
        uses = [
            (upload.application_id, begun.document_id)
            for upload, begun in chosen
            if upload.application_id is not None and begun.document_id in found
        ]
        await documents.use(tx, uses)
        arrived = {found[document_id].party_id for document_id in new if document_id in found}
        await progress.arrived(tx, vault, arrived)
        return [_answer(found.get(begun.document_id), is_new=begun.key is not None) for _, begun in chosen]

    if not batch:
        return []
    answers = await idempotency.once(db, [upload.claim for upload, _ in batch], act)
    for (_, begun), answer in zip(batch, answers, strict=True):
        result = "known" if begun.key is None else "kept"
        DOCUMENTS.labels("refused" if isinstance(answer, Refusal) else result).inc()
    return answers


def _answer(found: Document | None, *, is_new: bool) -> Answer | Refusal:
    if found is None:
        return unavailable("upload_lapsed", "the document was given up before it was complete; send it again")
    return replies.receipt(found, 201 if is_new else 200)


async def _in_place(size: int, work: Callable[[], T]) -> T:
    """Return what `work` comes to; on content of `size` bytes it stops nobody else for long, or runs in a thread."""
    return work() if size <= SMALL_BYTES else await asyncio.to_thread(work)


def _infected() -> Refusal:
    return invalid("infected_document", "the virus scanner found something in the document")
