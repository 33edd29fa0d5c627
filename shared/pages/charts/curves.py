"""Curves of shares against shares, in a square."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import GRID, at, chart
from shared.pages.markup import Markup, element

_WIDTH: Final = 440
_LEFT: Final = 52
_SIDE: Final = 370
_TOP: Final = 8


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of points (across, up), both from 0 to 1."""

    name: str
    colour: str
    points: Sequence[tuple[Fraction, Fraction]]


def curves(name: str, title: str, lines: Sequence[Curve], across: str, up: str, told: str) -> Markup:
    """Return curves over a grid of quarters with the diagonal; `across` and `up` name the axes, `told` says in words
    what the curves show."""
    shapes: list[Markup] = []
    for quarter in range(5):
        share, words = Fraction(quarter, 4), f"{quarter * 25} %"
        x, y = at(_x(share)), at(_y(share))
        shapes += [
            element("line", x1=x, x2=x, y1=_TOP, y2=_TOP + _SIDE, stroke=GRID),
            element("line", x1=_LEFT, x2=_LEFT + _SIDE, y1=y, y2=y, stroke=GRID),
            element("text", words, x=x, y=_TOP + _SIDE + 18, class_="soft", text_anchor="middle"),
            element("text", words, x=_LEFT - 6, y=y, dy=4, class_="soft", text_anchor="end"),
        ]
    ends = {"x1": at(_x(Fraction(0))), "y1": at(_y(Fraction(0))), "x2": at(_x(Fraction(1))), "y2": at(_y(Fraction(1)))}
    shapes.append(element("line", **ends, stroke="#9aa5b1", stroke_dasharray="5 4"))
    for line in lines:
        path = " L".join(f"{at(_x(across_share))} {at(_y(up_share))}" for across_share, up_share in line.points)
        shapes.append(element("path", d=f"M{path}", fill="none", stroke=line.colour, stroke_width=3))
    shapes.append(element("text", across, x=_LEFT + _SIDE, y=_TOP + _SIDE + 38, class_="soft", text_anchor="end"))
    shapes.append(element("text", up, x=_LEFT + 8, y=_TOP + 16, class_="soft"))
    return chart(name, title, told, _TOP + _SIDE + 44, shapes, _WIDTH)


def _x(share: Fraction) -> Fraction:
    return _LEFT + share * _SIDE


def _y(share: Fraction) -> Fraction:
    return _TOP + (1 - share) * _SIDE
