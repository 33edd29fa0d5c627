"""The statements' part of the sheet: main amounts, ratios, and charts of how they went."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from services.intake.domain.credit_report import Accounts, Figure, Period, RatioLine
from services.intake.report.figures import Sources, label, shown
from services.intake.report.sheet import Bar, Block, Cell, Chart, Charts, Grid, Note
from services.intake.report.words import said
from shared.money import Money

_CHARTED: Final = ("revenue", "net_income", "equity")
_PERIODS: Final = 4
"""Newest periods that fit beside one another on a printed page."""


def statements(accounts: Accounts, lang: str, sources: Sources) -> list[Block]:
    """Return what the statements say: a table of amounts, one of ratios, and charts."""
    say = partial(said, lang)
    periods = accounts.periods[-_PERIODS:]
    if not periods:
        return [Note(say("no_statements"))]
    blocks: list[Block] = [_amounts(periods, lang, sources), _charts(periods, lang)]
    if accounts.ratios:
        blocks.append(_ratios(accounts.ratios, periods, lang, sources))
    if accounts.peers is not None:
        blocks.append(Note(say("peers", peers=accounts.peers)))
    return blocks


def _amounts(periods: Sequence[Period], lang: str, sources: Sources) -> Grid:
    say = partial(said, lang)
    names = {figure.code: label(lang, figure.label) for period in periods for figure in period.amounts}
    found = [{figure.code: figure for figure in period.amounts} for period in periods]
    basis = tuple(Cell(f"{period.standard}, {say(f'basis_{period.assurance}')}") for period in periods)
    rows = [(Cell(say("basis")), *basis)]
    for code, name in names.items():
        rows.append((Cell(name), *(_amount(each.get(code), lang, sources) for each in found)))
    return Grid((say("period"), *(period.ends_on.isoformat() for period in periods)), tuple(rows))


def _amount(figure: Figure | None, lang: str, sources: Sources) -> Cell:
    return Cell(shown(lang, None)) if figure is None else sources.figure(figure)


def _ratios(lines: Sequence[RatioLine], periods: Sequence[Period], lang: str, sources: Sources) -> Grid:
    say = partial(said, lang)
    heads = (say("ratio"), *(period.ends_on.isoformat() for period in periods), say("percentile"))
    return Grid(heads, tuple(_ratio(line, periods, lang, sources) for line in lines))


def _ratio(line: RatioLine, periods: Sequence[Period], lang: str, sources: Sources) -> tuple[Cell, ...]:
    values = (
        Cell(shown(lang, None)) if value is None else sources.cell(_valued(value, line.unit, lang), period.origin)
        for value, period in zip(line.values[-len(periods) :], periods, strict=True)
    )
    percentile = Cell(shown(lang, None) if line.percentile is None else str(line.percentile))
    return (Cell(label(lang, line.label)), *values, percentile)


def _valued(value: Decimal, unit: str, lang: str) -> str:
    return f"{shown(lang, value * 100)} %" if unit == "percent" else shown(lang, value)


def _charts(periods: Sequence[Period], lang: str) -> Charts:
    drawn = []
    for code in _CHARTED:
        found = [next((each for each in period.amounts if each.code == code), None) for period in periods]
        named = next((each for each in found if each is not None), None)
        if named is None:
            continue
        bars = _bars([None if each is None else each.value for each in found])
        ends = tuple(period.ends_on.isoformat() for period in periods)
        drawn.append(Chart(label(lang, named.label), ends, bars))
    return Charts(tuple(drawn))


def _bars(values: Sequence[object]) -> tuple[Bar | None, ...]:
    """Return bars as high as their amounts among each other, in whole hundredths of the highest."""
    amounts = [value if isinstance(value, Money) else None for value in values]
    highest = max((abs(each.amount_minor) for each in amounts if each is not None), default=0)
    return tuple(
        None if each is None or highest == 0 else Bar(each.amount_minor * 100 // highest, str(each)) for each in amounts
    )
