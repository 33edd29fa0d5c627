"""Review tasks in PostgreSQL, and signals whose parties are still to be told, a batch at a time."""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.indicator import Look, Scope, Trigger
from services.intake.domain.review import Review, ReviewState
from shared.db import Transaction
from shared.ids import new_id

_ADD_SIGNAL: Final = text("""
    INSERT INTO indicator_signal (signal_id, series, name, observed_on, value, reference, told_at, review_due_at,
                                  is_spread)
    VALUES (:signal_id, :series, :name, :observed_on, :value, :reference, :told_at, :review_due_at, :is_spread)
    ON CONFLICT ON CONSTRAINT indicator_signal_once DO NOTHING
""")
_TAKE: Final = text("""
    SELECT g.signal_id, g.series, g.name, g.review_due_at, g.spread_code, g.spread_key, g.spread_party,
           s.scope, s.codes
    FROM indicator_signal g JOIN indicator_series s USING (series)
    WHERE NOT g.is_spread ORDER BY g.signal_id LIMIT 1 FOR UPDATE OF g SKIP LOCKED
""")
_PROGRESS: Final = text("""
    UPDATE indicator_signal SET spread_code = :code, spread_key = :key, spread_party = :party, is_spread = :is_spread
    WHERE signal_id = :signal_id
""")
_CONCERNED: Final = {
    scope: text(f"""
        SELECT p.party_id, p.{scope} AS key, p.status FROM party p
        WHERE p.{scope} IS NOT NULL AND (p.{scope} COLLATE "C", p.party_id) > (CAST(:key AS text) COLLATE "C", :party)
          AND p.{scope} COLLATE "C" >= :code AND p.{scope} COLLATE "C" < :end
        ORDER BY p.{scope} COLLATE "C", p.party_id LIMIT :limit
    """)
    for scope in (Scope.COUNTRY, Scope.INDUSTRY)
}
_OPEN: Final = text("""
    INSERT INTO review (review_id, party_id, cause, due_at, state)
    SELECT r.review_id, r.party_id, CAST(:cause AS text), CAST(:due_at AS timestamptz), 'open'
    FROM unnest(CAST(:review_ids AS text[]), CAST(:party_ids AS text[])) AS r(review_id, party_id)
    ON CONFLICT (cause, party_id) WHERE state = 'open' DO NOTHING
    RETURNING review_id, party_id, cause, due_at
""")
_COLUMNS: Final = "review_id, party_id, cause, due_at, state, assignee, created_at, closed_by, closed_at, note"
_PAGE: Final = text(f"""
    SELECT {_COLUMNS} FROM review WHERE state = :state AND (due_at, review_id) > (:due_at, :review_id)
    ORDER BY due_at, review_id LIMIT :limit
""")
_OF_PARTY: Final = text(f"""
    SELECT {_COLUMNS} FROM review WHERE party_id = :party_id AND state = :state
      AND (due_at, review_id) > (:due_at, :review_id)
    ORDER BY due_at, review_id LIMIT :limit
""")
_LOCK: Final = text(f"SELECT {_COLUMNS} FROM review WHERE review_id = :review_id FOR UPDATE")
_ASSIGN: Final = text("UPDATE review SET assignee = :assignee WHERE review_id = :review_id")
_CLOSE: Final = text("""
    UPDATE review SET state = :state, closed_by = :actor, closed_at = now(), note = :note WHERE review_id = :review_id
    RETURNING closed_at
""")
_COUNT_OPEN: Final = text("""
    SELECT count(*) AS open, count(*) FILTER (WHERE due_at < now()) AS overdue FROM review WHERE state = 'open'
""")


@dataclass(frozen=True, slots=True)
class Spreading:
    """A signal some of whose parties have no review yet: how far that went (after `key` and `party`, of a code)."""

    signal_id: str
    cause: str
    due_at: datetime
    scope: Scope
    codes: tuple[str, ...]
    code: int
    key: str
    party: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A review and its note, sealed."""

    review: Review
    note: bytes | None


async def add_signal(tx: Transaction, trigger: Trigger, seen: Look, now: datetime, due_at: datetime | None) -> bool:
    """Store that a trigger fired; tell whether it was not known of that day's observation yet."""
    added = await tx.execute(
        _ADD_SIGNAL,
        {
            "signal_id": new_id("sig"),
            "series": trigger.series,
            "name": trigger.name,
            "observed_on": seen.observed_on,
            "value": seen.value,
            "reference": seen.reference,
            "told_at": now,
            "review_due_at": due_at,
            "is_spread": due_at is None,
        },
    )
    return added.rowcount == 1


