"""Who is in which test: for good, in at most one, and in the shares that were asked for."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.experiments.domain.split import BUCKETS, Split, bucket_of, split_of

_TESTS: Final = ("lower-cutoff", "price-by-grade", "longer-terms", "thin-file")
PRODUCT: Final = "consumer-loan"

parties = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


@st.composite
def shares(draw: st.DrawFn) -> dict[str, int]:
    """Shares of up to four tests that add up to at most all parties."""
    left = BUCKETS
    found: dict[str, int] = {}
    for test in draw(st.lists(st.sampled_from(_TESTS), unique=True)):
        found[test] = draw(st.integers(0, left) | st.sampled_from([0, min(1, left), left]))
        left -= found[test]
    return found


histories = st.lists(shares(), min_size=1, max_size=4)


def _after(history: list[dict[str, int]]) -> Split:
    split = Split()
    for step in history:
        split = split.divided(step)
    return split


@settings(max_examples=60)
@given(histories)
def test_each_test_gets_exactly_its_share_and_the_champion_the_rest(history: list[dict[str, int]]) -> None:
    split, last = _after(history), history[-1]
    assert {test: split.share_bp(test) for test in last} == last
    assert split.owners.count(None) == BUCKETS - sum(last.values())


@settings(max_examples=60)
@given(histories, shares())
def test_whoever_is_in_a_test_stays_while_its_share_does_not_fall(
    history: list[dict[str, int]], now: dict[str, int]
) -> None:
    before = _after(history)
    after = before.divided(now)
    kept = {test for test, share in now.items() if share >= before.share_bp(test)}
    assert all(new == old for old, new in zip(before.owners, after.owners, strict=True) if old in kept)


@settings(max_examples=60)
@given(histories, parties)
def test_the_same_party_always_gets_the_same_arm(history: list[dict[str, int]], party: str) -> None:
    split = _after(history)
    assert (
        split.test_of(PRODUCT, party)
        == split.test_of(PRODUCT, party)
        == split.divided(history[-1]).test_of(PRODUCT, party)
    )


@settings(max_examples=60)
@given(histories)
def test_what_is_stored_of_a_split_is_the_split(history: list[dict[str, int]]) -> None:
    split = _after(history)
    assert split_of({test: split.ranges(test) for test in _TESTS}) == split


@pytest.mark.parametrize("asked", [{"one": 6_000, "other": 4_001}, {"one": 10_001}, {"one": -1}])
def test_shares_of_more_than_everybody_are_refused(asked: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="10,000"):
        Split().divided(asked)


def test_stored_tests_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="not its own"):
        split_of({"one": [(0, 10)], "other": [(9, 20)]})


def test_the_bucket_of_a_party_is_the_same_on_every_machine_and_for_good() -> None:
    assert [bucket_of(PRODUCT, party) for party in ("pty_1", "pty_2", "客户")] == [5636, 1020, 7287]


def test_another_product_puts_a_party_in_another_bucket() -> None:
    same = sum(bucket_of("consumer-loan", f"pty_{n}") == bucket_of("sme-loan", f"pty_{n}") for n in range(2_000))
    assert same < 5


def test_parties_are_spread_evenly_over_the_buckets() -> None:
    """Chi-square over 100 cells of 100,000 fixed parties: 99 degrees of freedom, 148.2 is exceeded 1 time in 1,000."""
    counts = Counter(bucket_of(PRODUCT, f"pty_{number:06}") // 100 for number in range(100_000))
    assert sum((counts[cell] - 1_000) ** 2 / 1_000 for cell in range(100)) < 148.2


def test_a_tenth_of_the_parties_is_a_tenth_of_the_decisions() -> None:
    split = Split().divided({"lower-cutoff": 1_000})
    challenged = sum(split.test_of(PRODUCT, f"pty_{number:06}") is not None for number in range(100_000))
    # Three standard deviations of a binomial of 100,000 at 0.1 are 285.
    assert abs(challenged - 10_000) < 285
