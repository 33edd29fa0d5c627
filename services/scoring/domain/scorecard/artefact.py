"""The JSON artefact of a scorecard, read strictly: what is not understood, or not reproduced, is refused."""

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
)
from services.scoring.domain.errors import ModelError
from services.scoring.domain.grades import GRADES, grades_by_score
from services.scoring.domain.scorecard.characteristics import (
    CHARACTERISTIC,
    CharacteristicError,
    parse_characteristic,
)
from services.scoring.domain.scorecard.model import (
    Characteristic,
    ReasonMethod,
    Scaling,
    Scorecard,
    attainable_scores,
)
from services.scoring.domain.shape import ANY_KEY, ANYTHING, shape_faults
from shared.errors import Fault
from shared.products import Product

FORMAT: Final = "assay.scorecard/1"
"""The version of the artefact's form that this code reads and writes."""

_METHODS: Final = tuple(ReasonMethod)

_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "target": {ANY_KEY: ANYTHING},
    "scaling": SCALING,
    "reasons": {"method": str, "reference": str, "limit": int, "cutoff?": int, "within?": int},
    "grades?": GRADES,
    "validity?": {"days": int},
    "characteristics": [CHARACTERISTIC],
    "psi_baseline": {
        "sample": str,
        "rows": int,
        "characteristics": {ANY_KEY: [int]},
        "score_bands": SCORE_BANDS,
    },
    "metrics": {ANY_KEY: ANYTHING},
    "validation?": {ANY_KEY: ANYTHING},
    "golden_vectors": [{**GOLDEN_VECTOR, "points": [int]}],
    "provenance": {ANY_KEY: ANYTHING},
    "content_hash": str,
}


class ScorecardError(ModelError):
    """A scorecard artefact that can't be used; `faults` says where and why."""


def load_scorecard(document: Mapping[str, Any], product: Product) -> Scorecard:
    """Return the scorecard of an artefact for `product`, after scoring the golden vectors it carries.

    Raises `ScorecardError` with every fault of the first kind found: form, then content hash, then meaning (unknown
    or protected facts, gaps between bins, a reference outside the points), then golden vectors not reproduced.
    """
    if document.get("format") != FORMAT:
        raise ScorecardError([Fault("/format", "unknown_format", f"must be {FORMAT}, the form that is read here")])
    _refuse(shape_faults(_SHAPE, document))
    _refuse(hash_faults(document))
    _refuse(_meaning_faults(document, product))
    scorecard = assemble_scorecard(document, product)
    _refuse(golden_faults(document["golden_vectors"], scorecard.score, product))
    return scorecard


def assemble_scorecard(document: Mapping[str, Any], product: Product) -> Scorecard:
    """Return the scorecard of a document whose golden vectors are not there yet; only the builder calls this.

    Raises `ScorecardError` with the faults of the characteristics.
    """
    scaling = document["scaling"]
    scale = Scaling(scaling["base_score"], scaling["base_odds"], scaling["points_to_double_odds"])
    characteristics = _characteristics(document, product)
    scores = attainable_scores(characteristics)
    if scores[0] < -FARTHEST_SCORE or scores[-1] > FARTHEST_SCORE:
        raise ScorecardError([Fault("/characteristics", "invalid_points", "add up to scores that are out of range")])
    cutoff = document["reasons"].get("cutoff")
    if cutoff is not None and cutoff not in scores:
        raise ScorecardError([Fault("/reasons/cutoff", "invalid_scorecard", "is not a score that the bins add up to")])
    grades = document.get("grades")
    return Scorecard(
        name=document["name"],
        version=document["version"],
        product=document["product"],
        content_hash=document["content_hash"],
        scaling=scale,
        reason_method=ReasonMethod(document["reasons"]["method"]),
        reason_limit=document["reasons"]["limit"],
        characteristics=characteristics,
        lowest_score=scores.start,
        pd_by_score=tuple(scale.pd(score) for score in scores),
        grade_by_score=grades_by_score(grades, scores) if grades else (None,) * len(scores),
        valid_days=document["validity"]["days"] if "validity" in document else None,
    )


def _characteristics(document: Mapping[str, Any], product: Product) -> tuple[Characteristic, ...]:
    found, faults = [], []
    measured = document["reasons"]["method"] != ReasonMethod.STATED
    for index, entry in enumerate(document["characteristics"]):
        try:
            found.append(parse_characteristic(entry, product.dictionary, measured_reference=measured))
        except CharacteristicError as error:
            faults.append(Fault(f"/characteristics/{index}{error.place}", error.code, error.detail))
    _refuse(faults)
    return tuple(found)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise ScorecardError(faults)


def _meaning_faults(document: Mapping[str, Any], product: Product) -> list[Fault]:
    reasons = document["reasons"]
    at_cutoff = reasons["method"] == ReasonMethod.AT_CUTOFF
    names = [entry["fact"] for entry in document["characteristics"]]
    checks = [
        (reasons["method"] in _METHODS, "/reasons/method", "must be " + " or ".join(_METHODS)),
        (("cutoff" in reasons) == at_cutoff, "/reasons/cutoff", f"belongs to {ReasonMethod.AT_CUTOFF}, and to it only"),
        ("within" not in reasons or at_cutoff, "/reasons/within", f"belongs to {ReasonMethod.AT_CUTOFF} only"),
        (reasons.get("within", 0) >= 0, "/reasons/within", "must be 0 points or more"),
        (bool(names), "/characteristics", "must not be empty"),
        (len(set(names)) == len(names), "/characteristics", "names a fact twice"),
    ]
    faults = common_faults(document, product, "invalid_scorecard")
    faults += [Fault(pointer, "invalid_scorecard", detail) for holds, pointer, detail in checks if not holds]
    bins = {entry["fact"]: len(entry["bins"]) for entry in document["characteristics"]}
    return faults + baseline_faults(document["psi_baseline"], bins)
