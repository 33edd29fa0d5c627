"""The scorecard as it is scored: every bin with its points."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.scorecards.report.words import named, note, number, percent, share
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import scrolled

_HEADS = ("Bin", "Kind", "Rows", "Share", "Bads", "Bad rate", "Weight of evidence", "Points")
_WORDS = 2


def scorecard_table(document: Mapping[str, Any]) -> Markup | None:
    """Return all bins of all characteristics in one table, counts being those of the training rows."""
    if "characteristics" not in document:
        return None
    head = element(
        "tr",
        *(element("th", text, scope="col", class_="text" if at < _WORDS else None) for at, text in enumerate(_HEADS)),
    )
    bodies = [element("tbody", *_rows(each)) for each in document["characteristics"]]
    caption = element("caption", "Every bin with its training rows and its points")
    return joined(
        scrolled(element("table", caption, element("thead", head), *bodies)),
        note("A bin without training rows has no weight of evidence of its own; its points are a stated choice."),
    )


def _rows(characteristic: Mapping[str, Any]) -> Iterator[Markup]:
    strength = number(characteristic.get("information_value"), 3)
    under = f"reason {characteristic['reason_code']}, information value {strength}"
    title = joined(named(characteristic["fact"]), element("small", under))
    yield element("tr", element("th", title, scope="rowgroup", colspan=len(_HEADS), class_="text"), class_="total")
    total = sum(each["count"] for each in characteristic["bins"])
    for each in characteristic["bins"]:
        figures = (
            f"{each['count']:,}",
            share(each["count"], total),
            f"{each['bads']:,}",
            percent(each.get("bad_rate")),
            number(each.get("woe"), 3),
            number(str(each["points"]), 0),
        )
        yield element(
            "tr",
            element("th", each["label"], scope="row"),
            element("td", each["role"], class_="text"),
            *(element("td", figure) for figure in figures),
        )
