"""AUC, Gini and KS against hand-counted values and definitions."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.scoring.domain.measures.discrimination import auc, auc_interval, gini, ks
from services.scoring.domain.measures.gains import confusion, gains, roc

outcomes = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("scored", "area", "gap"),
    [
        ([(1, True), (2, False)], Fraction(1), Fraction(1)),
        ([(2, True), (1, False)], Fraction(0), Fraction(1)),
        ([(1, True), (1, False)], Fraction(1, 2), Fraction(0)),
        ([(1, True), (2, True), (2, False), (3, False)], Fraction(7, 8), Fraction(1, 2)),
        ([(1, True), (2, False), (3, True), (4, False)], Fraction(3, 4), Fraction(1, 2)),
    ],
)
def test_known_orderings_have_their_known_values(scored: list[tuple[int, bool]], area: Fraction, gap: Fraction) -> None:
    assert auc(scored) == area
    assert gini(scored) == 2 * area - 1
    assert ks(scored) == gap


@given(outcomes)
def test_auc_is_the_share_of_pairs_that_the_score_puts_in_order(scored: list[tuple[int, bool]]) -> None:
    goods = [score for score, bad in scored if not bad]
    bads = [score for score, bad in scored if bad]
    assume(goods and bads)
    halves = sum(2 * (good > bad) + (good == bad) for good in goods for bad in bads)
    assert auc(scored) == Fraction(halves, 2 * len(goods) * len(bads))


@given(outcomes)
def test_counted_rows_are_measured_as_the_rows_themselves(scored: list[tuple[int, bool]]) -> None:
    assume(len({bad for _, bad in scored}) == 2)
    counts = Counter(scored)
    assert (auc(counts), ks(counts), auc_interval(counts)) == (auc(scored), ks(scored), auc_interval(scored))
    assert (gains(counts), roc(counts), confusion(counts, 9)) == (gains(scored), roc(scored), confusion(scored, 9))


@given(outcomes)
def test_a_reversed_score_has_the_complementary_auc_and_the_same_ks(scored: list[tuple[int, bool]]) -> None:
    assume(len({bad for _, bad in scored}) == 2)
    reversed_scores = [(-score, bad) for score, bad in scored]
    assert auc(reversed_scores) == 1 - auc(scored)
    assert ks(reversed_scores) == ks(scored)


@pytest.mark.parametrize("scored", [[], [(1, True)], [(1, False), (2, False)]])
def test_one_class_alone_has_no_discrimination_to_measure(scored: list[tuple[int, bool]]) -> None:
    with pytest.raises(ValueError, match="at least one good and one bad"):
        auc(scored)
    with pytest.raises(ValueError, match="at least one good and one bad"):
        ks(scored)
