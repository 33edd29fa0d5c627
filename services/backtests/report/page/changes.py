"""What changes in terms, reasons, queues and grades."""

from fractions import Fraction

from services.backtests.figures.report import Report
from services.backtests.figures.wording import money, percent
from services.backtests.report.words import NAME, label, share, short_money, signed
from shared.pages.charts import Pair, paired, swatch
from shared.pages.markup import Markup, element
from shared.pages.style import CANDIDATE, LIVE
from shared.pages.tables import figure, section, table

_REASONS_DRAWN = 10


def legend() -> Markup:
    """Return which colour is which policy."""
    return element(
        "ul", element("li", swatch(LIVE), "Live"), element("li", swatch(CANDIDATE), "Candidate"), class_="legend"
    )


def volumes(report: Report) -> Markup:
    """Return approvals, limits and referrals before and after, and the terms of those that both grant."""
    live, candidate, currency, terms = report.overall.live, report.overall.candidate, report.currency, report.terms
    both = report.overall.granted_by_both.count
    counts = [
        _counts("Approved", live.outcomes["approve"], candidate.outcomes["approve"]),
        _counts("Counter-offers", live.outcomes["counter_offer"], candidate.outcomes["counter_offer"]),
        _counts("Referred", live.outcomes["refer"], candidate.outcomes["refer"]),
        _counts("Declined", live.outcomes["decline"], candidate.outcomes["decline"]),
    ]
    limits = Pair(
        "Limits granted",
        Fraction(live.limit_minor),
        Fraction(candidate.limit_minor),
        short_money(live.limit_minor, currency),
        short_money(candidate.limit_minor, currency),
    )
    ways = (
        ("Limit higher", terms.limit_up),
        ("Limit the same", terms.limit_same),
        ("Limit lower", terms.limit_down),
        ("Rate higher", terms.rate_up),
        ("Rate the same", terms.rate_same),
        ("Rate lower", terms.rate_down),
    )
    rows = [
        (
            name,
            f"{way.count:,}",
            share(way.count, both),
            money(way.live_limit_minor, currency),
            money(way.candidate_limit_minor, currency),
        )
        for name, way in ways
    ]
    caption = (
        f"Of the {both:,} applications that both policies grant credit. Average rate "
        f"{percent(terms.average_rate_live)} under live, {percent(terms.average_rate_candidate)} under the candidate."
    )
    return section(
        "volumes",
        "Volumes and terms",
        figure(paired("volumes-chart", "Applications by outcome, before and after", counts), "Applications", legend()),
        figure(paired("limits-chart", "Limits granted, before and after", [limits]), f"Sum of limits, {currency}"),
        table(caption, ("Terms under the candidate", "Applications", "Share", "Live limits", "Candidate limits"), rows),
    )


def reasons(report: Report) -> Markup:
    """Return how often each reason is given under both policies, and referrals by queue."""
    if not report.reasons and not report.queues:
        return Markup("")
    by_change = sorted(report.reasons, key=lambda line: -max(line.live, line.candidate))[:_REASONS_DRAWN]
    pairs = [_counts(line.code, line.live, line.candidate, NAME[line.outcome]) for line in by_change]
    rows = [
        (
            line.wording,
            line.code,
            NAME[line.outcome],
            f"{line.live:,}",
            f"{line.candidate:,}",
            signed(line.candidate - line.live),
        )
        for line in report.reasons
    ]
    queues = [
        (label(queue.queue), f"{queue.live:,}", f"{queue.candidate:,}", signed(queue.candidate - queue.live))
        for queue in report.queues
    ]
    heads = ("What the applicant is told", "Code", "With", "Live", "Candidate", "Change")
    return section(
        "reasons",
        "Reasons and referrals",
        figure(
            paired("reasons-chart", "The most frequent reasons", pairs),
            "The most frequent reasons, applications",
            legend(),
        )
        if pairs
        else None,
        table("Principal reasons: at most four an application.", heads, rows, texts=3) if rows else None,
        table("Referrals by work queue.", ("Queue", "Live", "Candidate", "Change"), queues) if queues else None,
    )


def grades(report: Report) -> Markup:
    """Return the applications by grade under both policies."""
    if not report.grades:
        return Markup("")
    live = sorted({move.live for move in report.grades}, key=lambda grade: (grade is None, grade or ""))
    candidate = sorted({move.candidate for move in report.grades}, key=lambda grade: (grade is None, grade or ""))
    counts = {(move.live, move.candidate): move.count for move in report.grades}
    heads = ("Live \\ Candidate", *(grade or "no grade" for grade in candidate))
    rows = [(grade or "no grade", *(f"{counts.get((grade, other), 0):,}" for other in candidate)) for grade in live]
    stayed = sum(move.count for move in report.grades if move.live == move.candidate)
    caption = f"{stayed:,} applications keep the same grade; letters may mean other things in the candidate."
    return section("grades", "Grades under both policies", table(caption, heads, rows))


def _counts(name: str, live: int, candidate: int, under: str = "") -> Pair:
    return Pair(name, Fraction(live), Fraction(candidate), f"{live:,}", f"{candidate:,}", under)
