"""A threshold is crossed once on the way up, and again only after the figure had come back."""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.monitoring.alarms import Subject, crossings, levels_after
from services.scoring.domain.monitoring.figures import Level, Measure, Reading
from services.scoring.domain.monitoring.plan import Plan

RELEASE = Plan().release
PSI = (Measure.PSI, "")
AUC = (Measure.AUC, "")


def psi(value: str, significant: bool = True) -> Reading:
    """Return the reading of an index under thresholds of 0.10 and 0.25."""
    number = Decimal(value)
    level = Level.CALM
    if significant:
        level = Level.ACT if number >= Decimal("0.25") else Level.WATCH if number >= Decimal("0.10") else Level.CALM
    return Reading(Measure.PSI, "", number, Decimal(0), Decimal("0.10"), Decimal("0.25"), None, significant, level)


def auc(value: str) -> Reading:
    """Return the reading of an AUC of which validation promised 0.80."""
    number = Decimal(value)
    level = Level.ACT if number <= Decimal("0.75") else Level.WATCH if number <= Decimal("0.77") else Level.CALM
    return Reading(
        Measure.AUC, "", number, Decimal("0.80"), Decimal("0.77"), Decimal("0.75"), None, significant=True, level=level
    )


def told(readings: list[Reading]) -> list[Level]:
    """Return the levels that are told over reports one after the other."""
    standing: Mapping[Subject, Level] = {}
    found = []
    for reading in readings:
        found += [crossing.reading.level for crossing in crossings(standing, [reading])]
        standing = levels_after(standing, [reading], RELEASE)
    return found


def test_a_figure_that_stays_beyond_its_threshold_is_told_once() -> None:
    assert told([psi("0.12"), psi("0.13"), psi("0.12")]) == [Level.WATCH]


def test_a_figure_that_gets_worse_is_told_again() -> None:
    assert told([psi("0.12"), psi("0.30"), psi("0.31")]) == [Level.WATCH, Level.ACT]


def test_a_figure_that_hovers_about_its_threshold_is_told_once() -> None:
    assert told([psi("0.101"), psi("0.099"), psi("0.101"), psi("0.081"), psi("0.102")]) == [Level.WATCH]


def test_a_figure_that_had_come_back_is_told_anew() -> None:
    assert told([psi("0.12"), psi("0.05"), psi("0.12")]) == [Level.WATCH, Level.WATCH]


def test_a_falling_measure_works_the_same_way() -> None:
    assert told([auc("0.79"), auc("0.765"), auc("0.772"), auc("0.765")]) == [Level.WATCH]
    assert told([auc("0.74"), auc("0.79"), auc("0.74")]) == [Level.ACT, Level.ACT]


def test_what_chance_could_have_done_is_not_told() -> None:
    assert told([psi("0.40", significant=False)]) == []


def test_a_standing_level_stays_while_nothing_can_be_measured() -> None:
    assert levels_after({PSI: Level.ACT}, [], RELEASE) == {PSI: Level.ACT}


def test_a_level_eases_step_by_step() -> None:
    assert levels_after({PSI: Level.ACT}, [psi("0.15")], RELEASE) == {PSI: Level.WATCH}
    assert levels_after({PSI: Level.ACT}, [psi("0.02")], RELEASE) == {PSI: Level.CALM}


values = st.integers(min_value=0, max_value=400).map(lambda thousandths: str(Decimal(thousandths) / 1000))


@given(st.lists(values, max_size=12))
def test_nothing_worse_is_told_twice_without_something_better_between(series: list[str]) -> None:
    standing: Mapping[Subject, Level] = {}
    order = list(Level)
    for value in series:
        found = crossings(standing, [psi(value)])
        before = standing.get(PSI, Level.CALM)
        standing = levels_after(standing, [psi(value)], RELEASE)
        assert all(order.index(each.reading.level) > order.index(before) for each in found)
        assert order.index(standing[PSI]) >= order.index(psi(value).level)
