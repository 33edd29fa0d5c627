"""What a service says of the documents it governs: how they are named, what they stand on, how they are checked."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.catalogue import Entry, EntryKind, Need
from shared.db import Transaction
from shared.errors import Fault, invalid

_MAX_NAME_LENGTH: Final = 255
"""As long as the text that a request may name a product by; PostgreSQL can't index much longer ones."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: faults forbid the document, warnings are for its readers."""

    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


Document = Mapping[str, Any]
Check = Callable[[Document, Sequence[Document]], Findings]
"""Runs the real loader on a document with the documents it needs, in the order of `needs`. Called in a thread."""
Announce = Callable[[Transaction, Entry, Document, datetime], Awaitable[None]]
"""Tells other services, in the same transaction, that an entry is live since a moment."""


@dataclass(frozen=True, slots=True)
class Governed:
    """One kind of document. `name_key` is where it says what it belongs to; `can_be_tried` beside a live one.

    `stop_rules` names the rules of `StopRules` that the service has figures for.
    """

    kind: EntryKind
    name_key: str
    check: Check
    needs: tuple[Need, ...] = ()
    can_be_tried: bool = False
    stop_rules: frozenset[str] = frozenset()
    announce: Announce | None = None

    def name_of(self, document: Document) -> str:
        """Return the name of the catalogue that a document belongs to; raises `Refusal` with 422."""
        name = document.get(self.name_key)
        if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME_LENGTH or not name.isprintable() or "/" in name:
            fault = Fault(f"/document/{self.name_key}", "unusable_name", "a text of 1 to 255 characters without `/`")
            raise invalid("unusable_name", "the document does not say what it belongs to", [fault])
        return name


@dataclass(frozen=True, slots=True)
class Governance:
    """The kinds of documents that one service governs, and how many bytes a request with one may have,
    None for as many as any request."""

    kinds: Mapping[EntryKind, Governed]
    most_bytes: int | None = None

    @classmethod
    def of(cls, *governed: Governed, most_bytes: int | None = None) -> "Governance":
        """Return the governance of these kinds."""
        return cls({entry.kind: entry for entry in governed}, most_bytes)

    def __getitem__(self, kind: str) -> Governed:
        """Return what is said of a kind; raises `Refusal` with 422 for one that this service does not govern."""
        known = {str(entry): governed for entry, governed in self.kinds.items()}
        if kind not in known:
            fault = Fault("/kind", "unknown_kind", f"one of {', '.join(sorted(known))}")
            raise invalid("unknown_kind", "this service does not govern such documents", [fault])
        return known[kind]

    def standing_on(self, kind: str, name: str) -> Iterator[tuple[Governed, str | None]]:
        """Yield the kinds that need the document `kind`/`name`, with the one name that does, None for any."""
        for governed in self.kinds.values():
            for need in governed.needs:
                if need.kind == kind and need.name in (None, name):
                    yield governed, name if need.name is None else None
