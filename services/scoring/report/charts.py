"""Charts that only a monitoring report has."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import FIGURES, LABELS, WIDTH, at, chart, hundredths, row_label, ticks
from shared.pages.markup import Markup, element
from shared.pages.style import ALARM, CANDIDATE

_ROW: Final = 30
_TOP: Final = Fraction(3, 2)
_FOUR_FIFTHS: Final = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class RatioRow:
    """A ratio with its interval and a text beside it."""

    label: str
    ratio: Fraction
    low: Fraction
    high: Fraction
    text: str


def impact_ratios(name: str, title: str, rows: Sequence[RatioRow]) -> Markup:
    """Return a dot with its interval for each row, on an axis from 0 to 1.5 with a line at four fifths.

    A dot below the line is red. What lies beyond the axis ends with it.
    """
    span, height = WIDTH - LABELS - FIGURES, len(rows) * _ROW + 24
    shapes = ticks(
        [(tick / _TOP, hundredths(tick)) for tick in (Fraction(0), Fraction(1, 2), Fraction(1), _TOP)], height
    )
    mark = at(LABELS + _FOUR_FIFTHS / _TOP * span)
    shapes.append(
        element("line", x1=mark, x2=mark, y1=4, y2=height - 20, stroke=ALARM, stroke_width=2, stroke_dasharray="5 4")
    )
    shapes.append(element("text", hundredths(_FOUR_FIFTHS), x=mark, y=height - 4, class_="mark", text_anchor="middle"))
    for number, each in enumerate(rows):
        y = number * _ROW + 18
        colour = ALARM if each.ratio < _FOUR_FIFTHS else CANDIDATE
        low, middle, high = (at(LABELS + min(value, _TOP) / _TOP * span) for value in (each.low, each.ratio, each.high))
        shapes.append(row_label(each.label, y + 4))
        shapes.append(element("line", x1=low, x2=high, y1=y, y2=y, stroke=colour, stroke_width=3))
        shapes.append(element("circle", cx=middle, cy=y, r=6, fill=colour))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
    return chart(name, title, "; ".join(f"{each.label}: {each.text}" for each in rows), height, shapes)
