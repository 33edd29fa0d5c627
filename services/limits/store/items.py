"""The documents that make up exposure, read and written in sets."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.items.item import Category
from services.limits.domain.items.receivables import Receivables
from shared.db import Transaction

_PAID_WITHIN_DAYS: Final = 365

_RECEIVABLES: Final = text("""
    SELECT i.account_id, i.category, sum(i.own_open_minor)::bigint AS open_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.due_on < d.today), 0)::bigint AS overdue_minor,
           coalesce(max(d.today - i.due_on) FILTER (WHERE i.due_on < d.today), 0) AS oldest_overdue_days,
           max(i.dunning_level) AS dunning_level,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.disputed), 0)::bigint AS disputed_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.ship_on > d.horizon), 0)::bigint AS beyond_horizon_minor
    FROM exposure_item i, (SELECT CAST(:today AS date) AS today, CAST(:horizon AS date) AS horizon) d
    WHERE i.account_id = ANY(CAST(:account_id AS text[])) AND i.own_open_minor > 0 AND NOT i.statistical
    GROUP BY i.account_id, i.category
""")
_PAID: Final = text("""
    SELECT account_id, count(*) AS paid_items, sum(valued_minor[cardinality(path)]) AS weight,
           sum(valued_minor[cardinality(path)] * greatest(paid_on - due_on, 0)::numeric) AS days_late
    FROM exposure_item
    WHERE account_id = ANY(CAST(:account_id AS text[])) AND category = 'paid' AND due_on IS NOT NULL
      AND paid_on BETWEEN CAST(:since AS date) AND CAST(:today AS date) AND NOT statistical AND amount_minor > 0
    GROUP BY account_id
""")


async def receivables(
    tx: Transaction, account_ids: Collection[str], today: date, horizon_days: int
) -> dict[str, Receivables]:
    """Return what each of the accounts owes by its documents, those of accounts below it not included."""
    wanted = sorted(set(account_ids))
    found = {account_id: _Figures() for account_id in wanted}
    horizon = today + timedelta(days=horizon_days)
    rows = await tx.execute(_RECEIVABLES, {"account_id": wanted, "today": today, "horizon": horizon})
    for row in rows:
        found[row.account_id].add(row)
    since = today - timedelta(days=_PAID_WITHIN_DAYS)
    for row in await tx.execute(_PAID, {"account_id": wanted, "today": today, "since": since}):
        figures = found[row.account_id]
        figures.paid_items = row.paid_items
        figures.average_days_late = Fraction(int(row.days_late), int(row.weight)) if row.weight else None
    return {account_id: figures.receivables() for account_id, figures in found.items()}


@dataclass(slots=True)
class _Figures:
    """The rows of one account, as they come."""

    invoices: Any = None
    by_category: dict[str, int] = field(default_factory=dict)
    orders_beyond_horizon_minor: int = 0
    paid_items: int = 0
    average_days_late: Fraction | None = None

    def add(self, row: Any) -> None:
        self.by_category[row.category] = row.open_minor
        if row.category == Category.INVOICE:
            self.invoices = row
        elif row.category == Category.OPEN_ORDER:
            self.orders_beyond_horizon_minor = row.beyond_horizon_minor

    def receivables(self) -> Receivables:
        invoices = self.invoices
        orders = self.by_category.get(Category.OPEN_ORDER, 0)
        return Receivables(
            open_minor=0 if invoices is None else invoices.open_minor,
            overdue_minor=0 if invoices is None else invoices.overdue_minor,
            oldest_overdue_days=0 if invoices is None else invoices.oldest_overdue_days,
            dunning_level=0 if invoices is None else invoices.dunning_level,
            average_days_late=self.average_days_late,
            paid_items=self.paid_items,
            disputed_minor=0 if invoices is None else invoices.disputed_minor,
            by_category=self.by_category,
            orders_in_horizon_minor=orders - self.orders_beyond_horizon_minor,
            orders_beyond_horizon_minor=self.orders_beyond_horizon_minor,
        )
