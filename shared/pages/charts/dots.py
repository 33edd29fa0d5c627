"""Dots on a scale: two rates of each row, or one with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.bars import Pair
from shared.pages.charts.frame import (
    FIGURES,
    LABELS,
    WIDTH,
    at,
    chart,
    hundredths,
    percent_axis,
    round_top,
    row_label,
    ticks,
)
from shared.pages.markup import Markup, element
from shared.pages.style import ALARM, CANDIDATE, LIVE

_NEAR: Final = Fraction(1, 10)
"""A tick as near as this to a mark would stand in its text."""


@dataclass(frozen=True, slots=True)
class Range:
    """A rate with its interval, and a text beside it; no rate where none is known."""

    label: str
    rate: Fraction | None
    low: Fraction
    high: Fraction
    text: str
    colour: str


def rates(name: str, title: str, pairs: Sequence[Pair]) -> Markup:
    """Return two dots for each row on one axis from 0 to 100 %, live's hollow."""
    return _dumbbells(name, title, pairs, Fraction(1), percent_axis(Fraction(1), len(pairs) * 26 + 30))


def ratios(name: str, title: str, pairs: Sequence[Pair], mark: Fraction) -> Markup:
    """Return two dots for each row on one axis from 0 to 1.25, live's hollow, and a line at `mark`."""
    height, top = len(pairs) * 26 + 30, Fraction(5, 4)
    axis = ticks(
        [
            (tick / top, hundredths(tick))
            for tick in (Fraction(step, 4) for step in range(6))
            if abs(tick - mark) > _NEAR
        ],
        height,
    )
    axis += _mark(mark, top, height)
    return _dumbbells(name, title, pairs, top, axis)


def _dumbbells(name: str, title: str, pairs: Sequence[Pair], top: Fraction, axis: list[Markup]) -> Markup:
    span, shapes = WIDTH - LABELS - FIGURES, list(axis)
    for number, pair in enumerate(pairs):
        y = number * 26 + 16
        shapes.append(row_label(pair.label, y + 4))
        ends = [at(LABELS + min(value, top) / top * span) for value in (pair.live, pair.candidate)]
        shapes.append(element("line", x1=ends[0], x2=ends[1], y1=y, y2=y, stroke="#9aa5b1", stroke_width=3))
        shapes.append(element("circle", cx=ends[0], cy=y, r=5, fill="#fff", stroke=LIVE, stroke_width=3))
        shapes.append(element("circle", cx=ends[1], cy=y, r=6, fill=CANDIDATE))
        words = f"{pair.live_text} \u2192 {pair.candidate_text}"
        shapes.append(element("text", words, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
    told = "; ".join(f"{pair.label}: live {pair.live_text}, candidate {pair.candidate_text}" for pair in pairs)
    return chart(name, title, told, len(pairs) * 26 + 30, shapes)


def intervals(name: str, title: str, ranges: Sequence[Range]) -> Markup:
    """Return a dot with its interval for each row, on one axis from 0."""
    highest = max((each.high for each in ranges if each.rate is not None), default=Fraction(0))
    top = round_top(highest)
    span, height = WIDTH - LABELS - FIGURES, len(ranges) * 30 + 24
    shapes = percent_axis(top, height)
    for number, each in enumerate(ranges):
        y = number * 30 + 18
        shapes.append(row_label(each.label, y + 4))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
        if each.rate is None:
            shapes.append(element("text", "not known", x=LABELS + 4, y=y + 4, class_="soft"))
            continue
        low, middle, high = (at(LABELS + value / top * span) for value in (each.low, each.rate, each.high))
        shapes.append(element("line", x1=low, x2=high, y1=y, y2=y, stroke=each.colour, stroke_width=3))
        for end in (low, high):
            shapes.append(element("line", x1=end, x2=end, y1=y - 6, y2=y + 6, stroke=each.colour, stroke_width=2))
        shapes.append(element("circle", cx=middle, cy=y, r=6, fill=each.colour))
    return chart(name, title, "; ".join(f"{each.label}: {each.text}" for each in ranges), height, shapes)


def impact_ratios(name: str, title: str, ranges: Sequence[Range], mark: Fraction) -> Markup:
    """Return a dot with its interval for each row, on one axis from 0 to 1.5 with a line at `mark`.

    What reaches beyond the axis is cut; the text beside the row says how far it goes.
    """
    top, height = Fraction(3, 2), len(ranges) * 30 + 24
    span = WIDTH - LABELS - FIGURES
    steps = [Fraction(step, 4) for step in range(7)]
    shapes = ticks([(tick / top, hundredths(tick)) for tick in steps if abs(tick - mark) > _NEAR], height)
    shapes += _mark(mark, top, height)
    for number, each in enumerate(ranges):
        y = number * 30 + 16
        shapes.append(row_label(each.label, y + 4))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
        if each.rate is None:
            continue
        low, middle, high = (at(LABELS + min(value, top) / top * span) for value in (each.low, each.rate, each.high))
        shapes.append(element("line", x1=low, x2=high, y1=y, y2=y, stroke=each.colour, stroke_width=3))
        shapes.append(element("circle", cx=middle, cy=y, r=6, fill=each.colour))
    return chart(name, title, "; ".join(f"{each.label}: {each.text}" for each in ranges), height, shapes)


def _mark(mark: Fraction, top: Fraction, height: int) -> list[Markup]:
    x = at(LABELS + mark / top * (WIDTH - LABELS - FIGURES))
    line = element("line", x1=x, x2=x, y1=4, y2=height - 20, stroke=ALARM, stroke_width=2, stroke_dasharray="5 4")
    return [line, element("text", hundredths(mark), x=x, y=height - 4, class_="mark", text_anchor="middle")]
