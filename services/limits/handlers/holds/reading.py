"""Holds as they are read: the queue, and one of them with all there is to know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.limits.domain.holds import Hold, State
from services.limits.handlers import bookkeeping
from services.limits.handlers.holds.answering import hold_not_found
from services.limits.replies import holds as replies
from services.limits.replies.accounts import account_reply
from services.limits.replies.checks import check_record_reply
from services.limits.store import checks
from services.limits.store import holds as store
from shared.db import Database, clock

_EVENTS: Final = 500
_CHECKS: Final = 50
_FIRST: Final = ""
_LAST: Final = "hld_~"
"""These sort before and after every id of a hold."""


class Sort(StrEnum):
    """In which order holds are listed, by when they were opened."""

    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which holds somebody wants to see; None: of any."""

    state: State
    product: str | None
    segment: str | None
    sort: Sort


@dataclass(frozen=True, slots=True)
class Page:
    """Holds in the order asked for, as they stand at `now`; `following` is the cursor of the next page, if any."""

    holds: list[Hold]
    now: datetime
    following: str | None


async def list_holds(db: Database, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """Return one page of holds."""
    is_newest_first = wanted.sort is Sort.NEWEST
    start = cursor if cursor is not None else _LAST if is_newest_first else _FIRST
    async with db.transaction() as tx:
        queue = store.Queue(wanted.state, wanted.product, wanted.segment, is_newest_first)
        found = await store.queue(tx, queue, start, limit + 1)
        now = await clock(tx)
    holds = found[:limit]
    return Page(holds, now, holds[-1].hold_id if len(found) > limit else None)


async def get_hold(db: Database, hold_id: str) -> replies.HoldDetailReply:
    """Return a hold with its accounts, its checks and its events; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        hold = await store.find(tx, hold_id)
        if hold is None:
            raise hold_not_found()
        books = await bookkeeping.read_books(tx, [hold.owner.account_id])
        records = await checks.of_document(tx, hold.document, _CHECKS)
        events = await store.events_of(tx, hold_id, _EVENTS)
    levels = [books.accounts[account_id] for account_id in books.accounts[hold.owner.account_id].path]
    return replies.detail_reply(
        hold,
        books.now,
        [account_reply(level, books.headroom(level)) for level in levels],
        [check_record_reply(record) for record in records],
        events,
    )
