"""What was observed against what was expected: a bar for the one, a dot with its interval for the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import FIGURES, WIDTH, at, chart, percent_axis, plain, round_top, row_label
from shared.pages.markup import Markup, element
from shared.pages.style import CANDIDATE, EXPECTED

_ROW: Final = 30
_LABELS: Final = 270
_LENGTH: Final = 34


@dataclass(frozen=True, slots=True)
class Observed:
    """A row: the rate expected, the rate observed with its interval, and a text beside it; None where none is known."""

    label: str
    expected: Fraction | None
    observed: Fraction | None
    low: Fraction
    high: Fraction
    text: str


def against_expected(name: str, title: str, rows: Sequence[Observed]) -> Markup:
    """Return a bar for what was expected and a dot with its interval for what was observed, on one scale from 0."""
    known = [each.expected for each in rows if each.expected is not None]
    top = round_top(max([*known, *(each.high for each in rows if each.observed is not None)], default=Fraction(0)))
    span, height = WIDTH - _LABELS - FIGURES, len(rows) * _ROW + 24
    shapes = percent_axis(top, height, _LABELS)
    for number, each in enumerate(rows):
        y = number * _ROW + 16
        shapes.append(row_label(each.label, y + 4, _LENGTH))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
        if each.expected is not None:
            width = at(min(each.expected, top) / top * span)
            shapes.append(element("rect", x=_LABELS, y=y - 9, width=width, height=18, fill=EXPECTED))
        if each.observed is not None:
            low, middle, high = (at(_LABELS + value / top * span) for value in (each.low, each.observed, each.high))
            shapes.append(element("line", x1=low, x2=high, y1=y, y2=y, stroke=CANDIDATE, stroke_width=2))
            shapes.append(element("circle", cx=middle, cy=y, r=5, fill=CANDIDATE))
    return chart(name, title, "; ".join(_told(each) for each in rows), height, shapes)


def _told(each: Observed) -> str:
    figures = [
        f"{word} {plain(rate * 100)} %"
        for word, rate in (("expected", each.expected), ("observed", each.observed))
        if rate is not None
    ]
    return f"{each.label}: {', '.join([*figures, each.text])}"
