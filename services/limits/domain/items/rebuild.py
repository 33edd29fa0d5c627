"""Rebuilds of exposure: what the documents come to by the rules and rates of today, beside what stands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.limits.domain.items.item import Category, Item


class RebuildState(StrEnum):
    """Where a rebuild stands: it is computed, waits to be applied, is entered in the ledger, or could not go on."""

    RUNNING = "running"
    FINISHED = "finished"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A rebuild of one account, of all of a product, or of all there are (neither named).

    `reached` is the account it has come to, in the order of their ids, and `reached_item` the item, while that account
    is not done; whoever goes on begins behind them. `accounts` and `items` are how many it has looked at. `failure`
    says why it could not go on.
    """

    rebuild_id: str
    account_id: str | None
    product: str | None
    state: RebuildState
    actor: str
    created_at: datetime
    finished_at: datetime | None = None
    applied_by: str | None = None
    applied_at: datetime | None = None
    reached: str = ""
    reached_item: str = ""
    accounts: int = 0
    items: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood and what should be of one category on one account, in its currency; `entered_minor` once applied."""

    account_id: str
    category: Category
    currency: str
    stood_minor: int
    should_minor: int
    entered_minor: int | None = None


def differences(
    account_id: str, currency: str, stood: Counter[Category], should: Counter[Category]
) -> list[Difference]:
    """Return the categories in which what should be differs from what stood, in order."""
    return [
        Difference(account_id, category, currency, stood[category], should[category])
        for category in sorted(stood.keys() | should.keys())
        if stood[category] != should[category]
    ]


def totals(items: Iterable[Item]) -> Counter[Category]:
    """Return what items count with on their own account, by category."""
    found: Counter[Category] = Counter()
    for item in items:
        found[item.stated.category] += item.own_posted_minor
    return found
