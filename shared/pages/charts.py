"""Charts as inline SVG, drawn in whole tenths of a pixel from exact figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shared.pages.markup import Markup, element, joined, shortened
from shared.pages.style import CANDIDATE, LIVE

WIDTH: Final = 900
_LABELS: Final = 210
_FIGURES: Final = 150
_GRID: Final = "#e4e8ec"
_LABEL_LENGTH: Final = 32
_NEAR: Final = Fraction(1, 10)
"""A tick as near as this to a mark would stand in its text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: what it is, how much, its colour, and whether dark text stands on it."""

    name: str
    amount: int
    colour: str
    dark: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of two figures, live's and the candidate's, with their texts; `under` stands under the label."""

    label: str
    live: Fraction
    candidate: Fraction
    live_text: str
    candidate_text: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A rate with its interval, and a text beside it; no rate where none is known."""

    label: str
    rate: Fraction | None
    low: Fraction
    high: Fraction
    text: str
    colour: str


def stacked(name: str, title: str, rows: Sequence[tuple[str, Sequence[Part]]]) -> Markup:
    """Return one bar of full length for each row, divided as its parts are."""
    shapes: list[Markup] = []
    for number, (label, parts) in enumerate(rows):
        top = number * 44
        shapes.append(element("text", label, x=0, y=top + 23))
        total, left = sum(part.amount for part in parts), Fraction(_LABELS - 100)
        span = WIDTH - _LABELS + 100
        for part in parts:
            width = Fraction(part.amount * span, total) if total else Fraction(0)
            if not width:
                continue
            words = f"{label}, {part.name}: {part.amount:,} ({_percent(part.amount, total)})"
            shapes.append(
                element(
                    "rect",
                    x=_at(left),
                    y=top + 4,
                    width=_at(width),
                    height=30,
                    fill=part.colour,
                )
            )
            if width > 46:
                shade = "inside dark" if part.dark else "inside"
                middle = _at(left + width / 2)
                share = element(
                    "text", _percent(part.amount, total), x=middle, y=top + 24, class_=shade, text_anchor="middle"
                )
                shapes.append(element("g", element("title", words), share))
            left += width
    return _chart(name, title, _told(rows), len(rows) * 44, shapes)


def paired(name: str, title: str, pairs: Sequence[Pair]) -> Markup:
    """Return two bars for each row, live above the candidate, all on one scale."""
    most = max((max(pair.live, pair.candidate) for pair in pairs), default=Fraction(0)) or Fraction(1)
    span = WIDTH - _LABELS - _FIGURES
    shapes: list[Markup] = []
    for number, pair in enumerate(pairs):
        top = number * 46
        shapes.append(_label(pair.label, top + (16 if pair.under else 24)))
        if pair.under:
            shapes.append(element("text", pair.under, x=0, y=top + 32, class_="soft"))
        sides = ((pair.live, LIVE, pair.live_text), (pair.candidate, CANDIDATE, pair.candidate_text))
        for line, (amount, colour, words) in enumerate(sides):
            width = amount / most * span
            y = top + 3 + line * 18
            shapes.append(element("rect", x=_LABELS, y=y, width=_at(width), height=15, fill=colour))
            shapes.append(element("text", words, x=_at(_LABELS + width + 8), y=y + 12, class_="soft"))
    told = "; ".join(f"{pair.label}: live {pair.live_text}, candidate {pair.candidate_text}" for pair in pairs)
    return _chart(name, title, told, len(pairs) * 46, shapes)


def rates(name: str, title: str, pairs: Sequence[Pair]) -> Markup:
    """Return two dots for each row on one axis from 0 to 100 %, live's hollow."""
    return _dumbbells(name, title, pairs, Fraction(1), _axis(Fraction(1), len(pairs) * 26 + 30))


def ratios(name: str, title: str, pairs: Sequence[Pair], mark: Fraction) -> Markup:
    """Return two dots for each row on one axis from 0 to 1.25, live's hollow, and a line at `mark`."""
    height, top = len(pairs) * 26 + 30, Fraction(5, 4)
    span = WIDTH - _LABELS - _FIGURES
    axis = _ticks(
        [
            (tick / top, _hundredths(tick))
            for tick in (Fraction(step, 4) for step in range(6))
            if abs(tick - mark) > _NEAR
        ],
        height,
    )
    x = _at(_LABELS + mark / top * span)
    axis.append(
        element("line", x1=x, x2=x, y1=4, y2=height - 20, stroke="#9b2c2c", stroke_width=2, stroke_dasharray="5 4")
    )
    axis.append(element("text", _hundredths(mark), x=x, y=height - 4, class_="mark", text_anchor="middle"))
    return _dumbbells(name, title, pairs, top, axis)


