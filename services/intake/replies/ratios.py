"""What is shown of ratios and of industry tables over HTTP."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from services.intake.domain.statements.analysis import Analysis, PeriodRatios
from services.intake.domain.statements.peers import IndustryTable
from services.intake.domain.statements.polish import POLISH_RATIOS
from services.intake.domain.statements.ratios import RATIOS, ZONES, Definition, Undefined, zone
from services.intake.domain.statements.statement import Statement


class ValueReply(BaseModel):
    """A ratio in one period: its value, or why it has none (`reason`, and the `missing` lines)."""

    period_end: date
    value: str | None
    zone: str | None = None
    reason: str | None = None
    missing: list[str] = []


class TrendReply(BaseModel):
    """How a ratio went: the last change, and the course over all periods."""

    change: str
    course: str


class StandingReply(BaseModel):
    """The newest value's place in the industry; a bound where `reach` is `below` or `above` the table."""

    percentile: str
    reach: str


class RatioReply(BaseModel):
    """One ratio: its definition, its values, the oldest period first, and what they say."""

    code: str
    family: str
    label: str
    label_zh: str
    formula: str
    unit: str
    better: str
    source: str
    values: list[ValueReply]
    trend: TrendReply | None
    peers: StandingReply | None


class AnalysedPeriod(BaseModel):
    """A period that ratios were made of: the statement, and its main amounts in minor units."""

    statement_id: str
    version: int
    status: str
    period_end: date
    currency: str
    standard: str
    assurance: str
    is_consolidated: bool
    amounts_minor: dict[str, int]


class LeftOutReply(BaseModel):
    """A statement that no ratios were made of: it does not balance, is of part of a year, or another one speaks."""

    statement_id: str
    period_end: date
    status: str
    months: int


class PeersReply(BaseModel):
    """The table that percentiles are from."""

    code: str
    year: int
    source: str


class RatiosReply(BaseModel):
    """The ratios of a party's yearly statements. `growth` is compound, a year, from the first period to the last."""

    party_id: str
    industry: str | None
    peers: PeersReply | None
    periods: list[AnalysedPeriod]
    left_out: list[LeftOutReply]
    growth: dict[str, str]
    ratios: list[RatioReply]


class PointReply(BaseModel):
    """So many percent of the industry have this value or less."""

    percentile: int
    value: str


class RatioPointsReply(BaseModel):
    """The percentiles of one ratio, ascending."""

    ratio: str
    points: list[PointReply]


class IndustryTableReply(BaseModel):
    """Percentiles of ratios in an industry and year."""

    code: str
    year: int
    source: str
    ratios: list[RatioPointsReply]
    stated_by: str
    stated_at: datetime


def ratios_reply(
    party_id: str, industry: str | None, statements: tuple[Statement, ...], analysis: Analysis, *, polish: bool
) -> RatiosReply:
    """Return the public form of an analysis, with the 64 ratios of the Polish data set for who wants them."""
    peers = analysis.peers
    used = {entry.statement.statement_id for entry in analysis.periods}
    definitions = {**RATIOS, **(POLISH_RATIOS if polish else {})}
    return RatiosReply(
        party_id=party_id,
        industry=industry,
        peers=None if peers is None else PeersReply(code=peers.code, year=peers.year, source=peers.source),
        periods=[_period(entry) for entry in analysis.periods],
        left_out=[_left_out(entry) for entry in statements if entry.statement_id not in used],
        growth={code: format(rate, "f") for code, rate in analysis.growth.items()},
        ratios=[_ratio(definition, analysis) for definition in definitions.values()],
    )


def table_reply(table: IndustryTable) -> IndustryTableReply:
    """Return the public form of an industry table."""
    return IndustryTableReply(
        code=table.code,
        year=table.year,
        source=table.source,
        ratios=[
            RatioPointsReply(
                ratio=code, points=[PointReply(percentile=at, value=format(value, "f")) for at, value in points]
            )
            for code, points in table.points.items()
        ],
        stated_by=table.stated_by,
        stated_at=table.stated_at,
    )


def _period(entry: PeriodRatios) -> AnalysedPeriod:
    figures = entry.statement.figures
    return AnalysedPeriod(
        statement_id=entry.statement.statement_id,
        version=entry.statement.version,
        status=entry.statement.status,
        period_end=figures.period.end,
        currency=figures.currency,
        standard=figures.standard,
        assurance=figures.assurance,
        is_consolidated=figures.is_consolidated,
        amounts_minor=dict(entry.amounts_minor),
    )


def _left_out(statement: Statement) -> LeftOutReply:
    period = statement.figures.period
    return LeftOutReply(
        statement_id=statement.statement_id, period_end=period.end, status=statement.status, months=period.months
    )


def _ratio(definition: Definition, analysis: Analysis) -> RatioReply:
    code = definition.code
    trend, standing = analysis.trends.get(code), analysis.standings.get(code)
    return RatioReply(
        code=code,
        family=definition.family,
        label=definition.en,
        label_zh=definition.zh,
        formula=definition.formula.text,
        unit=definition.unit,
        better=definition.better,
        source=definition.source,
        values=[_value(code, entry.statement.figures.period.end, entry.values[code]) for entry in analysis.periods],
        trend=None if trend is None else TrendReply(change=format(trend.change, "f"), course=trend.course),
        peers=None
        if standing is None
        else StandingReply(percentile=format(standing.percentile, "f"), reach=standing.reach),
    )


def _value(code: str, end: date, value: Decimal | Undefined) -> ValueReply:
    if isinstance(value, Undefined):
        return ValueReply(period_end=end, value=None, reason=value.reason, missing=list(value.inputs))
    return ValueReply(period_end=end, value=format(value, "f"), zone=zone(code, value) if code in ZONES else None)
