"""What was decided in each band of scores, and how segments differ."""

from collections.abc import Sequence
from typing import Final

from services.scoring.domain.monitoring.figures import BandMix, Figures, SegmentFigures
from services.scoring.report.words import group, interval, percent, plain
from shared.pages.charts import Part, stacked, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import above, figure, table

_OUTCOMES: Final = (
    ("approve", "approve", "#1d6f5c", False),
    ("counter_offer", "counter-offer", "#7fb8a4", True),
    ("refer", "refer", "#e3b341", True),
    ("pend_info", "pend for information", "#b9a7d3", True),
    ("decline", "decline", "#a63d40", False),
)


def mix(figures: Figures) -> Markup | None:
    """Return the mix of decisions by band of scores, and the overrides."""
    decided = [band for band in figures.mix if band.outcomes]
    if not decided:
        return None
    chart = stacked(
        "decision-mix",
        "Decisions by band of scores",
        [
            (
                band.label,
                [
                    Part(words, band.outcomes.get(outcome, 0), colour, dark)
                    for outcome, words, colour, dark in _OUTCOMES
                ],
            )
            for band in decided
        ],
    )
    return joined(figure(chart, "The last decision on each application.", _legend(decided)), _table(figures.mix))


def segments(figures: Figures) -> Markup | None:
    """Return size, decisions and performance of each segment."""
    facts: dict[str, list[SegmentFigures]] = {}
    for each in figures.segments:
        facts.setdefault(each.fact, []).append(each)
    heads = ("Group", "Scored", "Mean score", "Decided", "Approved", "PSI", "Mature", "Bads", "AUC", "KS")
    words = "By {}. PSI: scores in the window against those of the same group before it, and what chance makes of that."
    shown = [table(words.format(fact), heads, map(_segment, rows)) for fact, rows in facts.items()]
    return joined(*shown) if shown else None


def _legend(decided: Sequence[BandMix]) -> Markup:
    found = {outcome for band in decided for outcome in band.outcomes}
    items = [element("li", swatch(colour), words) for outcome, words, colour, _ in _OUTCOMES if outcome in found]
    return element("ul", *items, class_="legend")


def _table(bands: Sequence[BandMix]) -> Markup:
    has_cutoff = any(band.high_side_overrides is not None for band in bands)
    heads = ["Band", "Scored", "Decided", "Approval rate", "Revised"]
    heads += ["High-side overrides", "Low-side overrides"] if has_cutoff else []
    words = "Revised: the last decision is not the first."
    if has_cutoff:
        words += " High side: declined at or above the cut-off; low side: approved below it."
    rows = []
    for band in bands:
        cells = [
            band.label,
            f"{band.scored:,}",
            f"{sum(band.outcomes.values()):,}",
            percent(band.approval_rate),
            f"{band.revised:,}",
        ]
        rows.append([*cells, f"{band.high_side_overrides:,}", f"{band.low_side_overrides:,}"] if has_cutoff else cells)
    return table(words, heads, rows)


def _segment(each: SegmentFigures) -> tuple[str, ...]:
    return (
        group(each.group),
        f"{each.scored:,}",
        plain(each.mean_score, 1),
        f"{each.decided:,}",
        percent(each.approval_rate),
        "-" if each.shift is None else above(plain(each.shift.value), f"by chance {plain(each.shift.critical_99)}"),
        f"{each.matured:,}",
        f"{each.bads:,}",
        "-" if each.auc is None else above(plain(each.auc.value), interval(each.auc)),
        "-" if each.ks is None else above(plain(each.ks.value), interval(each.ks)),
    )
