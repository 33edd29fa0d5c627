"""Names and numbers as people read them, in the terminal and on the page."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.backtests.figures.ratios import Interval, Ratio
from services.backtests.figures.report import Data, Population, Report
from services.backtests.figures.wording import money, percent
from services.decision.domain.outcome import Outcome
from shared.money import exponent
from shared.pages.markup import shortened

NAME: Final = {
    "approve": "Approve",
    "counter_offer": "Counter-offer",
    "refer": "Refer",
    "pend_info": "Pend for information",
    "decline": "Decline",
}
OUTCOMES: Final = tuple(outcome.value for outcome in Outcome)
NOT_STATED: Final = "(not stated)"
_LONGEST: Final = 120
_SHORT: Final = ((10**12, "tn"), (10**9, "bn"), (10**6, "m"))


def label(value: str | None) -> str:
    """Return the name of a segment's or a group's value, cut to a length that a table bears."""
    return NOT_STATED if value is None else shortened(value, _LONGEST) or "(empty)"


def short_money(minor: int | None, currency: str) -> str:
    """Return an amount with three digits that matter, `1.23 m USD`, in full below a million."""
    if minor is None:
        return "-"
    amount = Decimal(minor).scaleb(-exponent(currency))
    for size, suffix in _SHORT:
        if abs(amount) >= size:
            return f"{(amount / size).quantize(Decimal('0.01'), ROUND_HALF_UP):,} {suffix} {currency}"
    return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,} {currency}"


def points(text: str | None) -> str:
    """Return a change in percentage points."""
    return "-" if text is None else f"{text} pp"


def signed(value: int) -> str:
    """Return a count with its sign."""
    return f"{value:+,}" if value else "0"


def share(part: int, whole: int) -> str:
    """Return a part as a percentage of the whole, `-` of nothing."""
    return percent(Ratio(part, whole)) if whole else "-"


def interval(found: Interval | None) -> str:
    """Return the bounds of a rate: `18.20 - 23.10 %`."""
    if found is None:
        return "-"
    low, high = (format(Decimal(bound) * 100, ".2f") for bound in (found.low, found.high))
    return f"{low} \u2013 {high} %"


def observed(population: Population) -> str:
    """Return the observed bad rate with what it rests on."""
    if population.observed_bad is None:
        return "not known"
    return f"{percent(population.observed_bad)} ({population.bad:,} of {population.with_performance:,})"


def period(data: Data) -> str:
    """Return from when to when the applications are."""
    if data.first is None or data.last is None:
        return "no period"
    return f"{data.first.astimezone(UTC).date()} to {data.last.astimezone(UTC).date()}"


def minute(moment: datetime) -> str:
    """Return a moment to the minute, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def key_figures(report: Report) -> tuple[tuple[str, str, str, str], ...]:
    """Return name, live's, the candidate's and the change of the figures that everybody asks for first."""
    live, candidate, currency = report.overall.live, report.overall.candidate, report.currency
    granted = live.granted.count, candidate.granted.count
    referred = live.outcomes["refer"], candidate.outcomes["refer"]
    limits = live.limit_minor, candidate.limit_minor
    return (
        (
            "Approval rate",
            percent(live.approval_rate),
            percent(candidate.approval_rate),
            points(report.overall.approval_change),
        ),
        ("Applications granted credit", f"{granted[0]:,}", f"{granted[1]:,}", signed(granted[1] - granted[0])),
        ("Limits granted", money(limits[0], currency), money(limits[1], currency), _more(*limits)),
        (
            "Average limit",
            money(live.average_limit_minor, currency),
            money(candidate.average_limit_minor, currency),
            _more(live.average_limit_minor or 0, candidate.average_limit_minor or 0),
        ),
        ("Referrals", f"{referred[0]:,}", f"{referred[1]:,}", signed(referred[1] - referred[0])),
        (
            "Expected bad rate of what is granted",
            percent(live.granted.expected_bad),
            percent(candidate.granted.expected_bad),
            "",
        ),
        ("Observed bad rate of what is granted", observed(live.granted), observed(candidate.granted), ""),
        (
            "  95 % interval",
            interval(live.granted.observed_bad_interval),
            interval(candidate.granted.observed_bad_interval),
            "",
        ),
    )


def _more(before: int, after: int) -> str:
    if not before:
        return "-"
    tenths = (Decimal(after - before) * 100 / Decimal(before)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths:+,} %" if tenths else "0.0 %"
