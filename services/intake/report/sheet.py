"""A sheet: the report in words, laid out in parts that a page and a print both know how to show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, the number of its source in the list at the end (None where it needs none), and whether it alarms."""

    text: str
    source: int | None = None
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is called how: labels with their values."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first `texts` columns are words, the others figures."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: int = 1


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its height in hundredths of the chart's (below zero hangs down), and what stands on it."""

    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one measure over the periods, oldest first."""

    title: str
    periods: tuple[str, ...]
    bars: tuple[Bar | None, ...]


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts beside one another."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence; an alarming one stands out."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, each with what stands under it."""

    lines: tuple[str, ...]


Block = Pairs | Grid | Charts | Note | Signatures


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part of the sheet."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet; `sources` are numbered from 1, `lang` is `en` or `zh`."""

    lang: str
    kicker: str
    title: str
    subtitle: str
    parts: tuple[Part, ...]
    sources_title: str
    sources: tuple[str, ...]
