"""A document: one file that a party, or somebody for it, has handed in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a document stands.

    `pending` until its content is stored; `scanning` until a scanner has looked at it. `clean` and `unscanned` (there
    is no scanner) count and are served; `infected` ones never are.
    """

    PENDING = "pending"
    SCANNING = "scanning"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"

    @property
    def counts(self) -> bool:
        """Tell whether a document in this state may be read and makes an application complete."""
        return self in COUNTING


COUNTING: Final = frozenset({State.CLEAN, State.UNSCANNED})


@dataclass(frozen=True, slots=True)
class Details:
    """What tells of a document's content and is kept sealed: the name it came under, and the SHA-256 of its bytes."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands. `size` is in bytes, of the content as it came."""

    document_id: str
    party_id: str
    type: str
    content_type: str
    size: int
    state: State
    created_by: str
    created_at: datetime


def object_key(document_id: str) -> str:
    """Return where the sealed content of a document lies in object storage.

    An id begins with its time, so that documents of the same 17 minutes lie in one folder: those that come together are
    on disk together, and no folder grows for ever.
    """
    moment = document_id.partition("_")[2][:7]
    return f"documents/{moment}/{document_id}"


def content_field(document_id: str) -> str:
    """Return the name of the field that the content is sealed as: it opens as the content of this document only."""
    return f"document.content.{document_id}"
