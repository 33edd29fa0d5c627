"""A backtest's report as a value: two policies over the same applications, in exact figures.

Amounts are integers in minor units of the product's currency (a sum may exceed 2^53). Rates are exact ratios with a
decimal string of four places beside them. Granted means approved or offered another amount (`approve`,
`counter_offer`); everything else is not granted. `live` is the policy in force, `candidate` the one proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.backtests.figures.ratios import Interval, Ratio, Significance

REPORT_VERSION: Final = 1
"""Raised when a field is removed or means something else; fields may be added without."""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the policies that were compared, and the engine that ran it with the reason for that engine."""

    name: str
    version: str
    content_hash: str
    title: str
    engine: str
    engine_reason: str


@dataclass(frozen=True, slots=True)
class RejectedReason:
    """Rows that were set aside for one reason."""

    column: str | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Data:
    """What the policies were run over. `rows` were decided on, `rejected` rows set aside before; times are UTC."""

    source: str
    rows: int
    rejected: int
    rejected_reasons: tuple[RejectedReason, ...]
    first: datetime | None
    last: datetime | None
    with_performance: int
    bad: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Applications that the live policy answered with one outcome and the candidate with one.

    Limits are sums of what the policy grants; `with_pd` applications have a probability of default, `pd_sum` is the
    sum of them, scaled by ten to the power of the product's `pd` scale.
    """

    live: str
    candidate: str
    count: int
    requested_minor: int
    live_limit_minor: int
    candidate_limit_minor: int
    with_pd: int
    pd_sum: int
    with_performance: int
    bad: int


@dataclass(frozen=True, slots=True)
class Population:
    """A set of applications, and how they pay: as the score expects and as was observed.

    `expected_bad` is the mean probability of default of the `with_pd` that have one; `observed_bad` the share that
    went bad among the `with_performance` whose performance is known, with its 95 % Wilson interval.
    """

    count: int
    requested_minor: int
    live_limit_minor: int
    candidate_limit_minor: int
    with_pd: int
    expected_bad: Ratio | None
    with_performance: int
    without_performance: int
    bad: int
    observed_bad: Ratio | None
    observed_bad_interval: Interval | None


@dataclass(frozen=True, slots=True)
class SideFigures:
    """What one policy makes of a set of applications; `approval_rate` is the share that is granted credit."""

    outcomes: Mapping[str, int]
    approval_rate: Ratio | None
    referral_rate: Ratio | None
    limit_minor: int
    average_limit_minor: int | None
    granted: Population


@dataclass(frozen=True, slots=True)
class Slice:
    """A set of applications under both policies: all of them, a segment, or a group.

    `approval_change` is in percentage points, with a sign.
    """

    rows: int
    live: SideFigures
    candidate: SideFigures
    approval_change: str | None
    granted_by_both: Population
    swap_in: Population
    swap_out: Population
    granted_by_neither: Population


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """How often a reason was given for an outcome; an application may have several reasons."""

    outcome: str
    code: str
    wording: str
    live: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Referrals by work queue; None where the policy names none."""

    queue: str | None
    live: int
    candidate: int


@dataclass(frozen=True, slots=True)
class GradeMove:
    """Applications by grade under both policies; None where a policy gives no grade."""

    live: str | None
    candidate: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Change:
    """Applications of which a term went one way, with the limits of both policies."""

    count: int
    live_limit_minor: int
    candidate_limit_minor: int


@dataclass(frozen=True, slots=True)
class TermsChanges:
    """How the terms change for applications that both policies grant credit.

    Rates are averages over applications that have one, as ratios: 0.0790 is 7.9 % a year.
    """

    limit_up: Change
    limit_same: Change
    limit_down: Change
    rate_up: Change
    rate_same: Change
    rate_down: Change
    average_rate_live: Ratio | None
    average_rate_candidate: Ratio | None


@dataclass(frozen=True, slots=True)
class SegmentValue:
    """One value of a segment; None where the application has none."""

    value: str | None
    slice: Slice


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its largest values; `others` has the rest of them, if there are more."""

    name: str
    values: tuple[SegmentValue, ...]
    others: Slice | None


@dataclass(frozen=True, slots=True)
class GroupRate:
    """The approval rate of a group under one policy, against that of the reference group.

    `impact_ratio` is the group's rate over the reference's. `significance` is that of the difference.
    """

    approved: Ratio
    impact_ratio: Ratio | None
    below_four_fifths: bool
    significance: Significance | None


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a protected attribute; None is for applications that do not state it."""

    value: str | None
    rows: int
    small_sample: bool
    live: GroupRate
    candidate: GroupRate


@dataclass(frozen=True, slots=True)
class AdverseImpact:
    """Approval by group of one protected attribute; `grouped_with_others` are values beyond the largest ones."""

    attribute: str
    groups: tuple[Group, ...]
    live_reference: str | None
    candidate_reference: str | None
    grouped_with_others: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Applications that were recorded with one outcome and that the live policy, run again, gives another."""

    recorded: str
    live: str
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the live policy, run again, gives the outcome that was recorded."""

    agreed: Ratio
    differences: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact of an example in words: what it is called and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A reason code with its wording."""

    code: str
    wording: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What one policy says to an example: the answer, its account in words, and the trace of every rule.

    `trace` has the form of `expand_trace`; of a table with many rows only those that hit or lacked a fact, the number
    of the others being its `rows_left_out`.
    """

    outcome: str
    grade: str | None
    approved_minor: int | None
    rate: str | None
    reasons: tuple[ReasonGiven, ...]
    queue: str | None
    conditions: tuple[str, ...]
    account: tuple[str, ...]
    trace: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An application whose answer swaps, without protected facts; `bad` is None where its performance is unknown."""

    reference: str
    as_of: datetime
    bad: bool | None
    facts: tuple[Statement, ...]
    live: Answered
    candidate: Answered


@dataclass(frozen=True, slots=True)
class SwapSet:
    """Applications that only one of the policies grants credit, what that means in words, and examples."""

    population: Population
    statements: tuple[str, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader has to know before any figure; `serious` where it limits what the report shows."""

    code: str
    text: str
    serious: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say of one backtest. `seed` chose the examples; the same seed chooses the same."""

    product: str
    product_title: str
    currency: str
    made_at: datetime
    live: Version
    candidate: Version
    data: Data
    summary: tuple[str, ...]
    warnings: tuple[Warned, ...]
    overall: Slice
    matrix: tuple[Cell, ...]
    swap_in: SwapSet
    swap_out: SwapSet
    queues: tuple[Queue, ...]
    reasons: tuple[ReasonLine, ...]
    grades: tuple[GradeMove, ...]
    terms: TermsChanges
    segments: tuple[Segment, ...]
    adverse_impact: tuple[AdverseImpact, ...]
    agreement: Agreement | None
    seed: str
