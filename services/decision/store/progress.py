"""Reading new decisions in order, none twice and none left out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text

from services.decision.domain.position import position_at
from services.decision.domain.record import Decision
from services.decision.store import decisions
from services.decision.store.decisions import Span, Unreadable
from shared.db import Transaction

CLOCK_SKEW: Final = timedelta(seconds=5)
"""How far the clocks of the machines that decide may be behind the database's."""

_OLDEST: Final = text("""
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
_COMMIT_LAZILY: Final = text("SET LOCAL synchronous_commit = off")
_PAGE: Final = text("""
    SELECT min(decision_id) AS first, max(decision_id) AS last, count(*) AS found FROM (
        SELECT decision_id FROM decision WHERE decision_id > :after AND decision_id < :until
        ORDER BY decision_id LIMIT :size
    ) AS page
""")
_SINCE_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """The decisions between two positions, of whatever product; `span` is None when there are none.

    `is_last` says that nothing can be read beyond it for now.
    """

    after: str
    position: str
    until: datetime
    span: Span | None
    is_last: bool


async def horizon(tx: Transaction, clock_skew: timedelta = CLOCK_SKEW) -> datetime:
    """Return a moment such that every decision made before it is visible to the next statement, or will never be.

    An id is made inside the transaction that stores it. A decision that is not visible yet therefore belongs to a
    transaction that is open now, began at or after the oldest open one, and got its id later still. So what is older
    than the oldest open transaction has either been committed or taken back, and no late commit is passed over.
    """
    oldest: datetime = (await tx.execute(_OLDEST)).scalar_one()
    return oldest - clock_skew


async def commit_lazily(tx: Transaction) -> None:
    """Have the commit of this transaction wait for no disk, so that those who do wait have it to themselves.

    A crash may take the last moments of such commits back, whole and in order: what was read is then read again.
    """
    await tx.execute(_COMMIT_LAZILY)


async def next_page(tx: Transaction, after: str, until: datetime, size: int) -> Page:
    """Return the next decisions, at most `size`, that were made before the `horizon` `until`."""
    end = position_at(until)
    row = (await tx.execute(_PAGE, {"after": after, "until": end, "size": size})).one()
    span = None if row.found == 0 else Span(row.first, row.last, row.found)
    if row.found == size:
        return Page(after, row.last, until, span, is_last=False)
    return Page(after, max(after, end), until, span, is_last=True)


async def decisions_of(tx: Transaction, page: Page, product: str) -> list[Decision | Unreadable]:
    """Return the decisions of a page that are of `product`, in the order of their ids."""
    if page.span is None:
        return []
    return await decisions.span(tx, page.span, _SINCE_EVER, page.until, product)
