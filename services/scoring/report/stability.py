"""How far the population has moved: scores against the baseline, and each characteristic."""

from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.monitoring.figures import CharacteristicFigures, Figures, Shift
from services.scoring.report.words import percent, plain, signed
from shared.pages.charts import Columns, Marked, against_thresholds, columns, swatch
from shared.pages.markup import Markup, element, joined
from shared.pages.style import CANDIDATE, LIVE
from shared.pages.tables import figure, table


def score(figures: Figures) -> Markup | None:
    """Return the distribution of scores at development and now."""
    if figures.score is None:
        return None
    shift = figures.score
    bins = shift.bins
    chart = columns(
        "score-distribution",
        "Share of applications by band of scores, at development and now",
        [_short(each.label) for each in bins],
        [
            Columns("development", LIVE, [each.expected for each in bins]),
            Columns("now", CANDIDATE, [each.actual for each in bins]),
        ],
        "band of scores",
    )
    return joined(
        element("p", _verdict(shift)), figure(chart, "Share of applications by band.", _legend()), bands_of(shift)
    )


def characteristics(figures: Figures) -> Markup | None:
    """Return how far each characteristic has moved, the farthest first, and the bins of those that did."""
    if not figures.characteristics:
        return None
    ranked = sorted(figures.characteristics, key=lambda each: -each.shift.value)
    chart = against_thresholds(
        "characteristic-stability",
        "Stability index of each characteristic, with the value that chance exceeds in one of a hundred samples",
        [
            Marked(
                each.name,
                Fraction(each.shift.value),
                Fraction(each.shift.critical_99),
                f"{plain(each.shift.value)} / {plain(each.shift.critical_99)}",
            )
            for each in ranked
        ],
    )
    words = "Index of each characteristic; the line is the value that chance exceeds in 1 % of samples of this size."
    overall = table(
        "Points: by how much the mean score has moved with the characteristic. Shares now, and at development.",
        ("Characteristic", "Index", "Critical 99 %", "Points", "Missing", "Before", "Unseen", "Before"),
        map(_row, ranked),
    )
    moved = [each for each in ranked if each.shift.value > each.shift.critical_99]
    bins = [joined(element("h3", each.name), bands_of(each.shift)) for each in moved]
    return joined(figure(chart, words), overall, *bins)


def _row(each: CharacteristicFigures) -> tuple[str, ...]:
    return (
        each.name,
        plain(each.shift.value),
        plain(each.shift.critical_99),
        signed(each.points_shift),
        percent(each.missing_share),
        percent(each.missing_share_before),
        percent(each.unseen_share),
        percent(each.unseen_share_before),
    )


def _verdict(shift: Shift) -> str:
    compared = f"{shift.actual_rows:,} applications now against {shift.expected_rows:,} at development"
    if shift.value <= shift.critical_99:
        return (
            f"The index is {plain(shift.value)}. By chance alone it exceeds {plain(shift.critical_99)} in one of a "
            f"hundred samples of these sizes ({compared}): no shift is shown."
        )
    return (
        f"The index is {plain(shift.value)}, more than the {plain(shift.critical_99)} that chance exceeds in one of a "
        f"hundred samples of these sizes ({compared}): the population has moved."
    )


def bands_of(shift: Shift, sides: tuple[str, str] = ("Development", "Now")) -> Markup:
    """Return the shares of both sides in each bin, and what it adds to the index."""
    before, now = sides
    return table(
        "",
        ("Bin", before, now, "Change", f"Rows {now.lower()}", "Of the index"),
        [
            (
                each.label,
                percent(_share(each.expected, shift.expected_rows)),
                percent(_share(each.actual, shift.actual_rows)),
                f"{signed(_points(each.expected, each.actual, shift))} pp",
                f"{each.actual:,}",
                plain(each.contribution),
            )
            for each in shift.bins
        ],
    )


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole


def _points(expected: int, actual: int, shift: Shift) -> Decimal:
    return (_share(actual, shift.actual_rows) - _share(expected, shift.expected_rows)) * 100


def _legend() -> Markup:
    items = [element("li", swatch(colour), name) for name, colour in (("development", LIVE), ("now", CANDIDATE))]
    return element("ul", *items, class_="legend")


def _short(label: str) -> str:
    """Return the label of a band for the narrow space below a column."""
    return label.replace("below ", "< ").replace(" and above", "+").replace(" to ", "\u2013")
