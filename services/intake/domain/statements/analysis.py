"""What a party's statements say together: ratios by period, how they went, and where they stand among peers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from services.intake.domain.statements.checks import complete
from services.intake.domain.statements.formula import Year
from services.intake.domain.statements.peers import IndustryTable, Standing, standing
from services.intake.domain.statements.polish import POLISH_RATIOS, polish_value_of
from services.intake.domain.statements.ratios import RATIOS, ZONES, Undefined, value_of, zone
from services.intake.domain.statements.statement import YEAR_MONTHS, Statement
from services.intake.domain.statements.trends import Trend, compound_growth, trend
from shared.money import exponent

AMOUNTS: Final = (
    "revenue",
    "gross_profit",
    "operating_profit",
    "net_income",
    "assets",
    "liabilities",
    "equity",
    "cash",
    "operating_cash_flow",
)
"""The amounts that are shown beside ratios."""
FACT_AMOUNTS: Final[Mapping[str, str]] = {
    "revenue": "revenue",
    "total_assets": "assets",
    "total_liabilities": "liabilities",
    "equity": "equity",
    "net_income": "net_income",
    "operating_profit": "operating_profit",
    "operating_cash_flow": "operating_cash_flow",
}
"""Lines that become facts of their own, by the name of the fact."""
GOOD_FOR: Final = timedelta(days=548)
"""How long after the end of its period a statement's facts count: a year and a half."""
_MOST_YEARS: Final = 3
"""No ratio looks further back."""


@dataclass(frozen=True, slots=True)
class PeriodRatios:
    """The ratios of one statement, by code."""

    statement: Statement
    values: Mapping[str, Decimal | Undefined]
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Periods, the oldest first; trends by ratio; growth rates by line; the newest period's place among peers."""

    periods: tuple[PeriodRatios, ...]
    trends: Mapping[str, Trend]
    growth: Mapping[str, Decimal]
    standings: Mapping[str, Standing]
    peers: IndustryTable | None


def yearly(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that speak for their year, the newest first: those of twelve months.

    Of several with one period end the consolidated one speaks, then the one submitted last.
    """
    found: dict[date, Statement] = {}
    for statement in sorted(statements, key=lambda entry: (entry.figures.is_consolidated, entry.submitted_at)):
        if statement.figures.period.months == YEAR_MONTHS:
            found[statement.figures.period.end] = statement
    return [found[end] for end in sorted(found, reverse=True)]


def usable_years(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that ratios are made of, the newest first: those that speak for their year, if usable."""
    return [statement for statement in yearly(statements) if statement.is_usable]


def ratios_of(statement: Statement, earlier: Sequence[Statement]) -> dict[str, Decimal | Undefined]:
    """Return all ratios of a statement; `earlier` are usable ones, of which those count that lead up to it."""
    chain = [statement, *_chain(statement, earlier)]
    unit = 10 ** exponent(statement.figures.currency)
    years = [Year(complete(entry.figures), entry.figures.period.months, unit) for entry in chain]
    known: dict[str, Decimal | Undefined] = {code: value_of(entry, years) for code, entry in RATIOS.items()}
    return known | {code: polish_value_of(entry, years) for code, entry in POLISH_RATIOS.items()}


def analyse(statements: Sequence[Statement], peers: IndustryTable | None) -> Analysis:
    """Return what the usable yearly statements of a party say; percentiles where there is a table."""
    newest_first = usable_years(statements)
    periods = tuple(
        PeriodRatios(entry, ratios_of(entry, newest_first), _amounts(entry)) for entry in reversed(newest_first)
    )
    trends: dict[str, Trend] = {}
    standings: dict[str, Standing] = {}
    for code, definition in {**RATIOS, **POLISH_RATIOS}.items():
        values = [value for period in periods if isinstance(value := period.values[code], Decimal)]
        went = trend(values, definition.better)
        if went is not None:
            trends[code] = went
        newest = periods[-1].values[code] if periods else None
        if peers is not None and code in peers.points and isinstance(newest, Decimal):
            standings[code] = standing(newest, peers.points[code])
    return Analysis(periods, trends, _growth(periods), standings, peers)


def facts_of(statement: Statement, earlier: Sequence[Statement]) -> dict[str, Any]:
    """Return the facts that a statement gives, in wire form: ratios by code, zones of scores, amounts, and its date.

    What is undefined is left out. One that is not usable gives none.
    """
    if not statement.is_usable:
        return {}
    facts: dict[str, Any] = {"statement_date": statement.figures.period.end.isoformat()}
    for code, value in ratios_of(statement, earlier).items():
        if isinstance(value, Decimal):
            facts[code] = format(value, "f")
            if code in ZONES:
                facts[f"{code}_zone"] = zone(code, value)
    lines, currency = complete(statement.figures), statement.figures.currency
    for name, line in FACT_AMOUNTS.items():
        if line in lines:
            facts[name] = {"amount_minor": lines[line], "currency": currency}
    return facts


def as_of(statement: Statement) -> datetime:
    """Return the moment that a statement's facts are of: the beginning of the last day of its period, UTC."""
    return datetime.combine(statement.figures.period.end, time(), UTC)


def _chain(statement: Statement, earlier: Sequence[Statement]) -> list[Statement]:
    """Return the statements that lead up to one, each right before the next, in the same currency."""
    found: list[Statement] = []
    last = statement
    for _ in range(_MOST_YEARS - 1):
        before = next(
            (
                entry
                for entry in earlier
                if last.figures.period.follows(entry.figures.period)
                and entry.figures.currency == last.figures.currency
                and entry.figures.is_consolidated == last.figures.is_consolidated
            ),
            None,
        )
        if before is None:
            break
        found.append(before)
        last = before
    return found


def _amounts(statement: Statement) -> dict[str, int]:
    lines = complete(statement.figures)
    return {code: lines[code] for code in AMOUNTS if code in lines}


def _growth(periods: Sequence[PeriodRatios]) -> dict[str, Decimal]:
    """Return compound annual growth from the first period to the last, where both have the line in one currency."""
    found: dict[str, Decimal] = {}
    if len(periods) < 2:
        return found
    first, last = periods[0], periods[-1]
    if first.statement.figures.currency != last.statement.figures.currency:
        return found
    years = last.statement.figures.period.end.year - first.statement.figures.period.end.year
    for code in ("revenue", "assets", "equity"):
        if code in first.amounts_minor and code in last.amounts_minor:
            rate = compound_growth(first.amounts_minor[code], last.amounts_minor[code], years)
            if rate is not None:
                found[code] = rate
    return found
