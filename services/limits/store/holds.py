"""Holds and what happened to them: written one by one, in the order of documents, and read in sets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.document import Document
from services.limits.domain.holds import (
    EventKind,
    Hold,
    HoldEvent,
    Owner,
    Particulars,
    PendingRelease,
    Release,
    State,
)
from shared.db import Transaction, rows_json
from shared.money import Money

_SELECT: Final = """
    SELECT hold_id, source, doc_type, doc_id, document_version, account_id, party_id, product, segment, amount_minor,
           currency, reasons, check_id, requested_by, state, version, events, assigned_to, pending_minor,
           pending_expires_at, pending_by, released_minor, release_expires_at, authorisation_code, opened_at, changed_at
"""
_INSERT: Final = """
    INSERT INTO credit_hold (
        hold_id, source, doc_type, doc_id, document_version, account_id, party_id, product, segment, amount_minor,
        currency, reasons, check_id, requested_by, state, version, events, assigned_to, pending_minor,
        pending_expires_at, pending_by, released_minor, release_expires_at, authorisation_code, opened_at, changed_at)
"""
_UPDATE: Final = """
    UPDATE credit_hold h SET document_version = r.document_version, account_id = r.account_id, party_id = r.party_id,
           product = r.product, segment = r.segment, amount_minor = r.amount_minor, currency = r.currency,
           reasons = r.reasons, check_id = r.check_id, requested_by = r.requested_by, state = r.state,
           version = r.version, events = r.events, assigned_to = r.assigned_to, pending_minor = r.pending_minor,
           pending_expires_at = r.pending_expires_at, pending_by = r.pending_by, released_minor = r.released_minor,
           release_expires_at = r.release_expires_at, authorisation_code = r.authorisation_code,
           changed_at = r.changed_at
"""
_ROWS: Final = """
    FROM json_to_recordset(CAST(:rows AS json))
    AS r(hold_id text, source text, doc_type text, doc_id text, document_version bigint, account_id text,
         party_id text, product text, segment text, amount_minor bigint, currency text, reasons text[], check_id text,
         requested_by text[], state text, version bigint, events bigint, assigned_to text, pending_minor bigint,
         pending_expires_at timestamptz, pending_by text, released_minor bigint, release_expires_at timestamptz,
         authorisation_code text, opened_at timestamptz, changed_at timestamptz)
"""
_NAMED: Final = """
    FROM credit_hold h
    JOIN unnest(CAST(:source AS text[]), CAST(:doc_type AS text[]), CAST(:doc_id AS text[]))
         AS d(source, doc_type, doc_id) USING (source, doc_type, doc_id)
    WHERE h.state IN ('open', 'released')
"""
_LIVE: Final = """
    FROM credit_hold
    WHERE source = :source AND doc_type = :doc_type AND doc_id = :doc_id AND state IN ('open', 'released')
"""
_OPEN: Final = text(f"""
    {_INSERT} {_SELECT} {_ROWS}
    ON CONFLICT (source, doc_type, doc_id) WHERE state IN ('open', 'released') DO NOTHING
""")
_HELD: Final = text(f"{_SELECT} {_NAMED}")
_LOCK_LIVE: Final = text(f"{_SELECT} {_LIVE} FOR UPDATE")
_RELEASES: Final = text(f"{_SELECT} {_NAMED} AND h.release_expires_at > :now")
_OPEN_IDS: Final = text(f"SELECT hold_id, source, doc_type, doc_id {_NAMED} AND h.state = 'open'")
_FIND: Final = text(f"{_SELECT} FROM credit_hold WHERE hold_id = :hold_id")
_LOCK: Final = text(f"{_FIND.text} FOR UPDATE")
_QUEUE: Final = """
    FROM credit_hold WHERE state = :state AND (CAST(:segment AS text) IS NULL OR segment = :segment)
"""
_OF_PRODUCT: Final = "AND product = :product"
_OLDEST_FIRST: Final = "AND hold_id > :cursor ORDER BY hold_id LIMIT :limit"
_NEWEST_FIRST: Final = "AND hold_id < :cursor ORDER BY hold_id DESC LIMIT :limit"
# One statement for each way of asking, so that each has the plan that its index is made for.
_LIST: Final = {
    (is_of_product, is_newest_first): text(
        f"{_SELECT} {_QUEUE} {_OF_PRODUCT if is_of_product else ''} "
        f"{_NEWEST_FIRST if is_newest_first else _OLDEST_FIRST}"
    )
    for is_of_product in (False, True)
    for is_newest_first in (False, True)
}
_WAITING: Final = text("""
    WITH counted AS (
        SELECT product, count(*) AS holds, min(opened_at) AS first_at FROM credit_hold WHERE state = 'open'
        GROUP BY product
    ), ranked AS (
        SELECT counted.*, row_number() OVER (ORDER BY holds DESC, product) <= :most AS is_named FROM counted
    )
    SELECT CASE WHEN is_named THEN product ELSE :other END AS product, sum(holds)::bigint AS holds,
           extract(epoch FROM statement_timestamp() - min(first_at))::float8 AS oldest_seconds
    FROM ranked GROUP BY 1
