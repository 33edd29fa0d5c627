"""The committed scorecard is what it claims to be: complete, explained, and made from the committed spec."""

import hashlib
from decimal import Decimal
from itertools import pairwise
from math import log
from typing import Any

import pytest

from services.scorecards.build.document import rendered
from services.scorecards.build.golden import golden_facts
from tests.scorecards.build.committed import CATALOGUE, DOCUMENT, SCORECARD, SPEC, SPEC_FILE

CHARACTERISTICS: list[dict[str, Any]] = DOCUMENT["characteristics"]
EACH = pytest.mark.parametrize("entry", CHARACTERISTICS, ids=[entry["fact"] for entry in CHARACTERISTICS])


def trained(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in entry["bins"] if item["count"]]


def test_it_was_made_from_the_committed_spec() -> None:
    assert DOCUMENT["provenance"]["spec_sha256"] == hashlib.sha256(SPEC_FILE.read_bytes()).hexdigest()
    assert DOCUMENT["provenance"]["excluded_columns"] == SPEC.excluded


def test_no_protected_attribute_and_no_named_proxy_is_a_characteristic() -> None:
    scored = {entry["fact"] for entry in CHARACTERISTICS}
    assert not scored & {"age_years", "personal_status_and_sex", "foreign_worker", "job"}


def test_every_candidate_is_either_scored_or_left_out_for_a_stated_reason() -> None:
    scored = {entry["fact"]: entry["reason_code"] for entry in CHARACTERISTICS}
    left_out = {entry["fact"]: entry["why"] for entry in DOCUMENT["metrics"]["left_out"]}
    assert scored.keys() | left_out.keys() == {candidate.fact for candidate in SPEC.candidates}
    assert not scored.keys() & left_out.keys()
    assert scored.items() <= {candidate.fact: candidate.reason_code for candidate in SPEC.candidates}.items()
    assert all(left_out.values())


def test_it_tells_good_from_bad_on_rows_it_has_not_seen() -> None:
    metrics = DOCUMENT["metrics"]
    assert Decimal(metrics["held_out"]["auc"]) > Decimal("0.76")
    assert Decimal("0.77") < Decimal(metrics["cross_validation"]["auc_mean"]) < Decimal("0.81")
    assert len(metrics["cross_validation"]["auc_by_fold"]) == SPEC.split.folds


def test_integer_points_stay_within_their_rounding_of_the_regression() -> None:
    rounding = DOCUMENT["metrics"]["rounding"]
    assert Decimal(rounding["largest_difference_points"]) <= Decimal(rounding["bound_points"])


@EACH
def test_points_follow_coefficient_and_weight_of_evidence(entry: dict[str, Any]) -> None:
    factor = SPEC.scaling["points_to_double_odds"] / log(2)
    constants = [item["points"] - factor * float(entry["coefficient"]) * float(item["woe"]) for item in trained(entry)]
    assert max(constants) - min(constants) < 1.02  # each is off by at most half a point, and by four decimals


@EACH
def test_the_reference_is_the_mean_of_the_training_points(entry: dict[str, Any]) -> None:
    total = sum(item["points"] * item["count"] for item in entry["bins"])
    assert abs(Decimal(1000 * total) / DOCUMENT["psi_baseline"]["rows"] - entry["reference_millipoints"]) <= Decimal(
        "0.5"
    )


@EACH
def test_a_lower_bad_rate_never_earns_fewer_points(entry: dict[str, Any]) -> None:
    by_bad_rate = sorted(trained(entry), key=lambda item: Decimal(item["bad_rate"]))
    assert all(one["points"] >= other["points"] for one, other in pairwise(by_bad_rate))


@EACH
def test_points_move_the_way_the_reason_code_says(entry: dict[str, Any]) -> None:
    candidate = next(each for each in SPEC.candidates if each.fact == entry["fact"])
    points = [item["points"] for item in entry["bins"] if item["role"] == "regular"]
    if candidate.bad_rate == "rises":
        assert points == sorted(points, reverse=True)
    elif candidate.bad_rate == "falls":
        assert points == sorted(points)


@EACH
def test_withholding_a_fact_never_gains_points(entry: dict[str, Any]) -> None:
    lowest = min(item["points"] for item in trained(entry))
    for item in entry["bins"]:
        if item["role"] in ("missing", "unseen"):
            assert item["points"] <= lowest


def test_bad_rates_fall_from_the_lowest_score_band_to_the_highest() -> None:
    rates = [Decimal(band["bad_rate"]) for band in DOCUMENT["psi_baseline"]["score_bands"]]
    assert len(rates) == 10
    assert rates[0] > Decimal("0.6") > Decimal("0.1") > rates[-1]


def test_golden_vectors_visit_every_bin_that_an_application_can_reach() -> None:
    visited = set()
    for facts in golden_facts(CHARACTERISTICS, SPEC.product):
        values = {name: SPEC.product.dictionary.facts[name].parse(wire) for name, wire in facts.items()}
        visited |= {(scored.characteristic, scored.bin) for scored in SCORECARD.score(values).points}
    reachable = {
        (entry["fact"], item["label"])
        for entry in CHARACTERISTICS
        for item in entry["bins"]
        if item["role"] != "unseen"
    }
    assert reachable <= visited
    assert ("purpose", "not seen in training") in visited


def test_golden_vectors_stand_on_both_sides_of_every_edge() -> None:
    golden = [vector["facts"] for vector in DOCUMENT["golden_vectors"]]
    assert golden == golden_facts(CHARACTERISTICS, SPEC.product)
    terms = {facts.get("duration_months") for facts in golden}
    edges = {item["from"] for item in CHARACTERISTICS[2]["bins"] if "from" in item}
    assert edges and edges | {edge - 1 for edge in edges} <= terms


def test_the_file_is_as_the_builder_writes_it_and_small_enough_to_read() -> None:
    text = (CATALOGUE / "scorecards/consumer-loan.json").read_text(encoding="utf-8")
    assert text == rendered(DOCUMENT)
    assert len(text) < 150_000
