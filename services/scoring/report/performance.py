"""How well the score told bads from goods, and whether its probabilities came true."""

from fractions import Fraction

from services.scoring.domain.monitoring.figures import CalibrationBand, CalibrationFigures, Figures, PerformanceFigures
from services.scoring.report.words import interval, p_value, percent, plain
from shared.pages.charts import Observed, against_expected
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import figure, table


def performance(figures: Figures) -> Markup:
    """Return what is known of outcomes, the measures on them, and calibration by band."""
    known = figures.performance
    maturity = element(
        "p",
        f"Bad means {known.definition} within {known.window_months} months of the score. Of {known.scored:,} "
        f"applications an outcome is known of {known.known:,} and mature of {known.matured:,}, {known.bads:,} of them "
        f"bad; {known.complete:,} of the mature ones have a window that is over.",
    )
    if not known.matured:
        return maturity
    rows = [
        (name, plain(found.value), interval(found), before)
        for name, found, before in (
            ("AUC", known.auc, _promised(known)),
            ("KS", known.ks, "-"),
        )
        if found is not None
    ]
    measures = table("", ("Measure", "Value", "95 % interval", "At validation"), rows) if rows else None
    return joined(maturity, measures, None if known.calibration is None else _calibration(known.calibration))


def _promised(known: PerformanceFigures) -> str:
    if known.promised_auc is None or known.promised_sample is None:
        return "-"
    return f"{plain(known.promised_auc)} ({known.promised_sample.replace('_', ' ')})"


def _calibration(found: CalibrationFigures) -> Markup:
    words = (
        f"Of {found.count:,} applications whose window is over, {found.bads:,} went bad; "
        f"{plain(found.expected_bads, 1)} were expected: {plain(found.ratio, 2)} times as many "
        f"(p {p_value(found.p_value)}). Hosmer-Lemeshow {plain(found.hosmer_lemeshow, 1)} "
        f"(p {p_value(found.hosmer_lemeshow_p)}), Brier score {plain(found.brier, 4)}."
    )
    chart = against_expected(
        "calibration",
        "Expected and observed bad rate by band of scores",
        [
            Observed(
                band.label,
                Fraction(band.expected_bads) / band.count,
                Fraction(band.observed_rate.value),
                Fraction(band.observed_rate.low),
                Fraction(band.observed_rate.high),
                f"{band.bads:,} of {band.count:,}",
            )
            for band in found.bands
        ],
    )
    rows = table(
        "",
        ("Band", "Applications", "Bads", "Expected", "Bad rate", "95 % interval", "p"),
        map(_row, found.bands),
    )
    told = "Bars: the bad rate that the model expected. Dots: what was observed, with its 95 % interval."
    return joined(element("h3", "Calibration"), element("p", words), figure(chart, told), rows)


def _row(band: CalibrationBand) -> tuple[str, ...]:
    rate = band.observed_rate
    return (
        band.label,
        f"{band.count:,}",
        f"{band.bads:,}",
        plain(band.expected_bads, 1),
        percent(rate.value),
        f"{percent(rate.low)} to {percent(rate.high)}",
        p_value(band.p_value),
    )