def _dumbbells(name: str, title: str, pairs: Sequence[Pair], top: Fraction, axis: list[Markup]) -> Markup:
    span, shapes = WIDTH - _LABELS - _FIGURES, list(axis)
    for number, pair in enumerate(pairs):
        y = number * 26 + 16
        shapes.append(_label(pair.label, y + 4))
        ends = [_at(_LABELS + min(value, top) / top * span) for value in (pair.live, pair.candidate)]
        shapes.append(element("line", x1=ends[0], x2=ends[1], y1=y, y2=y, stroke="#9aa5b1", stroke_width=3))
        shapes.append(element("circle", cx=ends[0], cy=y, r=5, fill="#fff", stroke=LIVE, stroke_width=3))
        shapes.append(element("circle", cx=ends[1], cy=y, r=6, fill=CANDIDATE))
        words = f"{pair.live_text} \u2192 {pair.candidate_text}"
        shapes.append(element("text", words, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
    told = "; ".join(f"{pair.label}: live {pair.live_text}, candidate {pair.candidate_text}" for pair in pairs)
    return _chart(name, title, told, len(pairs) * 26 + 30, shapes)


def intervals(name: str, title: str, ranges: Sequence[Range]) -> Markup:
    """Return a dot with its interval for each row, on one axis from 0."""
    highest = max((each.high for each in ranges if each.rate is not None), default=Fraction(0))
    top = next((Fraction(step, 100) for step in (5, 10, 20, 40, 60, 80) if highest <= Fraction(step, 100)), Fraction(1))
    span, height = WIDTH - _LABELS - _FIGURES, len(ranges) * 30 + 24
    shapes = _axis(top, height)
    for number, each in enumerate(ranges):
        y = number * 30 + 18
        shapes.append(_label(each.label, y + 4))
        shapes.append(element("text", each.text, x=WIDTH, y=y + 4, class_="soft", text_anchor="end"))
        if each.rate is None:
            shapes.append(element("text", "not known", x=_LABELS + 4, y=y + 4, class_="soft"))
            continue
        low, middle, high = (_at(_LABELS + value / top * span) for value in (each.low, each.rate, each.high))
        shapes.append(element("line", x1=low, x2=high, y1=y, y2=y, stroke=each.colour, stroke_width=3))
        for end in (low, high):
            shapes.append(element("line", x1=end, x2=end, y1=y - 6, y2=y + 6, stroke=each.colour, stroke_width=2))
        shapes.append(element("circle", cx=middle, cy=y, r=6, fill=each.colour))
    return _chart(name, title, "; ".join(f"{each.label}: {each.text}" for each in ranges), height, shapes)


def swatch(colour: str) -> Markup:
    """Return a square of a colour, for a legend."""
    square = element("rect", width=12, height=12, fill=colour)
    return element("svg", square, viewBox="0 0 12 12", aria_hidden="true")


def _axis(top: Fraction, height: int) -> list[Markup]:
    return _ticks([(Fraction(step, 4), f"{_plain(top * step * 25)} %") for step in range(5)], height)


def _ticks(ticks: Sequence[tuple[Fraction, str]], height: int) -> list[Markup]:
    shapes = []
    for share, words in ticks:
        x = _at(_LABELS + share * (WIDTH - _LABELS - _FIGURES))
        shapes.append(element("line", x1=x, x2=x, y1=4, y2=height - 20, stroke=_GRID))
        shapes.append(element("text", words, x=x, y=height - 4, class_="soft", text_anchor="middle"))
    return shapes


def _chart(name: str, title: str, description: str, height: int, shapes: Sequence[Markup]) -> Markup:
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        joined(*shapes),
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {WIDTH} {max(height, 1)}",
    )


def _label(text: str, y: int) -> Markup:
    return element("text", element("title", text), shortened(text, _LABEL_LENGTH), x=0, y=y)


def _told(rows: Sequence[tuple[str, Sequence[Part]]]) -> str:
    return "; ".join(
        f"{label}: {', '.join(f'{part.name} {part.amount:,}' for part in parts if part.amount)}"
        for label, parts in rows
    )


def _percent(amount: int, total: int) -> str:
    return f"{_plain(Fraction(amount * 100, total))} %"


def _plain(value: Fraction) -> str:
    """Return a number with one decimal place, or none where it is whole."""
    tenths = _rounded(value * 10)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _hundredths(value: Fraction) -> str:
    return format(Decimal(value.numerator) / Decimal(value.denominator), ".2f")


def _at(value: Fraction | int) -> str:
    tenths = _rounded(Fraction(value) * 10)
    return f"{tenths // 10}.{tenths % 10}"


def _rounded(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
