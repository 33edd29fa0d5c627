"""Reviews: opened for the parties that a moved indicator concerns, seen to by people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.intake import metrics
from services.intake.domain.indicator import Scope
from services.intake.domain.review import Review, ReviewState
from services.intake.store import indicators, keys, reviews
from services.intake.store.reviews import Kept, Spreading
from services.intake.vault import DataKey, Vault
from shared import outbox
from shared.contracts.intake import INDICATOR_AGGREGATE, PARTY_AGGREGATE, ReviewDue
from shared.db import Database, Transaction, clock
from shared.errors import conflict, not_found
from shared.outbox import Fact


@dataclass(frozen=True, slots=True)
class Seen:
    """A review with the note that was left on it."""

    review: Review
    note: str | None


async def spread(db: Database, limit: int) -> int:
    """Open reviews for up to `limit` parties of one signal and tell each; return how many parties were looked at.

    Any number of processes may do so at once: each takes a signal of its own, and goes on where the last one stopped.
    """
    async with db.transaction() as tx:
        signal = await reviews.take_signal(tx)
        if signal is None:
            return 0
        if signal.scope is Scope.GLOBAL or not signal.codes:
            await _open(tx, [None], signal)
            await reviews.note_progress(tx, signal.signal_id, 0, "", "", is_spread=True)
            return 1
        found = await reviews.concerned(tx, signal, limit)
        await _open(tx, [party_id for party_id, _, is_active in found if is_active], signal)
        if len(found) == limit:
            party_id, key, _ = found[-1]
            await reviews.note_progress(tx, signal.signal_id, signal.code, key, party_id, is_spread=False)
            return limit
        following = signal.code + 1
        is_spread = following == len(signal.codes)
        await reviews.note_progress(tx, signal.signal_id, following, "", "", is_spread=is_spread)
    # The next code may have as many again.
    return len(found) if is_spread else limit


async def _open(tx: Transaction, party_ids: Sequence[str | None], signal: Spreading) -> None:
    if not party_ids:
        return
    opened = await reviews.open_tasks(tx, party_ids, signal.cause, signal.due_at)
    now = await clock(tx)
    await outbox.put(tx, [_due(review_id, party_id, signal, now) for review_id, party_id in opened])


def _due(review_id: str, party_id: str | None, signal: Spreading, now: datetime) -> Fact:
    data = ReviewDue(review_id=review_id, party_id=party_id, cause=signal.cause, due_at=signal.due_at, told_at=now)
    if party_id is None:
        return Fact(INDICATOR_AGGREGATE, signal.cause.split(":")[1], ReviewDue.type, data)
    return Fact(PARTY_AGGREGATE, party_id, ReviewDue.type, data)


async def list_reviews(
    db: Database, vault: Vault, state: ReviewState, party_id: str | None, after: tuple[datetime, str], limit: int
) -> list[Seen]:
    """Return up to `limit` reviews in a state, the one that is due first at the head."""
    async with db.transaction() as tx:
        found = await reviews.page(tx, state, party_id, after, limit)
        opened = await keys.existing(tx, vault, {_subject(kept.review) for kept in found if kept.note is not None})
    return [_seen(kept, opened.get(_subject(kept.review))) for kept in found]


async def assign(db: Database, review_id: str, assignee: str | None) -> Review:
    """Say who sees to a review (None: nobody in particular); raises `Refusal` with 404, or 409 once it is closed."""
    async with db.transaction() as tx:
        review = await _opened(tx, review_id)
        await reviews.assign(tx, review_id, assignee)
    return replace(review, assignee=assignee)


async def complete(
    db: Database, vault: Vault, review_id: str, state: ReviewState, actor: str, note: str | None
) -> Seen:
    """Close a review as done or dismissed, with a note, which is kept sealed.

    Raises `Refusal` with 404, or 409 once it is closed. What is noted on a party that was erased is not kept.
    """
    async with db.transaction() as tx:
        review = await _opened(tx, review_id)
        sealed = None if note is None else await _sealed(tx, vault, review, note)
        closed_at = await reviews.close(tx, review_id, state, actor, sealed)
    return Seen(replace(review, state=state, closed_by=actor, closed_at=closed_at), note if sealed else None)


async def measure(db: Database) -> None:
    """Set the gauges of reviews and series; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        is_open, overdue = await reviews.count_open(tx)
        stale = await indicators.count_stale(tx, (await clock(tx)).date())
    metrics.FILE_REVIEWS_OPEN.set(is_open)
    metrics.FILE_REVIEWS_OVERDUE.set(overdue)
    metrics.INDICATOR_SERIES_STALE.set(stale)


async def _opened(tx: Transaction, review_id: str) -> Review:
    kept = await reviews.lock(tx, review_id)
    if kept is None:
        raise not_found("review_not_found", "there is no such review")
    if kept.review.state is not ReviewState.OPEN:
        raise conflict("review_closed", "the review has been closed")
    return kept.review


async def _sealed(tx: Transaction, vault: Vault, review: Review, note: str) -> bytes | None:
    key = (await keys.of(tx, vault, [_subject(review)])).get(_subject(review))
    return None if key is None else key.seal(_field(review), note.encode())


def _seen(kept: Kept, key: DataKey | None) -> Seen:
    note = None if kept.note is None or key is None else key.open(_field(kept.review), kept.note).decode()
    return Seen(kept.review, note)


def _subject(review: Review) -> str:
    """Return whose key a note is sealed with; a review of no party has one of its own."""
    return review.party_id or review.review_id


def _field(review: Review) -> str:
    return f"review/{review.review_id}/note"
