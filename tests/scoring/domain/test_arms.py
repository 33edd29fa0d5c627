"""When a model that challenges the live one must stop."""

from fractions import Fraction
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.arms import ArmFigures, broken
from shared.governance.domain import StopRules

_RULES = StopRules(min_decisions=100, max_bad_rate="0.05", max_failure_rate="0.01", max_mean_shift="15")
_CHAMPION = ArmFigures(scored=1_000, score_sum=600_000)


def _challenger(scored: int = 100, mean: int = 600, failed: int = 0, known: int = 0, bad: int = 0) -> ArmFigures:
    return ArmFigures(scored, failed, scored * mean, 0, known, bad)


@pytest.mark.parametrize(
    ("challenger", "rules"),
    [
        (ArmFigures(), []),
        (_challenger(), []),
        (_challenger(failed=1), []),
        (_challenger(failed=2), ["max_failure_rate"]),
        (_challenger(scored=0, failed=100), ["max_failure_rate"]),
        (_challenger(mean=615), []),
        (_challenger(mean=616), ["max_mean_shift"]),
        (_challenger(mean=585), []),
        (_challenger(mean=584), ["max_mean_shift"]),
        (_challenger(known=100, bad=5), []),
        (_challenger(known=100, bad=6), ["max_bad_rate"]),
        (_challenger(mean=400, failed=50, known=100, bad=50), ["max_bad_rate", "max_failure_rate", "max_mean_shift"]),
    ],
)
def test_a_rule_is_broken_beyond_its_bound_and_not_at_it(challenger: ArmFigures, rules: list[str]) -> None:
    assert [breach.rule for breach in broken(_RULES, _CHAMPION, challenger)] == rules


def test_no_rule_counts_before_enough_was_scored_or_is_known() -> None:
    assert broken(_RULES, _CHAMPION, _challenger(scored=90, mean=100, failed=9, known=99, bad=99)) == []


def test_no_shift_is_seen_while_the_champion_has_scored_too_few_to_compare_with() -> None:
    few = ArmFigures(scored=99, score_sum=59_400)
    assert broken(_RULES, few, _challenger(mean=100)) == []
    assert broken(StopRules(max_mean_shift="15"), ArmFigures(), _challenger(mean=100)) == []


def test_a_shift_is_told_in_points_over_all_scores_of_the_challenger() -> None:
    (breach,) = broken(_RULES, _CHAMPION, _challenger(scored=200, mean=580))
    assert (breach.count, breach.out_of) == (4_000, 200)


def test_a_rule_that_was_not_agreed_never_stops_anything() -> None:
    assert broken(StopRules(), _CHAMPION, _challenger(mean=0, failed=900, known=9, bad=9)) == []


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=50))
def test_mean_and_deviation_are_those_of_the_scores_that_were_summed(scores: list[int]) -> None:
    figures = ArmFigures(len(scores), 0, sum(scores), sum(score * score for score in scores))
    assert figures.mean_score == Fraction(sum(scores), len(scores))
    assert float(figures.mean_score or 0) == pytest.approx(fmean(scores))
    assert figures.deviation == pytest.approx(stdev(scores))


def test_nothing_scored_has_no_mean_and_one_score_no_deviation() -> None:
    assert (ArmFigures().mean_score, ArmFigures(1, 0, 600, 360_000).deviation) == (None, None)
