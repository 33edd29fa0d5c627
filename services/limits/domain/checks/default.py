"""The rule of products that have none of their own: ordinary care in trade credit."""

from collections.abc import Mapping
from typing import Any, Final

DOCUMENT: Final[Mapping[str, Any]] = {
    "steps": [
        {"name": "account", "kind": "account_status"},
        {"name": "limit_in_force", "kind": "limit_expired"},
        {"name": "limit", "kind": "static_utilization", "max_percent": "100"},
        # Goods that were ordered in time and are packed are not held back for a late invoice.
        {"name": "dunning", "kind": "dunning_level", "max_level": 2, "at": ["order", "delivery"]},
        {"name": "overdue", "kind": "oldest_overdue", "max_days": 30, "at": ["order", "delivery"]},
        {
            "name": "overdue_share",
            "kind": "overdue_share",
            "max_percent": "50",
            "on_hit": "warn",
            "at": ["order"],
        },
        {
            "name": "payment_behaviour",
            "kind": "payment_behaviour",
            "max_days_late": "30",
            "min_paid_items": 5,
            "on_hit": "warn",
            "at": ["order"],
        },
    ]
}
"""Who is dunned for the third time, or has an invoice more than 30 days overdue, gets nothing more on credit; half of
the invoices overdue, or 30 days late on average, is told to the salesperson and blocks nothing."""
