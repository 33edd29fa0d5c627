"""Which artefacts are refused, and how clearly the fault is named."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.scorecard import ScorecardError, load_scorecard
from shared.products import parse_product
from tests.scoring.domain.small import SMALL_PRODUCT, changed, full_document, regular, signed, small_document

Document = dict[str, Any]


def bins_of(document: Document, characteristic: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["characteristics"][characteristic]["bins"]
    return found


def faults_of(document: Document) -> list[tuple[str, str]]:
    with pytest.raises(ScorecardError) as refused:
        load_scorecard(document, SMALL_PRODUCT)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_sound_scorecard_says_what_it_is_and_which_scores_it_can_give() -> None:
    card = load_scorecard(small_document(), SMALL_PRODUCT)
    assert (card.name, card.version, card.product) == ("small", 1, "small-loan")
    assert card.content_hash == small_document()["content_hash"]
    assert (card.lowest_score, card.highest_score) == (475, 600)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d.update(format="assay.scorecard/2"), ("/format", "unknown_format")),
        (lambda d: d.update(remarks="none"), ("/remarks", "unknown_key")),
        (lambda d: d.pop("scaling"), ("/scaling", "missing_key")),
        (lambda d: d["scaling"].update(base_score=600.5), ("/scaling/base_score", "wrong_type")),
        (lambda d: d["scaling"].update(base_odds=True), ("/scaling/base_odds", "wrong_type")),
        (
            lambda d: d["scaling"].update(points_to_double_odds=0),
            ("/scaling/points_to_double_odds", "invalid_scorecard"),
        ),
        (lambda d: d["scaling"].update(direction="lower_is_better"), ("/scaling/direction", "invalid_scorecard")),
        (lambda d: d.update(product="other-loan"), ("/product", "invalid_scorecard")),
        (lambda d: d["reasons"].update(method="by_feel"), ("/reasons/method", "invalid_scorecard")),
        (lambda d: d.update(characteristics={}), ("/characteristics", "wrong_type")),
        (lambda d: d["metrics"]["train"].update(auc=0.8), ("/metrics/train/auc", "wrong_type")),
        (lambda d: d["golden_vectors"].clear(), ("/golden_vectors", "invalid_scorecard")),
        (lambda d: bins_of(d, 0)[0].update(colour="red"), ("/characteristics/0/bins/0/colour", "unknown_key")),
        (lambda d: bins_of(d, 0)[0].update(points="200"), ("/characteristics/0/bins/0/points", "wrong_type")),
        (lambda d: bins_of(d, 0)[0].update(points=10**40), ("/characteristics/0/bins/0/points", "invalid_points")),
        (lambda d: bins_of(d, 0)[0].update(points=9_999), ("/characteristics", "invalid_points")),
        (
            lambda d: d["psi_baseline"]["characteristics"].pop("purpose"),
            ("/psi_baseline/characteristics", "invalid_baseline"),
        ),
        (
            lambda d: d["psi_baseline"]["score_bands"][1].update({"from": 561}),
            ("/psi_baseline/score_bands", "invalid_baseline"),
        ),
        (
            lambda d: d["psi_baseline"]["score_bands"][1].update(count=61),
            ("/psi_baseline/score_bands", "invalid_baseline"),
        ),
        (
            lambda d: d["psi_baseline"]["characteristics"].update(purpose=[50, 49, 0, 0, 0]),
            ("/psi_baseline/characteristics", "invalid_baseline"),
        ),
        (lambda d: d["psi_baseline"]["score_bands"].pop(), ("/psi_baseline/score_bands", "invalid_baseline")),
    ],
)
def test_a_document_of_another_form_is_refused_at_the_place(
    change: Callable[[Document], object], fault: tuple[str, str]
) -> None:
    assert fault in faults_of(changed(change))


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("age_years", "protected_fact"),
        ("score", "not_an_input"),
        ("favourite_colour", "unknown_fact"),
        ("started_on", "wrong_type"),
    ],
)
def test_a_characteristic_on_a_fact_that_may_not_be_scored_is_refused(fact: str, code: str) -> None:
    def use(document: Document) -> None:
        document["characteristics"][0]["fact"] = fact
        baseline = document["psi_baseline"]["characteristics"]
        baseline[fact] = baseline.pop("requested_amount")

    assert faults_of(changed(use)) == [("/characteristics/0/fact", code)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: bins_of(d, 0)[1].update({"from": 100_001}), ("/characteristics/0/bins/1/from", "gap")),
        (lambda d: bins_of(d, 0)[1].update({"from": 99_999}), ("/characteristics/0/bins/1/from", "gap")),
        (lambda d: bins_of(d, 0)[0].update({"from": 1}), ("/characteristics/0/bins/0/from", "gap")),
        (lambda d: bins_of(d, 0)[1].update(below=200_000), ("/characteristics/0/bins/1/below", "gap")),
        (lambda d: bins_of(d, 0)[0].pop("below"), ("/characteristics/0/bins/1/from", "gap")),
        (lambda d: bins_of(d, 0)[0].update(values=[1]), ("/characteristics/0/bins/0/values", "invalid_bin")),
        (lambda d: bins_of(d, 0)[0].update(bads=51), ("/characteristics/0/bins/0/bads", "invalid_bin")),
        (lambda d: bins_of(d, 1)[1].update({"from": "0.355"}), ("/characteristics/1/bins/1/from", "gap")),
        (
            lambda d: bins_of(d, 2)[0].update(values=["car", "boat"]),
            ("/characteristics/2/bins/1/values/0", "invalid_bins"),
        ),
        (lambda d: bins_of(d, 2)[0].update(values=["plane"]), ("/characteristics/2/bins/0/values/0", "invalid_value")),
        (lambda d: bins_of(d, 2)[0].pop("values"), ("/characteristics/2/bins/0/values", "invalid_bin")),
        (lambda d: bins_of(d, 2)[2].update(role="absent"), ("/characteristics/2/bins/2/role", "unknown_role")),
        (lambda d: bins_of(d, 2)[2].update(role="unseen"), ("/characteristics/2/bins", "invalid_bins")),
        (lambda d: bins_of(d, 3)[1].update(label="owner"), ("/characteristics/3/bins", "invalid_bins")),
        (lambda d: bins_of(d, 3)[1].update(values=["no"]), ("/characteristics/3/bins/1/values/0", "invalid_value")),
        (
            lambda d: d["characteristics"][0].update(reference_millipoints=200_001),
            ("/characteristics/0/reference_millipoints", "invalid_reference"),
        ),
        (
            lambda d: d["characteristics"][0].update(reference_millipoints=-(10**40)),
            ("/characteristics/0/reference_millipoints", "invalid_reference"),
        ),
        (
            lambda d: d["characteristics"][0].update(reason_code="too much"),
            ("/characteristics/0/reason_code", "invalid_code"),
        ),
    ],
)
def test_bins_that_do_not_hold_every_value_exactly_once_are_refused(
    change: Callable[[Document], object], fault: tuple[str, str]
) -> None:
    assert faults_of(changed(change)) == [fault]


def test_bins_whose_edges_fall_back_are_refused() -> None:
    def fall_back(document: Document) -> None:
        bins_of(document, 0)[1:2] = [
            regular("middle", 180, **{"from": 100_000, "below": 50_000}),
            regular("last", 160, **{"from": 50_000}),
        ]
        document["psi_baseline"]["characteristics"]["requested_amount"] = [50, 25, 25, 0, 0]

    assert faults_of(changed(fall_back)) == [("/characteristics/0/bins/2/from", "gap")]


def test_faults_of_every_characteristic_are_named_at_once() -> None:
    def spoil_two(document: Document) -> None:
        bins_of(document, 0)[1].update({"from": 1})
        document["characteristics"][3]["reason_code"] = ""

    assert faults_of(changed(spoil_two)) == [
        ("/characteristics/0/bins/1/from", "gap"),
        ("/characteristics/3/reason_code", "invalid_code"),
    ]


def test_a_document_changed_after_it_was_signed_is_refused() -> None:
    document = small_document()
    document["title"] = "Another title"
    assert faults_of(document) == [("/content_hash", "hash_mismatch")]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda vector: vector.update(score=521), "score"),
        (lambda vector: vector.update(pd="0.347827"), "pd"),
        (lambda vector: vector["points"].reverse(), "points"),
        (lambda vector: vector["reasons"].pop(), "reasons"),
    ],
)
def test_a_scorecard_that_does_not_reproduce_its_golden_vectors_is_refused(
    change: Callable[[Document], object], place: str
) -> None:
    document = changed(lambda spoilt: change(spoilt["golden_vectors"][0]))
    assert faults_of(document) == [(f"/golden_vectors/0/{place}", "not_reproduced")]


def test_changed_points_are_caught_by_the_golden_vectors() -> None:
    document = changed(lambda spoilt: bins_of(spoilt, 0)[1].update(points=170))
    assert ("/golden_vectors/0/score", "not_reproduced") in faults_of(document)


def test_golden_facts_that_the_product_refuses_are_named() -> None:
    def spoil(document: Document) -> None:
        document["golden_vectors"][0]["facts"] |= {"shoe_size": 42, "debt_ratio": "a third"}

    found = faults_of(changed(spoil))
    assert ("/golden_vectors/0/facts/debt_ratio", "invalid_fact") in found
    assert ("/golden_vectors/0/facts", "unknown_fact") in found


def test_a_fact_that_became_protected_later_stops_the_scorecard() -> None:
    facts = {
        name: {"type": str(fact.type), "scale": fact.scale, "values": list(fact.values), "protected": name == "purpose"}
        for name, fact in SMALL_PRODUCT.dictionary.facts.items()
    }
    stricter = parse_product({"name": "small-loan", "title": "Small loan", "currency": "EUR", "facts": facts})
    with pytest.raises(ScorecardError) as refused:
        load_scorecard(small_document(), stricter)
    assert [fault.code for fault in refused.value.faults] == ["protected_fact"]


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.sampled_from(["regular", "special", "missing", "unseen", "0.35", "NaN"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abfrom", max_size=5), inner, max_size=3),
    max_leaves=4,
)


def test_a_document_may_say_everything_at_once() -> None:
    assert load_scorecard(full_document(), SMALL_PRODUCT).score({}).grade == "C"


@given(st.sampled_from([place for place in places(full_document()) if place]), any_json)
def test_whatever_a_forger_puts_in_is_loaded_or_refused_and_never_breaks_the_loader(
    place: tuple[str | int, ...], forged: object
) -> None:
    document = copy.deepcopy(full_document())
    target: Any = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = forged
    try:
        card = load_scorecard(signed(document), SMALL_PRODUCT)
    except ScorecardError as refused:
        assert refused.faults
    else:
        assert card.lowest_score <= card.score({}).score <= card.highest_score


def test_half_a_surrogate_pair_is_refused() -> None:
    document = small_document() | {"title": "\ud800"}
    assert faults_of(document) == [("", "invalid_text")]
