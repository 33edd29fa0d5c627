"""Each characteristic on a chart: the bad rate of every bin, on the rows it was fitted on and on those held out."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.scorecards.report.words import named, note, number, p_value, part_name
from services.scoring.domain.measures.distributions import wilson
from shared.pages.charts import Observed, against_expected, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.style import CANDIDATE, EXPECTED
from shared.pages.tables import figure


def characteristics(document: Mapping[str, Any]) -> Markup | None:
    """Return a chart for each characteristic of a scorecard."""
    found = {each["fact"]: each["parts"] for each in document.get("validation", {}).get("characteristics", ())}
    shown = [_one(each, found.get(each["fact"], ())) for each in document.get("characteristics", ())]
    return joined(*shown) if shown else None


def bars_and_dots(bars: str, dots: str | None) -> Markup:
    """Return what bars and dots with lines stand for."""
    named_colours = [(EXPECTED, bars)] + ([(CANDIDATE, dots)] if dots else [])
    return element("ul", *(element("li", swatch(colour), words) for colour, words in named_colours), class_="legend")


def _one(characteristic: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> Markup:
    fact = characteristic["fact"]
    other = next(iter(measured[1:]), None)
    held_out = {label: (rows, bads) for label, rows, bads in other["bins"]} if other else {}
    rows = [
        _bin(each, held_out.get(each["label"], (0, 0)))
        for each in characteristic["bins"]
        if each["count"] or held_out.get(each["label"], (0, 0))[0]
    ]
    dots = f"bad rate, {part_name(other['part'])} rows, with its 95 % interval" if other else None
    chart = figure(
        against_expected(f"bins-{fact}", f"Bad rate by bin of {named(fact)}", rows),
        "Bad rate by bin; beside it the training rows and the points",
        bars_and_dots("bad rate, training rows", dots),
    )
    return element("div", element("h3", named(fact)), chart, *(_remarks(each) for each in measured[1:]))


def _bin(found: Mapping[str, Any], other: tuple[int, int]) -> Observed:
    rows, bads = other
    seen = wilson(bads, rows)
    expected = Fraction(found["bads"], found["count"]) if found["count"] else None
    text = f"{found['count']:,} rows, {found['points']} points"
    low, high = (Fraction(round(bound * 10_000), 10_000) for bound in (seen.low, seen.high))
    return Observed(found["label"], expected, Fraction(bads, rows) if rows else None, low, high, text)


def _remarks(part: Mapping[str, Any]) -> Markup:
    turned = "; ".join(
        f"{each['lower']} and {each['higher']} (p {p_value(each['p_value'])})" for each in part["order_reversed"]
    )
    order = f"The bad rates of these bins stand the other way round than in training: {turned}." if turned else ""
    return note(
        f"{part_name(part['part']).capitalize()}: information value {number(part['information_value'], 3)},"
        f" PSI {number(part['psi'], 4)} (95 % critical value {number(part['critical_95'], 4)}),"
        f" mean points moved by {number(part['points_shift'], 2)}. {order}"
    )
