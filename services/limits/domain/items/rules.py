"""Which documents of a product count as exposure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.limits.domain.items.item import Category, Standing, Statement

SELECTABLE: Final = frozenset(
    {Category.OPEN_ORDER, Category.DELIVERY, Category.BILLING, Category.INVOICE, Category.SPECIAL}
)
"""The categories that rules may leave out. What is paid never counts; credits have a rule of their own."""

MOST_HORIZON_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class ExposureRules:
    """What counts for a product: these `categories`, disputed items or not, less unapplied credits or not.

    An open order counts from `horizon_days` before the day it ships on; one without such a day counts at once.
    `version` is 0 where nobody made rules: then everything counts, credits reduce, and the horizon is 30 days.
    """

    product: str
    version: int = 0
    categories: frozenset[Category] = SELECTABLE
    count_disputed: bool = True
    reduce_by_credits: bool = True
    horizon_days: int = 30

    def counts_from(self, stated: Statement) -> date | None:
        """Return the day from which an order counts, None for what counts without regard to the day."""
        if stated.category is not Category.OPEN_ORDER or stated.ship_on is None:
            return None
        # A day before the first of the calendar is no later than any.
        return date.fromordinal(max(1, stated.ship_on.toordinal() - self.horizon_days))

    def standing(self, stated: Statement, open_minor: int, today: date) -> Standing:
        """Return whether an item of which `open_minor` is open counts on that day, or the first reason why not.

        A disputed credit never reduces anything.
        """
        if open_minor == 0:
            return Standing.CLOSED
        if stated.statistical:
            return Standing.STATISTICAL
        is_credit = stated.category is Category.UNAPPLIED_CREDIT
        if not (self.reduce_by_credits if is_credit else stated.category in self.categories):
            return Standing.EXCLUDED
        if stated.disputed and (is_credit or not self.count_disputed):
            return Standing.DISPUTED
        begins = self.counts_from(stated)
        return Standing.COUNTED if begins is None or begins <= today else Standing.BEYOND_HORIZON
