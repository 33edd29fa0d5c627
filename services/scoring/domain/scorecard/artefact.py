"""The JSON artefact of a scorecard, read strictly: what is not understood, or not reproduced, is refused."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from services.scoring.domain.errors import ModelError
from services.scoring.domain.score import Score, Unscorable
from services.scoring.domain.scorecard.characteristics import (
    CHARACTERISTIC,
    CharacteristicError,
    parse_characteristic,
)
from services.scoring.domain.scorecard.grades import GRADES, grade_faults, grades_by_score
from services.scoring.domain.scorecard.model import (
    Characteristic,
    ReasonMethod,
    Scaling,
    Scorecard,
    attainable_scores,
)
from services.scoring.domain.scorecard.shape import ANY_KEY, ANYTHING, shape_faults
from shared import canonical
from shared.errors import Fault
from shared.facts import FactValue
from shared.products import Product

FORMAT: Final = "assay.scorecard/1"
"""The version of the artefact's form that this code reads and writes."""

REASON_METHOD: Final = ReasonMethod.POPULATION_MEAN
_METHODS: Final = tuple(ReasonMethod)

_FARTHEST_SCORE: Final = 10_000
"""Scores lie within plus and minus this, so that the PD of each can be worked out at load without overflow."""

_LONGEST_VALIDITY: Final = 3660
"""Days; a longer one is a slip of the pen."""

_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "target": {ANY_KEY: ANYTHING},
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int, "direction": str},
    "reasons": {"method": str, "reference": str, "limit": int, "cutoff?": int, "within?": int},
    "grades?": GRADES,
    "validity?": {"days": int},
    "characteristics": [CHARACTERISTIC],
    "psi_baseline": {
        "sample": str,
        "rows": int,
        "characteristics": {ANY_KEY: [int]},
        "score_bands": [{"from?": int, "below?": int, "count": int, "bads": int, "bad_rate": str}],
    },
    "metrics": {ANY_KEY: ANYTHING},
    "validation?": {ANY_KEY: ANYTHING},
    "golden_vectors": [
        {
            "facts": {ANY_KEY: ANYTHING},
            "score": int,
            "pd": str,
            "grade?": str,
            "points": [int],
            "reasons": [{"code": str, "characteristic": str, "shortfall_millipoints": int}],
        }
    ],
    "provenance": {ANY_KEY: ANYTHING},
    "content_hash": str,
}


class ScorecardError(ModelError):
    """A scorecard artefact that can't be used; `faults` says where and why."""


