"""What an account owes by its documents, in figures that a credit check asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Receivables:
    """The open documents of one account, in minor units of its currency; statistical ones are left out.

    `open_minor` is what invoices come to that are not paid, disputed or not; `disputed_minor` says how much of it is
    disputed, `overdue_minor` how much was due before today. `dunning_level` is the highest of any open invoice.
    `average_days_late` weighs what was paid in the last 12 months by its amount, and takes what was paid early as paid
    in time; None where nothing was. `by_category` is what is open by category (see `Category`), counted or not; orders
    are within the horizon when they ship no later than that, or on a day that nobody knows.
    """

    open_minor: int
    overdue_minor: int
    oldest_overdue_days: int
    dunning_level: int
    average_days_late: Fraction | None
    paid_items: int
    disputed_minor: int
    by_category: Mapping[str, int]
    orders_in_horizon_minor: int
    orders_beyond_horizon_minor: int
