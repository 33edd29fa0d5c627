"""A monitoring report as one HTML file: what is remarkable first, then everything it rests on."""

from services.scoring.domain.monitoring.figures import Level, Reading
from services.scoring.domain.monitoring.report import Report
from services.scoring.report import decisions, fairness, performance, stability
from services.scoring.report.words import LEVEL, interval, minute, percent, plain, subject, value
from shared.pages.markup import Markup, element, joined
from shared.pages.page import contents, page
from shared.pages.tables import section, table

_SECTIONS = (
    ("readings", "Thresholds"),
    ("stability", "Stability of the score"),
    ("characteristics", "Stability of characteristics"),
    ("performance", "Performance"),
    ("decisions", "Decisions by score"),
    ("segments", "Segments"),
    ("fairness", "Fairness"),
    ("method", "Method"),
)

_METHOD = (
    "Stability: the population stability index, the sum of (a - e) ln(a / e) over the bins that the model's artefact "
    "froze at development; an empty bin counts as half a row. Under no shift at all the index exceeds its critical "
    "value in 1 % of samples of these sizes (Yurdakul & Naranjo, 2020), so an alarm takes both: the threshold and the "
    "critical value.",
    "Performance: mature outcomes only, that is those whose performance window was over when they were observed, or "
    "that are bad already. AUC with the interval of DeLong (1988), KS with a bootstrap interval. Calibration takes "
    "only applications whose window is over, with exact binomial tests.",
    "Fairness: groups of fewer than 30 are named and not judged. Adverse impact ratio with the interval of Katz (1978) "
    "and a two-proportion test, standardised mean difference (Cohen's d), equal opportunity difference with "
    "Newcombe's interval. Protected facts were read for this report alone; no model and no policy can refer to them.",
)


def report_page(report: Report) -> str:
    """Return a report as an HTML document."""
    figures = report.figures
    found = [
        section("readings", "Thresholds", _readings(report)),
        section("stability", "Stability of the score", stability.score(figures)),
        section("characteristics", "Stability of characteristics", stability.characteristics(figures)),
        section("performance", "Performance", performance.performance(figures)),
        section("decisions", "Decisions by score", decisions.mix(figures)),
        section("segments", "Segments", decisions.segments(figures)),
        section("fairness", "Fairness", *(fairness.fact(each) for each in figures.fairness)),
        section("method", "Method", *(element("p", text) for text in _METHOD)),
    ]
    shown = [entry for entry, content in zip(_SECTIONS, found, strict=True) if content]
    title = f"{report.model.name}, version {report.model.version}: monitoring report"
    return page(title, _head(report, title), _cautions(report), _cards(report), contents(shown), *found, _foot(report))


def _head(report: Report, title: str) -> Markup:
    entries = [
        ("Product", report.model.product),
        ("Model", f"{report.model.name}, version {report.model.version}"),
        ("Artefact", report.model.content_hash),
        ("Scores", f"{minute(report.window.start)} to {minute(report.window.end)}"),
        ("Outcomes", f"of scores since {minute(report.performance_start)}"),
        ("Measured", f"{minute(report.measured_at)}, {'on schedule' if report.scheduled else 'on request'}"),
    ]
    facts = [joined(element("dt", name), element("dd", text)) for name, text in entries]
    kicker = element("p", "Model monitoring", class_="kicker")
    return element("header", kicker, element("h1", title), element("dl", *facts, class_="versions"))


def _cautions(report: Report) -> Markup | None:
    if not report.figures.cautions:
        return None
    items = [element("li", text) for text in report.figures.cautions]
    heading = element("h2", "Before you read the figures", id="cautions")
    return element("section", heading, element("ul", *items), class_="warnings", aria_labelledby="cautions")


def _cards(report: Report) -> Markup:
    figures = report.figures
    serious = [reading for reading in figures.readings if reading.level is not Level.CALM]
    score, known = figures.score, figures.performance
    cards = [
        (
            "Beyond thresholds",
            str(len(serious)),
            f"{sum(reading.level is Level.ACT for reading in serious)} to act on, of {len(figures.readings)} figures",
        ),
        (
            "PSI of the score",
            "-" if score is None else plain(score.value),
            "not measured" if score is None else f"by chance up to {plain(score.critical_99)}",
        ),
        (
            "AUC",
            "-" if known.auc is None else plain(known.auc.value),
            f"validation {plain(known.promised_auc)}"
            if known.auc is None
            else f"{interval(known.auc)}; validation {plain(known.promised_auc)}",
        ),
        ("Scored", f"{figures.scored:,}", f"{percent(figures.failure_share)} of applications got none"),
    ]
    return element(
        "div",
        *(
            element(
                "div",
                element("p", name, class_="name"),
                element("p", now, class_="now"),
                element("p", under, class_="was"),
                class_="card",
            )
            for name, now, under in cards
        ),
        class_="cards",
    )


def _readings(report: Report) -> Markup:
    readings = report.figures.readings
    if not readings:
        return element("p", "Nothing could be measured.")
    order = {Level.ACT: 0, Level.WATCH: 1, Level.CALM: 2}
    ranked = sorted(readings, key=lambda reading: order[reading.level])
    serious = [reading for reading in ranked if reading.level is not Level.CALM]
    calm = [reading for reading in ranked if reading.level is Level.CALM]
    heads = ("Figure", "Level", "Value", "Watch", "Act", "By chance")
    shown = table("Beyond a threshold, and not by chance.", heads, map(_row, serious), texts=2) if serious else None
    rest = element(
        "details",
        element("summary", f"{len(calm)} figures within their thresholds"),
        table("", heads, map(_row, calm), texts=2),
    )
    none = element("p", "No figure is beyond its threshold.") if not serious else None
    return joined(none, shown, rest if calm else None)


def _row(reading: Reading) -> tuple[str, ...]:
    return (
        subject(reading),
        LEVEL[reading.level],
        value(reading, reading.value),
        value(reading, reading.watch),
        value(reading, reading.act),
        value(reading, reading.critical),
    )


def _foot(report: Report) -> Markup:
    return element("footer", f"Report {report.report_id}, requested by {report.requested_by}.")
