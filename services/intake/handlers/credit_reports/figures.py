"""What the credit file holds, as figures of the credit report."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.intake.domain.application import Application
from services.intake.domain.credit_report import (
    Accounts,
    Adverse,
    Figure,
    Label,
    Lookup,
    Origin,
    Period,
    RatioLine,
    Request,
    Value,
)
from services.intake.domain.finding import Finding
from services.intake.domain.indicator import Series
from services.intake.domain.report import Report
from services.intake.domain.statements.analysis import Analysis, PeriodRatios
from services.intake.domain.statements.ratios import RATIOS, Unit
from services.intake.domain.statements.taxonomy import LINES
from services.intake.report.labels import named, place
from shared.money import Money

_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,12}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN_RATIOS: Final = (
    "current_ratio",
    "debt_to_equity",
    "liabilities_to_assets",
    "interest_coverage",
    "days_sales_outstanding",
    "operating_margin",
    "net_margin",
    "return_on_equity",
    "revenue_growth",
    "altman_z2",
)
"""Of all ratios those that fit on one page; the others are at `/ratios`."""


_SHOWN_AMOUNTS: Final = (
    "revenue",
    "operating_profit",
    "net_income",
    "assets",
    "liabilities",
    "equity",
    "operating_cash_flow",
)
"""The amounts that show how the business went and stands."""


def value(wire: Any) -> Value | None:
    """Return the value of a fact in wire form; decimals and dates are texts there, in a form of their own."""
    if isinstance(wire, Mapping):
        return Money(wire["amount_minor"], wire["currency"])
    if isinstance(wire, str) and _DECIMAL.fullmatch(wire):
        return Decimal(wire)
    if isinstance(wire, str) and _DATE.fullmatch(wire):
        return date.fromisoformat(wire)
    return wire if isinstance(wire, bool | int | str) else None


def of_facts(facts: Mapping[str, Any], origin: Origin) -> tuple[Figure, ...]:
    """Return the facts of one record as figures, in the order in which people read them."""
    return tuple(Figure(code, named(code), value(facts[code]), origin) for code in sorted(facts, key=place))


def of_findings(findings: Sequence[Finding]) -> tuple[Figure, ...]:
    """Return the facts of findings as figures."""
    return tuple(figure for found in findings for figure in of_facts(found.facts, _origin_of(found)))


def of_indicators(findings: Sequence[Finding], known: Mapping[str, Series]) -> tuple[Figure, ...]:
    """Return what series say as figures, each called as its series is."""
    return tuple(
        replace(figure, label=Label(known[figure.origin.source].label, known[figure.origin.source].label_zh))
        for figure in of_findings(findings)
    )


def lookups(reports: Sequence[Report]) -> tuple[Lookup, ...]:
    """Return the newest report of each source."""
    newest: dict[str, Report] = {}
    for report in sorted(reports, key=lambda entry: (entry.received_at, entry.report_id)):
        newest[report.source] = report
    return tuple(
        Lookup(report.source, report.found, of_facts(report.facts, _origin(report)), _origin(report))
        for report in newest.values()
    )


def adverse(reports: Sequence[Report]) -> tuple[Adverse, ...]:
    """Return what the newest report of each source holds against the party, the newest first."""
    newest = {lookup.origin.record_id for lookup in lookups(reports)}
    items = [
        Adverse(item.code, item.description, item.occurred_on, item.amount, item.settled, _origin(report))
        for report in reports
        if report.report_id in newest
        for item in report.adverse
    ]
    return tuple(sorted(items, key=lambda item: (item.occurred_on, item.code), reverse=True))


def requests(applications: Sequence[Application]) -> tuple[Request, ...]:
    """Return applications, the newest first."""
    newest_first = sorted(applications, key=lambda entry: entry.received_at, reverse=True)
    return tuple(_request(entry) for entry in newest_first)


def _request(application: Application) -> Request:
    decision = application.decision
    origin = Origin("file", "intake", application.application_id, application.received_at)
    if decision is not None:
        origin = Origin("decision", "decision", decision.decision_id, decision.decided_at)
    return Request(
        application_id=application.application_id,
        product=application.product,
        requested=application.requested,
        state=application.status,
        received_at=application.received_at,
        outcome=None if decision is None else decision.outcome,
        reasons=() if decision is None else decision.reasons,
        grade=None if decision is None else decision.grade,
        score=None if decision is None else decision.score,
        limit=None if application.limit is None else application.limit.amount,
        decision_id=None if decision is None else decision.decision_id,
        origin=origin,
    )


def accounts(analysis: Analysis) -> Accounts:
    """Return the statements with those ratios that fit on the page."""
    periods = tuple(_period(entry) for entry in analysis.periods)
    lines = tuple(_line(code, analysis) for code in _SHOWN_RATIOS if code in RATIOS) if periods else ()
    peers = analysis.peers
    known = tuple(line for line in lines if any(each is not None for each in line.values))
    return Accounts(periods, known, None if peers is None else f"{peers.code}, {peers.year} ({peers.source})")


def _period(entry: PeriodRatios) -> Period:
    statement = entry.statement
    figures = statement.figures
    origin = Origin("statement", "statements", statement.statement_id, statement.submitted_at)
    amounts = tuple(
        Figure(code, Label(LINES[code].en, LINES[code].zh), Money(minor, figures.currency), origin)
        for code in _SHOWN_AMOUNTS
        if (minor := entry.amounts_minor.get(code)) is not None
    )
    return Period(figures.period.end, figures.period.months, figures.standard, figures.assurance, amounts, origin)


def _line(code: str, analysis: Analysis) -> RatioLine:
    definition = RATIOS[code]
    standing = analysis.standings.get(code)
    found = (entry.values[code] for entry in analysis.periods)
    return RatioLine(
        code=code,
        label=Label(definition.en, definition.zh),
        unit="percent" if definition.unit is Unit.RATIO and code.endswith(_OF_A_WHOLE) else str(definition.unit),
        values=tuple(each if isinstance(each, Decimal) else None for each in found),
        percentile=None if standing is None else int(standing.percentile),
        better=definition.better,
    )


_OF_A_WHOLE: Final = ("_margin", "_growth", "_to_assets", "return_on_equity", "return_on_assets")
"""Ratios that people read in percent."""


def _origin(report: Report) -> Origin:
    return Origin(report.kind, report.source, report.report_id, report.as_of)


def _origin_of(finding: Finding) -> Origin:
    return Origin(finding.kind, finding.source, finding.record_id, finding.as_of)
