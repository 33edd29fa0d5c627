"""Fairness of live scores and decisions, by group of a protected fact that no model and no policy has read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.measures.fairness import (
    MINIMUM_GROUP,
    equal_opportunity_difference,
    impact_ratio,
    standardised_mean_difference,
)
from services.scoring.domain.monitoring.counts import GroupCount
from services.scoring.domain.monitoring.figures import APPROVED, Estimate, FairnessFigures, GroupFairness
from services.scoring.domain.monitoring.rounding import estimate, share, six_places


@dataclass(slots=True)
class _Group:
    """One group, summed up; `passing` are scores at or above the cut-off, goods those of the performance window."""

    name: str | None
    scores: Counter[int] = field(default_factory=Counter)
    decided: int = 0
    approved: int = 0
    passing: int = 0
    goods: int = 0
    decided_goods: int = 0
    approved_goods: int = 0
    passing_goods: int = 0

    @property
    def approval_rate(self) -> Fraction:
        """Approved over decided; 0 where nothing was decided."""
        return Fraction(self.approved, self.decided) if self.decided else Fraction(0)

    def add(self, entry: GroupCount, cutoff: int | None) -> None:
        count = entry.count
        passes = cutoff is not None and entry.score >= cutoff
        if entry.recent:
            self.scores[entry.score] += count
            self.passing += count if passes else 0
            if entry.decision is not None:
                self.decided += count
                self.approved += count if entry.decision in APPROVED else 0
        if entry.bad is False:
            self.goods += count
            self.passing_goods += count if passes else 0
            if entry.decision is not None:
                self.decided_goods += count
                self.approved_goods += count if entry.decision in APPROVED else 0


def live_fairness(fact: str, rows: Sequence[GroupCount], wanted: str | None, cutoff: int | None) -> FairnessFigures:
    """Return the measures of a protected fact's groups against the group `wanted`, or the one that is approved most.

    The four-fifths rule compares with the group of the highest rate (29 CFR 1607.4(D)); a small group is not taken for
    it unless all are, and where nobody was approved the largest is. Whoever states no group is shown and compared with
    nobody.
    """
    groups: dict[str | None, _Group] = {}
    for entry in rows:
        groups.setdefault(entry.group, _Group(entry.group)).add(entry, cutoff)
    reference = _reference(groups, wanted)
    declined_goods = sum(group.decided_goods - group.approved_goods for group in groups.values())
    return FairnessFigures(
        fact=fact,
        reference=None if reference is None else reference.name,
        declined_with_outcome=declined_goods,
        groups=tuple(_compared(group, reference, cutoff, declined_goods > 0) for group in groups.values()),
    )


def _reference(groups: Mapping[str | None, _Group], wanted: str | None) -> _Group | None:
    if wanted is not None and wanted in groups:
        return groups[wanted]
    stated = [group for name, group in groups.items() if name is not None]
    among = [group for group in stated if group.decided >= MINIMUM_GROUP] or stated
    return max(among, key=lambda group: (group.approval_rate, group.scores.total()), default=None)


def _compared(group: _Group, reference: _Group | None, cutoff: int | None, declined_known: bool) -> GroupFairness:
    size = group.scores.total()
    too_small = size < MINIMUM_GROUP
    other = None if group is reference or group.name is None or too_small else reference
    impact = None if other is None else impact_ratio(group.approved, group.decided, other.approved, other.decided)
    return GroupFairness(
        group=group.name,
        is_reference=group is reference,
        too_small=too_small,
        scored=size,
        mean_score=six_places(Fraction(sum(score * count for score, count in group.scores.items()), size))
        if size
        else None,
        decided=group.decided,
        approved=group.approved,
        approval_rate=share(group.approved, group.decided),
        impact_ratio=None if impact is None else estimate(impact.ratio),
        impact_p_value=None if impact is None else six_places(impact.p_value),
        smd=None if other is None else _shown(standardised_mean_difference(group.scores, other.scores)),
        known_goods=group.goods,
        equal_opportunity=None if other is None or not declined_known else _opportunity(group, other),
        score_impact_ratio=None if other is None or cutoff is None else _score_impact(group, other),
        score_equal_opportunity=None if other is None or cutoff is None else _score_opportunity(group, other),
    )


def _opportunity(group: _Group, other: _Group) -> Estimate | None:
    return _shown(
        equal_opportunity_difference(
            group.approved_goods, group.decided_goods, other.approved_goods, other.decided_goods
        )
    )


def _score_impact(group: _Group, other: _Group) -> Estimate | None:
    found = impact_ratio(group.passing, group.scores.total(), other.passing, other.scores.total())
    return None if found is None else estimate(found.ratio)


def _score_opportunity(group: _Group, other: _Group) -> Estimate | None:
    return _shown(equal_opportunity_difference(group.passing_goods, group.goods, other.passing_goods, other.goods))


def _shown(interval: Interval | None) -> Estimate | None:
    return None if interval is None else estimate(interval)
