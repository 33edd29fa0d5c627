"""Check rules as they are written, stored and shown."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.limits.domain.checks.conditions import MAX_CHARACTERS
from services.limits.domain.checks.rule import MAX_STEPS
from shared.http.body import Body, SafeStr
from shared.http.money import PositiveMoneyBody

_MOST_DAYS: Final = 3650
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Text = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


def _between(low: int, high: int) -> AfterValidator:
    def validate(text: str) -> str:
        if not low <= Decimal(text) <= high:
            raise ValueError(f"must be between {low} and {high}")
        return text

    return AfterValidator(validate)


_DecimalText = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,2})?$", examples=["100"])]
_UsedPercent = Annotated[_DecimalText, _between(1, 1000)]
_SharePercent = Annotated[_DecimalText, _between(0, 100)]
_Days = Annotated[int, Field(ge=0, le=_MOST_DAYS)]


class _Step(Body):
    """A step; `at` are the checkpoints at which it is asked, all of them unless some are named."""

    name: _Name
    at: list[Literal["order", "delivery", "goods_issue"]] = Field(
        default=["order", "delivery", "goods_issue"], min_length=1, max_length=3
    )
    on_hit: Literal["warn", "block"] = "block"


class AccountStatusStep(_Step):
    """Hits when an account of the path is suspended, blocked or closed."""

    kind: Literal["account_status"]


class LimitExpiredStep(_Step):
    """Hits when a limit of the path has run out."""

    kind: Literal["limit_expired"]


class StaticUtilizationStep(_Step):
    """Hits when, with the amount, more than `max_percent` of limit and cover would be committed on any level."""

    kind: Literal["static_utilization"]
    max_percent: _UsedPercent = "100"


class DynamicUtilizationStep(_Step):
    """The same, counting of the account's open orders those that ship within `horizon_days`."""

    kind: Literal["dynamic_utilization"]
    horizon_days: _Days
    max_percent: _UsedPercent = "100"


class MaximumDocumentStep(_Step):
    """Hits when the document is over more than `maximum`."""

    kind: Literal["maximum_document"]
    maximum: PositiveMoneyBody


class OldestOverdueStep(_Step):
    """Hits when an invoice of the customer, on whichever account, is more than `max_days` overdue.

    Not while no more than `tolerance` is overdue in all.
    """

    kind: Literal["oldest_overdue"]
    max_days: _Days
    tolerance: PositiveMoneyBody | None = None


class OverdueShareStep(_Step):
    """Hits when more than `max_percent` of the customer's open invoices is overdue, with the same tolerance."""

    kind: Literal["overdue_share"]
    max_percent: _SharePercent
    tolerance: PositiveMoneyBody | None = None


class DunningLevelStep(_Step):
    """Hits when an open invoice of the customer was dunned beyond `max_level`."""

    kind: Literal["dunning_level"]
    max_level: int = Field(ge=0, le=9)


class PaymentBehaviourStep(_Step):
    """Hits when at least `min_paid_items` of the last 12 months were paid more than `max_days_late` late on average."""

    kind: Literal["payment_behaviour"]
    max_days_late: _DecimalText
    min_paid_items: int = Field(default=1, ge=1, le=10_000)


class WordsDocument(Body):
    """What a salesperson is told."""

    en: Annotated[str, Field(min_length=1, max_length=500)]
    zh: Annotated[str, Field(min_length=1, max_length=500)]


class CustomStep(_Step):
    """Hits when the condition `if` holds, which is written in the policy language; `on_missing` when it can't be told.

    It may name the rule's facts and the figures of the check.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    kind: Literal["custom"]
    condition: _Text = Field(alias="if")
    reason: str = Field(pattern=r"^[A-Z][A-Z0-9_]{2,62}$")
    words: WordsDocument
    on_missing: Literal["warn", "block"] = "block"


class ExclusionDocument(Body):
    """While `if` holds, the steps in `skips` are let off; without `skips` the document passes outright."""

    model_config = ConfigDict(serialize_by_alias=True)

    name: _Name
    condition: _Text = Field(alias="if")
    skips: list[_Name] | None = Field(default=None, min_length=1, max_length=MAX_STEPS)


class FactDocument(Body):
    """A fact that the caller of a check may state; money is in the rule's currency."""

    type: Literal["integer", "money", "decimal", "enum", "boolean", "date"]
    values: list[SafeStr] = Field(default=[], max_length=100)
    scale: int = Field(default=0, ge=0, le=12)


class RuleDocument(Body):
    """The rule of a product: `currency` is that of amounts in conditions and facts."""

    model_config = ConfigDict(serialize_by_alias=True)

    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    facts: dict[_Name, FactDocument] = Field(default={}, max_length=50)
    exclusions: list[ExclusionDocument] = Field(default=[], max_length=20)
    steps: list[
        Annotated[
            AccountStatusStep
            | LimitExpiredStep
            | StaticUtilizationStep
            | DynamicUtilizationStep
            | MaximumDocumentStep
            | OldestOverdueStep
            | OverdueShareStep
            | DunningLevelStep
            | PaymentBehaviourStep
            | CustomStep,
            Field(discriminator="kind"),
        ]
    ] = Field(min_length=1, max_length=MAX_STEPS)

    def plain(self) -> dict[str, Any]:
        """Return the document as JSON values."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class RuleReply(BaseModel):
    """The rule of a product as it stands, or stood; revision 0 is the one that is built in."""

    model_config = ConfigDict(serialize_by_alias=True)

    product: str
    revision: int
    hash: str
    rule: RuleDocument
    actor: str | None
    reason: str | None
    created_at: datetime | None


class RulePage(BaseModel):
    """Revisions of a rule, newest first; `next_cursor` is null on the last page."""

    model_config = ConfigDict(serialize_by_alias=True)

    items: list[RuleReply]
    next_cursor: int | None
