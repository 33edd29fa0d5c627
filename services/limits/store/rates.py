"""Exchange rates: stated, never changed, and found by the day."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import combinations
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.rates import Pair, Rates, Statement, good_rates
from shared.db import Transaction, rows_json

_LATEST: Final = """
    SELECT r.base, r.quote, r.effective_on, r.rate, r.good_for_days, r.source, r.actor, r.created_at
    FROM fx_pair p CROSS JOIN LATERAL (
        SELECT * FROM fx_rate s WHERE s.base = p.base AND s.quote = p.quote AND s.effective_on <= :on
        ORDER BY s.effective_on DESC, s.statement DESC LIMIT 1
    ) r
"""
_BETWEEN: Final = text(f"""
    {_LATEST} WHERE p.base = ANY(CAST(:currency AS text[])) AND p.quote = ANY(CAST(:currency AS text[]))
""")
_WITH_ANY: Final = text(f"""
    {_LATEST} WHERE p.base = ANY(CAST(:currency AS text[])) OR p.quote = ANY(CAST(:currency AS text[]))
""")
_PAGE: Final = text(f"{_LATEST} WHERE (p.base, p.quote) > (:base, :quote) ORDER BY p.base, p.quote LIMIT :limit")
# Whoever states rates waits for whoever else does, so that each sees what the other stated.
_QUEUE: Final = text("SELECT pg_advisory_xact_lock(hashtext('fx_rate'))")
_ADD_PAIRS: Final = text("""
    INSERT INTO fx_pair (base, quote)
    SELECT base, quote FROM json_to_recordset(CAST(:rows AS json)) AS r(base text, quote text)
    ON CONFLICT DO NOTHING
""")
_COUNT_PAIRS: Final = text("SELECT count(*) FROM fx_pair")
_ADD: Final = text("""
    INSERT INTO fx_rate (base, quote, effective_on, rate, good_for_days, source, actor)
    SELECT base, quote, CAST(:effective_on AS date), rate, CAST(:good_for_days AS smallint), CAST(:source AS text),
           CAST(:actor AS text)
    FROM json_to_recordset(CAST(:rows AS json)) AS r(base text, quote text, rate numeric)
    WHERE NOT EXISTS (
        SELECT 1 FROM (
            SELECT s.rate, s.good_for_days, s.source FROM fx_rate s
            WHERE s.base = r.base AND s.quote = r.quote AND s.effective_on = :effective_on
            ORDER BY s.statement DESC LIMIT 1
        ) last
        WHERE last.rate = r.rate AND last.good_for_days = :good_for_days AND last.source = :source
    )
""")


async def current(tx: Transaction, currencies: Collection[str], on: date) -> Rates:
    """Return the rates between currencies that may be used on a day; some may be missing."""
    wanted = sorted(set(currencies))
    between = good_rates(map(_statement, await tx.execute(_BETWEEN, {"currency": wanted, "on": on})), on)
    if all(between.is_stated(*pair) for pair in combinations(wanted, 2)):
        return between
    # Some go through a third currency, which may be any.
    return good_rates(map(_statement, await tx.execute(_WITH_ANY, {"currency": wanted, "on": on})), on)


async def page(tx: Transaction, on: date, after: Pair, limit: int) -> list[Statement]:
    """Return the latest statement of each pair on a day, good or not, in the order of the pairs."""
    found = await tx.execute(_PAGE, {"on": on, "base": after[0], "quote": after[1], "limit": limit})
    return [_statement(row) for row in found]


async def add(
    tx: Transaction, rates: Sequence[dict[str, Any]], *, on: date, good_for_days: int, source: str, actor: str
) -> int:
    """Store rates (`base`, `quote`, `rate`) and return how many; one that says the same as the last is left out."""
    await tx.execute(_QUEUE)
    rows = rows_json(rates)
    await tx.execute(_ADD_PAIRS, {"rows": rows})
    said = {"effective_on": on, "good_for_days": good_for_days, "source": source, "actor": actor}
    return (await tx.execute(_ADD, {"rows": rows, **said})).rowcount


async def count_pairs(tx: Transaction) -> int:
    """Return of how many pairs rates were ever stated."""
    found: int = (await tx.execute(_COUNT_PAIRS)).scalar_one()
    return found


def _statement(row: Any) -> Statement:
    return Statement(
        base=row.base,
        quote=row.quote,
        effective_on=row.effective_on,
        rate=row.rate,
        good_for_days=row.good_for_days,
        source=row.source,
        actor=row.actor,
        created_at=row.created_at,
    )
