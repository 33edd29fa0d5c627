"""What an account is exposed with: its documents by category and by age, and the sum they are part of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.limits.domain.account import Account
from services.limits.domain.items.item import Category
from services.limits.domain.items.rules import ExposureRules

AGEING: Final = ("current", "1-30", "31-60", "61-90", "91-120", "over_120")
"""The buckets of open invoices, by how many days they are past due."""


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """The open items of one category, in minor units of the account's currency.

    `counted_minor` is what they count with, below zero for credits. `gross_minor` is all that is open of them; the
    other figures are the parts of it that are disputed, that ship beyond the horizon, and that are statistical.
    """

    category: Category
    items: int
    counted_minor: int
    gross_minor: int
    disputed_minor: int
    beyond_horizon_minor: int
    statistical_minor: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an account is exposed with on a day; `ageing_minor` has the buckets of `AGEING`."""

    account: Account
    rules: ExposureRules
    totals: Sequence[CategoryTotal]
    ageing_minor: Sequence[int]
    today: date

    @property
    def documents_minor(self) -> int:
        """What the account's own documents count with."""
        return sum(total.counted_minor for total in self.totals)

    @property
    def other_minor(self) -> int:
        """What else is posted: what was captured and is no document yet, and what the accounts below count with."""
        return self.account.posted_minor - self.documents_minor
