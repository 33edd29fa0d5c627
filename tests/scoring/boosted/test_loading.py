"""Which artefacts of boosted models are refused, and how clearly the fault is named."""

import base64
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.domain.boosted import (
    MOST_BYTES,
    BoostedModel,
    RuntimeMissingError,
)
from services.scoring.domain.errors import ModelError
from services.scoring.domain.models import load_model
from services.scoring.onnx.loading import ALL_LOADERS, load_boosted
from tests.scoring.boosted.small import PRODUCT, changed, onnx_entry, small_document, spoiled_trees, trees_file

Document = dict[str, Any]


def faults_of(document: Document) -> list[tuple[str, str]]:
    with pytest.raises(ModelError) as refused:
        load_boosted(document, PRODUCT)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_sound_model_says_what_it_is_what_it_reads_and_which_scores_it_can_give() -> None:
    model = load_model(small_document(), PRODUCT, ALL_LOADERS)
    assert isinstance(model, BoostedModel)
    assert (model.name, model.version, model.product) == ("small-trees", 1, "small-loan")
    assert model.content_hash == small_document()["content_hash"]
    assert model.reads == ("requested_amount", "debt_ratio", "purpose", "home_owner")
    assert (model.lowest_score, model.highest_score, model.valid_days) == (560, 640, None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d.update(format="assay.boosted/2"), ("/format", "unknown_format")),
        (lambda d: d.update(remarks="none"), ("/remarks", "unknown_key")),
        (lambda d: d.pop("scores"), ("/scores", "missing_key")),
        (lambda d: d["scores"].update(lowest=600.5), ("/scores/lowest", "wrong_type")),
        (lambda d: d["scores"].update(lowest=641), ("/scores", "invalid_model")),
        (lambda d: d["scores"].update(lowest=-9_000, highest=9_000), ("/scores", "invalid_model")),
        (lambda d: d["scaling"].update(base_odds=0), ("/scaling/base_odds", "invalid_model")),
        (lambda d: d["scaling"].update(direction="lower_is_better"), ("/scaling/direction", "invalid_model")),
        (lambda d: d.update(product="other-loan"), ("/product", "invalid_model")),
        (lambda d: d.update(validity={"days": 0}), ("/validity/days", "invalid_model")),
        (lambda d: d.update(grades=[{"grade": "A", "from": 600}]), ("/grades/0/from", "invalid_grades")),
        (lambda d: d["inputs"].clear(), ("/inputs", "invalid_model")),
        (lambda d: d["inputs"][1].update(fact="requested_amount"), ("/inputs", "invalid_model")),
        (lambda d: d["reasons"].update(method="by_feel"), ("/reasons/method", "invalid_model")),
        (lambda d: d["reasons"].update(limit=0), ("/reasons/limit", "invalid_model")),
        (lambda d: d["reasons"]["codes"].pop(), ("/reasons/codes", "invalid_model")),
        (lambda d: d["reasons"]["codes"][0].update(code="too high"), ("/reasons/codes", "invalid_model")),
        (lambda d: d["reasons"]["codes"][0].update(code="DEBT_TOO_HIGH"), ("/reasons/codes", "invalid_model")),
        (
            lambda d: d["reasons"]["reference_facts"].update(age_years=40),
            ("/reasons/reference_facts", "invalid_model"),
        ),
        (
            lambda d: d["reasons"]["reference_facts"].update(debt_ratio="2.345"),
            ("/reasons/reference_facts/debt_ratio", "invalid_fact"),
        ),
        (lambda d: d["reasons"].update(reference_score=631), ("/reasons/reference_score", "not_reproduced")),
        (lambda d: d["golden_vectors"].clear(), ("/golden_vectors", "invalid_model")),
        (lambda d: d["golden_vectors"].extend(d["golden_vectors"] * 200), ("/golden_vectors", "invalid_model")),
        (lambda d: d["golden_vectors"][0].update(score=585), ("/golden_vectors/0/score", "not_reproduced")),
        (lambda d: d["golden_vectors"][0].update(grade="A"), ("/golden_vectors/0/grade", "not_reproduced")),
        (lambda d: d["golden_vectors"][0]["reasons"].pop(), ("/golden_vectors/0/reasons", "not_reproduced")),
        (
            lambda d: d["golden_vectors"][0]["facts"].update(shoe_size=42),
            ("/golden_vectors/0/facts", "unknown_fact"),
        ),
        (
            lambda d: d["psi_baseline"]["characteristics"].update(purpose=[50, 50]),
            ("/psi_baseline/characteristics", "invalid_baseline"),
        ),
        (lambda d: d["metrics"]["train"].update(auc=0.8), ("/metrics/train/auc", "wrong_type")),
        (lambda d: d["onnx"].update(answers="guesses"), ("/onnx/answers", "invalid_model")),
        (lambda d: d["onnx"].update(column=1), ("/onnx/column", "invalid_model")),
        (lambda d: d["onnx"].pop("offset_units"), ("/onnx", "invalid_model")),
        (lambda d: d["onnx"].update(units_per_point=0), ("/onnx/units_per_point", "invalid_model")),
        (lambda d: d["onnx"].update(base64="no base64"), ("/onnx/base64", "invalid_onnx")),
        (lambda d: d["onnx"].update(base64="A" * (MOST_BYTES * 2)), ("/onnx/base64", "too_large")),
        (lambda d: d["onnx"].update(sha256="0" * 64), ("/onnx/sha256", "hash_mismatch")),
    ],
)
def test_what_is_not_understood_or_not_reproduced_is_refused_at_its_place(
    change: Callable[[Document], object], fault: tuple[str, str]
) -> None:
    assert fault in faults_of(changed(change))


