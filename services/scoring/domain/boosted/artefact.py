"""The JSON artefact of a boosted model, read strictly: what is not understood, safe and reproduced is refused."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.scoring.domain.artefact import (
    FARTHEST_SCORE,
    GOLDEN_VECTOR,
    SCALING,
    SCORE_BANDS,
    baseline_faults,
    common_faults,
    golden_faults,
    hash_faults,
    parsed_facts,
)
from services.scoring.domain.boosted.answers import Answers, Meaning, Points, probability
from services.scoring.domain.boosted.graph import Graph, read_graph
from services.scoring.domain.boosted.inputs import INPUT, Input, InputError, parse_input
from services.scoring.domain.boosted.model import BoostedModel, OpenSession, Substitution, UnavailableModel
from services.scoring.domain.boosted.trees import check_trees
from services.scoring.domain.boosted.wire import WireError
from services.scoring.domain.errors import ModelError
from services.scoring.domain.grades import GRADES, grades_by_score
from services.scoring.domain.scorecard import Scaling
from services.scoring.domain.shape import ANY_KEY, ANYTHING, shape_faults
from shared.errors import Fault
from shared.facts import FactValue
from shared.products import Product

FORMAT: Final = "assay.boosted/1"
"""The version of the artefact's form that this code reads and writes."""

REASON_METHOD: Final = "substitution_against_reference"
"""The only way of finding reasons so far; `BoostedModel.score` says what it is and what its limits are."""

MOST_BYTES: Final = 4 * 1024 * 1024
"""The size of an ONNX file; thousands of trees have room in it."""

_MOST_INPUTS: Final = 500
_MOST_COLUMNS: Final = 2_000
_MOST_SCORES: Final = 4_000
_MOST_VECTORS: Final = 200
_MOST_STEPS: Final = 400_000
"""Comparisons that one score with its reasons may take: about two milliseconds of a processor."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,62}")

_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "target": {ANY_KEY: ANYTHING},
    "scaling": SCALING,
    "scores": {"lowest": int, "highest": int},
    "inputs": [INPUT],
    "onnx": {
        "answers": str,
        "column": int,
        "units_per_point?": int,
        "offset_units?": int,
        "sha256": str,
        "base64": str,
    },
    "reasons": {
        "method": str,
        "reference": str,
        "limit": int,
        "codes": [{"code": str, "facts": [str]}],
        "reference_facts": {ANY_KEY: ANYTHING},
        "reference_score": int,
    },
    "grades?": GRADES,
    "validity?": {"days": int},
    "psi_baseline": {
        "sample": str,
        "rows": int,
        "characteristics": {ANY_KEY: [int]},
        "score_bands": SCORE_BANDS,
    },
    "metrics": {ANY_KEY: ANYTHING},
    "validation?": {ANY_KEY: ANYTHING},
    "golden_vectors": [GOLDEN_VECTOR],
    "provenance": {ANY_KEY: ANYTHING},
    "content_hash": str,
}


class BoostedError(ModelError):
    """A boosted artefact that can't be used; `faults` says where and why."""


class RuntimeMissingError(ModelError):
    """A boosted artefact that may be sound, on a machine that has nothing to run it with."""

    def __init__(self) -> None:
        super().__init__([Fault("/format", "runtime_missing", "needs onnxruntime, which is not installed here")])


def stand_in(document: Mapping[str, Any]) -> UnavailableModel:
    """Return what stands in for the model of a document that `load_boosted` found no runtime for."""
    return UnavailableModel(*(document[key] for key in ("name", "version", "product", "content_hash")))


