"""Bins hold every value once, mean the same in fitting and in production, and count what fell into them."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorecards.build.binning import Holder, bin_candidate, count_bins, information_value, places_of
from services.scorecards.build.sample import column_of
from services.scorecards.build.spec import BuildSpec, Candidate, Trend
from services.scoring.domain.scorecard import BinRole
from shared.facts import Fact, FactType
from tests.scorecards.build.made import tiny_spec

MONTHS = Fact("months", FactType.INTEGER)
SHARE = Fact("share", FactType.DECIMAL, scale=2)
TENURE = Fact("tenure", FactType.ENUM, values=("rent", "own", "other", "unknown"))
MEMBER = Fact("member", FactType.BOOLEAN)


@pytest.fixture
def spec(tmp_path: Path) -> BuildSpec:
    return replace(tiny_spec(tmp_path), minimum_special_rows=5)


def rates(bad_by_value: dict, fact: Fact, rows: int = 100) -> tuple:
    """Return a column and outcomes with `rows` rows of each value, of which so many per cent are bad."""
    values = [value for value in bad_by_value for _ in range(rows)]
    bads = [number < share * rows // 100 for share in bad_by_value.values() for number in range(rows)]
    return column_of(fact, values), numpy.array(bads)


def labels(binned: object) -> list[str]:
    return [each.holder.label for each in binned.bins]


def test_weight_of_evidence_and_information_value_are_those_of_the_textbook() -> None:
    holders = [
        Holder(BinRole.REGULAR, "below 10", end=10),
        Holder(BinRole.REGULAR, "10 or more", start=10),
        Holder(BinRole.MISSING, "missing"),
        Holder(BinRole.UNSEEN, "not seen in training"),
    ]
    places = places_of(holders, column_of(MONTHS, [9] * 50 + [10] * 50))
    bads = numpy.array([False] * 40 + [True] * 10 + [False] * 20 + [True] * 30)
    low, high, missing, unseen = count_bins(holders, places, bads)
    assert (low.goods, low.bads, high.goods, high.bads) == (40, 10, 20, 30)
    assert low.woe == pytest.approx(0.980829)  # ln((40/60) / (10/40))
    assert high.woe == pytest.approx(-0.810930)  # ln((20/60) / (30/40))
    assert (missing.woe, unseen.woe) == (None, None)
    assert information_value([low, high, missing, unseen]) == pytest.approx(0.746566)


def test_a_bin_of_only_goods_or_only_bads_keeps_a_finite_weight_of_evidence() -> None:
    holders = [Holder(BinRole.REGULAR, "safe"), Holder(BinRole.REGULAR, "mixed"), Holder(BinRole.REGULAR, "risky")]
    safe, _, risky = count_bins(holders, numpy.array([0, 0, 1, 1, 2]), numpy.array([False, False, False, True, True]))
    assert safe.woe == pytest.approx(0.980829)  # ln((2/3) / (0.5/2))
    assert risky.woe == pytest.approx(-1.098612)  # ln((0.5/3) / (1/2))


@pytest.mark.parametrize(
    ("trend", "shape"),
    [
        (Trend.RISES, [10, 30, 50]),
        (Trend.FALLS, [50, 30, 10]),
        (Trend.PEAK, [10, 50, 20]),
        (Trend.VALLEY, [50, 10, 30]),
    ],
)
def test_bad_rates_move_as_the_analyst_says(spec: BuildSpec, trend: Trend, shape: list[int]) -> None:
    column, bads = rates(dict(zip([6, 12, 24], shape, strict=True)), MONTHS)
    found = bin_candidate(Candidate("months", "REASON", bad_rate=trend), column, bads, spec)
    assert [each.bads for each in found.bins[:-2]] == shape
    assert labels(found) == ["below 9", "9 to below 18", "18 or more", "missing", "not seen in training"]


def test_a_trend_against_the_data_leaves_one_bin_or_merges(spec: BuildSpec) -> None:
    column, bads = rates({6: 50, 12: 30, 24: 10}, MONTHS)
    found = bin_candidate(Candidate("months", "REASON", bad_rate=Trend.RISES), column, bads, spec)
    assert labels(found)[0] == "any"


def test_missing_special_and_unseen_values_have_bins_of_their_own(spec: BuildSpec) -> None:
    column, bads = rates({6: 10, 36: 50, -1: 70, None: 90}, MONTHS)
    found = bin_candidate(Candidate("months", "REASON", special=(-1,)), column, bads, spec)
    assert labels(found) == ["below 21", "21 or more", "exactly -1", "missing", "not seen in training"]
    assert [each.bads for each in found.bins] == [10, 50, 70, 90, 0]
    assert [each.holder.role for each in found.bins][2:] == [BinRole.SPECIAL, BinRole.MISSING, BinRole.UNSEEN]


def test_few_special_or_missing_rows_are_no_evidence_for_better(spec: BuildSpec) -> None:
    values = [6] * 100 + [36] * 100 + [None] * 4
    bads = numpy.array([True] * 10 + [False] * 90 + [True] * 50 + [False] * 50 + [False] * 4)
    found = bin_candidate(Candidate("months", "REASON"), column_of(MONTHS, values), bads, spec)
    missing = next(each for each in found.bins if each.holder.role is BinRole.MISSING)
    assert (missing.goods, missing.bads) == (4, 0)
    assert missing.woe == min(each.woe for each in found.bins if each.woe is not None)


def test_the_analyst_can_give_bounds_and_groups(spec: BuildSpec) -> None:
    column, bads = rates({6: 10, 12: 30, 24: 50}, MONTHS)
    found = bin_candidate(Candidate("months", "REASON", cuts=(10,)), column, bads, spec)
    assert labels(found)[:2] == ["below 10", "10 or more"]
    column, bads = rates({"rent": 50, "own": 10, "other": 30}, TENURE)
    found = bin_candidate(Candidate("tenure", "REASON", groups=(("rent", "other"), ("own",))), column, bads, spec)
    assert labels(found)[:2] == ["rent | other", "own"]
    assert [each.bads for each in found.bins[:2]] == [80, 10]


def test_ordered_values_are_grouped_with_their_neighbours(spec: BuildSpec) -> None:
    column, bads = rates({"rent": 50, "own": 10, "other": 49}, TENURE)
    found = bin_candidate(
        Candidate("tenure", "REASON", order=("own", "other", "rent"), bad_rate=Trend.RISES), column, bads, spec
    )
    assert labels(found)[0] == "own"
    column, bads = rates({"rent": 50, "own": 10, "other": 49, "unknown": 30}, TENURE)
    found = bin_candidate(Candidate("tenure", "REASON", order=("own", "other", "rent")), column, bads, spec)
    unseen = found.bins[-1]
    assert (unseen.holder.role, unseen.goods, unseen.bads) == (BinRole.UNSEEN, 70, 30)


def test_booleans_and_decimals_have_exact_bins(spec: BuildSpec) -> None:
    column, bads = rates({True: 10, False: 50}, MEMBER)
    found = bin_candidate(Candidate("member", "REASON"), column, bads, spec)
    assert sorted(labels(found)[:2]) == ["false", "true"]
    column, bads = rates({Decimal("0.10"): 10, Decimal("0.25"): 50}, SHARE)
    found = bin_candidate(Candidate("share", "REASON"), column, bads, spec)
    assert [(each.holder.start, each.holder.end) for each in found.bins[:2]] == [
        (None, Decimal("0.18")),
        (Decimal("0.18"), None),
    ]


def test_a_candidate_without_any_value_has_no_bins(spec: BuildSpec) -> None:
    column = column_of(MONTHS, [None, None])
    assert bin_candidate(Candidate("months", "REASON"), column, numpy.array([True, False]), spec) is None


def test_values_of_one_outcome_only_fall_into_one_bin(spec: BuildSpec) -> None:
    column, bads = rates({6: 0, 12: 0, None: 50}, MONTHS)
    found = bin_candidate(Candidate("months", "REASON"), column, bads, spec)
    assert labels(found) == ["any", "missing", "not seen in training"]


@settings(max_examples=150)
@given(
    st.lists(st.one_of(st.none(), st.integers(-100, 100)), min_size=1, max_size=40),
    st.lists(st.integers(-90, 90), max_size=4, unique=True).map(sorted),
    st.sets(st.integers(-100, 100), max_size=3),
)
def test_every_value_falls_into_the_bin_that_says_so(
    values: list[int | None], edges: list[int], special: set[int]
) -> None:
    holders = [
        *(
            Holder(BinRole.REGULAR, f"{start}", start, end)
            for start, end in zip([None, *edges], [*edges, None], strict=True)
        ),
        *(Holder(BinRole.SPECIAL, f"exactly {value}", values=(value,)) for value in sorted(special)),
        Holder(BinRole.MISSING, "missing"),
        Holder(BinRole.UNSEEN, "unseen"),
    ]
    places = places_of(holders, column_of(MONTHS, values))
    for value, place in zip(values, places, strict=True):
        holder = holders[place]
        if value is None:
            assert holder.role is BinRole.MISSING
        elif value in special:
            assert holder.values == (value,)
        else:
            assert holder.role is BinRole.REGULAR
            assert holder.start is None or value >= holder.start
            assert holder.end is None or value < holder.end
