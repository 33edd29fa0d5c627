"""Points by two figures of each, with a line through some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import GRID, WIDTH, at, chart
from shared.pages.markup import Markup, element

_LEFT: Final = 60
_RIGHT: Final = 20
_HEIGHT: Final = 340
_TOP: Final = 12
_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, its name, its colour, and whether the line goes through it."""

    name: str
    across: Fraction
    up: Fraction
    colour: str
    on_line: bool = False


def scatter(name: str, title: str, dots: Sequence[Dot], across: str, up: str, places: int = 3) -> Markup:
    """Return the dots on scales that hold them all, figures with `places` places; `across` and `up` name the axes.

    Raises `ValueError` without a dot.
    """
    if not dots:
        raise ValueError("needs at least one dot")
    wide = _scale([dot.across for dot in dots])
    high = _scale([dot.up for dot in dots])
    shapes: list[Markup] = []
    for step in range(_STEPS):
        share = Fraction(step, _STEPS - 1)
        x, y = at(_x(share)), at(_y(share))
        shapes += [
            element("line", x1=x, x2=x, y1=_TOP, y2=_TOP + _HEIGHT, stroke=GRID),
            element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, stroke=GRID),
            element(
                "text", _figure(wide, share, places), x=x, y=_TOP + _HEIGHT + 18, class_="soft", text_anchor="middle"
            ),
            element("text", _figure(high, share, places), x=_LEFT - 6, y=y, dy=4, class_="soft", text_anchor="end"),
        ]
    placed = [(_x(_share(wide, dot.across)), _y(_share(high, dot.up)), dot) for dot in dots]
    line = sorted((left, top) for left, top, dot in placed if dot.on_line)
    if len(line) > 1:
        path = " L".join(f"{at(left)} {at(top)}" for left, top in line)
        shapes.append(element("path", d=f"M{path}", fill="none", stroke="#9aa5b1", stroke_dasharray="5 4"))
    shapes += [
        element("circle", element("title", dot.name), cx=at(left), cy=at(top), r=6, fill=dot.colour)
        for left, top, dot in placed
    ]
    shapes.append(element("text", across, x=WIDTH - _RIGHT, y=_TOP + _HEIGHT + 38, class_="soft", text_anchor="end"))
    shapes.append(element("text", up, x=_LEFT + 8, y=_TOP + 16, class_="soft"))
    told = "; ".join(f"{dot.name}: {float(dot.across):.{places}f}, {float(dot.up):.{places}f}" for dot in dots)
    return chart(name, title, told, _TOP + _HEIGHT + 44, shapes)


def _scale(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Return ends a tenth of the span beyond the values."""
    low, high = min(values), max(values)
    margin = (high - low) / 10 or Fraction(1, 100)
    return low - margin, high + margin


def _share(scale: tuple[Fraction, Fraction], value: Fraction) -> Fraction:
    return (value - scale[0]) / (scale[1] - scale[0])


def _figure(scale: tuple[Fraction, Fraction], share: Fraction, places: int) -> str:
    return f"{float(scale[0] + share * (scale[1] - scale[0])):.{places}f}"


def _x(share: Fraction) -> Fraction:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: Fraction) -> Fraction:
    return _TOP + (1 - share) * _HEIGHT
