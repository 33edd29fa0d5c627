"""When a challenger must stop, and how old a test is."""

from datetime import UTC, datetime

import pytest

from services.decision.domain.experiment.stopping import (
    NOTHING_DECIDED,
    ArmFigures,
    Maturity,
    breaches,
    months_between,
)
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
    ("figures", "broken"),
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
def test_a_rule_is_broken_beyond_its_bound_and_not_at_it(figures: ArmFigures, broken: list[str]) -> None:
    assert [breach.rule for breach in breaches(_RULES, figures)] == broken


def test_no_rule_counts_before_enough_was_decided() -> None:
    assert breaches(_RULES, _figures(declined=99)) == []


def test_a_bad_rate_counts_only_once_enough_is_known_of_performance() -> None:
    assert breaches(_RULES, _figures(approved=5_000, known=99, bad=99)) == []


def test_a_rule_that_was_not_declared_never_stops_anything() -> None:
    assert breaches(StopRules(min_decisions=0), _figures(declined=5, referred=500, known=9, bad=9)) == []


def test_a_conditional_offer_counts_as_granted() -> None:
    figures = ArmFigures({Outcome.APPROVE: 30, Outcome.COUNTER_OFFER: 10, Outcome.DECLINE: 60}, 0, 0, 0)
    assert figures.approved == 40
    assert breaches(_RULES, figures) == []


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-15T12:00", "2026-01-15T12:00", 0),
        ("2026-01-15T12:00", "2026-02-15T11:59", 0),
        ("2026-01-15T12:00", "2026-02-15T12:00", 1),
        ("2026-01-31T00:00", "2026-02-28T23:59", 0),
        ("2026-01-31T00:00", "2026-03-31T00:00", 2),
        ("2025-11-30T00:00", "2026-05-30T00:00", 6),
        ("2026-05-01T00:00", "2026-01-01T00:00", 0),
    ],
)
def test_months_are_whole_calendar_months(start: str, end: str, months: int) -> None:
    assert months_between(*(datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (start, end))) == months


def test_maturity_is_stated() -> None:
    young, old = Maturity(0, 6), Maturity(7, 6)
    assert (str(young), young.is_reached) == ("0 of 6 months", False)
    assert (str(old), old.is_reached) == ("7 of 6 months", True)
