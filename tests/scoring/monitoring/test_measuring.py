"""A report made of counts: what is asserted here can be worked out by hand."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.monitoring.baseline import Baseline, BaselineBand, BaselineBin, read_baseline
from services.scoring.domain.monitoring.counts import (
    Counted,
    DecisionCount,
    GroupCount,
    Maturity,
    OutcomeCount,
    ScoreCount,
)
from services.scoring.domain.monitoring.figures import Level, Measure
from services.scoring.domain.monitoring.measure import measure
from services.scoring.domain.monitoring.plan import Plan
from tests.scoring.monitoring.population import applicants, developed_on

HALF = Decimal("0.500000")
BASELINE = Baseline(
    sample="train",
    rows=1_000,
    bands=(BaselineBand(None, 500, 500), BaselineBand(500, None, 500)),
    characteristics={
        "housing": (
            BaselineBin("own", "regular", 20, 700),
            BaselineBin("rent", "regular", 5, 290),
            BaselineBin("missing", "missing", 0, 10),
            BaselineBin("not seen in training", "unseen", 0, 0),
        )
    },
    auc=Decimal("0.80"),
    auc_sample="held_out",
)


def counted(**parts: Any) -> Counted:
    """Return counts in which nothing happened but what is given."""
    empty: dict[str, Any] = {
        "scores": (),
        "bins": {},
        "failures": {},
        "decisions": (),
        "maturity": Maturity(0, 0, 0, 0),
        "outcomes": (),
        "segments": {},
        "protected": {},
    }
    return Counted(**{**empty, **parts})


def test_nothing_happened_is_a_report_too() -> None:
    figures = measure(counted(), BASELINE, Plan())
    assert (figures.scored, figures.score, figures.performance.auc, figures.readings) == (0, None, None, ())
    assert any("No application was scored" in caution for caution in figures.cautions)


def test_the_same_shares_are_no_shift() -> None:
    figures = measure(counted(scores=(ScoreCount(400, HALF, 50), ScoreCount(600, HALF, 50))), BASELINE, Plan())
    assert figures.score is not None
    assert figures.score.value == 0
    assert figures.mean_score == 500


def test_a_large_index_of_a_small_sample_is_chance_and_of_a_large_one_is_not() -> None:
    few = measure(counted(scores=(ScoreCount(400, HALF, 7), ScoreCount(600, HALF, 3))), BASELINE, Plan())
    many = measure(counted(scores=(ScoreCount(400, HALF, 7_000), ScoreCount(600, HALF, 3_000))), BASELINE, Plan())
    assert few.score is not None and many.score is not None
    assert few.score.value == many.score.value > Decimal("0.1")
    assert [each.level for each in few.readings if each.measure is Measure.PSI] == [Level.CALM]
    assert [each.level for each in many.readings if each.measure is Measure.PSI] == [Level.WATCH]


def test_a_shift_of_fewer_than_a_hundred_applications_is_shown_and_calls_nobody() -> None:
    figures = measure(counted(scores=(ScoreCount(400, HALF, 99),)), BASELINE, Plan())
    (reading,) = [each for each in figures.readings if each.measure is Measure.PSI]
    assert reading.critical is not None
    assert reading.value > max(reading.act, reading.critical)
    assert (reading.significant, reading.level) == (False, Level.CALM)


def test_a_characteristic_tells_points_missing_and_unseen_values() -> None:
    bins = {("housing", "own"): 400, ("housing", "rent"): 500, ("housing", "not seen in training"): 100}
    figures = measure(counted(scores=(ScoreCount(500, HALF, 1_000),), bins=bins), BASELINE, Plan())
    (housing,) = figures.characteristics
    assert housing.points_shift == Decimal("10.5") - Decimal("15.45")
    assert (housing.missing_share, housing.missing_share_before) == (Decimal(0), Decimal("0.01"))
    assert housing.unseen_share == Decimal("0.1")
    levels = {(each.measure, each.subject): each.level for each in figures.readings}
    assert levels[Measure.UNSEEN_SHARE, "housing"] is Level.ACT


def test_overrides_are_told_against_the_cut_off() -> None:
    decisions = (
        DecisionCount(480, "decline", "decline", 10),
        DecisionCount(490, "refer", "approve", 3),
        DecisionCount(520, "approve", "approve", 20),
        DecisionCount(530, "decline", "decline", 2),
    )
    low, high = measure(counted(decisions=decisions), BASELINE, Plan(cutoff=500)).mix
    assert (low.low_side_overrides, low.high_side_overrides, low.revised) == (3, 0, 3)
    assert (high.low_side_overrides, high.high_side_overrides) == (0, 2)
    assert high.approval_rate == Decimal("0.909091")


def test_twice_the_expected_bads_raise_an_alarm() -> None:
    outcomes = (
        OutcomeCount(400, Decimal("0.100000"), bad=True, complete=True, count=100),
        OutcomeCount(400, Decimal("0.100000"), bad=False, complete=True, count=400),
    )
    figures = measure(counted(outcomes=outcomes, maturity=Maturity(500, 500, 500, 500)), BASELINE, Plan())
    assert figures.performance.calibration is not None
    assert figures.performance.calibration.ratio == 2
    assert [each.level for each in figures.readings if each.measure is Measure.CALIBRATION] == [Level.ACT]


def test_an_auc_that_is_surely_below_validation_raises_an_alarm() -> None:
    def outcomes(each: int) -> tuple[OutcomeCount, ...]:
        return tuple(
            OutcomeCount(score, HALF, bad=bad, complete=False, count=each)
            for score in (400, 600)
            for bad in (True, False)
        )

    many = measure(counted(outcomes=outcomes(1_000)), BASELINE, Plan())
    few = measure(counted(outcomes=outcomes(3)), BASELINE, Plan())
    assert many.performance.auc is not None
    assert many.performance.auc.value == Decimal("0.5")
    assert [each.level for each in many.readings if each.measure is Measure.AUC] == [Level.ACT]
    assert [each.level for each in few.readings if each.measure is Measure.AUC] == [Level.CALM]


def test_equal_opportunity_is_told_only_where_declined_applicants_have_outcomes() -> None:
    def rows(group: str, approved: int, declined: int) -> list[GroupCount]:
        return [
            GroupCount(group, 500, "approve", bad=False, recent=True, count=approved),
            *([GroupCount(group, 400, "decline", bad=False, recent=True, count=declined)] if declined else []),
        ]

    told = measure(counted(protected={"sex": (*rows("m", 90, 10), *rows("f", 60, 40))}), BASELINE, Plan())
    untold = measure(counted(protected={"sex": (*rows("m", 90, 0), *rows("f", 60, 0))}), BASELINE, Plan())
    women = {group.group: group for group in told.fairness[0].groups}["f"]
    assert women.equal_opportunity is not None
    assert women.equal_opportunity.value == Decimal("-0.3")
    assert all(group.equal_opportunity is None for group in untold.fairness[0].groups)


def test_a_small_group_is_named_and_not_judged() -> None:
    rows = (
        GroupCount("m", 500, "approve", bad=None, recent=True, count=100),
        GroupCount("f", 500, "decline", bad=None, recent=True, count=29),
        GroupCount(None, 500, "decline", bad=None, recent=True, count=100),
    )
    figures = measure(counted(protected={"sex": rows}), BASELINE, Plan())
    groups = {group.group: group for group in figures.fairness[0].groups}
    assert (groups["f"].too_small, groups["f"].impact_ratio) == (True, None)
    assert groups[None].impact_ratio is None
    assert not [each for each in figures.readings if each.measure is Measure.IMPACT_RATIO]


def test_a_model_without_a_baseline_is_measured_as_far_as_it_goes() -> None:
    figures = measure(counted(scores=(ScoreCount(400, HALF, 5),)), read_baseline({"format": "other"}), Plan())
    assert (figures.score, [band.label for band in figures.mix]) == (None, ["all scores"])


def test_the_baseline_is_the_one_that_the_artefact_froze() -> None:
    baseline = read_baseline(developed_on(applicants(1, 50), auc="0.8123"))
    assert baseline is not None
    assert (baseline.rows, baseline.auc, baseline.auc_sample) == (50, Decimal("0.8123"), "held_out")
    assert sum(band.count for band in baseline.bands) == 50
    assert all(sum(each.count for each in bins) == 50 for bins in baseline.characteristics.values())


@given(st.dictionaries(st.integers(300, 700), st.integers(1, 500), max_size=20))
def test_every_scored_application_is_in_one_band(scores: dict[int, int]) -> None:
    rows = tuple(ScoreCount(score, HALF, count) for score, count in scores.items())
    mix = measure(counted(scores=rows), BASELINE, Plan()).mix
    assert sum(band.scored for band in mix) == sum(scores.values())
    assert mix[0].scored == sum(count for score, count in scores.items() if score < 500)
