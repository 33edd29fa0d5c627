"""Scores and reasons of a boosted model, one application at a time and many at once."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.boosted import AnswerError, BoostedModel, Probability
from services.scoring.domain.boosted.answers import probability
from services.scoring.domain.boosted.model import UnavailableModel
from services.scoring.domain.monitoring.baseline import read_baseline
from services.scoring.domain.score import Failure, Unscorable
from services.scoring.domain.scorecard import Scaling
from services.scoring.onnx.batch import score_many
from services.scoring.onnx.loading import load_boosted
from shared.facts import FactValue
from tests.scoring.boosted.small import LEAVES, NODES, PRODUCT, changed, onnx_entry, small_document, trees_file

MODEL = load_boosted(small_document(), PRODUCT)
assert isinstance(MODEL, BoostedModel)

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "requested_amount": st.one_of(
            st.sampled_from([99_999, 100_000, 100_001]), st.integers(1, 2**53 - 1), st.integers(1, 500_000)
        ),
        "debt_ratio": st.one_of(
            st.sampled_from([Decimal("0.34"), Decimal("0.35"), Decimal("0.36")]),
            st.decimals("-999999999999.99", "999999999999.99", places=2),
        ),
        "purpose": st.sampled_from(["car", "boat", "holiday", "unknown"]),
        "home_owner": st.booleans(),
    },
)


def columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the rows as columns, in the form that batches read."""
    absent = {"requested_amount": 0, "debt_ratio": Decimal(0), "purpose": "", "home_owner": False}
    found = {}
    for name, nothing in absent.items():
        values = [row.get(name, nothing) for row in rows]
        plain = [int(value.scaleb(2)) for value in values] if name == "debt_ratio" else values
        found[name] = numpy.ma.masked_array(numpy.array(plain), mask=[name not in row for row in rows])
    return found


def test_a_better_amount_debt_or_purpose_gives_the_points_of_its_leaves() -> None:
    good: dict[str, FactValue] = {"requested_amount": 100_000, "debt_ratio": Decimal("0.35")}
    assert MODEL.score(good).score == 630
    assert MODEL.score(good | {"requested_amount": 100_001}).score == 591  # 590.5, halves upwards
    assert MODEL.score(good | {"debt_ratio": Decimal("0.36")}).score == 610  # 609.5
    assert MODEL.score(good | {"debt_ratio": Decimal("0.36"), "purpose": "boat"}).score == 625


def test_what_is_missing_goes_where_the_trees_say_and_a_category_that_is_not_listed_is_none_of_the_listed() -> None:
    assert MODEL.score({}).score == MODEL.score({"purpose": "holiday"}).score == 570
    assert MODEL.score({"home_owner": True}).score == 570


def test_a_score_beyond_the_stated_range_is_the_end_of_the_range() -> None:
    narrow = load_boosted(
        changed(
            lambda d: (
                d.update(scores={"lowest": 580, "highest": 620}),
                d["reasons"].update(reference_score=620),
                d["golden_vectors"][0]["reasons"][0].update(shortfall_millipoints=34_000),
            )
        ),
        PRODUCT,
    )
    assert narrow.score({}).score == 580


def test_reasons_are_what_the_score_would_gain_at_the_reference_largest_first_and_each_code_once() -> None:
    found = MODEL.score({"requested_amount": 200_000, "debt_ratio": Decimal("0.40"), "home_owner": False})
    assert found.score == 570
    assert [(reason.code, reason.characteristic, reason.shortfall_millipoints) for reason in found.reasons] == [
        ("AMOUNT_TOO_HIGH", "requested_amount", 40_000),
        ("DEBT_TOO_HIGH", "debt_ratio", 21_000),
        ("CIRCUMSTANCES", "home_owner", 16_000),
    ]


def test_the_characteristic_of_a_reason_is_the_first_fact_of_its_code_that_differs_from_the_reference() -> None:
    found = MODEL.score({"debt_ratio": Decimal("0.40"), "home_owner": True, "purpose": "car"})
    assert [each.characteristic for each in found.reasons if each.code == "CIRCUMSTANCES"] == ["purpose"]


def test_the_reference_applicant_and_any_better_one_has_no_reasons() -> None:
    assert MODEL.score(MODEL.reference).reasons == ()


