"""How well a score told bads from goods, and whether its probabilities came true, on mature outcomes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from services.scoring.domain.measures.calibration import calibration
from services.scoring.domain.measures.discrimination import auc_interval, ks_interval
from services.scoring.domain.measures.distributions import binomial_p
from services.scoring.domain.monitoring.baseline import Baseline, BaselineBand
from services.scoring.domain.monitoring.counts import Maturity, OutcomeCount
from services.scoring.domain.monitoring.figures import (
    CalibrationBand,
    CalibrationFigures,
    Estimate,
    PerformanceFigures,
)
from services.scoring.domain.monitoring.plan import Plan
from services.scoring.domain.monitoring.rounding import estimate, six_places
from services.scoring.domain.monitoring.shifts import place_of


def performance_of(
    maturity: Maturity,
    outcomes: Sequence[OutcomeCount],
    bands: Sequence[BaselineBand],
    baseline: Baseline | None,
    plan: Plan,
) -> PerformanceFigures:
    """Return what mature outcomes say of a model."""
    area, gap = discrimination([(entry.score, entry.bad, entry.count) for entry in outcomes])
    return PerformanceFigures(
        definition=plan.outcome.name,
        window_months=plan.outcome.window_months,
        scored=maturity.scored,
        known=maturity.known,
        matured=maturity.matured,
        complete=maturity.complete,
        bads=sum(entry.count for entry in outcomes if entry.bad),
        auc=area,
        ks=gap,
        promised_auc=None if baseline is None else baseline.auc,
        promised_sample=None if baseline is None else baseline.auc_sample,
        calibration=_calibration([entry for entry in outcomes if entry.complete], bands),
    )


def discrimination(rows: Iterable[tuple[int, bool, int]]) -> tuple[Estimate | None, Estimate | None]:
    """Return AUC (DeLong) and KS (bootstrap) with intervals, of counts by (score, is bad); None without both kinds."""
    outcomes: Counter[tuple[int, bool]] = Counter()
    for score, bad, count in rows:
        outcomes[score, bad] += count
    if len({bad for _, bad in outcomes}) < 2:
        return None, None
    return estimate(auc_interval(outcomes)), estimate(ks_interval(outcomes))


def _calibration(outcomes: Sequence[OutcomeCount], bands: Sequence[BaselineBand]) -> CalibrationFigures | None:
    """Return how PDs came true where the window is over: bads that came early would otherwise stand without goods."""
    if not outcomes:
        return None
    pds, counts, bads = [Fraction(0)] * len(bands), [0] * len(bands), [0] * len(bands)
    for entry in outcomes:
        place = place_of(bands, entry.score)
        pds[place] += Fraction(entry.pd) * entry.count
        counts[place] += entry.count
        bads[place] += entry.count if entry.bad else 0
    rows = [
        (band.label, pd / count if count else Fraction(0), count, bad)
        for band, pd, count, bad in zip(bands, pds, counts, bads, strict=True)
    ]
    found = calibration(rows)
    mean_pd = found.expected_bads / found.count
    return CalibrationFigures(
        count=found.count,
        bads=found.bads,
        expected_bads=six_places(found.expected_bads),
        ratio=six_places(found.bads / found.expected_bads) if found.expected_bads else None,
        p_value=six_places(binomial_p(found.bads, found.count, float(mean_pd))),
        hosmer_lemeshow=six_places(found.hosmer_lemeshow),
        hosmer_lemeshow_p=six_places(found.p_value),
        brier=six_places(found.brier),
        bands=tuple(
            CalibrationBand(
                label=band.label,
                count=band.count,
                bads=band.bads,
                expected_bads=six_places(band.expected_bads),
                observed_rate=estimate(band.observed),
                p_value=six_places(band.p_value),
            )
            for band in found.bands
        ),
    )
