"""The report of a search as a page: what was tried, the frontier, what qualifies, and how each treats every group."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from services.scorecards.report.words import NONE, entries, interval, items, named, note, number, p_value, percent
from shared.pages.charts import Dot, scatter, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.page import contents, page
from shared.pages.style import CANDIDATE, LIVE
from shared.pages.tables import figure, paragraphs, section, table

_QUALIFIES: Final = "#1d6f5c"
_PART: Final = "held-out rows"
_SHOWN: Final = 5
"""Alternatives whose groups are shown; the JSON report has all."""


def alternatives_page(report: Mapping[str, Any]) -> str:
    """Return the report of `search_alternatives` as one self-contained HTML page."""
    sections = [
        ("search", "What was tried", _search(report)),
        ("frontier", "Ranking against treatment", _frontier(report)),
        ("alternatives", "Every scorecard tried", _all(report)),
        ("groups", "Groups", _groups(report)),
        ("limits", "How to read this", _limits()),
    ]
    return page(
        f"Less discriminatory alternatives: {report['title']}",
        _head(report),
        element("div", paragraphs(_summary(report)), class_="lead"),
        contents((name, title) for name, title, _ in sections),
        joined(*(section(name, title, content) for name, title, content in sections)),
        element("footer", f"Build spec {report['spec_sha256']}, data {report['data_sha256']}."),
    )


def _head(report: Mapping[str, Any]) -> Markup:
    pairs = [
        ("Model", f"{report['name']}, version {report['version']}"),
        ("Product", report["product"]),
        ("Judged on", f"{report['rows']:,} {_PART}, {report['bads']:,} of them bad"),
        (
            "Qualifies",
            f"AUC lower by {report['auc_loss']} or less, lowest ratio higher by {report['ratio_gain']} or more",
        ),
    ]
    kicker = element("p", "Less discriminatory alternatives", class_="kicker")
    return element("header", kicker, element("h1", report["title"]), entries(pairs))


def _summary(report: Mapping[str, Any]) -> list[str]:
    first, *others = report["candidates"]
    qualifying = [each for each in others if each["qualifies"]]
    told = [
        f"{len(others)} scorecards were fitted beside the one that the build spec gives, whose AUC is"
        f" {interval(first['auc'])} and whose lowest adverse impact ratio is {_ratio(first)}."
    ]
    if first["lowest_impact_ratio"] is None:
        return [*told, "No group is large enough to be judged, so nothing follows about fairness."]
    if not qualifying:
        return [*told, "None of them qualifies."]
    best = max(qualifying, key=lambda each: Decimal(each["lowest_impact_ratio"]))
    return [
        *told,
        f"Alternatives that qualify: {len(qualifying)}. The highest ratio is {_ratio(best)}, of the scorecard"
        f" \u201c{best['name']}\u201d, with an AUC of {interval(best['auc'])}.",
    ]


def _search(report: Mapping[str, Any]) -> Markup:
    return joined(
        element("p", "The search is bounded; each scorecard was fitted anew on the training rows:"),
        items(report["search"]),
        element("p", "Cut-offs approve the same share of the training rows under every scorecard."),
    )


def _frontier(report: Mapping[str, Any]) -> Markup | None:
    judged = [each for each in report["candidates"] if each["lowest_impact_ratio"] is not None]
    if not judged:
        return None
    dots = [
        Dot(
            each["name"],
            Fraction(each["auc"]["estimate"]),
            Fraction(each["lowest_impact_ratio"]),
            LIVE if each is report["candidates"][0] else _QUALIFIES if each["qualifies"] else CANDIDATE,
            each["on_frontier"],
        )
        for each in judged
    ]
    colours = ((LIVE, "as the spec says"), (_QUALIFIES, "qualifies"), (CANDIDATE, "does not qualify"))
    legend = element("ul", *(element("li", swatch(colour), words) for colour, words in colours), class_="legend")
    chart = scatter("frontier-chart", "AUC and lowest adverse impact ratio", dots, "AUC", "lowest adverse impact ratio")
    return figure(chart, f"Each scorecard tried, {_PART}; the line joins those that no other beats in both", legend)


def _all(report: Mapping[str, Any]) -> Markup:
    rows = [
        (
            each["name"],
            interval(each["auc"]),
            _difference(each),
            _ratio(each),
            number(each["largest_mean_difference"], 2),
            percent(each["approval_rate"]),
            "yes" if each["qualifies"] else "no",
        )
        for each in sorted(report["candidates"][1:], key=_rank)
    ]
    first = report["candidates"][0]
    spec = (
        first["name"],
        interval(first["auc"]),
        NONE,
        _ratio(first),
        number(first["largest_mean_difference"], 2),
        percent(first["approval_rate"]),
        NONE,
    )
    heads = (
        "Scorecard",
        "AUC, 95 % interval",
        "AUC less that of the spec",
        "Lowest impact ratio",
        "Largest mean difference",
        "Approved",
        "Qualifies",
    )
    return table("Those that qualify first, then by lowest impact ratio", heads, [spec, *rows])


def _rank(candidate: Mapping[str, Any]) -> tuple[bool, Decimal, str]:
    return not candidate["qualifies"], -Decimal(candidate["lowest_impact_ratio"] or 0), candidate["name"]


def _difference(candidate: Mapping[str, Any]) -> str:
    found = candidate["auc_difference"]
    return f"{number(found['estimate'], 4)} (p {p_value(found['p_value'])})"


def _ratio(candidate: Mapping[str, Any]) -> str:
    return number(candidate["lowest_impact_ratio"], 3)


def _groups(report: Mapping[str, Any]) -> Markup | None:
    qualifying = [each for each in sorted(report["candidates"][1:], key=_rank) if each["qualifies"]]
    shown = [report["candidates"][0], *qualifying[:_SHOWN]]
    tables = [_group_table(found["attribute"], shown) for found in shown[0]["fairness"]]
    return joined(*tables) if tables else None


def _group_table(attribute: str, shown: Sequence[Mapping[str, Any]]) -> Markup:
    rows = []
    for candidate in shown:
        found = next(each for each in candidate["fairness"] if each["attribute"] == attribute)
        for group in found["groups"]:
            if "impact_ratio" in group:
                rows.append(
                    (
                        candidate["name"],
                        group["group"],
                        percent(group["approval_rate"]),
                        interval(group["impact_ratio"], 2),
                        interval(group.get("standardised_mean_difference"), 2),
                        interval(group.get("equal_opportunity_difference"), 3),
                    )
                )
    reference = next(each["reference"] for each in shown[0]["fairness"] if each["attribute"] == attribute)
    heads = (
        "Scorecard",
        "Group",
        "Approval rate",
        "Adverse impact ratio",
        "Standardised mean difference",
        "Equal-opportunity difference",
    )
    caption = f"Against the group {reference}: the scorecard of the spec and the first {_SHOWN} that qualify"
    content = table(caption, heads, rows, texts=2) if rows else note("No group is large enough to be judged.")
    return joined(element("h3", named(attribute)), content)


def _limits() -> Markup:
    return items(
        [
            "The held-out rows were looked at once for every scorecard here. The best of many looks better than it is:"
            " confirm an alternative on rows that this search has not seen before it is taken.",
            "Intervals and p-values are each for itself. AUCs are compared by the paired test of DeLong, DeLong and"
            " Clarke-Pearson (1988).",
            "That nothing qualifies says that this search found nothing, and not that there is nothing to find.",
            "Whether a characteristic is needed for the business is for people to judge; the search does not know.",
        ]
    )
