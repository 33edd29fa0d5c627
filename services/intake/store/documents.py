"""Documents in PostgreSQL: what is known of them. Their content lies in object storage."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import text

from services.intake.domain.documents.document import COUNTING, Details, Document, State, object_key
from services.intake.store import keys
from services.intake.vault import DataKey, Vault
from shared.db import Transaction, driver

_DETAILS: Final = "document.details"

# Whoever sends what is under way adopts it, and its time begins anew; what is complete stays as it is.
_BEGIN: Final = """
    INSERT INTO document AS d (document_id, party_id, type, content_type, size, digest, details, state, created_by)
    SELECT r.document_id, r.party_id, r.type, r.content_type, r.size, r.digest, r.details, 'pending', r.created_by
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::bytea[], $8::text[])
         AS r(document_id, party_id, type, content_type, size, digest, details, created_by)
    ON CONFLICT ON CONSTRAINT document_once
    DO UPDATE SET pending_since = CASE WHEN d.state = 'pending' THEN now() ELSE d.pending_since END
    RETURNING d.document_id, d.party_id, d.type, d.digest, d.state
"""
_COMPLETE: Final = text("""
    UPDATE document d SET state = r.state, scan_at = CASE WHEN r.state = 'scanning' THEN now() END
    FROM unnest(CAST(:document_id AS text[]), CAST(:state AS text[])) AS r(document_id, state)
    WHERE d.document_id = r.document_id AND d.state = 'pending'
    RETURNING d.document_id, d.party_id, d.type, d.content_type, d.size, d.state, d.created_by, d.created_at
""")
_USE: Final = text("""
    INSERT INTO document_use (application_id, document_id)
    SELECT * FROM unnest(CAST(:application_id AS text[]), CAST(:document_id AS text[]))
    ON CONFLICT DO NOTHING
""")
_SELECT: Final = """
    SELECT d.document_id, d.party_id, d.type, d.content_type, d.size, d.state, d.created_by, d.created_at
    FROM document d
"""
_READ_DETAILS: Final = text("""
    SELECT document_id, party_id, details FROM document WHERE document_id = ANY(CAST(:ids AS text[]))
""")
_FIND: Final = text(f"{_SELECT} WHERE d.document_id = ANY(CAST(:ids AS text[]))")
_PAGE: Final = text(f"""
    {_SELECT} WHERE d.party_id = ANY(CAST(:party_ids AS text[])) AND d.document_id < :before AND d.state <> 'pending'
    AND (CAST(:application_id AS text) IS NULL
         OR EXISTS (SELECT FROM document_use u
                    WHERE u.application_id = :application_id AND u.document_id = d.document_id))
    ORDER BY d.document_id DESC LIMIT :limit
""")
_TYPES: Final = text("""
    SELECT DISTINCT d.party_id, d.type FROM document d
    WHERE d.party_id = ANY(CAST(:party_ids AS text[])) AND d.state = ANY(CAST(:counting AS text[]))
""")
_TO_SCAN: Final = text(f"{_SELECT} WHERE d.state = 'scanning' AND d.scan_at <= now() ORDER BY d.scan_at LIMIT :limit")
_LATER: Final = text("""
    UPDATE document SET scan_at = now() + make_interval(secs => :seconds) WHERE document_id = :id AND state = 'scanning'
""")
_SCANNED: Final = text("""
    UPDATE document SET state = :state, scan_at = NULL WHERE document_id = :id AND state = 'scanning'
