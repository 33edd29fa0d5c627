"""When a policy that challenges the live one must stop."""

import pytest

from services.decision.domain.arms import NOTHING_DECIDED, ArmFigures, broken
from services.decision.domain.outcome import Outcome
from shared.governance.domain import StopRules

_RULES = StopRules(
    min_decisions=100,
    max_bad_rate="0.05",
    min_approval_rate="0.40",
    max_referral_rate="0.20",
)


def _figures(approved: int = 0, declined: int = 0, referred: int = 0, known: int = 0, bad: int = 0) -> ArmFigures:
    outcomes = {Outcome.APPROVE: approved, Outcome.DECLINE: declined, Outcome.REFER: referred}
    return ArmFigures(outcomes, 1_000 * approved, known, bad)


@pytest.mark.parametrize(
    ("figures", "rules"),
    [
        (NOTHING_DECIDED, []),
        (_figures(approved=60, declined=40), []),
        (_figures(approved=39, declined=61), ["min_approval_rate"]),
        (_figures(approved=40, declined=60), []),
        (_figures(approved=79, referred=21), ["max_referral_rate"]),
        (_figures(approved=80, referred=20), []),
        (_figures(approved=100, known=100, bad=6), ["max_bad_rate"]),
        (_figures(approved=100, known=100, bad=5), []),
        (_figures(approved=10, declined=60, referred=30), ["min_approval_rate", "max_referral_rate"]),
    ],
)
def test_a_rule_is_broken_beyond_its_bound_and_not_at_it(figures: ArmFigures, rules: list[str]) -> None:
    assert [breach.rule for breach in broken(_RULES, figures)] == rules


def test_no_rule_counts_before_enough_was_decided() -> None:
    assert broken(_RULES, _figures(declined=99)) == []


def test_a_bad_rate_counts_only_once_enough_is_known_of_performance() -> None:
    assert broken(_RULES, _figures(approved=5_000, known=99, bad=99)) == []


def test_a_rule_that_was_not_declared_never_stops_anything() -> None:
    assert broken(StopRules(min_decisions=0), _figures(declined=5, referred=500, known=9, bad=9)) == []


def test_a_conditional_offer_counts_as_granted() -> None:
    figures = ArmFigures({Outcome.APPROVE: 30, Outcome.COUNTER_OFFER: 10, Outcome.DECLINE: 60}, 0, 0, 0)
    assert figures.approved == 40
    assert broken(_RULES, figures) == []