def load_boosted(document: Mapping[str, Any], product: Product, open_session: OpenSession) -> BoostedModel:
    """Return the model of an artefact for `product`, after scoring the golden vectors it carries.

    Raises `BoostedError` with every fault of the first kind found: form, then content hash, then meaning, then the
    ONNX file (hash, size, custom operators, trees that are none), then golden vectors not reproduced; what
    `open_session` raises, `RuntimeMissingError` among it, passes through.
    """
    if document.get("format") != FORMAT:
        raise BoostedError([Fault("/format", "unknown_format", f"must be {FORMAT}, the form that is read here")])
    _refuse(shape_faults(_SHAPE, document))
    _refuse(hash_faults(document))
    _refuse(_meaning_faults(document, product))
    model = assemble_boosted(document, product, open_session)
    _refuse(baseline_faults(document["psi_baseline"], {each.fact.name: len(each.bands) for each in model.inputs}))
    if model.score(model.reference).score != document["reasons"]["reference_score"]:
        raise BoostedError([Fault("/reasons/reference_score", "not_reproduced", "is not what this model answers")])
    _refuse(golden_faults(document["golden_vectors"], model.bare_score, product))
    return model


def assemble_boosted(document: Mapping[str, Any], product: Product, open_session: OpenSession) -> BoostedModel:
    """Return the model of a document whose golden vectors and figures are not there yet; only the builder calls this.

    Raises as `load_boosted` does.
    """
    inputs = _inputs(document["inputs"], product)
    reference, faults = parsed_facts(
        document["reasons"]["reference_facts"], product.dictionary, "/reasons/reference_facts"
    )
    _refuse(faults)
    content = _content(document["onnx"])
    scale = document["scaling"]
    scaling = Scaling(scale["base_score"], scale["base_odds"], scale["points_to_double_odds"])
    scores = range(document["scores"]["lowest"], document["scores"]["highest"] + 1)
    substitutions = _substitutions(document["reasons"]["codes"], inputs, reference)
    graph, answers = _checked(document["onnx"], content, inputs, len(substitutions), scores, scaling)
    grades = document.get("grades")
    return BoostedModel(
        name=document["name"],
        version=document["version"],
        product=document["product"],
        content_hash=document["content_hash"],
        inputs=inputs,
        run=open_session(content, graph, document["onnx"]["column"]),
        answers=answers,
        substitutions=substitutions,
        reference=reference,
        reason_limit=document["reasons"]["limit"],
        pd_by_score=tuple(scaling.pd(score) for score in scores),
        grade_by_score=grades_by_score(grades, scores) if grades else (None,) * len(scores),
        valid_days=document["validity"]["days"] if "validity" in document else None,
    )


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise BoostedError(faults)


def _meaning_faults(document: Mapping[str, Any], product: Product) -> list[Fault]:
    scores, reasons, onnx = document["scores"], document["reasons"], document["onnx"]
    names = [entry["fact"] for entry in document["inputs"]]
    explained = [fact for entry in reasons["codes"] for fact in entry["facts"]]
    codes = [entry["code"] for entry in reasons["codes"]]
    in_points = onnx["answers"] == Meaning.POINTS
    units = {"units_per_point", "offset_units"}
    lowest, highest = scores["lowest"], scores["highest"]
    checks = [
        (-FARTHEST_SCORE <= lowest <= highest <= FARTHEST_SCORE, "/scores", f"must lie within {FARTHEST_SCORE}"),
        (highest - lowest < _MOST_SCORES, "/scores", f"must be {_MOST_SCORES} at most"),
        (0 < len(names) <= _MOST_INPUTS, "/inputs", f"must be 1 to {_MOST_INPUTS}"),
        (len(set(names)) == len(names), "/inputs", "names a fact twice"),
        (onnx["answers"] in tuple(Meaning), "/onnx/answers", "must be " + " or ".join(Meaning)),
        (onnx.keys() & units == (units if in_points else set()), "/onnx", "has units just where answers are points"),
        (1 <= onnx.get("units_per_point", 1) <= 10**6, "/onnx/units_per_point", "must be 1 to 1000000"),
        (abs(onnx.get("offset_units", 0)) <= 10**12, "/onnx/offset_units", "is out of range"),
        (reasons["method"] == REASON_METHOD, "/reasons/method", f"must be {REASON_METHOD}"),
        (sorted(explained) == sorted(names), "/reasons/codes", "must name every fact of the inputs once"),
        (len(set(codes)) == len(codes), "/reasons/codes", "names a code twice"),
        (all(_CODE.fullmatch(code) for code in codes), "/reasons/codes", "must be upper snake case"),
        (all(entry["facts"] for entry in reasons["codes"]), "/reasons/codes", "has a code without facts"),
        (reasons["reference_facts"].keys() <= set(names), "/reasons/reference_facts", "has a fact that is no input"),
        (len(document["golden_vectors"]) <= _MOST_VECTORS, "/golden_vectors", f"must be {_MOST_VECTORS} at most"),
    ]
    faults = [Fault(pointer, "invalid_model", detail) for holds, pointer, detail in checks if not holds]
    return faults + common_faults(document, product, "invalid_model")