async def take_signal(tx: Transaction) -> Spreading | None:
    """Return a signal with parties that have no review yet, which no other process is at work on."""
    row = (await tx.execute(_TAKE)).one_or_none()
    if row is None:
        return None
    return Spreading(
        signal_id=row.signal_id,
        cause=f"indicator:{row.series}:{row.name}",
        due_at=row.review_due_at,
        scope=Scope(row.scope),
        codes=tuple(row.codes),
        code=row.spread_code,
        key=row.spread_key,
        party=row.spread_party,
    )


async def concerned(tx: Transaction, at: Spreading, limit: int) -> list[tuple[str, str, bool]]:
    """Return the next parties of the code that a signal is at: id, country or industry, and whether it is active."""
    code = at.codes[at.code]
    rows = await tx.execute(
        _CONCERNED[at.scope],
        # U+10FFFF sorts after whatever a longer code could go on with.
        {"key": at.key, "party": at.party, "code": code, "end": f"{code}\U0010ffff", "limit": limit},
    )
    return [(row.party_id, row.key, row.status == "active") for row in rows]


async def note_progress(tx: Transaction, signal_id: str, code: int, key: str, party: str, *, is_spread: bool) -> None:
    """Store how far a signal's reviews went."""
    given = {"signal_id": signal_id, "code": code, "key": key, "party": party, "is_spread": is_spread}
    await tx.execute(_PROGRESS, given)


async def open_tasks(
    tx: Transaction, party_ids: Sequence[str | None], cause: str, due_at: datetime
) -> list[tuple[str, str | None]]:
    """Open a review of each party and return those that are new (review, party).

    A party that has an open review for this cause keeps it as it is.
    """
    given = {
        "review_ids": [new_id("rev") for _ in party_ids],
        "party_ids": list(party_ids),
        "cause": cause,
        "due_at": due_at,
    }
    return [(row.review_id, row.party_id) for row in await tx.execute(_OPEN, given)]


async def page(
    tx: Transaction, state: ReviewState, party_id: str | None, after: tuple[datetime, str], limit: int
) -> list[Kept]:
    """Return up to `limit` reviews in a state, the one that is due first at the head; of one party or of all."""
    given = {"state": state, "due_at": after[0], "review_id": after[1], "limit": limit}
    if party_id is not None:
        return [_kept(row) for row in await tx.execute(_OF_PARTY, {**given, "party_id": party_id})]
    return [_kept(row) for row in await tx.execute(_PAGE, given)]


async def lock(tx: Transaction, review_id: str) -> Kept | None:
    """Return a review, locked; None where there is none."""
    row = (await tx.execute(_LOCK, {"review_id": review_id})).one_or_none()
    return None if row is None else _kept(row)


async def assign(tx: Transaction, review_id: str, assignee: str | None) -> None:
    """Store who sees to a review."""
    await tx.execute(_ASSIGN, {"review_id": review_id, "assignee": assignee})


async def close(tx: Transaction, review_id: str, state: ReviewState, actor: str, note: bytes | None) -> datetime:
    """Store how a review ended, and return when."""
    given = {"review_id": review_id, "state": state, "actor": actor, "note": note}
    closed_at: datetime = (await tx.execute(_CLOSE, given)).scalar_one()
    return closed_at


async def count_open(tx: Transaction) -> tuple[int, int]:
    """Return how many reviews are open, and how many of them overdue."""
    row = (await tx.execute(_COUNT_OPEN)).one()
    return row.open, row.overdue


def _kept(row: Any) -> Kept:
    review = Review(
        review_id=row.review_id,
        party_id=row.party_id,
        cause=row.cause,
        due_at=row.due_at,
        state=ReviewState(row.state),
        assignee=row.assignee,
        created_at=row.created_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
    return Kept(review, None if row.note is None else bytes(row.note))
