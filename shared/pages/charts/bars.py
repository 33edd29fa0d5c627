"""Bars: the parts of a whole, and two amounts beside one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.pages.charts.frame import FIGURES, LABELS, WIDTH, at, chart, percent, row_label
from shared.pages.markup import Markup, element
from shared.pages.style import CANDIDATE, LIVE


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


def stacked(name: str, title: str, rows: Sequence[tuple[str, Sequence[Part]]]) -> Markup:
    """Return one bar of full length for each row, divided as its parts are."""
    shapes: list[Markup] = []
    for number, (label, parts) in enumerate(rows):
        top = number * 44
        shapes.append(element("text", label, x=0, y=top + 23))
        total, left = sum(part.amount for part in parts), Fraction(LABELS - 100)
        span = WIDTH - LABELS + 100
        for part in parts:
            width = Fraction(part.amount * span, total) if total else Fraction(0)
            if not width:
                continue
            words = f"{label}, {part.name}: {part.amount:,} ({percent(part.amount, total)})"
            shapes.append(
                element(
                    "rect",
                    x=at(left),
                    y=top + 4,
                    width=at(width),
                    height=30,
                    fill=part.colour,
                )
            )
            if width > 46:
                shade = "inside dark" if part.dark else "inside"
                middle = at(left + width / 2)
                share = element(
                    "text", percent(part.amount, total), x=middle, y=top + 24, class_=shade, text_anchor="middle"
                )
                shapes.append(element("g", element("title", words), share))
            left += width
    return chart(name, title, _told(rows), len(rows) * 44, shapes)


def paired(name: str, title: str, pairs: Sequence[Pair]) -> Markup:
    """Return two bars for each row, live above the candidate, all on one scale."""
    most = max((max(pair.live, pair.candidate) for pair in pairs), default=Fraction(0)) or Fraction(1)
    span = WIDTH - LABELS - FIGURES
    shapes: list[Markup] = []
    for number, pair in enumerate(pairs):
        top = number * 46
        shapes.append(row_label(pair.label, top + (16 if pair.under else 24)))
        if pair.under:
            shapes.append(element("text", pair.under, x=0, y=top + 32, class_="soft"))
        sides = ((pair.live, LIVE, pair.live_text), (pair.candidate, CANDIDATE, pair.candidate_text))
        for line, (amount, colour, words) in enumerate(sides):
            width = amount / most * span
            y = top + 3 + line * 18
            shapes.append(element("rect", x=LABELS, y=y, width=at(width), height=15, fill=colour))
            shapes.append(element("text", words, x=at(LABELS + width + 8), y=y + 12, class_="soft"))
    told = "; ".join(f"{pair.label}: live {pair.live_text}, candidate {pair.candidate_text}" for pair in pairs)
    return chart(name, title, told, len(pairs) * 46, shapes)


def _told(rows: Sequence[tuple[str, Sequence[Part]]]) -> str:
    return "; ".join(
        f"{label}: {', '.join(f'{part.name} {part.amount:,}' for part in parts if part.amount)}"
        for label, parts in rows
    )