def test_no_more_reasons_are_given_than_the_artefact_allows_and_ties_stand_in_the_order_of_the_codes() -> None:
    tied = trees_file(
        {**NODES, **LEAVES, "n_targets": 1, "target_weights": [100.0, -100.0, 100.0, -100.0, 0.0]},
    )

    def change(document: dict[str, Any]) -> None:
        document["onnx"] = onnx_entry(tied)
        document["reasons"].update(limit=2, reference_score=620)
        shortfalls = [("DEBT_TOO_HIGH", "debt_ratio"), ("AMOUNT_TOO_HIGH", "requested_amount")]
        document["reasons"]["codes"] = [document["reasons"]["codes"][place] for place in (1, 0, 2)]
        document["golden_vectors"] = [
            {
                "facts": {"requested_amount": {"amount_minor": 200_000, "currency": "EUR"}, "purpose": "car"},
                "score": 580,
                "pd": "0.062500",
                "reasons": [
                    {"code": code, "characteristic": name, "shortfall_millipoints": 20_000} for code, name in shortfalls
                ],
            }
        ]

    assert load_boosted(changed(change), PRODUCT).name == "small-trees"


def test_a_score_states_the_band_of_each_fact_in_which_drift_is_counted() -> None:
    found = MODEL.score({"requested_amount": 50_000, "debt_ratio": Decimal("0.34"), "purpose": "holiday"})
    assert [(each.characteristic, each.bin) for each in found.points] == [
        ("requested_amount", "500 to below 1000"),
        ("debt_ratio", "below 0.35"),
        ("purpose", "not seen in training"),
        ("home_owner", "missing"),
    ]
    baseline = read_baseline(small_document())
    assert baseline is not None
    assert {name: [each.count for each in bins] for name, bins in baseline.characteristics.items()} == (
        small_document()["psi_baseline"]["characteristics"]
    )
    for each in found.points:
        assert each.bin in {band.label for band in baseline.characteristics[each.characteristic]}


@given(FACTS)
def test_each_reason_is_the_difference_of_two_scores_of_the_model(facts: dict[str, FactValue]) -> None:
    found = MODEL.score(facts)
    gains = {}
    for each in MODEL.substitutions:
        rest = {name: value for name, value in facts.items() if name not in each.facts}
        other = rest | {name: MODEL.reference[name] for name in each.facts if name in MODEL.reference}
        gains[each.code] = 1000 * (MODEL.score(other).score - found.score)
    assert {reason.code: reason.shortfall_millipoints for reason in found.reasons} == {
        code: gain for code, gain in gains.items() if gain > 0
    }


@given(st.lists(FACTS, max_size=20))
def test_a_batch_gives_each_row_what_it_gets_alone(rows: list[dict[str, Any]]) -> None:
    batch = score_many(MODEL, columns(rows), len(rows))
    for place, row in enumerate(rows):
        alone = MODEL.score(row)
        assert batch.scores[place] == alone.score
        assert MODEL.pd_by_score[batch.pds[place]] == alone.pd
        pairs = zip(batch.reasons[place].tolist(), batch.shortfalls[place].tolist(), strict=True)
        assert [(MODEL.substitutions[code].code, 1000 * points) for code, points in pairs if code >= 0] == [
            (reason.code, reason.shortfall_millipoints) for reason in alone.reasons
        ]


SCALING = Scaling(600, 30, 20)


@given(st.floats(0.0, 1.0, allow_nan=False))
def test_a_probability_becomes_the_score_with_the_nearest_odds(answer: float) -> None:
    scores = range(300, 901)
    found = probability(scores, SCALING).score(answer)
    if answer in (0.0, 1.0):
        assert found == (900 if answer == 0.0 else 300)
        return
    with localcontext() as context:
        context.prec = 60
        odds = (1 - Decimal(answer)) / Decimal(answer)
        exact = 600 + 20 / Decimal(2).ln() * (odds.ln() - Decimal(30).ln())
        nearest = min(max(exact, Decimal(300)), Decimal(900))
        assert abs(found - nearest) <= Decimal("0.5") + Decimal("1e-9")


@pytest.mark.parametrize("answer", [-0.1, 1.1, float("nan"), float("inf")])
def test_an_answer_that_is_no_probability_is_no_score(answer: float) -> None:
    with pytest.raises(AnswerError):
        Probability(range(300, 901), ()).score(answer)


def test_a_runtime_that_fails_leaves_no_score_and_says_why() -> None:
    def broken(_rows: Sequence[Sequence[float]]) -> Sequence[float]:
        raise AnswerError("the runtime failed")

    values = {name: getattr(MODEL, name) for name in MODEL.__slots__}
    with pytest.raises(Unscorable) as refused:
        BoostedModel(**values | {"run": broken}).score({})
    assert refused.value.failure is Failure.MODEL_UNAVAILABLE
    with pytest.raises(Unscorable) as refused:
        BoostedModel(**values | {"run": lambda rows: [0.5] * len(rows)}).score({})
    assert refused.value.failure is Failure.MODEL_UNAVAILABLE
    with pytest.raises(Unscorable) as refused:
        UnavailableModel("small-trees", 1, "small-loan", "0" * 64).score({})
    assert refused.value.failure is Failure.MODEL_UNAVAILABLE
