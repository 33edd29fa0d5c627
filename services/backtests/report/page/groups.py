"""The same figures by segment, and approval rates by protected group."""

from fractions import Fraction

from services.backtests.figures.ratios import Ratio
from services.backtests.figures.report import AdverseImpact, Group, GroupRate, Report, Segment, Slice
from services.backtests.figures.wording import percent, segment_note
from services.backtests.report.page.changes import legend
from services.backtests.report.words import label, points, short_money
from shared.pages.charts import Pair, rates, ratios
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import above, figure, scrolled, section, table

_DRAWN = 24
_FOUR_FIFTHS = Fraction(4, 5)


def segments(report: Report) -> Markup:
    """Return a chart and a table for each segment."""
    shown = [_segment(each, number, report.currency) for number, each in enumerate(report.segments)]
    return section("segments", "By segment", *shown)


def fairness(report: Report) -> Markup:
    """Return the adverse impact ratios by protected group, or that nothing is known of any."""
    if not report.adverse_impact:
        words = (
            "The data has no protected attribute, so that nothing can be said of adverse impact. That is not a pass."
        )
        return section("fairness", "Adverse impact", element("p", words))
    intro = (
        "The impact ratio is a group's approval rate over that of the group with the highest rate. Below 0.80 it is "
        "generally regarded as evidence of adverse impact (four-fifths rule, 29 CFR 1607.4(D)); above it is no proof "
        "of fairness. Groups of fewer than 30 are marked and are no reference."
    )
    shown = [_impact(each, number) for number, each in enumerate(report.adverse_impact)]
    return section("fairness", "Adverse impact", element("p", intro), *shown)


def _segment(segment: Segment, number: int, currency: str) -> Markup:
    values = [(label(each.value), each.slice) for each in segment.values]
    if segment.others is not None:
        values.append(("(all others)", segment.others))
    largest = sorted(values, key=lambda value: -value[1].rows)[:_DRAWN]
    pairs = [
        Pair(
            name,
            _fraction(each.live.approval_rate),
            _fraction(each.candidate.approval_rate),
            percent(each.live.approval_rate),
            percent(each.candidate.approval_rate),
        )
        for name, each in values
        if (name, each) in largest
    ]
    drawn = "Approval rate under both policies" + (f", the {_DRAWN} largest" if len(values) > _DRAWN else "")
    heads = (
        "Value",
        "Applications",
        "Approval rate",
        "Change",
        "Referred",
        "Swap-in",
        "Swap-out",
        "Limits",
        "Bad of granted",
    )
    rows = [(name, *_figures(each, currency)) for name, each in values]
    return joined(
        element("h3", segment.name),
        figure(rates(f"segment-{number}", f"Approval rate by {segment.name}", pairs), drawn, legend()),
        table("The candidate, and under it live. " + segment_note(segment), heads, rows),
    )


def _figures(each: Slice, currency: str) -> tuple[str, ...]:
    live, candidate = each.live, each.candidate
    return (
        f"{each.rows:,}",
        above(percent(candidate.approval_rate), f"live {percent(live.approval_rate)}"),
        points(each.approval_change),
        above(percent(candidate.referral_rate), f"live {percent(live.referral_rate)}"),
        f"{each.swap_in.count:,}",
        f"{each.swap_out.count:,}",
        above(short_money(candidate.limit_minor, currency), f"live {short_money(live.limit_minor, currency)}"),
        above(percent(candidate.granted.observed_bad), f"live {percent(live.granted.observed_bad)}"),
    )


def _impact(impact: AdverseImpact, number: int) -> Markup:
    told = [
        group
        for group in impact.groups
        if group.live.impact_ratio is not None or group.candidate.impact_ratio is not None
    ]
    pairs = [
        Pair(
            label(group.value),
            _fraction(group.live.impact_ratio),
            _fraction(group.candidate.impact_ratio),
            _ratio(group.live),
            _ratio(group.candidate),
        )
        for group in told
    ]
    chart = None
    if pairs:
        drawn = ratios(f"impact-{number}", f"Adverse impact ratio by {impact.attribute}", pairs, _FOUR_FIFTHS)
        chart = figure(
            drawn,
            "Approval rate of the group as a share of that of the reference group; the dashed line is four fifths",
            legend(),
        )
    heads = (
        "Group",
        "Applications",
        "Approved, live",
        "Impact ratio",
        "Difference",
        "Approved, candidate",
        "Impact ratio",
        "Difference",
    )
    head = element(
        "tr", *(element("th", text, scope="col", class_=None if at else "text") for at, text in enumerate(heads))
    )
    references = impact.live_reference or "none", impact.candidate_reference or "none"
    caption = f"Reference group: {references[0]} under live, {references[1]} under the candidate."
    if impact.grouped_with_others:
        caption += f" {impact.grouped_with_others:,} smaller groups are left out."
    body = [_group(group) for group in impact.groups]
    content = element("table", element("caption", caption), element("thead", head), element("tbody", *body))
    return joined(element("h3", impact.attribute), chart, scrolled(content))


def _group(group: Group) -> Markup:
    small = element("small", "fewer than 30") if group.small_sample else None
    cells = [
        cell
        for side in (group.live, group.candidate)
        for cell in (
            element("td", percent(side.approved), element("small", f"{side.approved.numerator:,}")),
            element("td", _ratio(side), class_="below" if side.below_four_fifths else None),
            element("td", _difference(side)),
        )
    ]
    return element(
        "tr", element("th", label(group.value), small, scope="row"), element("td", f"{group.rows:,}"), *cells
    )


def _ratio(side: GroupRate) -> str:
    return (
        "-"
        if side.impact_ratio is None
        else side.impact_ratio.value[:-1] + ("" if not side.below_four_fifths else " \u25bc")
    )


def _difference(side: GroupRate) -> str:
    found = side.significance
    if found is None:
        return "-"
    name = "p" if found.test == "fisher_exact" else "z"
    return above(f"{name} = {found.statistic}", "significant" if found.significant else "within chance")


def _fraction(ratio: Ratio | None) -> Fraction:
    return Fraction(0) if ratio is None else Fraction(ratio.numerator, ratio.denominator)
