"""Adverse impact: approval rates by protected group, and the four-fifths rule. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from services.backtests.figures.ratios import SMALL_SAMPLE, Ratio, compare_rates
from services.backtests.figures.report import AdverseImpact, Cell, Group, GroupRate
from services.backtests.figures.slices import Chosen, granted_candidate, granted_live

Counts = Mapping[str | None, tuple[int, int]]
"""Granted and all applications, by group."""


def adverse_impact(
    attribute: str, values: Sequence[tuple[str | None, Sequence[Cell]]], grouped_with_others: int
) -> AdverseImpact:
    """Return the adverse impact ratios of one protected attribute under both policies.

    A group's approval rate over that of the group with the highest rate; below four fifths, enforcement agencies
    generally regard it as evidence of adverse impact (29 CFR 1607.4(D)). Groups of fewer than `SMALL_SAMPLE` are not
    taken as the reference unless all are small, and applications that state no group never are.
    """
    live, candidate = _counts(values, granted_live), _counts(values, granted_candidate)
    references = _reference(live), _reference(candidate)
    groups = [
        Group(
            value=value,
            rows=live[value][1],
            small_sample=live[value][1] < SMALL_SAMPLE,
            live=_rate(live, value, references[0]),
            candidate=_rate(candidate, value, references[1]),
        )
        for value in live
    ]
    return AdverseImpact(attribute, tuple(groups), *references, grouped_with_others)


def _counts(values: Sequence[tuple[str | None, Sequence[Cell]]], granted: Chosen) -> Counts:
    counts = {
        value: (sum(cell.count for cell in cells if granted(cell)), sum(cell.count for cell in cells))
        for value, cells in values
    }
    return {value: count for value, count in counts.items() if count[1]}


def _reference(counts: Counts) -> str | None:
    """Return the group with the highest approval rate, the larger of equals; None where nobody is granted credit."""
    stated = {value: count for value, count in counts.items() if value is not None and count[0]}
    large = {value: count for value, count in stated.items() if count[1] >= SMALL_SAMPLE}
    among = large or stated
    if not among:
        return None
    return max(among, key=lambda value: (Fraction(*among[value]), among[value][1]))


def _rate(counts: Counts, value: str | None, reference: str | None) -> GroupRate:
    granted, rows = counts[value]
    approved = Ratio(granted, rows)
    if reference is None or value is None or value == reference:
        return GroupRate(approved, Ratio(1, 1) if value == reference and value is not None else None, False, None)
    other_granted, other_rows = counts[reference]
    impact = Ratio(granted * other_rows, rows * other_granted)
    below = 5 * impact.numerator < 4 * impact.denominator
    return GroupRate(approved, impact, below, compare_rates(granted, rows, other_granted, other_rows))
