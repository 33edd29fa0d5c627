"""The rule of a credit check: steps in order, each with its threshold, and what lets a document pass."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from services.limits.domain.checks.conditions import Condition
from services.limits.domain.checks.result import Checkpoint, RuleVersion, Verdict
from shared.facts import FactDictionary
from shared.money import Money

MAX_STEPS: Final = 50
HORIZON_DAYS: Final = 30
"""How far ahead open orders are looked at where no step says so."""


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """An account of the path is suspended, blocked or closed."""


@dataclass(frozen=True, slots=True)
class LimitExpired:
    """A limit of the path has run out."""


@dataclass(frozen=True, slots=True)
class StaticUtilization:
    """With the amount, more than `max_percent` of limit and cover would be committed on an account of the path.

    At 100 percent the amount fits exactly when it could be reserved.
    """

    max_percent: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class DynamicUtilization:
    """The same, where of the account's open orders those count that ship within `horizon_days`, and no others."""

    horizon_days: int
    max_percent: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class MaximumDocument:
    """The document is over more than `maximum`."""

    maximum: Money


@dataclass(frozen=True, slots=True)
class OldestOverdue:
    """An item of the customer is more than `max_days` overdue; not while no more than `tolerance` is overdue in all."""

    max_days: int
    tolerance: Money | None = None


@dataclass(frozen=True, slots=True)
class OverdueShare:
    """More than `max_percent` of what the customer has open is overdue; not while it is no more than `tolerance`."""

    max_percent: Decimal
    tolerance: Money | None = None


@dataclass(frozen=True, slots=True)
class DunningLevel:
    """An open item of the customer has been dunned beyond `max_level`."""

    max_level: int


@dataclass(frozen=True, slots=True)
class PaymentBehaviour:
    """On average the customer's items of the last 12 months were paid more than `max_days_late` after they were due.

    Fewer than `min_paid_items` say nothing, and nothing is held against who has few.
    """

    max_days_late: Decimal
    min_paid_items: int = 1


@dataclass(frozen=True, slots=True)
class Custom:
    """`condition` holds. Its `reason` is a code of the rule's own, in `words` by language.

    When it can't be told whether the condition holds, for want of a value, the verdict is `on_missing`, never ok.
    """

    condition: Condition
    reason: str
    english: str
    chinese: str
    on_missing: Verdict = Verdict.BLOCK


Test = (
    AccountStatus
    | LimitExpired
    | StaticUtilization
    | DynamicUtilization
    | MaximumDocument
    | OldestOverdue
    | OverdueShare
    | DunningLevel
    | PaymentBehaviour
    | Custom
)
"""What a step looks at; it hits when what its docstring says is so."""

KINDS: Final[dict[type[Test], str]] = {
    AccountStatus: "account_status",
    LimitExpired: "limit_expired",
    StaticUtilization: "static_utilization",
    DynamicUtilization: "dynamic_utilization",
    MaximumDocument: "maximum_document",
    OldestOverdue: "oldest_overdue",
    OverdueShare: "overdue_share",
    DunningLevel: "dunning_level",
    PaymentBehaviour: "payment_behaviour",
    Custom: "custom",
}
OF_ITEMS: Final = (DynamicUtilization, OldestOverdue, OverdueShare, DunningLevel, PaymentBehaviour)
"""The tests that need items, of the account or of its customer; conditions may name them too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it looks at, what a hit means, and at which checkpoints it is asked."""

    name: str
    test: Test
    on_hit: Verdict = Verdict.BLOCK
    at: frozenset[Checkpoint] = frozenset(Checkpoint)

    @property
    def kind(self) -> str:
        """What sort of test this is, by its public name."""
        return KINDS[type(self.test)]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """While `condition` holds the steps named in `skips` are let off; where it names none, the document passes."""

    name: str
    condition: Condition
    skips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """What checks of a product go by. `currency` is that of amounts in conditions, None where they name none."""

    version: RuleVersion
    steps: tuple[Step, ...]
    exclusions: tuple[Exclusion, ...] = ()
    currency: str | None = None
    facts: FactDictionary = field(default_factory=lambda: FactDictionary({}))

    @property
    def has_conditions(self) -> bool:
        """True when values have to be had by the names that conditions know them by."""
        return bool(self.exclusions) or any(isinstance(step.test, Custom) for step in self.steps)

    @property
    def needs_items(self) -> bool:
        """True when a figure of items may be asked for."""
        return self.has_conditions or any(isinstance(step.test, OF_ITEMS) for step in self.steps)

    @property
    def horizons(self) -> frozenset[int]:
        """How many days ahead the open orders are looked at; empty when no step asks for items."""
        if not self.needs_items:
            return frozenset()
        asked = {step.test.horizon_days for step in self.steps if isinstance(step.test, DynamicUtilization)}
        return frozenset(asked or {HORIZON_DAYS})

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies that thresholds and conditions are in."""
        stated = [self.currency]
        for step in self.steps:
            if isinstance(step.test, MaximumDocument):
                stated.append(step.test.maximum.currency)
            elif isinstance(step.test, OldestOverdue | OverdueShare) and step.test.tolerance is not None:
                stated.append(step.test.tolerance.currency)
        return frozenset(currency for currency in stated if currency is not None)
