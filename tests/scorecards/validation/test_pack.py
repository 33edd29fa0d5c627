"""The validation pack of populations whose truth is known."""

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from services.scorecards.validation import CountedBin, Part, Role, count_part, count_scores, validation_pack
from services.scoring.domain.measures.discrimination import auc, ks
from services.scoring.domain.scorecard import load_scorecard
from services.scoring.domain.shape import ANYTHING, shape_faults
from shared.facts import FactValue
from tests.scorecards.validation.made_up import SCALING, part, parts
from tests.scoring.domain.small import SMALL_PRODUCT, small_document


def pack(*args: Any, **options: Any) -> dict[str, Any]:
    return validation_pack(*args, **options) if args else validation_pack(parts(), SCALING, **options)


def test_the_pack_may_stand_in_an_artefact() -> None:
    made = pack(fold_aucs=[Fraction(3, 4), Fraction(4, 5)])
    assert shape_faults(ANYTHING, made) == []
    assert json.loads(json.dumps(made)) == made


def test_the_same_counts_give_the_same_bytes() -> None:
    assert json.dumps(pack(seed=3)) == json.dumps(pack(seed=3))
    assert pack(seed=3) != pack(seed=4)


def test_every_part_is_measured_with_the_fitted_one_first() -> None:
    train, held_out = parts()
    made = validation_pack([held_out, train], SCALING)
    assert [each["name"] for each in made["parts"]] == ["train", "held_out"]
    for each, counted in zip(made["parts"], (train, held_out), strict=True):
        assert Fraction(each["auc"]["estimate"]) == pytest.approx(auc(counted.outcomes), abs=0.00005)
        assert Fraction(each["ks"]["estimate"]) == pytest.approx(ks(counted.outcomes), abs=0.00005)
        assert each["rows"] == counted.outcomes.total()


def test_pds_that_are_right_are_found_calibrated() -> None:
    for each in pack()["parts"]:
        assert Fraction(each["calibration"]["p_value"]) > Fraction(1, 100)
        assert 0.9 < float(each["calibration"]["observed_over_expected"]) < 1.1
        assert Fraction(each["calibration"]["brier"]) < Fraction(each["calibration"]["brier_of_the_bad_rate"])


def test_pds_of_another_population_are_found_wrong() -> None:
    shifted = Counter({(score + 40, bad): count for (score, bad), count in parts()[0].outcomes.items()})
    made = validation_pack([Part("train", Role.FITTED, shifted)], SCALING)
    assert made["parts"][0]["calibration"]["p_value"] == "0.0000"
    assert float(made["parts"][0]["calibration"]["observed_over_expected"]) > 2


def test_bands_and_gains_and_columns_count_every_row_once() -> None:
    for each in pack()["parts"]:
        assert sum(band["rows"] for band in each["score_bands"]) == each["rows"]
        assert sum(row["rows"] for row in each["gains"]) == each["rows"]
        assert sum(each["distribution"]["goods"]) + sum(each["distribution"]["bads"]) == each["rows"]
        assert len(each["distribution"]["goods"]) <= 26
        for cut in each["cut_offs"]:
            counted = (f"{outcome}_{of}" for outcome in ("approved", "declined") for of in ("goods", "bads"))
            assert sum(cut[name] for name in counted) == each["rows"]
        assert each["roc"][0] == ["0.0000", "0.0000"]
        assert each["roc"][-1] == ["1.0000", "1.0000"]


def test_a_cut_off_that_nobody_stated_approves_about_four_fifths() -> None:
    made = pack()
    chosen = next(each for each in made["parts"][0]["cut_offs"] if each["cut_off"] == made["cut_off"]["score"])
    assert 0.80 <= float(chosen["approval_rate"]) < 0.85
    assert made["cut_off"]["chosen"] != "stated"


def test_a_stated_cut_off_is_the_one_that_counts() -> None:
    made = pack(cut_off=577)
    assert made["cut_off"] == {"score": 577, "chosen": "stated"}
    assert 577 in [each["cut_off"] for each in made["parts"][0]["cut_offs"]]


def test_a_population_that_holds_still_is_stable() -> None:
    made = pack()
    moved = made["score_stability"][0]
    assert float(moved["psi"]) < float(moved["critical_99"])
    held_out = made["characteristics"][0]["parts"][1]
    assert float(held_out["psi"]) < float(held_out["critical_99"])
    assert held_out["order_reversed"] == []


def test_a_population_that_moves_is_seen_to_move() -> None:
    made = validation_pack([parts()[0], part("later", Role.LATER, 2000, 5, harsher_by=30)], SCALING)
    moved = made["score_stability"][0]
    assert float(moved["psi"]) > float(moved["critical_99"])
    characteristic = made["characteristics"][0]["parts"][1]
    assert float(characteristic["psi"]) > float(characteristic["critical_99"])
    assert float(characteristic["points_shift"]) < 0


