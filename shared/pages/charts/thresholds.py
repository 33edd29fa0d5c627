"""Figures against the value that each must not pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import FIGURES, LABELS, WIDTH, at, chart, row_label
from shared.pages.markup import Markup, element
from shared.pages.style import ALARM, CANDIDATE

_ROW: Final = 26


@dataclass(frozen=True, slots=True)
class Marked:
    """A figure of 0 or more with the value that it is held against, and a text beside it."""

    label: str
    value: Fraction
    threshold: Fraction
    text: str


def against_thresholds(name: str, title: str, rows: Sequence[Marked]) -> Markup:
    """Return a bar for each row with a line at its threshold, red where it has passed, all on one scale from 0."""
    most = max((max(each.value, each.threshold) for each in rows), default=Fraction(0)) or Fraction(1)
    span = WIDTH - LABELS - FIGURES - 10
    shapes: list[Markup] = []
    for number, each in enumerate(rows):
        y = number * _ROW + 4
        shapes.append(row_label(each.label, y + 13))
        colour = ALARM if each.value > each.threshold else CANDIDATE
        width = at(max(each.value / most * span, Fraction(1)))
        shapes.append(element("rect", x=LABELS, y=y, width=width, height=16, fill=colour))
        mark = at(LABELS + each.threshold / most * span)
        shapes.append(element("line", x1=mark, x2=mark, y1=y - 3, y2=y + 19, stroke="#1f2933", stroke_width=2))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 13, class_="soft", text_anchor="end"))
    told = "; ".join(f"{each.label}: {each.text}" for each in rows)
    return chart(name, title, told, len(rows) * _ROW + 8, shapes)
