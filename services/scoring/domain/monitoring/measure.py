"""A report made of what was counted: stability against the artefact's baseline, decisions by band, performance."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.measures.calibration import calibration
from services.scoring.domain.measures.discrimination import auc_interval, ks_interval
from services.scoring.domain.measures.distributions import binomial_p
from services.scoring.domain.measures.stability import points_shift, stability
from services.scoring.domain.monitoring.alarms import readings_of
from services.scoring.domain.monitoring.baseline import MISSING, UNSEEN, Baseline, BaselineBand, BaselineBin
from services.scoring.domain.monitoring.counts import Counted, DecisionCount, GroupCount, Maturity, OutcomeCount
from services.scoring.domain.monitoring.fairness import live_fairness
from services.scoring.domain.monitoring.figures import (
    APPROVED,
    BandMix,
    BinFigures,
    CalibrationBand,
    CalibrationFigures,
    CharacteristicFigures,
    Estimate,
    Figures,
    PerformanceFigures,
    SegmentFigures,
    Shift,
)
from services.scoring.domain.monitoring.plan import Plan
from services.scoring.domain.monitoring.rounding import estimate, share, six_places

_ALL_SCORES = (BaselineBand(None, None, 0),)


def measure(counted: Counted, baseline: Baseline | None, plan: Plan, left_out: Sequence[str] = ()) -> Figures:
    """Return the figures of a model; one without a baseline has no stability, and its scores form one band.

    `left_out` are the facts by which it could not be told, as `groupings_of` says.
    """
    scored = sum(entry.count for entry in counted.scores)
    failed = sum(counted.failures.values())
    bands = _ALL_SCORES if baseline is None else baseline.bands
    score = None if baseline is None or not scored else _score_shift(counted, baseline)
    characteristics = () if baseline is None or not scored else _characteristics(counted, baseline)
    performance = _performance(counted.maturity, counted.outcomes, bands, baseline, plan)
    segments = [each for fact, rows in counted.segments.items() for each in _segments(fact, rows, bands)]
    fairness = tuple(
        live_fairness(fact, rows, plan.references.get(fact), plan.cutoff) for fact, rows in counted.protected.items()
    )
    failure_share = share(failed, scored + failed) or six_places(0)
    return Figures(
        scored=scored,
        mean_score=None if not scored else six_places(_mean((entry.score, entry.count) for entry in counted.scores)),
        failures=dict(counted.failures),
        failure_share=failure_share,
        baseline_sample=None if baseline is None else baseline.sample,
        score=score,
        characteristics=characteristics,
        mix=_mix(counted, bands, plan.cutoff),
        performance=performance,
        segments=tuple(segments),
        fairness=fairness,
        cautions=tuple(_cautions(scored, baseline, performance, plan, left_out)),
        readings=readings_of(plan, scored + failed, failure_share, score, characteristics, performance, fairness),
    )


def discrimination(rows: Iterable[tuple[int, bool, int]]) -> tuple[Estimate | None, Estimate | None]:
    """Return AUC (DeLong) and KS (bootstrap) with intervals, of counts by (score, is bad); None without both kinds."""
    outcomes: Counter[tuple[int, bool]] = Counter()
    for score, bad, count in rows:
        outcomes[score, bad] += count
    if len({bad for _, bad in outcomes}) < 2:
        return None, None
    return estimate(auc_interval(outcomes)), estimate(ks_interval(outcomes))


def _score_shift(counted: Counted, baseline: Baseline) -> Shift:
    actual = _by_band(baseline.bands, ((entry.score, entry.count) for entry in counted.scores))
    return _shift([band.label for band in baseline.bands], [band.count for band in baseline.bands], actual)


def _characteristics(counted: Counted, baseline: Baseline) -> tuple[CharacteristicFigures, ...]:
    found = []
    for name, bins in baseline.characteristics.items():
        actual = [counted.bins.get((name, each.label), 0) for each in bins]
        expected = [each.count for each in bins]
        if not sum(actual) or not sum(expected):
            continue
        moved = points_shift(expected, actual, [each.points for each in bins])
        found.append(
            CharacteristicFigures(
                name=name,
                shift=_shift([each.label for each in bins], expected, actual),
                points_shift=six_places(moved),
                missing_share=_role_share(bins, MISSING, actual),
                missing_share_before=_role_share(bins, MISSING, expected),
                unseen_share=_role_share(bins, UNSEEN, actual),
                unseen_share_before=_role_share(bins, UNSEEN, expected),
            )
        )
    return tuple(found)


def _role_share(bins: Sequence[BaselineBin], role: str, counts: Sequence[int]) -> Decimal:
    part = sum(count for each, count in zip(bins, counts, strict=True) if each.role == role)
    return six_places(Fraction(part, sum(counts)))


def _shift(labels: Sequence[str], expected: Sequence[int], actual: Sequence[int]) -> Shift:
    found = stability(expected, actual)
    return Shift(
        value=six_places(found.value),
        critical_95=six_places(found.critical_95),
        critical_99=six_places(found.critical_99),
        expected_rows=found.expected_rows,
        actual_rows=found.actual_rows,
        bins=tuple(
            BinFigures(label, each.expected, each.actual, six_places(each.contribution))
            for label, each in zip(labels, found.bins, strict=True)
        ),
    )


def _by_band(bands: Sequence[BaselineBand], counts: Iterable[tuple[int, int]]) -> list[int]:
    found = [0] * len(bands)
    for score, count in counts:
        found[_place(bands, score)] += count
    return found


def _place(bands: Sequence[BaselineBand], score: int) -> int:
    return bisect_right([band.start for band in bands[1:] if band.start is not None], score)


def _mean(counts: Iterable[tuple[int, int]]) -> Fraction:
    total = rows = 0
    for score, count in counts:
        total, rows = total + score * count, rows + count
    return Fraction(total, rows)


def _mix(counted: Counted, bands: Sequence[BaselineBand], cutoff: int | None) -> tuple[BandMix, ...]:
    scored = _by_band(bands, ((entry.score, entry.count) for entry in counted.scores))
    decided: list[list[DecisionCount]] = [[] for _ in bands]
    for entry in counted.decisions:
        decided[_place(bands, entry.score)].append(entry)
    return tuple(
        _band_mix(band.label, rows, entries, cutoff) for band, rows, entries in zip(bands, scored, decided, strict=True)
    )


def _band_mix(label: str, scored: int, entries: Sequence[DecisionCount], cutoff: int | None) -> BandMix:
    outcomes: Counter[str] = Counter()
    high = low = 0
    for entry in entries:
        outcomes[entry.last] += entry.count
        if cutoff is not None:
            high += entry.count if entry.score >= cutoff and entry.last == "decline" else 0
            low += entry.count if entry.score < cutoff and entry.last in APPROVED else 0
    return BandMix(
        label=label,
        scored=scored,
        outcomes=dict(sorted(outcomes.items())),
        approval_rate=share(sum(outcomes[outcome] for outcome in APPROVED), outcomes.total()),
        revised=sum(entry.count for entry in entries if entry.first != entry.last),
        high_side_overrides=None if cutoff is None else high,
        low_side_overrides=None if cutoff is None else low,
    )


def _performance(
    maturity: Maturity,
    outcomes: Sequence[OutcomeCount],
    bands: Sequence[BaselineBand],
    baseline: Baseline | None,
    plan: Plan,
) -> PerformanceFigures:
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


def _calibration(outcomes: Sequence[OutcomeCount], bands: Sequence[BaselineBand]) -> CalibrationFigures | None:
    """Return how PDs came true where the window is over: bads that came early would otherwise stand without goods."""
    if not outcomes:
        return None
    pds, counts, bads = [Fraction(0)] * len(bands), [0] * len(bands), [0] * len(bands)
    for entry in outcomes:
        place = _place(bands, entry.score)
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


def _segments(fact: str, rows: Sequence[GroupCount], bands: Sequence[BaselineBand]) -> list[SegmentFigures]:
    groups: dict[str | None, list[GroupCount]] = {}
    for entry in rows:
        groups.setdefault(entry.group, []).append(entry)
    return [_segment(fact, group, entries, bands) for group, entries in groups.items()]


def _segment(
    fact: str, group: str | None, entries: Sequence[GroupCount], bands: Sequence[BaselineBand]
) -> SegmentFigures:
    recent = [entry for entry in entries if entry.recent]
    decided = [entry for entry in recent if entry.decision is not None]
    matured = [(entry.score, entry.bad, entry.count) for entry in entries if entry.bad is not None]
    area, gap = discrimination(matured)
    decisions = sum(entry.count for entry in decided)
    return SegmentFigures(
        fact=fact,
        group=group,
        scored=sum(entry.count for entry in recent),
        mean_score=six_places(_mean((entry.score, entry.count) for entry in recent)) if recent else None,
        decided=decisions,
        approval_rate=share(sum(entry.count for entry in decided if entry.decision in APPROVED), decisions),
        matured=sum(count for _, _, count in matured),
        bads=sum(count for _, bad, count in matured if bad),
        auc=area,
        ks=gap,
        shift=_segment_shift(entries, bands),
    )


def _segment_shift(entries: Sequence[GroupCount], bands: Sequence[BaselineBand]) -> Shift | None:
    before, now = (
        _by_band(bands, ((entry.score, entry.count) for entry in entries if entry.recent is recent))
        for recent in (False, True)
    )
    return _shift([band.label for band in bands], before, now) if sum(before) and sum(now) else None


def _cautions(
    scored: int, baseline: Baseline | None, performance: PerformanceFigures, plan: Plan, left_out: Sequence[str]
) -> Iterable[str]:
    if baseline is None:
        yield "The artefact of this model keeps no baseline, so its stability can't be measured."
    if not scored:
        yield "No application was scored by this model in the window."
    if not performance.matured:
        yield f"No outcome is mature yet ({plan.outcome}); nothing is known of performance."
    elif performance.bads < 30 or performance.matured - performance.bads < 30:
        yield "There are fewer than 30 mature bads or goods: intervals are wide, and their approximations rough."
    if performance.matured > performance.complete:
        yield (
            f"{performance.matured - performance.complete} bads came before their window was over. They count in AUC "
            "and KS; calibration leaves them out until the goods of the same age are known."
        )
    if performance.matured and performance.known < performance.scored:
        yield "Outcomes are known of some applications only, as a rule of those that were granted credit."
    for fact in left_out:
        yield f"Nothing is told by {fact}: a number needs edges in the monitoring plan, and a date can't be grouped."