def test_bins_whose_bad_rates_change_places_are_named() -> None:
    outcomes = Counter({(500, True): 300, (600, False): 700})
    then = (CountedBin("short", 1, 500, 250), CountedBin("long", 2, 500, 50))
    now = (CountedBin("short", 1, 500, 50), CountedBin("long", 2, 500, 250))
    made = validation_pack(
        [
            Part("train", Role.FITTED, outcomes, {"term": then}),
            Part("test", Role.HELD_OUT, outcomes, {"term": now}),
        ],
        SCALING,
    )
    reversed_pairs = made["characteristics"][0]["parts"][1]["order_reversed"]
    assert reversed_pairs == [{"lower": "long", "higher": "short", "p_value": "0.0000"}]


def fairness_of_b(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in made["fairness"][0]["groups"] if each["group"] == "b")
    return found


def test_a_score_that_treats_groups_alike_is_found_to_do_so() -> None:
    group = fairness_of_b(pack(references={"sex": "a"}))
    assert not group["impact_ratio"]["below_four_fifths"]
    assert float(group["impact_ratio"]["low"]) < 1 < float(group["impact_ratio"]["high"])
    assert abs(float(group["standardised_mean_difference"]["estimate"])) < 0.15


def test_a_score_that_is_harsher_on_a_group_shows_in_all_three_measures() -> None:
    made = validation_pack(parts(harsher_by=30), SCALING, references={"sex": "a"})
    group = fairness_of_b(made)
    assert made["fairness"][0]["part"] == "held_out"
    assert group["impact_ratio"]["below_four_fifths"]
    assert float(group["standardised_mean_difference"]["high"]) < -0.5
    assert float(group["equal_opportunity_difference"]["high"]) < 0


def test_the_group_with_the_highest_approval_rate_is_the_reference_unless_one_is_stated() -> None:
    made = validation_pack(parts(harsher_by=30), SCALING)
    assert made["fairness"][0]["reference"] == "a"
    assert made["fairness"][0]["reference_chosen"] == "highest approval rate"


def test_small_groups_and_rows_that_state_none_are_named_and_not_judged() -> None:
    scores = [500 + number % 100 for number in range(300)]
    bads = [number % 3 == 0 for number in range(300)]
    groups = [None if number < 40 else "few" if number < 60 else "many" for number in range(300)]
    made = validation_pack([count_scores("train", Role.FITTED, scores, bads, {"sex": groups})], SCALING)
    few, many, unstated = made["fairness"][0]["groups"]
    assert few["not_judged"] == "fewer than 30 rows"
    assert many == {key: many[key] for key in ("group", "rows", "goods", "approved", "approval_rate")}
    assert (unstated["group"], unstated["rows"]) == (None, 40)
    assert "impact_ratio" not in unstated


def test_a_reference_group_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no row of held_out has sex x"):
        pack(references={"sex": "x"})


@pytest.mark.parametrize("roles", [(), (Role.HELD_OUT,), (Role.FITTED, Role.FITTED)])
def test_exactly_one_part_is_the_fitted_one(roles: tuple[Role, ...]) -> None:
    with pytest.raises(ValueError, match="exactly one part"):
        validation_pack([part("part", role, 50, 1) for role in roles], SCALING)


def test_a_part_of_one_outcome_can_not_be_judged() -> None:
    with pytest.raises(ValueError, match="at least one good and one bad"):
        validation_pack([count_scores("train", Role.FITTED, [1, 2], [False, False])], SCALING)


def test_counting_scores_every_row_as_the_scorecard_does() -> None:
    scorecard = load_scorecard(small_document(), SMALL_PRODUCT)
    rows: list[dict[str, FactValue]] = [
        {"purpose": "car", "home_owner": True},
        {"purpose": "boat"},
        {"requested_amount": 5},
    ]
    counted = count_part("train", Role.FITTED, scorecard, rows, [False, True, False], {"sex": ["f", "m", None]})
    scores = [scorecard.score(facts).score for facts in rows]
    assert counted.outcomes == Counter(zip(scores, [False, True, False], strict=True))
    assert counted.groups["sex"][None] == Counter([(scores[2], False)])
    purposes = {each.label: (each.rows, each.bads) for each in counted.bins["purpose"]}
    assert purposes == {"car": (1, 0), "boat": (1, 1), "missing": (1, 0), "not seen": (0, 0), "unknown": (0, 0)}


def test_a_row_without_a_score_is_counted_apart() -> None:
    counted = count_scores("train", Role.FITTED, [500, None, 600], [True, False, False], {"sex": ["f", "f", "m"]})
    assert counted.unscored == 1
    assert counted.outcomes.total() == 2
    assert counted.groups["sex"]["f"].total() == 1
