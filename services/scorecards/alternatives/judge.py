"""What is measured of every scorecard tried: how it ranks, and how it treats protected groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy

from services.scorecards.build.fit import Model
from services.scorecards.build.sample import Sample
from services.scorecards.validation import Role, count_scores
from services.scorecards.validation.fairness import fairness


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a scorecard treats groups at its cut-off, with the two figures that sum it up.

    `lowest_ratio` is the lowest adverse impact ratio of all groups that are judged, `largest_difference` the largest
    standardised mean difference in size; None where no group is judged.
    """

    cut_off: int
    approval_rate: float
    attributes: Sequence[Mapping[str, Any]]

    @property
    def lowest_ratio(self) -> Decimal | None:
        """The adverse impact ratio of the group that fares worst."""
        return min((Decimal(each["impact_ratio"]["estimate"]) for each in self._judged("impact_ratio")), default=None)

    @property
    def largest_difference(self) -> Decimal | None:
        """The standardised mean difference that is farthest from 0, without its sign."""
        name = "standardised_mean_difference"
        return max((abs(Decimal(each[name]["estimate"])) for each in self._judged(name)), default=None)

    @property
    def references(self) -> dict[str, str]:
        """The reference group of each attribute that has one."""
        return {each["attribute"]: each["reference"] for each in self.attributes if each["reference"] is not None}

    def _judged(self, measure: str) -> Iterator[Mapping[str, Any]]:
        return (group for each in self.attributes for group in each["groups"] if measure in group)


def approving(scores: Any, share: float) -> int:
    """Return the highest cut-off that approves at least `share` of the scores, an array."""
    ranked = numpy.sort(scores)[::-1]
    return int(ranked[min(len(ranked) - 1, max(0, int(numpy.ceil(share * len(ranked))) - 1))])


def treatment(
    name: str, model: Model, sample: Sample, cut_off: int, references: Mapping[str, str] | None = None
) -> Treatment:
    """Return how `model` treats the protected groups of `sample` at a cut-off, against the same `references`."""
    scores = model.scores(sample)
    groups = {
        attribute: numpy.array([*each.labels, None], dtype=object)[each.places].tolist()
        for attribute, each in sample.protected.items()
    }
    part = count_scores(name, Role.HELD_OUT, scores.tolist(), sample.bads.tolist(), groups)
    return Treatment(cut_off, float((scores >= cut_off).mean()), fairness(part, cut_off, references or {}))