def content_hash(document: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a scorecard document without its own `content_hash`.

    Documents hold no floats, so their canonical JSON is unambiguous.
    """
    return canonical.content_hash({key: value for key, value in document.items() if key != "content_hash"})


def load_scorecard(document: Mapping[str, Any], product: Product) -> Scorecard:
    """Return the scorecard of an artefact for `product`, after scoring the golden vectors it carries.

    Raises `ScorecardError` with every fault of the first kind found: form, then content hash, then meaning (unknown
    or protected facts, gaps between bins, a reference outside the points), then golden vectors not reproduced.
    """
    if document.get("format") != FORMAT:
        raise ScorecardError([Fault("/format", "unknown_format", f"must be {FORMAT}, the form that is read here")])
    _refuse(shape_faults(_SHAPE, document))
    _refuse(_hash_faults(document))
    _refuse(_meaning_faults(document, product))
    scorecard = assemble_scorecard(document, product)
    _refuse(_golden_faults(document["golden_vectors"], scorecard, product))
    return scorecard


def assemble_scorecard(document: Mapping[str, Any], product: Product) -> Scorecard:
    """Return the scorecard of a document whose golden vectors are not there yet; only the builder calls this.

    Raises `ScorecardError` with the faults of the characteristics.
    """
    scaling = document["scaling"]
    scale = Scaling(scaling["base_score"], scaling["base_odds"], scaling["points_to_double_odds"])
    characteristics = _characteristics(document["characteristics"], product)
    scores = attainable_scores(characteristics)
    if scores[0] < -_FARTHEST_SCORE or scores[-1] > _FARTHEST_SCORE:
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


def _characteristics(entries: Sequence[Mapping[str, Any]], product: Product) -> tuple[Characteristic, ...]:
    found, faults = [], []
    for index, entry in enumerate(entries):
        try:
            found.append(parse_characteristic(entry, product.dictionary))
        except CharacteristicError as error:
            faults.append(Fault(f"/characteristics/{index}{error.place}", error.code, error.detail))
    _refuse(faults)
    return tuple(found)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise ScorecardError(faults)


def _hash_faults(document: Mapping[str, Any]) -> list[Fault]:
    try:
        actual = content_hash(document)
    except UnicodeEncodeError:
        return [Fault("", "invalid_text", "holds half of a surrogate pair")]
    if document["content_hash"] != actual:
        return [Fault("/content_hash", "hash_mismatch", "is not the hash of this document")]
    return []


def _meaning_faults(document: Mapping[str, Any], product: Product) -> list[Fault]:
    scaling, reasons = document["scaling"], document["reasons"]
    at_cutoff = reasons["method"] == ReasonMethod.AT_CUTOFF
    validity = document.get("validity", {"days": 1})["days"]
    names = [entry["fact"] for entry in document["characteristics"]]
    checks = [
        (document["product"] == product.name, "/product", f"is not {product.name}"),
        (document["version"] >= 1, "/version", "must be 1 or more"),
        (abs(scaling["base_score"]) <= _FARTHEST_SCORE, "/scaling/base_score", "is out of range"),
        (1 <= scaling["base_odds"] <= 10_000, "/scaling/base_odds", "must be 1 to 10000 goods to one bad"),
        (1 <= scaling["points_to_double_odds"] <= 1000, "/scaling/points_to_double_odds", "must be 1 to 1000"),
        (scaling["direction"] == "higher_is_better", "/scaling/direction", "must be higher_is_better"),
        (reasons["method"] in _METHODS, "/reasons/method", "must be " + " or ".join(_METHODS)),
        (("cutoff" in reasons) == at_cutoff, "/reasons/cutoff", f"belongs to {ReasonMethod.AT_CUTOFF}, and to it only"),
        ("within" not in reasons or at_cutoff, "/reasons/within", f"belongs to {ReasonMethod.AT_CUTOFF} only"),
        (reasons.get("within", 0) >= 0, "/reasons/within", "must be 0 points or more"),
        (1 <= validity <= _LONGEST_VALIDITY, "/validity/days", f"must be 1 to {_LONGEST_VALIDITY}"),
        (1 <= reasons["limit"] <= 10, "/reasons/limit", "must be between 1 and 10"),
        (bool(names), "/characteristics", "must not be empty"),
        (len(set(names)) == len(names), "/characteristics", "names a fact twice"),
        (bool(document["golden_vectors"]), "/golden_vectors", "must not be empty"),
    ]
    faults = [Fault(pointer, "invalid_scorecard", detail) for holds, pointer, detail in checks if not holds]
    faults += grade_faults(document["grades"]) if "grades" in document else []
    return faults + _baseline_faults(document)


def _baseline_faults(document: Mapping[str, Any]) -> list[Fault]:
    baseline = document["psi_baseline"]
    rows, bands = baseline["rows"], baseline["score_bands"]
    faults = []
    expected = {entry["fact"]: len(entry["bins"]) for entry in document["characteristics"]}
    found = baseline["characteristics"]
    for name in sorted(expected.keys() | found.keys()):
        counts = found.get(name)
        if counts is None or len(counts) != expected.get(name) or sum(counts) != rows:
            faults.append(("/characteristics", f"must count all rows by the bins of {name}"))
    ends = [bands[0].get("from"), bands[-1].get("below")] if bands else [0]
    gaps = [one.get("below") is None or one.get("below") != two.get("from") for one, two in pairwise(bands)]
    if ends != [None, None] or any(gaps) or sum(band["count"] for band in bands) != rows:
        faults.append(("/score_bands", "must cover every score once and count all rows"))
    return [Fault(f"/psi_baseline{place}", "invalid_baseline", detail) for place, detail in faults]


def _golden_faults(vectors: Sequence[Mapping[str, Any]], scorecard: Scorecard, product: Product) -> list[Fault]:
    faults = []
    for index, vector in enumerate(vectors):
        pointer = f"/golden_vectors/{index}"
        facts: dict[str, FactValue] = {}
        for name, wire in vector["facts"].items():
            fact = product.dictionary.facts.get(name)
            if fact is None:
                faults.append(Fault(f"{pointer}/facts", "unknown_fact", "is not a fact of this product"))
                continue
            try:
                facts[name] = fact.parse(wire)
            except ValueError as error:
                faults.append(Fault(f"{pointer}/facts/{name}", "invalid_fact", str(error)))
        try:
            actual = golden_answer(scorecard.score(facts))
        except Unscorable as error:
            faults.append(Fault(f"{pointer}/facts", "not_reproduced", f"leave no score: {error}"))
            continue
        stated = {key: value for key, value in vector.items() if key != "facts"}
        faults += [
            Fault(f"{pointer}/{key}", "not_reproduced", "is not what this scorecard answers")
            for key in actual | stated
            if actual.get(key) != stated.get(key)
        ]
    return faults


def golden_answer(score: Score) -> dict[str, object]:
    """Return a score as a golden vector states it: the builder writes this, `load_scorecard` compares with it."""
    return {
        "score": score.score,
        "pd": str(score.pd),
        **({} if score.grade is None else {"grade": score.grade}),
        "points": [scored.points for scored in score.points],
        "reasons": [
            {
                "code": reason.code,
                "characteristic": reason.characteristic,
                "shortfall_millipoints": reason.shortfall_millipoints,
            }
            for reason in score.reasons
        ],
    }
