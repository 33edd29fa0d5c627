"""What customers owe by their documents, added up by currency."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.items.receivables import Customer, InCurrency
from shared.db import Transaction

_PAID_WITHIN_DAYS: Final = 365
_ITEMS: Final = """
    FROM unnest(CAST(:party_id AS text[]), CAST(:root_id AS text[])) AS c(party_id, root_id)
    JOIN account a ON a.party_id = c.party_id AND a.path[1] = c.root_id
    JOIN exposure_item i ON i.account_id = a.account_id
"""
_OPEN: Final = text(f"""
    SELECT c.party_id, c.root_id, a.currency, sum(i.own_open_minor) AS open_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.due_on < CAST(:today AS date)), 0) AS overdue_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.disputed), 0) AS disputed_minor,
           greatest(max(CAST(:today AS date) - i.due_on), 0) AS oldest_overdue_days,
           max(i.dunning_level) AS dunning_level
    {_ITEMS}
    WHERE i.category = 'invoice' AND i.own_open_minor > 0 AND NOT i.statistical
    GROUP BY c.party_id, c.root_id, a.currency
""")
_PAID: Final = text(f"""
    SELECT c.party_id, c.root_id, a.currency, count(*) AS paid_items,
           sum(i.valued_minor[cardinality(i.path)]) AS paid_minor,
           sum(i.valued_minor[cardinality(i.path)] * greatest(i.paid_on - i.due_on, 0)::numeric) AS minor_days_late
    {_ITEMS}
    WHERE i.category = 'paid' AND i.due_on IS NOT NULL AND NOT i.statistical AND i.amount_minor > 0
      AND i.paid_on BETWEEN CAST(:since AS date) AND CAST(:today AS date)
    GROUP BY c.party_id, c.root_id, a.currency
""")


async def of_customers(
    tx: Transaction, customers: Collection[Customer], today: date
) -> dict[Customer, list[InCurrency]]:
    """Return what each of the customers owes by its documents, by currency; nothing where it has none."""
    ordered = sorted(set(customers))
    whose: dict[str, Any] = {
        "party_id": [party_id for party_id, _ in ordered],
        "root_id": [root_id for _, root_id in ordered],
        "today": today,
    }
    found: dict[tuple[Customer, str], InCurrency] = {}
    for row in await tx.execute(_OPEN, whose):
        found[(row.party_id, row.root_id), row.currency] = InCurrency(
            row.currency,
            open_minor=int(row.open_minor),
            overdue_minor=int(row.overdue_minor),
            disputed_minor=int(row.disputed_minor),
            oldest_overdue_days=row.oldest_overdue_days,
            dunning_level=row.dunning_level,
        )
    since = today - timedelta(days=_PAID_WITHIN_DAYS)
    for row in await tx.execute(_PAID, {**whose, "since": since}):
        key = (row.party_id, row.root_id), row.currency
        found[key] = replace(
            found.get(key, InCurrency(row.currency)),
            paid_items=row.paid_items,
            paid_minor=int(row.paid_minor),
            minor_days_late=int(row.minor_days_late),
        )
    parts: dict[Customer, list[InCurrency]] = {customer: [] for customer in ordered}
    for (customer, _), part in sorted(found.items()):
        parts[customer].append(part)
    return parts
