"""Catalogue entries over HTTP."""

from pydantic import BaseModel

from shared.catalogue import Entry


class EntryReply(BaseModel):
    """Which version of a document is live now."""

    kind: str
    name: str
    revision: int
    hash: str


def entry_reply(entry: Entry) -> EntryReply:
    """Return the public form of a catalogue entry."""
    return EntryReply(kind=entry.kind, name=entry.name, revision=entry.revision, hash=entry.hash)
