"""Reading new decisions in order, none twice and none left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from services.decision.domain.position import position_at
from shared.db import Transaction

CLOCK_SKEW: Final = timedelta(seconds=5)
"""How far the clocks of the machines that decide may be behind the database's."""

_OLDEST: Final = text("""
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
_PAGE: Final = text("""
    SELECT max(decision_id) AS last, count(*) AS found FROM (
        SELECT decision_id FROM decision WHERE decision_id > :after AND decision_id < :until
        ORDER BY decision_id LIMIT :size
    ) AS page
""")


@dataclass(frozen=True, slots=True)
class Page:
    """Decisions after `after`, up to and with `last`; `is_last` when nothing more can be read for now."""

    after: str
    last: str
    is_last: bool


async def horizon(tx: Transaction, clock_skew: timedelta = CLOCK_SKEW) -> datetime:
    """Return a moment such that every decision made before it is visible to the next statement, or will never be.

    An id is made inside the transaction that stores it. A decision that is not visible yet therefore belongs to a
    transaction that is open now, began at or after the oldest open one, and got its id later still. So what is older
    than the oldest open transaction has either been committed or taken back, and no late commit is passed over.
    """
    oldest: datetime = (await tx.execute(_OLDEST)).scalar_one()
    return oldest - clock_skew


async def next_page(tx: Transaction, after: str, until: datetime, size: int) -> Page:
    """Return the next decisions, of whatever product, that were made before the `horizon` `until`: at most `size`."""
    end = position_at(until)
    row = (await tx.execute(_PAGE, {"after": after, "until": end, "size": size})).one()
    if row.found == size:
        return Page(after, row.last, is_last=False)
    return Page(after, max(after, end), is_last=True)