@pytest.mark.parametrize(
    ("place", "entry", "fault"),
    [
        (0, {"fact": "shoe_size", "encoding": "number"}, ("/inputs/0/fact", "unknown_fact")),
        (0, {"fact": "age_years", "encoding": "number"}, ("/inputs/0/fact", "protected_fact")),
        (0, {"fact": "score", "encoding": "number"}, ("/inputs/0/fact", "not_an_input")),
        (0, {"fact": "started_on", "encoding": "number"}, ("/inputs/0/fact", "wrong_type")),
        (0, {"fact": "requested_amount", "encoding": "text"}, ("/inputs/0/encoding", "unknown_encoding")),
        (
            0,
            {"fact": "requested_amount", "encoding": "codes", "values": ["1"]},
            ("/inputs/0/encoding", "wrong_type"),
        ),
        (
            0,
            {"fact": "requested_amount", "encoding": "number", "divisor": 0},
            ("/inputs/0/divisor", "invalid_input"),
        ),
        (
            0,
            {"fact": "requested_amount", "encoding": "number", "missing": "NaN"},
            ("/inputs/0/missing", "invalid_value"),
        ),
        (
            0,
            {"fact": "requested_amount", "encoding": "number", "values": ["car"]},
            ("/inputs/0/values", "invalid_input"),
        ),
        (
            0,
            {"fact": "requested_amount", "encoding": "number", "edges": [2, 1]},
            ("/inputs/0/edges", "invalid_value"),
        ),
        (2, {"fact": "purpose", "encoding": "codes", "values": []}, ("/inputs/2/values", "invalid_value")),
        (2, {"fact": "purpose", "encoding": "codes", "values": ["car", "car"]}, ("/inputs/2/values", "invalid_value")),
        (2, {"fact": "purpose", "encoding": "codes", "values": ["yacht"]}, ("/inputs/2/values/0", "invalid_value")),
        (
            2,
            {"fact": "purpose", "encoding": "one_hot", "values": ["car"], "missing": "0"},
            ("/inputs/2/missing", "invalid_input"),
        ),
    ],
)
def test_an_input_that_makes_no_sense_for_the_product_is_refused(
    place: int, entry: Document, fault: tuple[str, str]
) -> None:
    def change(document: Document) -> None:
        old = document["inputs"][place]["fact"]
        document["inputs"][place] = entry
        for code in document["reasons"]["codes"]:
            code["facts"] = [entry["fact"] if name == old else name for name in code["facts"]]
        document["reasons"]["reference_facts"].pop(old)

    assert fault in faults_of(changed(change))


def test_a_document_that_was_changed_after_it_was_signed_is_refused() -> None:
    tampered = small_document()
    tampered["scores"]["highest"] = 700
    assert faults_of(tampered) == [("/content_hash", "hash_mismatch")]


def test_trees_that_were_changed_by_one_byte_are_refused_even_where_every_hash_was_made_anew() -> None:
    content = trees_file()
    weight = content.index(b"\x00\x00\x48\x43")  # 200.0, the leaf of small amounts
    forged = content[:weight] + b"\x00\x00\x58\x43" + content[weight + 4 :]
    assert faults_of(changed(lambda d: d["onnx"].update(base64=base64.b64encode(forged).decode()))) == [
        ("/onnx/sha256", "hash_mismatch")
    ]
    again = changed(lambda d: d.update(onnx=onnx_entry(forged)))
    assert faults_of(again) == [("/reasons/reference_score", "not_reproduced")]


def test_leaves_that_do_not_add_up_exactly_are_refused_where_the_answer_is_points() -> None:
    for weights in ([200.5, -195.0, 100.0, -105.0, 50.0], [2.0**24, -195.0, 100.0, -105.0, 50.0]):
        content = spoiled_trees(target_weights=weights)
        assert faults_of(changed(lambda d, c=content: d.update(onnx=onnx_entry(c)))) == [("/onnx/base64", "inexact")]


def test_a_file_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    content = b"\x00" * (MOST_BYTES + 3)
    entry = {**small_document()["onnx"], "base64": base64.b64encode(content).decode()}
    assert faults_of(changed(lambda d: d.update(onnx=entry))) == [("/onnx/base64", "too_large")]


def test_without_a_runtime_a_boosted_model_is_refused_with_words_that_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RuntimeMissingError, match="onnxruntime, which is not installed"):
        load_boosted(small_document(), PRODUCT)


def test_a_score_of_the_loaded_model_is_what_its_golden_vector_says() -> None:
    model = load_boosted(small_document(), PRODUCT)
    found = model.score({"requested_amount": 200_000, "debt_ratio": Decimal("0.40"), "purpose": "boat"})
    assert (found.score, str(found.pd), found.grade) == (586, "0.051369", None)
