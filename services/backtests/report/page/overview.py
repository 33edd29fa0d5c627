"""The top of the page: what was compared, the report in sentences, warnings, key figures and the outcome matrix."""

from typing import Final

from services.backtests.figures.report import Cell, Report, Version
from services.backtests.figures.wording import money, percent
from services.backtests.report.words import NAME, OUTCOMES, key_figures, minute, period, points, short_money
from shared.pages.charts import Part, stacked, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import figure, paragraphs, scrolled, section, table

COLOUR: Final = {
    "approve": ("#1d6f5c", False),
    "counter_offer": ("#7fb8a4", True),
    "refer": ("#e3b341", True),
    "pend_info": ("#b9a7d3", True),
    "decline": ("#a63d40", False),
}
_SHADES: Final = ((30, 5), (15, 4), (5, 3), (1, 2))


def head(report: Report) -> Markup:
    """Return the title, with both versions, the data and the moment."""
    entries = [
        ("Live policy", _version(report.live)),
        ("Candidate", _version(report.candidate)),
        ("Applications", joined(f"{report.data.rows:,}, {period(report.data)}, from {report.data.source}")),
        ("Made", joined(minute(report.made_at))),
    ]
    versions = element(
        "dl", *(joined(element("dt", name), element("dd", text)) for name, text in entries), class_="versions"
    )
    kicker = element("p", "Backtest", class_="kicker")
    return element("header", kicker, element("h1", f"{report.product_title}: candidate against live policy"), versions)


def lead(report: Report) -> Markup:
    """Return the summary in sentences and the warnings, before any figure."""
    sentences = element("div", paragraphs(report.summary), class_="lead")
    if not report.warnings:
        return sentences
    items = [
        element("li", element("strong", "Important: ") if warned.serious else None, warned.text)
        for warned in report.warnings
    ]
    box = element("h2", "Before you read the figures", id="warnings")
    return joined(
        sentences, element("section", box, element("ul", *items), class_="warnings", aria_labelledby="warnings")
    )


def key(report: Report) -> Markup:
    """Return the key figures, as cards and in full."""
    live, candidate, currency = report.overall.live, report.overall.candidate, report.currency
    cards = [
        (
            "Approval rate",
            percent(candidate.approval_rate),
            f"{points(report.overall.approval_change)} from {percent(live.approval_rate)}",
        ),
        (
            "Limits granted",
            short_money(candidate.limit_minor, currency),
            f"from {short_money(live.limit_minor, currency)}",
        ),
        ("Referrals", f"{candidate.outcomes['refer']:,}", f"from {live.outcomes['refer']:,}"),
        _risk_card(report),
    ]
    shown = [
        element(
            "div",
            element("p", name, class_="name"),
            element("p", now, class_="now"),
            element("p", was, class_="was"),
            class_="card",
        )
        for name, now, was in cards
    ]
    full = table(
        "Granted means approved or offered another amount. Intervals are Wilson's.",
        ("Figure", "Live", "Candidate", "Change"),
        key_figures(report),
    )
    return section("key", "Key figures", element("div", *shown, class_="cards"), _outcomes(report), full)


def matrix(report: Report) -> Markup:
    """Return the outcome matrix, live by row and the candidate by column, shaded by the share of all applications."""
    cells = {(cell.live, cell.candidate): cell for cell in report.matrix}
    rows, currency = report.data.rows, report.currency
    heads = element("tr", element("th", "Live policy", scope="col", class_="text"), *_heads())
    above = element(
        "tr", element("td", ""), element("th", "Candidate", scope="colgroup", colspan=len(OUTCOMES)), element("td", "")
    )
    body = []
    for live in OUTCOMES:
        shown = [_cell(cells[live, candidate], rows, currency) for candidate in OUTCOMES]
        total = element("td", f"{report.overall.live.outcomes[live]:,}", class_="total")
        body.append(element("tr", element("th", NAME[live], scope="row"), *shown, total))
    sums = [element("td", f"{report.overall.candidate.outcomes[outcome]:,}") for outcome in OUTCOMES]
    body.append(element("tr", element("th", "All", scope="row"), *sums, element("td", f"{rows:,}"), class_="total"))
    caption = "Applications by both outcomes, and under them the amounts asked for. Framed: no change."
    content = element(
        "table", element("caption", caption), element("thead", above, heads), element("tbody", *body), class_="matrix"
    )
    return section("matrix", "What changes: outcomes under both policies", scrolled(content))


def _version(version: Version) -> Markup:
    code = element("code", version.content_hash)
    return joined(f"{version.title} \u2014 {version.name} version {version.version}, ", code)


def _risk_card(report: Report) -> tuple[str, str, str]:
    live, candidate = report.overall.live.granted, report.overall.candidate.granted
    if candidate.observed_bad is not None:
        return "Observed bad rate", percent(candidate.observed_bad), f"from {percent(live.observed_bad)}"
    return "Expected bad rate", percent(candidate.expected_bad), f"from {percent(live.expected_bad)}"


def _outcomes(report: Report) -> Markup:
    sides = (("Live", report.overall.live), ("Candidate", report.overall.candidate))
    rows = [
        (label, [Part(NAME[outcome], side.outcomes[outcome], *COLOUR[outcome]) for outcome in OUTCOMES])
        for label, side in sides
    ]
    items = [element("li", swatch(COLOUR[outcome][0]), NAME[outcome]) for outcome in OUTCOMES]
    return figure(
        stacked("outcomes", "Outcomes under both policies", rows),
        "Share of applications by outcome",
        element("ul", *items, class_="legend"),
    )


def _heads() -> list[Markup]:
    return [element("th", NAME[outcome], scope="col") for outcome in OUTCOMES] + [
        element("th", "All", scope="col", class_="total")
    ]


def _cell(cell: Cell, rows: int, currency: str) -> Markup:
    shade = f"cell h{_shade(cell.count, rows)}" + (" same" if cell.live == cell.candidate else "")
    if not cell.count:
        return element("td", "0", class_=shade)
    return element(
        "td",
        f"{cell.count:,}",
        element("small", short_money(cell.requested_minor, currency), title=money(cell.requested_minor, currency)),
        class_=shade,
    )


def _shade(count: int, rows: int) -> int:
    if not count:
        return 0
    return next((shade for least, shade in _SHADES if count * 100 >= rows * least), 1)
