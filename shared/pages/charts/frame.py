"""What every chart is made of: its frame with title and description, its scales, and its numbers."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shared.pages.markup import Markup, element, joined, shortened

WIDTH: Final = 900
LABELS: Final = 210
FIGURES: Final = 150
GRID: Final = "#e4e8ec"
_LABEL_LENGTH: Final = 26


def percent_axis(top: Fraction, height: int, labels: int = LABELS) -> list[Markup]:
    """Return lines and percentages from 0 to `top`, a fraction, below rows of `height` in all."""
    return ticks([(Fraction(step, 4), f"{plain(top * step * 25)} %") for step in range(5)], height, labels)


def ticks(marks: Sequence[tuple[Fraction, str]], height: int, labels: int = LABELS) -> list[Markup]:
    """Return lines at these shares of the scale, each with its words."""
    shapes = []
    for share, words in marks:
        x = at(labels + share * (WIDTH - labels - FIGURES))
        shapes.append(element("line", x1=x, x2=x, y1=4, y2=height - 20, stroke=GRID))
        shapes.append(element("text", words, x=x, y=height - 4, class_="soft", text_anchor="middle"))
    return shapes


def chart(name: str, title: str, description: str, height: int, shapes: Sequence[Markup], width: int = WIDTH) -> Markup:
    """Return the frame: an image with a title and a description in words for those who don't see it."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        joined(*shapes),
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {width} {max(height, 1)}",
    )


def row_label(text: str, y: int, length: int = _LABEL_LENGTH) -> Markup:
    """Return the label of a row, cut short where it is long, and whole for whoever asks."""
    return element("text", element("title", text), shortened(text, length), x=0, y=y)


def percent(amount: int, total: int) -> str:
    """Return an amount as a percentage of a total."""
    return f"{plain(Fraction(amount * 100, total))} %"


def plain(value: Fraction) -> str:
    """Return a number with one decimal place, or none where it is whole."""
    tenths = rounded(value * 10)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def hundredths(value: Fraction) -> str:
    """Return a number with two decimal places."""
    return format(Decimal(value.numerator) / Decimal(value.denominator), ".2f")


def at(value: Fraction | int) -> str:
    """Return a coordinate in whole tenths."""
    tenths = rounded(Fraction(value) * 10)
    return f"{tenths // 10}.{tenths % 10}"


def rounded(value: Fraction) -> int:
    """Return a number rounded half up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def swatch(colour: str) -> Markup:
    """Return a square of a colour, for a legend."""
    square = element("rect", width=12, height=12, fill=colour)
    return element("svg", square, viewBox="0 0 12 12", aria_hidden="true")


def round_top(highest: Fraction) -> Fraction:
    """Return a round share, at most 1, that a scale of percentages may end with."""
    return next(
        (Fraction(step, 100) for step in (5, 10, 20, 30, 40, 60, 80) if highest <= Fraction(step, 100)), Fraction(1)
    )
