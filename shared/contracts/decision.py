"""Events that decision publishes: decisions keyed by application (or by decision, where there is none), products."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from shared.contracts.envelope import Amount, Contract, Instant

AGGREGATE = "decision"
PRODUCT_AGGREGATE = "product"


class PolicyVersion(Contract):
    """Exactly which policy decided."""

    name: str
    version: str
    hash: str


class Decided(Contract):
    """A decision was made. `limit` is present on approve and counter_offer only; reasons on every other outcome.

    With a limit come `rate` (the price a year, a decimal: 0.0790 is 7.9 %), `conditions` (codes of what must be there
    before money moves) and `other_terms` (wire values by name), as far as the policy has them.
    `application_id` is null when the caller keeps the application and only asked for the decision.
    """

    type: ClassVar[str] = "decision.decided.v1"

    decision_id: str
    application_id: str | None
    party_id: str
    product: str
    outcome: Literal["approve", "counter_offer", "refer", "pend_info", "decline"]
    requested: Amount
    limit: Amount | None
    grade: str | None
    score: int | None
    reasons: tuple[str, ...] = Field(strict=False)
    policy: PolicyVersion | None
    rate: str | None = Field(default=None, pattern=r"^-?[0-9]+(\.[0-9]+)?$")
    conditions: tuple[str, ...] = Field(default=(), strict=False)
    other_terms: Mapping[str, Any] = Field(default_factory=dict)
    submitted_at: Instant
    decided_at: Instant


class ProductPublished(Contract):
    """A product of the catalogue became live, with its data dictionary, as `shared.products.parse_product` reads it.

    `effective_at` is since when; of two events of a name the later in this sense counts, whatever their revisions.
    It is null in events of a time when a higher revision was always the later one.
    """

    type: ClassVar[str] = "decision.product_published.v1"

    name: str
    revision: int
    document: dict[str, Any]
    effective_at: Instant | None = None
