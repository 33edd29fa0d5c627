"""Sets of applications under both policies, and what there is to say of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.backtests.figures.ratios import Interval, Ratio


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
