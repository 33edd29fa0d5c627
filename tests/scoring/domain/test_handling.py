"""What a scorecard may say of grades, validity, reasons and values without points of their own."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.models import load_model
from services.scoring.domain.score import Failure, Unscorable
from services.scoring.domain.scorecard import Scorecard, ScorecardError, load_scorecard
from shared.facts import FactValue
from tests.scoring.domain.small import SMALL_PRODUCT, changed

Document = dict[str, Any]
Change = Callable[[Document], object]
GRADES = [{"grade": "A", "from": 560}, {"grade": "B", "from": 520, "below": 560}, {"grade": "C", "below": 520}]
BEST: dict[str, FactValue] = {
    "requested_amount": 50_000,
    "debt_ratio": Decimal("0.20"),
    "purpose": "car",
    "home_owner": True,
}


def loaded(*changes: Change) -> Scorecard:
    def all_of_them(document: Document) -> None:
        for change in changes:
            change(document)

    return load_scorecard(changed(all_of_them), SMALL_PRODUCT)


def faults_of(change: Change) -> list[tuple[str, str]]:
    with pytest.raises(ScorecardError) as refused:
        load_scorecard(changed(change), SMALL_PRODUCT)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def graded(document: Document) -> None:
    document["grades"] = [dict(entry) for entry in GRADES]
    document["golden_vectors"][0]["grade"] = "B"


def outside(characteristic: int, minimum: object, maximum: object, treat: str) -> Change:
    def state(document: Document) -> None:
        document["characteristics"][characteristic]["outside"] = {
            "minimum": minimum,
            "maximum": maximum,
            "treat": treat,
        }

    return state


def refuse(characteristic: int, bin_place: int) -> Change:
    def state(document: Document) -> None:
        document["characteristics"][characteristic]["bins"][bin_place]["treat"] = "refuse"

    return state


def at_cutoff(document: Document) -> None:
    document["reasons"] |= {"method": "shortfall_at_cutoff", "cutoff": 540, "within": 10}


def label_of(card: Scorecard, name: str, value: FactValue | None) -> str:
    return next(each for each in card.characteristics if each.name == name).bin_of(value).label


def test_each_score_has_the_grade_whose_ends_hold_it() -> None:
    card = loaded(graded)
    by_score = dict(enumerate(card.grade_by_score, start=card.lowest_score))
    assert (by_score[519], by_score[520], by_score[559], by_score[560]) == ("C", "B", "B", "A")
    assert card.score(BEST).grade == "A"


def test_a_scorecard_without_grades_gives_none() -> None:
    assert loaded().score(BEST).grade is None


@given(st.integers(475, 600), st.integers(475, 600))
def test_a_better_score_never_has_a_worse_grade(one: int, other: int) -> None:
    card = loaded(graded)
    low, high = sorted((one, other))
    worse, better = (str(card.grade_by_score[score - card.lowest_score]) for score in (low, high))
    assert better <= worse


@pytest.mark.parametrize(
    ("grades", "place"),
    [
        ([], "/grades"),
        ([{"grade": "A", "from": 500}, {"grade": "A", "below": 500}], "/grades"),
        ([{"grade": "", "from": 500}, {"grade": "B", "below": 500}], "/grades/0/grade"),
        ([{"grade": "A", "below": 600}], "/grades/0/below"),
        ([{"grade": "A", "from": 600}], "/grades/0/from"),
        ([{"grade": "A", "from": 500}, {"grade": "B", "below": 499}], "/grades/1/below"),
        ([{"grade": "A", "from": 500}, {"grade": "B"}], "/grades/1/below"),
        (
            [{"grade": "A", "from": 500}, {"grade": "B", "from": 500, "below": 500}, {"grade": "C", "below": 500}],
            "/grades/1/from",
        ),
    ],
)
def test_grades_that_do_not_give_each_score_one_grade_are_refused(grades: list[Document], place: str) -> None:
    assert faults_of(lambda document: document.update(grades=grades)) == [(place, "invalid_grades")]


@pytest.mark.parametrize("stated", ["A", None])
def test_a_golden_vector_must_state_the_grade(stated: str | None) -> None:
    def forge(document: Document) -> None:
        graded(document)
        document["golden_vectors"][0].pop("grade")
        if stated is not None:
            document["golden_vectors"][0]["grade"] = stated

    assert faults_of(forge) == [("/golden_vectors/0/grade", "not_reproduced")]


def test_a_golden_vector_of_a_scorecard_without_grades_can_not_state_one() -> None:
    forged = faults_of(lambda document: document["golden_vectors"][0].update(grade="A"))
    assert forged == [("/golden_vectors/0/grade", "not_reproduced")]


@pytest.mark.parametrize(("days", "sound"), [(1, True), (3660, True), (0, False), (-1, False), (3661, False)])
def test_a_validity_lasts_from_a_day_to_ten_years(days: int, sound: bool) -> None:
    def state(document: Document) -> None:
        document["validity"] = {"days": days}

    if sound:
        assert loaded(state).valid_days == days
    else:
        assert faults_of(state) == [("/validity/days", "invalid_scorecard")]


def test_the_reasons_may_be_held_against_the_points_at_a_cut_off() -> None:
    card = loaded(at_cutoff)
    assert card.reason_method == "shortfall_at_cutoff"
    assert [each.code for each in card.score({}).reasons][:1] == ["AMOUNT_TOO_HIGH"]


@pytest.mark.parametrize(
    ("reasons", "place"),
    [
        ({"method": "shortfall_at_cutoff"}, "/reasons/cutoff"),
        ({"cutoff": 540}, "/reasons/cutoff"),
        ({"within": 10}, "/reasons/within"),
        ({"method": "shortfall_at_cutoff", "cutoff": 601}, "/reasons/cutoff"),
        ({"method": "shortfall_at_cutoff", "cutoff": 540, "within": -1}, "/reasons/within"),
    ],
)
def test_a_cut_off_belongs_to_its_method_and_among_the_scores(reasons: Document, place: str) -> None:
    assert faults_of(lambda document: document["reasons"].update(reasons)) == [(place, "invalid_scorecard")]


@pytest.mark.parametrize(("treat", "label"), [("score", None), ("missing", "missing"), ("unseen", "not seen")])
def test_a_number_beyond_the_trained_range_counts_as_the_scorecard_says(treat: str, label: str | None) -> None:
    card = loaded(outside(0, 10_000, 900_000, treat), outside(1, "0.05", "2.00", treat))
    amounts = {value: label_of(card, "requested_amount", value) for value in (9_999, 10_000, 900_000, 900_001)}
    assert (amounts[10_000], amounts[900_000]) == ("below 1,000.00", "1,000.00 or more")
    assert (amounts[9_999], amounts[900_001]) == (label or "below 1,000.00", label or "1,000.00 or more")
    ratios = {value: label_of(card, "debt_ratio", Decimal(value)) for value in ("0.04", "0.05", "2.00", "2.01")}
    assert (ratios["0.05"], ratios["2.00"]) == ("below 0.35", "0.35 or more")
    assert (ratios["0.04"], ratios["2.01"]) == (label or "below 0.35", label or "0.35 or more")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (outside(0, 10_000, 900_000, "refuse"), ("/characteristics/0/outside/treat", "invalid_outside")),
        (outside(0, 900_000, 10_000, "score"), ("/characteristics/0/outside", "invalid_outside")),
        (outside(0, 100_000, 900_000, "score"), ("/characteristics/0/outside", "invalid_outside")),
        (outside(0, 10_000, 99_999, "score"), ("/characteristics/0/outside", "invalid_outside")),
        (outside(1, "0.005", "2.00", "score"), ("/characteristics/1/outside/minimum", "invalid_value")),
        (outside(2, 1, 2, "score"), ("/characteristics/2/outside", "invalid_outside")),
        (outside(3, 0, 1, "missing"), ("/characteristics/3/outside", "invalid_outside")),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(change: Change, fault: tuple[str, str]) -> None:
    assert faults_of(change) == [fault]


@pytest.mark.parametrize(
    ("change", "facts", "failure", "characteristic"),
    [
        (refuse(1, 2), {"debt_ratio": None}, Failure.CHARACTERISTIC_MISSING, "debt_ratio"),
        (refuse(2, 3), {"purpose": "holiday"}, Failure.UNSEEN_CATEGORY, "purpose"),
        (refuse(2, 3), {"purpose": "spaceship"}, Failure.UNSEEN_CATEGORY, "purpose"),
    ],
)
def test_a_value_that_the_scorecard_refuses_leaves_no_score(
    change: Change, facts: dict[str, Any], failure: Failure, characteristic: str
) -> None:
    card = loaded(change)
    asked = {name: value for name, value in (BEST | facts).items() if value is not None}
    with pytest.raises(Unscorable) as refused:
        card.score(asked)
    assert (refused.value.failure, refused.value.characteristic) == (failure, characteristic)
    assert card.score(BEST).score == 600


def test_a_number_beyond_the_trained_range_may_leave_no_score() -> None:
    card = loaded(refuse(0, 3), outside(0, 10_000, 900_000, "unseen"))
    with pytest.raises(Unscorable, match="unseen_category: requested_amount"):
        card.score(BEST | {"requested_amount": 900_001})


@pytest.mark.parametrize(("bin_place", "treat"), [(0, "refuse"), (2, "score")])
def test_only_missing_and_unseen_values_can_be_refused(bin_place: int, treat: str) -> None:
    def state(document: Document) -> None:
        document["characteristics"][0]["bins"][bin_place]["treat"] = treat

    assert faults_of(state) == [(f"/characteristics/0/bins/{bin_place}/treat", "invalid_bin")]


def test_a_golden_vector_that_leaves_no_score_is_refused() -> None:
    assert faults_of(refuse(3, 2)) == [("/golden_vectors/0/facts", "not_reproduced")]


def test_reasons_of_bins_of_their_own_are_given_once_each() -> None:
    def state(document: Document) -> None:
        bins = document["characteristics"][2]["bins"]
        bins[1]["reason_code"] = "AMOUNT_TOO_HIGH"
        bins[3]["reason_code"] = "PURPOSE_UNHEARD_OF"
        document["golden_vectors"][0]["reasons"].pop(1)

    card = loaded(state)
    boat = card.score(BEST | {"requested_amount": 100_000, "purpose": "boat"})
    assert [(each.code, each.characteristic) for each in boat.reasons] == [("AMOUNT_TOO_HIGH", "requested_amount")]
    assert [each.code for each in card.score(BEST | {"purpose": "holiday"}).reasons] == ["PURPOSE_UNHEARD_OF"]


@pytest.mark.parametrize("stated", ["assay.scorecard/2", "assay.unheard-of/1", None, 1, ["assay.scorecard/1"]])
def test_an_artefact_of_another_format_is_refused_with_the_formats_that_are_known(stated: object) -> None:
    document = changed(lambda document: document.update(format=stated))
    for load in (load_model, load_scorecard):
        with pytest.raises(ValueError, match=r"/format: must be .*assay\.scorecard/1"):
            load(document, SMALL_PRODUCT)