""")
_SAVE: Final = text(f"{_UPDATE} {_ROWS} WHERE h.hold_id = r.hold_id")
_RELEASED_IN_TREE: Final = text("""
    SELECT h.hold_id, h.source, h.doc_type, h.doc_id, h.released_minor, h.currency, h.release_expires_at, h.reasons
    FROM account a JOIN credit_hold h USING (account_id)
    WHERE a.path @> ARRAY[CAST(:root_id AS text)] AND h.state = 'released' AND h.release_expires_at > :now
""")
_ADD_EVENT: Final = text("""
    INSERT INTO credit_hold_event (hold_id, number, kind, actor, created_at, hold_version, reason, amount_minor,
                                   currency, expires_at, authorisation_code, check_id, reasons, assigned_to, bound)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(hold_id text, number bigint, kind text, actor text, created_at timestamptz, hold_version bigint,
                reason text, amount_minor bigint, currency text, expires_at timestamptz, authorisation_code text,
                check_id text, reasons text[], assigned_to text, bound text)
""")
_EVENTS: Final = text("""
    SELECT hold_id, number, kind, actor, created_at, hold_version, reason, amount_minor, currency, expires_at,
           authorisation_code, check_id, reasons, assigned_to, bound
    FROM credit_hold_event WHERE hold_id = :hold_id ORDER BY number DESC LIMIT :limit
""")
# What the root of each document's tree has posted of it; a document of which nothing has arrived is left out.
_COUNTED: Final = text("""
    SELECT i.source, i.doc_type, i.doc_id, sum(i.posted_minor[1])::bigint AS counted_minor
    FROM exposure_item i
    JOIN unnest(CAST(:source AS text[]), CAST(:doc_type AS text[]), CAST(:doc_id AS text[]))
         AS d(source, doc_type, doc_id) USING (source, doc_type, doc_id)
    GROUP BY i.source, i.doc_type, i.doc_id
""")


@dataclass(frozen=True, slots=True)
class Queue:
    """Which holds somebody wants to see; None: all."""

    state: State
    product: str | None
    segment: str | None
    is_newest_first: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents of a product wait for an officer, and for how long the first of them has."""

    product: str
    holds: int
    oldest_seconds: float


async def add(tx: Transaction, hold: Hold) -> bool:
    """Store a hold unless its document has a live one; False when a rival, whom this waits for, was faster."""
    return (await tx.execute(_OPEN, {"rows": rows_json([_row(hold)])})).rowcount == 1


async def held(tx: Transaction, documents: Collection[Document]) -> set[Document]:
    """Return those documents that have a live hold, without locking anything."""
    return {_document(row) for row in await tx.execute(_HELD, _named(documents))}


async def lock_live(tx: Transaction, document: Document) -> Hold | None:
    """Lock the live hold of a document and return it as it now is."""
    names = {"source": document.source, "doc_type": document.doc_type, "doc_id": document.doc_id}
    row = (await tx.execute(_LOCK_LIVE, names)).one_or_none()
    return None if row is None else _hold(row)


async def releases(tx: Transaction, documents: Collection[Document], now: datetime) -> dict[Document, Release]:
    """Return the releases of documents that stand at `now`, without locking anything."""
    if not documents:
        return {}
    rows = await tx.execute(_RELEASES, {**_named(documents), "now": now})
    return {_document(row): _release(row) for row in rows}


async def open_ids(tx: Transaction, documents: Collection[Document]) -> dict[Document, str]:
    """Return the ids of the holds in which documents wait, without locking anything."""
    if not documents:
        return {}
    return {_document(row): row.hold_id for row in await tx.execute(_OPEN_IDS, _named(documents))}


async def released_in_tree(tx: Transaction, root_id: str, now: datetime) -> dict[Document, Release]:
    """Return the releases that stand at `now` of all documents on the accounts of a tree."""
    rows = await tx.execute(_RELEASED_IN_TREE, {"root_id": root_id, "now": now})
    return {_document(row): _release(row) for row in rows}


async def counted(tx: Transaction, documents: Collection[Document]) -> dict[Document, int]:
    """Return what documents that have become exposure items count with at the root of their tree, in its currency."""
    rows = await tx.execute(_COUNTED, _named(documents))
    return {_document(row): row.counted_minor for row in rows}


async def find(tx: Transaction, hold_id: str) -> Hold | None:
    """Return a hold as it stands."""
    row = (await tx.execute(_FIND, {"hold_id": hold_id})).one_or_none()
    return None if row is None else _hold(row)


async def lock(tx: Transaction, hold_id: str) -> Hold | None:
    """Lock a hold and return it as it now is."""
    row = (await tx.execute(_LOCK, {"hold_id": hold_id})).one_or_none()
    return None if row is None else _hold(row)


