"""Bands, gains, the ROC curve and cut-offs against hand-counted rows."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.discrimination import auc, ks
from services.scoring.domain.measures.gains import bands, confusion, equal_cuts, gains, roc

SCORED = [(1, True), (2, True), (2, False), (3, False), (4, True), (5, False), (5, False), (6, False)]
outcomes = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=80).filter(
    lambda rows: len({bad for _, bad in rows}) == 2
)


def test_bands_hold_the_scores_from_their_start_to_below_their_end() -> None:
    assert [(band.label, band.count, band.bads) for band in bands(SCORED, (2, 5))] == [
        ("below 2", 1, 1),
        ("2 to 4", 4, 2),
        ("5 and above", 3, 0),
    ]


def test_an_empty_band_has_no_bad_rate() -> None:
    assert bands(SCORED, (100,))[1].bad_rate is None
    assert bands(SCORED, ())[0].label == "all scores"


def test_the_lowest_scores_gather_the_bads() -> None:
    first = gains(SCORED, 4)[0]
    assert (first.rows_share, first.bads_share, first.goods_share) == (Fraction(3, 8), Fraction(2, 3), Fraction(1, 5))
    assert first.lift == Fraction(16, 9)


@given(outcomes, st.integers(1, 20))
@settings(max_examples=150)
def test_gains_end_with_everything_and_never_pass_ks(rows: list[tuple[int, bool]], groups: int) -> None:
    table = gains(rows, groups)
    assert all(share == 1 for share in (table[-1].rows_share, table[-1].bads_share, table[-1].goods_share))
    assert max(abs(row.gap) for row in table) <= ks(rows)
    assert len(table) <= groups
    assert sum(row.band.count for row in table) == len(rows)


@given(outcomes)
@settings(max_examples=150)
def test_the_area_under_the_roc_curve_is_the_auc(rows: list[tuple[int, bool]]) -> None:
    area = sum((two[0] - one[0]) * (one[1] + two[1]) / 2 for one, two in pairwise(roc(rows)))
    assert area == auc(rows)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=300, unique=True), st.integers(1, 20))
@settings(max_examples=100)
def test_cuts_of_scores_that_never_repeat_part_them_evenly(scores: list[int], groups: int) -> None:
    table = bands([(score, False) for score in scores], equal_cuts(scores, groups))
    sizes = [band.count for band in table]
    assert len(table) == min(groups, len(scores))
    assert max(sizes) - min(sizes) <= 1


def test_a_cut_off_counts_what_it_would_have_approved_and_declined() -> None:
    found = confusion(SCORED, 3)
    assert (found.declined_bads, found.declined_goods, found.approved_bads, found.approved_goods) == (2, 1, 1, 4)
    assert found.approval_rate == Fraction(5, 8)
    assert found.bad_rate_of_approved == Fraction(1, 5)
    assert found.misclassified == Fraction(2, 8)
    assert confusion(SCORED, 100).bad_rate_of_approved is None


def test_cuts_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        bands(SCORED, (5, 5))


@pytest.mark.parametrize("measure", [gains, roc])
def test_one_class_alone_has_no_curve(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="at least one good and one bad"):
        measure([(1, True), (2, True)])
