"""Two distributions over the same steps, as columns beside one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.pages.charts.frame import GRID, WIDTH, at, chart, plain, round_top
from shared.pages.markup import Markup, element

_LEFT: Final = 52
_HEIGHT: Final = 250
_LABEL_WIDTH: Final = 48


@dataclass(frozen=True, slots=True)
class Columns:
    """One distribution: its name, its colour, and the amount in each step."""

    name: str
    colour: str
    amounts: Sequence[int]


def columns(name: str, title: str, steps: Sequence[str], distributions: Sequence[Columns], under: str) -> Markup:
    """Return each distribution's share in each of the `steps`; `under` names what the steps are of."""
    totals = [sum(each.amounts) or 1 for each in distributions]
    shares = [
        [Fraction(amount, total) for amount in each.amounts] for each, total in zip(distributions, totals, strict=True)
    ]
    top = round_top(max((share for of_one in shares for share in of_one), default=Fraction(0)))
    step = Fraction(WIDTH - _LEFT, max(len(steps), 1))
    wide = step * 9 / (10 * max(len(distributions), 1))
    shapes = _grid(top)
    every = max(1, -(-_LABEL_WIDTH // max(int(step), 1)))
    for number, words in enumerate(steps):
        left = _LEFT + number * step
        if number % every == 0:
            shapes.append(element("text", words, x=at(left), y=_HEIGHT + 18, class_="soft"))
        for place, each in enumerate(distributions):
            height = shares[place][number] / top * (_HEIGHT - 10)
            shapes.append(
                element(
                    "rect",
                    x=at(left + place * wide),
                    y=at(_HEIGHT - height),
                    width=at(wide),
                    height=at(height),
                    fill=each.colour,
                )
            )
    shapes.append(element("text", under, x=WIDTH, y=_HEIGHT + 36, class_="soft", text_anchor="end"))
    told = "; ".join(f"{each.name}: {_told(steps, each)}" for each in distributions)
    return chart(name, title, told, _HEIGHT + 42, shapes)


def _grid(top: Fraction) -> list[Markup]:
    shapes = []
    for quarter in range(5):
        y = at(_HEIGHT - Fraction(quarter, 4) * (_HEIGHT - 10))
        shapes.append(element("line", x1=_LEFT, x2=WIDTH, y1=y, y2=y, stroke=GRID))
        words = f"{plain(top * quarter * 25)} %"
        shapes.append(element("text", words, x=_LEFT - 6, y=y, dy=4, class_="soft", text_anchor="end"))
    return shapes


def _told(steps: Sequence[str], each: Columns) -> str:
    return ", ".join(f"{words} {amount:,}" for words, amount in zip(steps, each.amounts, strict=True) if amount)
