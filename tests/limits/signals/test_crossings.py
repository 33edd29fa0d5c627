"""When thresholds of utilization are signalled, and when an account has become oversold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.limits.domain.account import Account, Basis
from services.limits.domain.signals import (
    MOST_PERCENT,
    Direction,
    Thresholds,
    crossings,
    is_quiet,
    oversold,
)
from tests.limits.given import MADE_AT

USUAL = Thresholds()


def account(limit_minor: int, committed_minor: int, *, band: int = 0, basis: Basis = Basis.SET) -> Account:
    """An account of which this much is committed."""
    return Account(
        "acc_1",
        "pty_1",
        "trade-credit",
        "EUR",
        MADE_AT,
        path=("acc_1",),
        limit_minor=limit_minor,
        posted_minor=committed_minor,
        basis=basis,
        band=band,
    )


def told(found: Account) -> list[tuple[int, str]]:
    """What an account tells."""
    return [(crossing.threshold_percent, crossing.direction.value) for crossing in crossings(found, USUAL)[1]]


def moved(found: Account, committed_minor: int) -> Account:
    """The account after what it had to tell was told, with another amount committed."""
    return replace(found, band=crossings(found, USUAL)[0], posted_minor=committed_minor)


@pytest.mark.parametrize(
    ("committed", "band", "expected"),
    [
        (749, 0, []),
        (750, 0, [(75, "up")]),
        (899, 75, []),
        (900, 75, [(90, "up")]),
        (950, 0, [(75, "up"), (90, "up")]),
        (1_000, 0, [(75, "up"), (90, "up"), (100, "up")]),
        (850, 90, []),
        (849, 90, [(90, "down")]),
        (700, 75, []),
        (699, 75, [(75, "down")]),
        (0, 100, [(100, "down"), (90, "down"), (75, "down")]),
        (1_200, 100, []),
    ],
)
def test_a_threshold_is_told_when_it_is_reached_and_when_it_is_well_behind(
    committed: int, band: int, expected: list[tuple[int, str]]
) -> None:
    assert told(account(1_000, committed, band=band)) == expected


def test_the_percentage_told_is_rounded_down_and_the_threshold_is_not() -> None:
    just_below = account(1_000_000, 899_999, band=75)
    assert crossings(just_below, USUAL) == (75, ())
    (crossing,) = crossings(account(1_000_000, 909_999, band=75), USUAL)[1]
    assert (crossing.utilization_percent, crossing.direction) == (90, Direction.UP)


def test_commitments_on_a_limit_of_nothing_are_over_every_threshold() -> None:
    band, crossed = crossings(account(0, 5), USUAL)
    assert band == 100
    assert {crossing.utilization_percent for crossing in crossed} == {MOST_PERCENT}


def test_an_account_that_loses_its_own_limit_uses_nothing_of_one() -> None:
    assert told(account(0, 500, band=90, basis=Basis.UNSET)) == [(90, "down"), (75, "down")]


def test_a_customer_that_has_paid_ahead_uses_nothing() -> None:
    assert told(account(1_000, -500)) == []


def test_other_thresholds_are_not_told_before_they_are_crossed() -> None:
    others = Thresholds((80, 95))
    assert crossings(account(1_000, 920, band=90), others) == (80, ())


@given(st.integers(1, 10**12), st.lists(st.integers(0, 1_500), min_size=1, max_size=30))
def test_what_was_told_alternates_at_every_threshold(limit_minor: int, permilles: list[int]) -> None:
    found = account(limit_minor, 0)
    history: dict[int, list[str]] = {percent: [] for percent in USUAL.percents}
    for permille in permilles:
        found = moved(found, limit_minor * permille // 1_000)
        for percent, direction in told(found):
            history[percent].append(direction)
    for directions in history.values():
        assert directions == ["up", "down"] * (len(directions) // 2) + ["up"] * (len(directions) % 2)


@given(st.sampled_from(USUAL.percents), st.lists(st.integers(-49, 49), min_size=2, max_size=40))
def test_an_account_that_moves_around_a_threshold_tells_it_once(percent: int, wobble: list[int]) -> None:
    found = account(1_000, 0)
    seen: list[tuple[int, str]] = []
    for permille in [*wobble, 0]:
        found = moved(found, 10 * percent + permille)
        seen += [one for one in told(found) if one[0] == percent]
    assert seen == [(percent, "up")]


@given(st.integers(0, 2_000), st.integers(-500, 3_000), st.sampled_from([0, 75, 90, 100]), st.sampled_from(Basis))
def test_the_cheap_look_overlooks_nothing(limit_minor: int, committed: int, band: int, basis: Basis) -> None:
    if basis is Basis.UNSET:
        limit_minor = 0
    found = account(limit_minor, committed, band=band, basis=basis)
    after, crossed = crossings(found, USUAL)
    if crossed or after != band or oversold(None, found) is not None:
        assert not is_quiet(found, USUAL.lowest_percent)
    assert crossings(replace(found, band=after), USUAL) == (after, ())


def test_an_account_is_oversold_from_the_moment_that_more_is_committed_than_it_allows() -> None:
    fine, beyond, further = account(1_000, 1_000), account(1_000, 1_001), account(1_000, 1_500)
    found = oversold(fine, beyond)
    assert found is not None
    assert found.over == beyond.money(1)
    assert oversold(beyond, further) is None
    assert oversold(beyond, fine) is None


def test_a_first_limit_below_what_is_committed_oversells() -> None:
    unbounded = account(0, 700, basis=Basis.UNSET)
    assert oversold(unbounded, account(500, 700)) is not None
    assert oversold(account(500, 700), unbounded) is None
    assert oversold(None, account(500, 700)) is not None
