"""The artefact of a forest: everything that scoring, explaining and watching need, in one JSON document."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib.metadata import version
from platform import python_version_tuple
from typing import Any, Final

from services.scorecards.boosting.export import onnx_file
from services.scorecards.boosting.forest import UNITS_PER_POINT, Forest
from services.scorecards.boosting.rows import counts_by_band, probes, reference_facts
from services.scorecards.boosting.spec import BoostSpec
from services.scorecards.build.sample import Sample
from services.scorecards.validation.figures import decimal
from services.scoring.domain.artefact import content_hash, golden_answer
from services.scoring.domain.boosted import FORMAT, REASON_METHOD, BoostedModel, Meaning, assemble_boosted
from services.scoring.domain.measures.gains import bands, equal_cuts
from services.scoring.onnx.session import Session
from shared.facts import FactValue

_LIBRARIES: Final = ("numpy", "onnx", "scikit-learn", "scipy")
_REFERENCE: Final = "lower median, or most frequent category, of the goods of the training rows"


def drafted(forest: Forest, inputs: Sequence[Mapping[str, Any]], train: Sample, spec: BoostSpec) -> dict[str, Any]:
    """Return the document without figures, golden vectors and content hash: enough to score with."""
    dictionary = spec.sample.product.dictionary
    names = [entry["fact"] for entry in inputs]
    reference = reference_facts(train, names)
    content = onnx_file(forest, sum(_width(entry) for entry in inputs))
    scores = forest.score_range
    target = spec.sample.target
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": spec.name,
        "version": spec.version,
        "title": spec.title,
        "product": spec.sample.product.name,
        "target": {
            "bad": f"{target.column} = {' or '.join(target.bad)}",
            "good": f"{target.column} = {' or '.join(target.good)}",
            "definition": target.definition,
        },
        "scaling": {
            "base_score": spec.scaling.base_score,
            "base_odds": spec.scaling.base_odds,
            "points_to_double_odds": spec.scaling.points_to_double_odds,
            "direction": "higher_is_better",
        },
        "scores": {"lowest": scores[0], "highest": scores[-1]},
        "inputs": [dict(entry) for entry in inputs],
        "onnx": {
            "answers": Meaning.POINTS.value,
            "column": 0,
            "units_per_point": UNITS_PER_POINT,
            "offset_units": forest.offset_units,
            "sha256": hashlib.sha256(content).hexdigest(),
            "base64": base64.b64encode(content).decode(),
        },
        "reasons": {
            "method": REASON_METHOD,
            "reference": _REFERENCE,
            "limit": spec.reason_limit,
            "codes": _codes(spec),
            "reference_facts": dictionary.to_wire(reference),
            "reference_score": 0,
        },
        "psi_baseline": {},
        "metrics": {},
        "golden_vectors": [],
        "provenance": {},
        "content_hash": "",
    }
    if spec.grades:
        document["grades"] = [dict(each) for each in spec.grades]
    if spec.validity_days is not None:
        document["validity"] = {"days": spec.validity_days}
    return document


def assembled(document: Mapping[str, Any], spec: BoostSpec) -> BoostedModel:
    """Return the model of a drafted document; raises `ModelError`."""
    return assemble_boosted(document, spec.sample.product, Session)


def completed(
    document: dict[str, Any], model: BoostedModel, train: Sample, scores: Sequence[int], spec: BoostSpec
) -> dict[str, Any]:
    """Return the document with baseline, golden vectors, provenance and hash; `scores` are those of the train rows."""
    dictionary = spec.sample.product.dictionary
    document["reasons"]["reference_score"] = model.score(model.reference).score
    document["psi_baseline"] = _baseline(document["inputs"], train, scores)
    document["golden_vectors"] = [
        {"facts": dictionary.to_wire(facts), **golden_answer(model.bare_score(facts))}
        for facts in _golden_facts(document["inputs"], train)
    ]
    document["provenance"] = _provenance(train, spec)
    document["content_hash"] = content_hash(document)
    return document


def _width(entry: Mapping[str, Any]) -> int:
    return len(entry["values"]) if entry["encoding"] == "one_hot" else 1


def _codes(spec: BoostSpec) -> list[dict[str, Any]]:
    facts: dict[str, list[str]] = {}
    for each in spec.sample.candidates:
        facts.setdefault(each.reason_code, []).append(each.fact)
    return [{"code": code, "facts": names} for code, names in facts.items()]


def _baseline(inputs: Sequence[Mapping[str, Any]], train: Sample, scores: Sequence[int]) -> dict[str, Any]:
    outcomes = list(zip(scores, train.bads.tolist(), strict=True))
    score_bands = []
    for band in bands(outcomes, equal_cuts(scores)):
        ends = {"from": band.start, "below": band.below}
        rate = decimal(Fraction(band.bads, band.count))
        stated = {key: end for key, end in ends.items() if end is not None}
        score_bands.append({**stated, "count": band.count, "bads": band.bads, "bad_rate": rate})
    return {
        "sample": "train",
        "rows": len(train),
        "characteristics": {entry["fact"]: counts_by_band(train, entry["fact"], entry) for entry in inputs},
        "score_bands": score_bands,
    }


def _golden_facts(inputs: Sequence[Mapping[str, Any]], train: Sample) -> list[dict[str, FactValue]]:
    """Return applications that visit both sides of every band's end of every input, each a step apart from its
    neighbours, and the empty one."""
    asked = {entry["fact"]: probes(train, entry["fact"], entry) for entry in inputs}
    longest = max(len(each) for each in asked.values())
    vectors = [
        {name: each[(turn + shift) % len(each)] for shift, (name, each) in enumerate(asked.items())}
        for turn in range(longest)
    ]
    return [{name: value for name, value in vector.items() if value is not None} for vector in (*vectors, {})]


def _provenance(train: Sample, spec: BoostSpec) -> dict[str, Any]:
    trees = spec.trees
    return {
        "data": {"citation": spec.sample.citation, "sha256": train.sha256},
        "spec_sha256": spec.sha256,
        "excluded_columns": dict(spec.sample.excluded),
        "method": "gradient boosting of histograms, leaves rounded to ten-thousandths of a point",
        "choices": {
            "population": "through_the_door" if spec.sample.through_the_door else "accepted",
            "trees": trees.number,
            "learning_rate": str(trees.learning_rate),
            "maximum_leaves": trees.maximum_leaves,
            "minimum_leaf_rows": trees.minimum_leaf_rows,
            "ridge": str(trees.ridge),
            "share_of_inputs": str(trees.share_of_inputs),
            "seed": trees.seed,
            "bad_rate": {name: "rises" if sign > 0 else "falls" for name, sign in spec.directions.items() if sign},
        },
        "libraries": {"python": ".".join(python_version_tuple()[:2])} | {name: version(name) for name in _LIBRARIES},
        **dict(spec.notes),
    }
