"""Events that intake publishes: keyed by application, by party, by indicator series, or by review task.

They hold facts and ids, never names, addresses or identifiers of a person.
"""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.envelope import Amount, Contract, Facts, Instant

AGGREGATE = "application"
PARTY_AGGREGATE = "party"
INDICATOR_AGGREGATE = "indicator"
REVIEW_AGGREGATE = "review"


class FactSource(Contract):
    """Where a fact of the credit file comes from: the kind of the source, its name, the record, and its date."""

    kind: str
    source: str
    record_id: str
    as_of: Instant


class ApplicationSubmitted(Contract):
    """A complete application was accepted. `facts` holds what the product's dictionary names, in wire form.

    `fact_sources` tells of each fact of the credit file where it is from. `fallbacks` are what intake had to do without
    (`source_unavailable:<source>`, ...): such an application is never approved by itself. `revision` counts from 1; an
    amended application is submitted again.
    """

    type: ClassVar[str] = "intake.application_submitted.v1"

    application_id: str
    party_id: str
    product: str
    requested: Amount
    facts: Facts
    submitted_at: Instant
    revision: int = 1
    fact_sources: dict[str, FactSource] = Field(default_factory=dict)
    fallbacks: tuple[str, ...] = Field(default=(), strict=False)


class ApplicationMoved(Contract):
    """An application went from one state into another; `from_state` is null for a new one.

    `reasons` are codes (of what is missing, of the screening that answered it, of who closed it). `earlier_decision_id`
    is the decision that a cooling-off rests on. `due_at` is when the state's clock runs out, null while none runs.
    """

    type: ClassVar[str] = "intake.application_moved.v1"

    application_id: str
    party_id: str
    product: str
    revision: int
    from_state: str | None
    to_state: str
    reasons: tuple[str, ...] = Field(default=(), strict=False)
    earlier_decision_id: str | None = None
    due_at: Instant | None = None
    moved_at: Instant


class ApplicationUpdated(Contract):
    """What an application asks for, or its facts, were amended; a submission of the same revision follows."""

    type: ClassVar[str] = "intake.application_updated.v1"

    application_id: str
    party_id: str
    product: str
    revision: int
    requested: Amount
    updated_at: Instant


class ApplicationWithdrawn(Contract):
    """The applicant no longer asks; nothing may be granted on this application."""

    type: ClassVar[str] = "intake.application_withdrawn.v1"

    application_id: str
    party_id: str
    product: str
    withdrawn_at: Instant


class ClockRunningOut(Contract):
    """A term of an application is near: told once for each clock and warning."""

    type: ClassVar[str] = "intake.clock_running_out.v1"

    application_id: str
    product: str
    profile: str
    clock: str
    due_at: Instant
    told_at: Instant


class PartyMerged(Contract):
    """Two records turned out to be one party: whatever is known of `merged_party_id` belongs to `party_id`."""

    type: ClassVar[str] = "intake.party_merged.v1"

    party_id: str
    merged_party_id: str
    merged_at: Instant


class PartyUnmerged(Contract):
    """A merge was taken back: the two are different parties again."""

    type: ClassVar[str] = "intake.party_unmerged.v1"

    party_id: str
    unmerged_party_id: str
    unmerged_at: Instant


class GroupChanged(Contract):
    """Who belongs together has changed: the members under the same control as `party_id`, itself included."""

    type: ClassVar[str] = "intake.group_changed.v1"

    party_id: str
    members: tuple[str, ...] = Field(strict=False)
    changed_at: Instant


class PartyErased(Contract):
    """What identified this person is gone for good; facts and decisions stay, under an id that names nobody."""

    type: ClassVar[str] = "intake.party_erased.v1"

    party_id: str
    erased_at: Instant


class IndicatorMoved(Contract):
    """A series has crossed a trigger; `value` and `reference` are decimals in the series' unit."""

    type: ClassVar[str] = "intake.indicator_moved.v1"

    series: str
    trigger: str
    value: str
    reference: str | None
    observed_on: str
    direction: Literal["up", "down"]
    told_at: Instant


class ReviewDue(Contract):
    """A person should look at a party's credit file again."""

    type: ClassVar[str] = "intake.review_due.v1"

    review_id: str
    party_id: str | None
    cause: str
    due_at: Instant
    told_at: Instant