""")
_LAPSE: Final = text("""
    DELETE FROM document WHERE document_id IN (
        SELECT document_id FROM document
        WHERE state = 'pending' AND pending_since < now() - make_interval(secs => :seconds)
        ORDER BY pending_since LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING document_id
""")
_FORGET_USES: Final = text("DELETE FROM document_use WHERE document_id = ANY(CAST(:ids AS text[]))")
_DELETE: Final = text("""
    DELETE FROM document WHERE document_id = ANY(CAST(:ids AS text[])) RETURNING document_id
""")
_IDS_OF_PARTIES: Final = text("SELECT document_id FROM document WHERE party_id = ANY(CAST(:party_ids AS text[]))")
_REMOVE: Final = text("""
    INSERT INTO file_removal (key) SELECT unnest(CAST(:keys AS text[]))
    ON CONFLICT (key) DO UPDATE SET due_at = now()
""")
_REMOVALS: Final = text("SELECT key FROM file_removal WHERE due_at <= now() ORDER BY due_at LIMIT :limit")
_REMOVED: Final = text("DELETE FROM file_removal WHERE key = ANY(CAST(:keys AS text[]))")
_REMOVAL_LATER: Final = text("""
    UPDATE file_removal SET due_at = now() + make_interval(secs => :seconds) WHERE key = ANY(CAST(:keys AS text[]))
""")
_WAITING: Final = text("""
    SELECT count(*) AS documents, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds
    FROM document WHERE state = 'scanning'
""")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document whose content is about to be stored; `digest` is the blind index of the content's SHA-256."""

    document_id: str
    party_id: str
    type: str
    content_type: str
    size: int
    digest: bytes
    details: bytes
    created_by: str

    @property
    def identity(self) -> tuple[str, str, bytes]:
        """What there is one document of."""
        return (self.party_id, self.type, self.digest)


def seal_details(key: DataKey, details: Details) -> bytes:
    """Return the details of a document as they are stored."""
    return key.seal(_DETAILS, to_json(asdict(details)))


async def begin(tx: Transaction, drafts: Collection[Draft]) -> dict[tuple[str, str, bytes], tuple[str, State]]:
    """Add documents as pending, unless they are there; return id and state of each by its identity."""
    # Sorted, so that two batches with common documents wait for each other instead of deadlocking.
    ordered = sorted(drafts, key=lambda draft: draft.identity)
    if not ordered:
        return {}
    columns = [
        [draft.document_id for draft in ordered],
        [draft.party_id for draft in ordered],
        [draft.type for draft in ordered],
        [draft.content_type for draft in ordered],
        [draft.size for draft in ordered],
        [draft.digest for draft in ordered],
        [draft.details for draft in ordered],
        [draft.created_by for draft in ordered],
    ]
    rows = await (await driver(tx)).fetch(_BEGIN, *columns)
    return {(row["party_id"], row["type"], row["digest"]): (row["document_id"], State(row["state"])) for row in rows}


async def complete(tx: Transaction, states: Mapping[str, State]) -> dict[str, Document]:
    """Let documents whose content is stored be there, each in its state; return those that were still pending, by id.

    What a rival has completed stays as it is.
    """
    ordered = sorted(states.items())
    given = {"document_id": [document_id for document_id, _ in ordered], "state": [state for _, state in ordered]}
    return {row.document_id: _document(row) for row in await tx.execute(_COMPLETE, given)}


async def use(tx: Transaction, uses: Collection[tuple[str, str]]) -> None:
    """Note for which applications (first) documents (second) were handed in."""
    ordered = sorted(set(uses))
    if ordered:
        await tx.execute(
            _USE,
            {
                "application_id": [application_id for application_id, _ in ordered],
                "document_id": [document_id for _, document_id in ordered],
            },
        )


async def find(tx: Transaction, ids: Collection[str]) -> dict[str, Document]:
    """Return those of the documents that exist, by id, also pending ones."""
    return {row.document_id: _document(row) for row in await tx.execute(_FIND, {"ids": list(ids)})}


async def details_of(tx: Transaction, vault: Vault, ids: Collection[str]) -> dict[str, Details]:
    """Return the details of documents, by id; those that can't be opened any more are left out."""
    rows = list(await tx.execute(_READ_DETAILS, {"ids": list(ids)}))
    data_keys = await keys.existing(tx, vault, {row.party_id for row in rows})
    found: dict[str, Details] = {}
    for row in rows:
        key = data_keys.get(row.party_id)
        if key is not None:
            found[row.document_id] = Details(**from_json(key.open(_DETAILS, bytes(row.details))))
    return found


async def page(
    tx: Transaction, party_ids: Collection[str], application_id: str | None, before: str, limit: int
) -> list[Document]:
    """Return up to `limit` documents of parties, newest first, that are older than the id `before`; no pending ones.

    With an `application_id`, those only that were handed in for it.
    """
    given = {"party_ids": list(party_ids), "application_id": application_id, "before": before, "limit": limit}
    return [_document(row) for row in await tx.execute(_PAGE, given)]


async def types_of(tx: Transaction, party_ids: Collection[str]) -> dict[str, set[str]]:
    """Return the types of documents that are there and count, by party; parties without any are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    given = {"party_ids": list(party_ids), "counting": sorted(COUNTING)}
    for row in await tx.execute(_TYPES, given):
        found[row.party_id].add(row.type)
    return dict(found)


async def to_scan(tx: Transaction, limit: int) -> list[Document]:
    """Return up to `limit` documents that are due to be scanned, those that wait longest first."""
    return [_document(row) for row in await tx.execute(_TO_SCAN, {"limit": limit})]


async def scan_later(tx: Transaction, document_id: str, seconds: int) -> None:
    """Let a document wait for its scan, so that one that can't be scanned holds up none of the others."""
    await tx.execute(_LATER, {"id": document_id, "seconds": seconds})


async def scanned(tx: Transaction, document_id: str, state: State) -> bool:
    """Record what a scan came to; tell whether nobody else did before."""
    return (await tx.execute(_SCANNED, {"id": document_id, "state": state})).rowcount == 1


async def waiting_for_scan(tx: Transaction) -> tuple[int, float]:
    """Return how many documents wait to be scanned, and for how many seconds the oldest has waited."""
    row = (await tx.execute(_WAITING)).one()
    return row.documents, row.seconds


async def lapse(tx: Transaction, older_than_seconds: int, limit: int) -> int:
    """Give up documents that have been pending for so long, and let go of their content; return how many."""
    given = {"seconds": older_than_seconds, "limit": limit}
    ids = [row.document_id for row in await tx.execute(_LAPSE, given)]
    await remove(tx, [object_key(document_id) for document_id in ids])
    return len(ids)


async def discard(tx: Transaction, ids: Collection[str]) -> int:
    """Delete documents: at once what is known of them, soon after that their content; return how many there were."""
    deleted = [row.document_id for row in await tx.execute(_DELETE, {"ids": sorted(ids)})]
    await tx.execute(_FORGET_USES, {"ids": deleted})
    await remove(tx, [object_key(document_id) for document_id in deleted])
    return len(deleted)


async def discard_of_parties(tx: Transaction, party_ids: Collection[str]) -> int:
    """Delete all documents of parties, as `discard` does."""
    rows = await tx.execute(_IDS_OF_PARTIES, {"party_ids": list(party_ids)})
    return await discard(tx, [row.document_id for row in rows])


async def remove(tx: Transaction, object_keys: Collection[str]) -> None:
    """Have what is stored under these keys removed by the worker, which goes on trying until it is."""
    if object_keys:
        await tx.execute(_REMOVE, {"keys": sorted(object_keys)})


async def removals(tx: Transaction, limit: int) -> list[str]:
    """Return up to `limit` keys whose content is to be removed now."""
    return [row.key for row in await tx.execute(_REMOVALS, {"limit": limit})]


async def removed(tx: Transaction, object_keys: Collection[str]) -> None:
    """Note that nothing is stored under these keys any more."""
    await tx.execute(_REMOVED, {"keys": list(object_keys)})


async def remove_later(tx: Transaction, object_keys: Collection[str], seconds: int) -> None:
    """Put off removals that did not succeed."""
    await tx.execute(_REMOVAL_LATER, {"keys": list(object_keys), "seconds": seconds})


def _document(row: Any) -> Document:
    return Document(
        document_id=row.document_id,
        party_id=row.party_id,
        type=row.type,
        content_type=row.content_type,
        size=row.size,
        state=State(row.state),
        created_by=row.created_by,
        created_at=row.created_at,
    )
