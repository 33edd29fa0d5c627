"""Figures as texts, and their sources as a numbered list."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from services.intake.domain.credit_report import Figure, Label, Origin, Value
from services.intake.report.sheet import Cell
from services.intake.report.words import said
from shared.money import Money

_SHOWN: Final = Decimal("0.01")


def label(lang: str, given: Label) -> str:
    """Return what something is called; where there is no Chinese word, the English one."""
    return (given.zh or given.en) if lang == "zh" else given.en


def shown(lang: str, value: Value | None) -> str:
    """Return a value as people read it. A decimal is rounded to two places; the JSON form has all of them."""
    if value is None:
        return said(lang, "missing")
    if isinstance(value, bool):
        return said(lang, "yes" if value else "no")
    if isinstance(value, Decimal):
        return f"{value.quantize(_SHOWN, ROUND_HALF_EVEN):,}" if abs(value) < 10**12 else f"{value:,.0f}"
    if isinstance(value, datetime):
        return day(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def day(moment: datetime) -> str:
    """Return the date of a moment, in UTC as all of them are."""
    return moment.date().isoformat()


def total(amounts: Iterable[Money]) -> str:
    """Return amounts of different currencies one after the other; they are never added up."""
    return " + ".join(str(amount) for amount in amounts)


class Sources:
    """Numbers sources in the order in which they are first cited."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._numbers: dict[Origin, int] = {}

    def number(self, origin: Origin) -> int:
        """Return the number of a source."""
        return self._numbers.setdefault(origin, len(self._numbers) + 1)

    def cell(self, text: str, origin: Origin, *, alarm: bool = False) -> Cell:
        """Return a text that cites its source."""
        return Cell(text, self.number(origin), alarm)

    def figure(self, figure: Figure) -> Cell:
        """Return a figure that cites its source; a missing one cites none."""
        if figure.value is None:
            return Cell(shown(self._lang, None))
        return self.cell(shown(self._lang, figure.value), figure.origin)

    def listed(self) -> tuple[str, ...]:
        """Return every source that was cited, in the order of the numbers."""
        return tuple(self._words(origin) for origin in self._numbers)

    def _words(self, origin: Origin) -> str:
        return said(
            self._lang,
            "source",
            source=origin.source,
            kind=said(self._lang, f"kind_{origin.kind}"),
            as_of=day(origin.as_of),
            record="" if origin.record_id is None else f", {origin.record_id}",
        )