def _inputs(entries: Sequence[Mapping[str, Any]], product: Product) -> tuple[Input, ...]:
    found, faults = [], []
    for index, entry in enumerate(entries):
        try:
            found.append(parse_input(entry, product.dictionary))
        except InputError as error:
            faults.append(Fault(f"/inputs/{index}{error.place}", error.code, error.detail))
    if sum(each.width for each in found) > _MOST_COLUMNS:
        faults.append(Fault("/inputs", "invalid_model", f"have more than {_MOST_COLUMNS} columns"))
    _refuse(faults)
    return tuple(found)


def _content(onnx: Mapping[str, Any]) -> bytes:
    """Return the ONNX file of an artefact; its size is known before it is decoded."""
    if len(onnx["base64"]) > (MOST_BYTES + 2) // 3 * 4:
        raise BoostedError([Fault("/onnx/base64", "too_large", f"holds more than {MOST_BYTES} bytes")])
    try:
        content = base64.b64decode(onnx["base64"], validate=True)
    except (binascii.Error, ValueError):
        raise BoostedError([Fault("/onnx/base64", "invalid_onnx", "is not base64")]) from None
    if hashlib.sha256(content).hexdigest() != onnx["sha256"]:
        raise BoostedError([Fault("/onnx/sha256", "hash_mismatch", "is not the hash of the file in base64")])
    return content


def _substitutions(
    entries: Sequence[Mapping[str, Any]], inputs: Sequence[Input], reference: Mapping[str, FactValue]
) -> tuple[Substitution, ...]:
    columns: dict[str, list[tuple[int, float]]] = {}
    start = 0
    for each in inputs:
        name = each.fact.name
        columns[name] = list(enumerate(each.read(reference.get(name))[0], start))
        start += each.width
    return tuple(
        Substitution(
            entry["code"], tuple(entry["facts"]), tuple(pair for fact in entry["facts"] for pair in columns[fact])
        )
        for entry in entries
    )


def _checked(
    onnx: Mapping[str, Any], content: bytes, inputs: Sequence[Input], codes: int, scores: range, scaling: Scaling
) -> tuple[Graph, Answers]:
    """Return the graph of a file and how its answers become scores, once nothing in it can do harm."""
    width = sum(each.width for each in inputs)
    try:
        graph = read_graph(content, width)
        ensemble = check_trees(graph, width)
    except WireError as error:
        raise BoostedError([Fault("/onnx/base64", "invalid_onnx", str(error))]) from None
    if ensemble.comparisons * (1 + codes) > _MOST_STEPS:
        detail = f"takes more than {_MOST_STEPS} comparisons for a score with its reasons"
        raise BoostedError([Fault("/onnx/base64", "too_slow", detail)])
    if not 0 <= onnx["column"] < ensemble.columns:
        raise BoostedError([Fault("/onnx/column", "invalid_model", "is no column of the answer")])
    if onnx["answers"] == Meaning.PROBABILITY:
        return graph, probability(scores, scaling)
    if ensemble.bounds is None:
        detail = "answers points, so its leaves must be whole numbers that add up exactly in 32-bit floats"
        raise BoostedError([Fault("/onnx/base64", "inexact", detail)])
    return graph, Points(scores, onnx["units_per_point"], onnx["offset_units"])
