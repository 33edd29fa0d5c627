"""What a product says of the limits of its accounts, where nobody said anything else of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CurrencyTerms:
    """What holds for accounts in one currency; amounts in its minor units.

    `default_limit_minor` is the limit of accounts that have none of their own (None: those above them bound them).
    An increase to more than `people_need_checker_above_minor` that a person proposes needs a second person, and one by
    a decision to more than `decisions_need_checker_above_minor` a first one (None: decisions need nobody).
    """

    default_limit_minor: int | None = None
    people_need_checker_above_minor: int = 0
    decisions_need_checker_above_minor: int | None = None


_SILENT = CurrencyTerms()


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """One revision of what a product says; revision 0 is what holds for a product of which nobody said anything.

    `review_every_days` is how long after a decision an account is to be reviewed, `expiring_notice_days` how long
    before its end a limit is told to be expiring.
    """

    product: str
    revision: int = 0
    currencies: Mapping[str, CurrencyTerms] = field(default_factory=dict)
    review_every_days: int | None = None
    thresholds: tuple[int, ...] = (75, 90, 100)
    hysteresis_percent: int = 5
    expiring_notice_days: int = 14
    actor: str | None = None
    reason: str | None = None
    created_at: datetime | None = None

    def of(self, currency: str) -> CurrencyTerms:
        """Return what holds for accounts in a currency."""
        return self.currencies.get(currency, _SILENT)
