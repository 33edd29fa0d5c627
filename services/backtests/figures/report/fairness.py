"""Approval by protected group."""

from dataclasses import dataclass

from services.backtests.figures.ratios import Ratio, Significance


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
