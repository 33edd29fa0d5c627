"""Reading new answers in order, none twice and none left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import TextClause, text

from shared.db import Transaction
from shared.experiments.journal import Journal

CLOCK_SKEW: Final = timedelta(seconds=5)
"""How far the clocks of the machines that answer may be behind the database's."""

_OLDEST: Final = text("""
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
_COMMIT_LAZILY: Final = text("SET LOCAL synchronous_commit = off")


@dataclass(frozen=True, slots=True)
class Span:
    """Some answers: the keys of the first and the last, and how many there are."""

    first: str
    last: str
    answers: int


@dataclass(frozen=True, slots=True)
class Page:
    """The answers between two positions, for whatever product; `span` is None when there are none.

    `is_last` says that nothing can be read beyond it for now.
    """

    after: str
    position: str
    until: datetime
    span: Span | None
    is_last: bool


async def horizon(tx: Transaction, clock_skew: timedelta = CLOCK_SKEW) -> datetime:
    """Return a moment such that every answer made before it is visible to the next statement, or will never be.

    An id is made inside the transaction that stores it. An answer that is not visible yet therefore belongs to a
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


async def next_page(tx: Transaction, journal: Journal, after: str, until: datetime, size: int) -> Page:
    """Return the next answers, at most `size`, that were made before the `horizon` `until`."""
    end = journal.position_at(until)
    row = (await tx.execute(_page(journal), {"after": after, "until": end, "size": size})).one()
    span = None if row.found == 0 else Span(row.first, row.last, row.found)
    if row.found == size:
        return Page(after, row.last, until, span, is_last=False)
    return Page(after, max(after, end), until, span, is_last=True)


@lru_cache
def _page(journal: Journal) -> TextClause:
    return text(f"""
        SELECT min({journal.key}) AS first, max({journal.key}) AS last, count(*) AS found FROM (
            SELECT {journal.key} FROM {journal.table} WHERE {journal.key} > :after AND {journal.key} < :until
            ORDER BY {journal.key} LIMIT :size
        ) AS page
    """)  # noqa: S608 - names of a table and a column, no input
