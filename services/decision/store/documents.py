"""Documents of the catalogue as they stand in the database now, whatever was noted of them once."""

import json
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.replay import Document
from shared.db import Transaction

Key = tuple[str, str, int]
"""Kind, name and revision of a document."""

# Documents are stored as the canonical text that was hashed, so the database can hash them again where they are.
_HASHES: Final = text("""
    SELECT wanted.kind, wanted.name, wanted.revision, entry.hash AS stored_hash,
           encode(sha256(convert_to(CAST(entry.document AS text), 'UTF8')), 'hex') AS hash
    FROM unnest(CAST(:kinds AS text[]), CAST(:names AS text[]), CAST(:revisions AS int[]))
         AS wanted(kind, name, revision)
    LEFT JOIN catalogue_entry AS entry USING (kind, name, revision)
""")
_DOCUMENT: Final = text("""
    SELECT CAST(document AS text) FROM catalogue_entry WHERE kind = :kind AND name = :name AND revision = :revision
""")


async def hashes(tx: Transaction, keys: Collection[Key]) -> dict[Key, Document]:
    """Return each document with the hash that was noted of it and the one that it has."""
    columns = {
        "kinds": [kind for kind, _, _ in keys],
        "names": [name for _, name, _ in keys],
        "revisions": [revision for _, _, revision in keys],
    }
    rows = await tx.execute(_HASHES, columns)
    return {
        (row.kind, row.name, row.revision): Document(row.kind, row.name, row.revision, row.stored_hash, row.hash)
        for row in rows
    }


async def content(tx: Transaction, key: Key) -> Any:
    """Return what a document says; it must be there."""
    kind, name, revision = key
    found = await tx.execute(_DOCUMENT, {"kind": kind, "name": name, "revision": revision})
    return json.loads(found.scalar_one())
