"""How the score treats protected groups, on rows that the model has not seen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.scorecards.validation.figures import bounded, decimal
from services.scorecards.validation.parts import Part
from services.scoring.domain.measures.fairness import (
    MINIMUM_GROUP,
    equal_opportunity_difference,
    impact_ratio,
    standardised_mean_difference,
)


@dataclass(frozen=True, slots=True)
class Treated:
    """Rows and goods of a group, and how many of each a cut-off approves."""

    rows: int
    approved: int
    goods: int
    approved_goods: int
    scores: Mapping[int, int]

    @property
    def approval_rate(self) -> Fraction:
        """Approved over all rows of the group."""
        return Fraction(self.approved, self.rows)


def fairness(part: Part, cut_off: int, references: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the measures of each protected attribute at a cut-off.

    The reference group of an attribute is the one that `references` names, or that with the highest approval rate
    among the large enough. Rows that state no group are shown and never judged; neither are groups below
    `MINIMUM_GROUP`. Raises `ValueError` for a reference that no row belongs to.
    """
    found = []
    for attribute, by_group in part.groups.items():
        treated = {group: _treated(counts, cut_off) for group, counts in by_group.items()}
        reference = references.get(attribute) or _favoured(treated)
        if reference is not None and reference not in treated:
            raise ValueError(f"no row of {part.name} has {attribute} {reference}")
        ordered = sorted(treated, key=lambda group: (group is None, group or ""))
        found.append(
            {
                "attribute": attribute,
                "part": part.name,
                "reference": reference,
                "reference_chosen": "stated" if attribute in references else "highest approval rate",
                "groups": [_group(group, treated[group], reference, treated) for group in ordered],
            }
        )
    return found


def _treated(counts: Counter[tuple[int, bool]], cut_off: int) -> Treated:
    scores: Counter[int] = Counter()
    rows, approved = Counter[bool](), Counter[bool]()
    for (score, is_bad), count in counts.items():
        scores[score] += count
        rows[is_bad] += count
        approved[is_bad] += count if score >= cut_off else 0
    return Treated(rows.total(), approved.total(), rows[False], approved[False], scores)


def _favoured(treated: Mapping[str | None, Treated]) -> str | None:
    large = {group: each for group, each in treated.items() if group is not None and each.rows >= MINIMUM_GROUP}
    if not large:
        return None
    return max(sorted(large), key=lambda group: (large[group].approval_rate, large[group].rows))


def _group(
    group: str | None, one: Treated, reference: str | None, treated: Mapping[str | None, Treated]
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "group": group,
        "rows": one.rows,
        "goods": one.goods,
        "approved": one.approved,
        "approval_rate": decimal(one.approval_rate),
    }
    if group is None or reference is None or group == reference:
        return shown
    if min(one.rows, treated[reference].rows) < MINIMUM_GROUP:
        return shown | {"not_judged": f"fewer than {MINIMUM_GROUP} rows"}
    return shown | _measures(one, treated[reference])


def _measures(one: Treated, other: Treated) -> dict[str, Any]:
    measures: dict[str, Any] = {}
    impact = impact_ratio(one.approved, one.rows, other.approved, other.rows)
    if impact is not None:
        measures["impact_ratio"] = {
            **bounded(impact.ratio),
            "p_value": decimal(impact.p_value),
            "below_four_fifths": impact.below_four_fifths,
        }
    difference = standardised_mean_difference(one.scores, other.scores)
    if difference is not None:
        measures["standardised_mean_difference"] = bounded(difference)
    if min(one.goods, other.goods) < MINIMUM_GROUP:
        return measures | {"equal_opportunity_not_judged": f"fewer than {MINIMUM_GROUP} goods"}
    opportunity = equal_opportunity_difference(one.approved_goods, one.goods, other.approved_goods, other.goods)
    if opportunity is not None:
        measures["equal_opportunity_difference"] = bounded(opportunity)
    return measures