async def queue(tx: Transaction, wanted: Queue, cursor: str, limit: int) -> list[Hold]:
    """Return up to `limit` holds after `cursor`, in the order in which they were opened, or the other way round."""
    asked = {"state": wanted.state, "segment": wanted.segment, "cursor": cursor, "limit": limit}
    if wanted.product is not None:
        asked["product"] = wanted.product
    rows = await tx.execute(_LIST[wanted.product is not None, wanted.is_newest_first], asked)
    return [_hold(row) for row in rows]


async def waiting(tx: Transaction, most: int, other: str) -> list[Waiting]:
    """Return how much waits for an officer; of the `most` products with most of it by name, of the rest as `other`."""
    return [Waiting(*row) for row in await tx.execute(_WAITING, {"most": most, "other": other})]


async def save(tx: Transaction, hold: Hold) -> None:
    """Store a locked hold as it has become."""
    await tx.execute(_SAVE, {"rows": rows_json([_row(hold)])})


async def add_event(tx: Transaction, event: HoldEvent) -> None:
    """Store what happened to a locked hold."""
    said = event.particulars
    row = {
        "hold_id": event.hold_id,
        "number": event.number,
        "kind": event.kind,
        "actor": event.actor,
        "created_at": event.created_at,
        "hold_version": event.hold_version,
        "reason": said.reason,
        "amount_minor": None if said.amount is None else said.amount.amount_minor,
        "currency": None if said.amount is None else said.amount.currency,
        "expires_at": said.expires_at,
        "authorisation_code": said.authorisation_code,
        "check_id": said.check_id,
        "reasons": said.reasons,
        "assigned_to": said.assigned_to,
        "bound": said.bound,
    }
    await tx.execute(_ADD_EVENT, {"rows": rows_json([row])})


async def events_of(tx: Transaction, hold_id: str, limit: int) -> list[HoldEvent]:
    """Return the last `limit` things that happened to a hold, newest first."""
    return [_event(row) for row in await tx.execute(_EVENTS, {"hold_id": hold_id, "limit": limit})]


def _named(documents: Collection[Document]) -> dict[str, Any]:
    return {
        "source": [document.source for document in documents],
        "doc_type": [document.doc_type for document in documents],
        "doc_id": [document.doc_id for document in documents],
    }


def _row(hold: Hold) -> Mapping[str, Any]:
    pending, release = hold.pending, hold.release
    return {
        "hold_id": hold.hold_id,
        "source": hold.document.source,
        "doc_type": hold.document.doc_type,
        "doc_id": hold.document.doc_id,
        "document_version": hold.document_version,
        "account_id": hold.owner.account_id,
        "party_id": hold.owner.party_id,
        "product": hold.owner.product,
        "segment": hold.owner.segment,
        "amount_minor": hold.amount.amount_minor,
        "currency": hold.amount.currency,
        "reasons": hold.reasons,
        "check_id": hold.check_id,
        "requested_by": hold.requested_by,
        "state": hold.state,
        "version": hold.version,
        "events": hold.events,
        "assigned_to": hold.assigned_to,
        "pending_minor": None if pending is None else pending.amount.amount_minor,
        "pending_expires_at": None if pending is None else pending.expires_at,
        "pending_by": None if pending is None else pending.asked_by,
        "released_minor": None if release is None else release.amount.amount_minor,
        "release_expires_at": None if release is None else release.expires_at,
        "authorisation_code": hold.authorisation_code,
        "opened_at": hold.opened_at,
        "changed_at": hold.changed_at,
    }


def _hold(row: Any) -> Hold:
    pending = None
    if row.pending_minor is not None:
        pending = PendingRelease(Money(row.pending_minor, row.currency), row.pending_expires_at, row.pending_by)
    return Hold(
        hold_id=row.hold_id,
        document=_document(row),
        document_version=row.document_version,
        owner=Owner(row.account_id, row.party_id, row.product, row.segment),
        amount=Money(row.amount_minor, row.currency),
        reasons=tuple(row.reasons),
        check_id=row.check_id,
        requested_by=tuple(row.requested_by),
        state=State(row.state),
        version=row.version,
        events=row.events,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        assigned_to=row.assigned_to,
        pending=pending,
        release=None if row.released_minor is None else _release(row),
        authorisation_code=row.authorisation_code,
    )


def _document(row: Any) -> Document:
    return Document(row.source, row.doc_type, row.doc_id)


def _release(row: Any) -> Release:
    amount = Money(row.released_minor, row.currency)
    return Release(row.hold_id, amount, row.release_expires_at, frozenset(row.reasons))


def _event(row: Any) -> HoldEvent:
    amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    said = Particulars(
        reason=row.reason,
        amount=amount,
        expires_at=row.expires_at,
        authorisation_code=row.authorisation_code,
        check_id=row.check_id,
        reasons=tuple(row.reasons),
        assigned_to=row.assigned_to,
        bound=row.bound,
    )
    return HoldEvent(row.hold_id, row.number, EventKind(row.kind), row.actor, row.created_at, row.hold_version, said)
