"""Fairness of scores and decisions, by protected fact."""

from fractions import Fraction

from services.scoring.domain.monitoring.figures import Estimate, FairnessFigures, GroupFairness
from services.scoring.report.charts import RatioRow, impact_ratios
from services.scoring.report.words import group, interval, percent, plain
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import above, figure, table


def fact(found: FairnessFigures) -> Markup:
    """Return the groups of a protected fact beside their reference group."""
    heads = ("Group", "Scored", "Mean score", "SMD", "Decided", "Approved", "Impact ratio", "p", "Equal opportunity")
    words = f"Reference: {group(found.reference)}. " if found.reference is not None else ""
    if not found.declined_with_outcome:
        words += "No outcome is known of declined applicants, so equal opportunity of decisions can't be told. "
    rows = table(words + "Intervals are of 95 %.", heads, map(_row, found.groups))
    return joined(element("h3", found.fact), _ratios(found), rows, _of_score(found))


def _ratios(found: FairnessFigures) -> Markup | None:
    judged = [(each, each.impact_ratio) for each in found.groups if each.impact_ratio is not None]
    if not judged:
        return None
    chart = impact_ratios(
        f"impact-{found.fact}",
        f"Approval rate of each group over the reference group's, {found.fact}",
        [
            RatioRow(
                group(each.group),
                Fraction(ratio.value),
                Fraction(ratio.low),
                Fraction(ratio.high),
                f"{plain(ratio.value, 2)} ({interval(ratio, 2)})",
            )
            for each, ratio in judged
        ],
    )
    return figure(chart, "Approval rate over the reference group's, with its interval; the line is at four fifths.")


def _row(each: GroupFairness) -> tuple[str, ...]:
    note = "reference" if each.is_reference else "too few to judge" if each.too_small else ""
    return (
        above(group(each.group), note) if note else group(each.group),
        f"{each.scored:,}",
        plain(each.mean_score, 1),
        _estimate(each.smd),
        f"{each.decided:,}",
        percent(each.approval_rate),
        _estimate(each.impact_ratio),
        plain(each.impact_p_value),
        _estimate(each.equal_opportunity),
    )


def _of_score(found: FairnessFigures) -> Markup | None:
    judged = [each for each in found.groups if each.score_impact_ratio or each.score_equal_opportunity]
    if not judged:
        return None
    rows = [
        (
            group(each.group),
            _estimate(each.score_impact_ratio),
            f"{each.known_goods:,}",
            _estimate(each.score_equal_opportunity),
        )
        for each in judged
    ]
    heads = ("Group", "Impact ratio", "Known goods", "Equal opportunity")
    return table("The score alone: who reaches the cut-off, of all and of those known to be good.", heads, rows)


def _estimate(found: Estimate | None) -> str:
    return "-" if found is None else above(plain(found.value, 2), interval(found, 2))
