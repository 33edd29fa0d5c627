"""The content of a monitoring report. Counts are integers; measures and rates are decimals of six places.

These dataclasses are what is stored and answered, so a field that is added needs a default for reports of before.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

APPROVED = frozenset({"approve", "counter_offer"})
"""Outcomes of a decision that grant credit."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % confidence interval."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class BinFigures:
    """Rows of a bin at development and now, with what they add to the index."""

    label: str
    expected: int
    actual: int
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Shift:
    """A population stability index, and the values that chance exceeds in 5 % and in 1 % of samples of these sizes."""

    value: Decimal
    critical_95: Decimal
    critical_99: Decimal
    expected_rows: int
    actual_rows: int
    bins: tuple[BinFigures, ...]


@dataclass(frozen=True, slots=True)
class CharacteristicFigures:
    """How far one characteristic has moved: its index, by how many points of score, and its missing and unseen shares.

    The shares named `..._before` are those of the development sample.
    """

    name: str
    shift: Shift
    points_shift: Decimal
    missing_share: Decimal
    missing_share_before: Decimal
    unseen_share: Decimal
    unseen_share_before: Decimal


@dataclass(frozen=True, slots=True)
class BandMix:
    """What was decided in one band of scores. `outcomes` counts the last decision of each application.

    `revised` counts those whose last decision is not the first. High-side overrides had a score at or above the cut-off
    and were declined, low-side ones were below and approved; None where the plan has no cut-off.
    """

    label: str
    scored: int
    outcomes: dict[str, int]
    approval_rate: Decimal | None
    revised: int
    high_side_overrides: int | None
    low_side_overrides: int | None


@dataclass(frozen=True, slots=True)
class CalibrationBand:
    """Expected and observed bads of one band of scores, with the p-value of the exact binomial test."""

    label: str
    count: int
    bads: int
    expected_bads: Decimal
    observed_rate: Estimate
    p_value: Decimal


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """Expected and observed bads, of applications whose performance window is over."""

    count: int
    bads: int
    expected_bads: Decimal
    ratio: Decimal | None
    p_value: Decimal
    hosmer_lemeshow: Decimal
    hosmer_lemeshow_p: Decimal
    brier: Decimal
    bands: tuple[CalibrationBand, ...]


@dataclass(frozen=True, slots=True)
class PerformanceFigures:
    """How well the score told bads from goods, on mature outcomes only.

    Of `scored` applications an outcome is `known` of some, mature of fewer, and `complete` of those whose window is
    over. `promised_auc` is what validation stated, on `promised_sample`. A measure is None where there are no goods or
    no bads.
    """

    definition: str
    window_months: int
    scored: int
    known: int
    matured: int
    complete: int
    bads: int
    auc: Estimate | None
    ks: Estimate | None
    promised_auc: Decimal | None
    promised_sample: str | None
    calibration: CalibrationFigures | None


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """One group of a segment fact: its size, scores and decisions in the window, its performance as far as known.

    `shift` is that of its scores in the window against those before it, as far back as performance is looked for: an
    artefact has no baseline by segment. None where there are none on either side.
    """

    fact: str
    group: str | None
    scored: int
    mean_score: Decimal | None
    decided: int
    approval_rate: Decimal | None
    matured: int
    bads: int
    auc: Estimate | None
    ks: Estimate | None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class GroupFairness:
    """One group of a protected fact against the reference group; a small one is named and not judged.

    Sizes, scores and approval rates are of the population's window, known goods of the performance window.
    `impact_ratio` is of approval rates, `smd` of mean scores in standard deviations, `equal_opportunity` the difference
    of approval rates among known goods; `score_impact_ratio` and `score_equal_opportunity` are those of the cut-off
    alone. None where a side has nobody to count.
    """

    group: str | None
    is_reference: bool
    too_small: bool
    scored: int
    mean_score: Decimal | None
    decided: int
    approved: int
    approval_rate: Decimal | None
    impact_ratio: Estimate | None
    impact_p_value: Decimal | None
    smd: Estimate | None
    known_goods: int
    equal_opportunity: Estimate | None
    score_impact_ratio: Estimate | None
    score_equal_opportunity: Estimate | None


@dataclass(frozen=True, slots=True)
class FairnessFigures:
    """One protected fact. `declined_with_outcome` says on how many declined goods equal opportunity can rest."""

    fact: str
    reference: str | None
    declined_with_outcome: int
    groups: tuple[GroupFairness, ...]


class Level(StrEnum):
    """How serious a figure is."""

    CALM = "calm"
    WATCH = "watch"
    ACT = "act"


class Measure(StrEnum):
    """What can raise an alarm."""

    PSI = "psi"
    CSI = "csi"
    AUC = "auc"
    CALIBRATION = "calibration"
    FAILURE_SHARE = "failure_share"
    UNSEEN_SHARE = "unseen_share"
    IMPACT_RATIO = "impact_ratio"


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure beside its thresholds, and beside what it is when all is well (`harmless`).

    `subject` is the characteristic or the `fact: group` that it is of, empty for the model. `critical` is the value
    that chance makes of it at most, where there is one: the 99 % critical value of an index, the end of an interval
    that faces the threshold. A figure that is not `significant` raises no alarm.
    """

    measure: Measure
    subject: str
    value: Decimal
    harmless: Decimal
    watch: Decimal
    act: Decimal
    critical: Decimal | None
    significant: bool
    level: Level


@dataclass(frozen=True, slots=True)
class Figures:
    """A report. `revised` in the mix and everything under `fairness` is of the population's window; performance of
    its own. `failures` counts the product's applications without a score, by reason.
    """

    scored: int
    mean_score: Decimal | None
    failures: dict[str, int]
    failure_share: Decimal
    baseline_sample: str | None
    score: Shift | None
    characteristics: tuple[CharacteristicFigures, ...]
    mix: tuple[BandMix, ...]
    performance: PerformanceFigures
    segments: tuple[SegmentFigures, ...]
    fairness: tuple[FairnessFigures, ...]
    cautions: tuple[str, ...]
    readings: tuple[Reading, ...]
