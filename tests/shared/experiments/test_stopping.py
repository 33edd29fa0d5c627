"""When a rule is broken, and how old a test is."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.experiments.domain.stopping import Breach, Maturity, Measured, breaches, months_between


@pytest.mark.parametrize(
    ("count", "is_floor", "broken"),
    [(5, False, False), (6, False, True), (5, True, False), (4, True, True)],
)
def test_a_rule_is_broken_beyond_its_bound_and_not_at_it(count: int, is_floor: bool, broken: bool) -> None:
    assert bool(breaches([Measured("rule", "0.05", count, 100, is_floor)], 0)) is broken


def test_no_rule_counts_before_enough_was_observed_of_what_it_is_a_share_of() -> None:
    measured = [Measured("early", "0.05", 99, 99), Measured("late", "0.05", 100, 100)]
    assert breaches(measured, 100) == [Breach("late", Decimal("0.05"), 100, 100)]


def test_a_rule_without_a_bound_or_without_observations_never_stops_anything() -> None:
    assert breaches([Measured("not agreed", None, 9, 9), Measured("nothing", "1", 0, 0, is_floor=True)], 0) == []


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
