"""A report made of what was counted: stability against the artefact's baseline, decisions by band, performance."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.measures.stability import points_shift
from services.scoring.domain.monitoring.alarms import readings_of
from services.scoring.domain.monitoring.baseline import MISSING, UNSEEN, Baseline, BaselineBand, BaselineBin
from services.scoring.domain.monitoring.counts import Counted, DecisionCount, GroupCount
from services.scoring.domain.monitoring.fairness import live_fairness
from services.scoring.domain.monitoring.figures import (
    APPROVED,
    BandMix,
    CharacteristicFigures,
    Figures,
    PerformanceFigures,
    SegmentFigures,
    Shift,
)
from services.scoring.domain.monitoring.performance import discrimination, performance_of
from services.scoring.domain.monitoring.plan import Plan
from services.scoring.domain.monitoring.rounding import share, six_places
from services.scoring.domain.monitoring.shifts import by_band, mean_of, place_of, shift_of

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
    performance = performance_of(counted.maturity, counted.outcomes, bands, baseline, plan)
    segments = [each for fact, rows in counted.segments.items() for each in _segments(fact, rows, bands)]
    fairness = tuple(
        live_fairness(fact, rows, plan.references.get(fact), plan.cutoff) for fact, rows in counted.protected.items()
    )
    failure_share = share(failed, scored + failed) or six_places(0)
    return Figures(
        scored=scored,
        mean_score=None if not scored else six_places(mean_of((entry.score, entry.count) for entry in counted.scores)),
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


def _score_shift(counted: Counted, baseline: Baseline) -> Shift:
    actual = by_band(baseline.bands, ((entry.score, entry.count) for entry in counted.scores))
    return shift_of([band.label for band in baseline.bands], [band.count for band in baseline.bands], actual)


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
                shift=shift_of([each.label for each in bins], expected, actual),
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


def _mix(counted: Counted, bands: Sequence[BaselineBand], cutoff: int | None) -> tuple[BandMix, ...]:
    scored = by_band(bands, ((entry.score, entry.count) for entry in counted.scores))
    decided: list[list[DecisionCount]] = [[] for _ in bands]
    for entry in counted.decisions:
        decided[place_of(bands, entry.score)].append(entry)
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
        mean_score=six_places(mean_of((entry.score, entry.count) for entry in recent)) if recent else None,
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
        by_band(bands, ((entry.score, entry.count) for entry in entries if entry.recent is recent))
        for recent in (False, True)
    )
    return shift_of([band.label for band in bands], before, now) if sum(before) and sum(now) else None


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
