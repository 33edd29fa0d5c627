"""How well the model ranks and how true its PDs are."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.scorecards.report.characteristics import bars_and_dots
from services.scorecards.report.words import (
    entries,
    fraction,
    interval,
    judged,
    number,
    p_value,
    part_name,
    parts,
    percent,
    stated,
)
from shared.pages.charts import Columns, Curve, Observed, against_expected, columns, curves, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.style import BADS, CANDIDATE, GOODS, LIVE
from shared.pages.tables import figure, table

_METHODS = {
    "level": "Level",
    "auc": "AUC",
    "ks": "KS",
    "calibration": "Calibration",
    "psi": "PSI",
    "fairness": "Fairness",
}
_COLOURS = (LIVE, CANDIDATE, "#b7791f")


def results(document: Mapping[str, Any]) -> Markup:
    """Return discrimination, distribution, calibration, gains and cut-offs; that there is none, where there is none."""
    part = judged(document)
    if part is None:
        return element(
            "p",
            "The artefact carries no validation pack. A validator needs one: build the model anew with the build spec"
            " and data named above.",
        )
    measured = parts(document)
    return joined(
        element("h3", "Discrimination"),
        _discrimination(measured),
        _cross_validation(document),
        element("div", _roc(measured), _captured(measured), class_="two"),
        _legend([(_COLOURS[number % len(_COLOURS)], part_name(each["name"])) for number, each in enumerate(measured)]),
        element("h3", "Distribution of scores"),
        _distribution(part),
        element("h3", "Calibration"),
        *(_calibration(each) for each in measured),
        element("h3", "Gains"),
        _gains(part),
        element("h3", "Score bands"),
        _bands(measured),
        element("h3", "Cut-offs"),
        *(_cut_offs(each, document["validation"]["cut_off"]) for each in measured),
        element("h3", "How the figures were made"),
        entries([(_METHODS.get(name, name), how) for name, how in document["validation"]["methods"].items()]),
    )


def _discrimination(measured: Sequence[Mapping[str, Any]]) -> Markup:
    rows = [
        (
            part_name(each["name"]),
            f"{each['rows']:,}",
            f"{each['bads']:,}",
            *(interval(each[one]) for one in ("auc", "gini", "ks")),
        )
        for each in measured
    ]
    return table("With 95 % intervals", ("Part", "Rows", "Bads", "AUC", "Gini", "KS"), rows)


def _cross_validation(document: Mapping[str, Any]) -> Markup | None:
    found = stated(document, "metrics", "cross_validation") or stated(document, "validation", "cross_validation")
    if not found:
        return None
    folds = ", ".join(number(each, 3) for each in found["auc_by_fold"])
    how = f" ({found['method']})" if "method" in found else ""
    return element("p", f"Cross-validation: mean AUC {number(found['auc_mean'], 3)}; by fold {folds}{how}.")


def _roc(measured: Sequence[Mapping[str, Any]]) -> Markup:
    lines = [
        Curve(
            part_name(each["name"]), _COLOURS[at % len(_COLOURS)], [(fraction(x), fraction(y)) for x, y in each["roc"]]
        )
        for at, each in enumerate(measured)
    ]
    told = "; ".join(f"{part_name(each['name'])}: AUC {number(each['auc']['estimate'], 3)}" for each in measured)
    chart = curves("roc", "ROC curve", lines, "share of goods at or below a score", "share of bads", told)
    return figure(chart, "ROC curve: the farther from the diagonal, the better the ranking")


def _captured(measured: Sequence[Mapping[str, Any]]) -> Markup:
    lines = []
    told = []
    for at, each in enumerate(measured):
        points = [("0", "0"), *((row["rows_share"], row["bads_share"]) for row in each["gains"])]
        lines.append(
            Curve(
                part_name(each["name"]), _COLOURS[at % len(_COLOURS)], [(fraction(x), fraction(y)) for x, y in points]
            )
        )
        first = each["gains"][0]
        told.append(
            f"{part_name(each['name'])}: the lowest {percent(first['rows_share'])} of the scores hold"
            f" {percent(first['bads_share'])} of the bads"
        )
    chart = curves(
        "gains", "Gains curve", lines, "share of rows, lowest scores first", "share of bads", "; ".join(told)
    )
    return figure(chart, "Gains curve: bads found among the lowest scores")


def _legend(colours: Sequence[tuple[str, str]]) -> Markup:
    return element("ul", *(element("li", swatch(colour), words) for colour, words in colours), class_="legend")


def _distribution(part: Mapping[str, Any]) -> Markup:
    found = part["distribution"]
    steps = [str(found["from"] + found["width"] * at) for at in range(len(found["goods"]))]
    shown = [Columns("goods", GOODS, found["goods"]), Columns("bads", BADS, found["bads"])]
    chart = columns("scores", "Scores of goods and of bads", steps, shown, f"score, in steps of {found['width']}")
    legend = _legend([(GOODS, "goods"), (BADS, "bads")])
    return figure(chart, f"Share of the goods and of the bads by score, {part_name(part['name'])} rows", legend)


def _calibration(part: Mapping[str, Any]) -> Markup:
    found = part["calibration"]
    name = part_name(part["name"])
    rows = [
        Observed(
            band["label"],
            fraction(band["mean_pd"]),
            fraction(band["observed"]["estimate"]),
            fraction(band["observed"]["low"]),
            fraction(band["observed"]["high"]),
            f"{band['bads']:,} of {band['rows']:,} bad",
        )
        for band in found["bands"]
    ]
    chart = figure(
        against_expected(f"calibration-{part['name']}", f"Calibration by score band, {name} rows", rows),
        f"Mean PD and observed bad rate by score band, {name} rows",
        bars_and_dots("mean PD", "observed bad rate with its 95 % interval"),
    )
    listed = [
        (
            band["label"],
            f"{band['rows']:,}",
            f"{band['bads']:,}",
            number(band["expected_bads"], 1),
            percent(band["mean_pd"]),
            percent(band["observed"]["estimate"]),
            p_value(band["p_value"]),
        )
        for band in found["bands"]
    ]
    heads = ("Scores", "Rows", "Bads", "Expected", "Mean PD", "Bad rate", "p, binomial")
    told = element(
        "p",
        f"{name.capitalize()}: {part['bads']:,} bads against {number(found['expected_bads'], 1)} expected"
        f" (ratio {number(found['observed_over_expected'], 2)}); Hosmer-Lemeshow {number(found['hosmer_lemeshow'], 1)}"
        f" with {found['degrees']} degrees of freedom, p {p_value(found['p_value'])}; Brier score"
        f" {number(found['brier'], 4)}; the bad rate alone scores {number(found['brier_of_the_bad_rate'], 4)}.",
    )
    return joined(told, chart, table(f"Calibration by band, {name} rows", heads, listed))


def _gains(part: Mapping[str, Any]) -> Markup:
    rows = [
        (
            row["label"],
            f"{row['rows']:,}",
            f"{row['bads']:,}",
            percent(row["rows_share"]),
            percent(row["bads_share"]),
            percent(row["goods_share"]),
            number(row["lift"], 2),
            percent(row["gap"]),
        )
        for row in part["gains"]
    ]
    heads = ("Scores", "Rows", "Bads", "Rows, cumulative", "Bads, cumulative", "Goods, cumulative", "Lift", "Gap")
    return table(f"From the lowest scores up, {part_name(part['name'])} rows", heads, rows)


def _bands(measured: Sequence[Mapping[str, Any]]) -> Markup:
    heads = ["Scores"]
    for each in measured:
        heads += [f"Rows, {part_name(each['name'])}", f"Bad rate, {part_name(each['name'])}"]
    rows = []
    for bands in zip(*(each["score_bands"] for each in measured), strict=True):
        figures = [text for band in bands for text in (f"{band['rows']:,}", percent(band["bad_rate"]))]
        rows.append([bands[0]["label"], *figures])
    return table("Bands of about a tenth of the training rows each", heads, rows)


def _cut_offs(part: Mapping[str, Any], main: Mapping[str, Any]) -> Markup:
    rows = [
        (
            f"{each['cut_off']}{' *' if each['cut_off'] == main['score'] else ''}",
            percent(each["approval_rate"]),
            f"{each['approved_goods']:,}",
            f"{each['approved_bads']:,}",
            f"{each['declined_goods']:,}",
            f"{each['declined_bads']:,}",
            percent(each["bad_rate_of_approved"]),
            percent(each["misclassified"]),
        )
        for each in part["cut_offs"]
    ]
    heads = (
        "Cut-off",
        "Approved",
        "Goods approved",
        "Bads approved",
        "Goods declined",
        "Bads declined",
        "Bad rate of approved",
        "Misclassified",
    )
    chosen = "stated by the analyst" if main["chosen"] == "stated" else f"assumed: {main['chosen']} of the fitted rows"
    return table(f"If every score below were declined, {part_name(part['name'])} rows; * {chosen}", heads, rows)
