"""What the artefacts of every kind of model have in common, and how it is checked."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from services.scoring.domain.grades import grade_faults
from services.scoring.domain.score import Score, Unscorable
from services.scoring.domain.shape import ANY_KEY, ANYTHING
from shared import canonical
from shared.errors import Fault
from shared.facts import FactDictionary, FactValue
from shared.products import Product

FARTHEST_SCORE: Final = 10_000
"""Scores lie within plus and minus this, so that the PD of each can be worked out at load without overflow."""

_LONGEST_VALIDITY: Final = 3660
"""Days; a longer one is a slip of the pen."""

SCALING: Final = {"base_score": int, "base_odds": int, "points_to_double_odds": int, "direction": str}
SCORE_BANDS: Final = [{"from?": int, "below?": int, "count": int, "bads": int, "bad_rate": str}]
GOLDEN_VECTOR: Final = {
    "facts": {ANY_KEY: ANYTHING},
    "score": int,
    "pd": str,
    "grade?": str,
    "reasons": [{"code": str, "characteristic": str, "shortfall_millipoints": int}],
}


def content_hash(document: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of an artefact without its own `content_hash`.

    Artefacts hold no floats, so their canonical JSON is unambiguous.
    """
    return canonical.content_hash({key: value for key, value in document.items() if key != "content_hash"})


def hash_faults(document: Mapping[str, Any]) -> list[Fault]:
    """Return the fault of an artefact that is not what its `content_hash` says."""
    try:
        actual = content_hash(document)
    except UnicodeEncodeError:
        return [Fault("", "invalid_text", "holds half of a surrogate pair")]
    if document["content_hash"] != actual:
        return [Fault("/content_hash", "hash_mismatch", "is not the hash of this document")]
    return []


def common_faults(document: Mapping[str, Any], product: Product, code: str) -> list[Fault]:
    """Return what is wrong with the product, version, scaling, grades, validity and golden vectors of an artefact."""
    scaling = document["scaling"]
    validity = document.get("validity", {"days": 1})["days"]
    checks = [
        (document["product"] == product.name, "/product", f"is not {product.name}"),
        (document["version"] >= 1, "/version", "must be 1 or more"),
        (abs(scaling["base_score"]) <= FARTHEST_SCORE, "/scaling/base_score", "is out of range"),
        (1 <= scaling["base_odds"] <= 10_000, "/scaling/base_odds", "must be 1 to 10000 goods to one bad"),
        (1 <= scaling["points_to_double_odds"] <= 1000, "/scaling/points_to_double_odds", "must be 1 to 1000"),
        (scaling["direction"] == "higher_is_better", "/scaling/direction", "must be higher_is_better"),
        (1 <= document["reasons"]["limit"] <= 10, "/reasons/limit", "must be between 1 and 10"),
        (1 <= validity <= _LONGEST_VALIDITY, "/validity/days", f"must be 1 to {_LONGEST_VALIDITY}"),
        (bool(document["golden_vectors"]), "/golden_vectors", "must not be empty"),
    ]
    faults = [Fault(pointer, code, detail) for holds, pointer, detail in checks if not holds]
    return faults + (grade_faults(document["grades"]) if "grades" in document else [])


def baseline_faults(baseline: Mapping[str, Any], bands: Mapping[str, int]) -> list[Fault]:
    """Return where a PSI baseline does not count all of its rows: by score, and by the `bands` of each fact."""
    rows, scores, found = baseline["rows"], baseline["score_bands"], baseline["characteristics"]
    faults = []
    for name in sorted(bands.keys() | found.keys()):
        counts = found.get(name)
        if counts is None or len(counts) != bands.get(name) or sum(counts) != rows:
            faults.append(("/characteristics", f"must count all rows by the bins of {name}"))
    ends = [scores[0].get("from"), scores[-1].get("below")] if scores else [0]
    gaps = [one.get("below") is None or one.get("below") != two.get("from") for one, two in pairwise(scores)]
    if ends != [None, None] or any(gaps) or sum(band["count"] for band in scores) != rows:
        faults.append(("/score_bands", "must cover every score once and count all rows"))
    return [Fault(f"/psi_baseline{place}", "invalid_baseline", detail) for place, detail in faults]


def parsed_facts(
    wire: Mapping[str, object], dictionary: FactDictionary, pointer: str
) -> tuple[dict[str, FactValue], list[Fault]]:
    """Return the values of facts that an artefact holds, and the faults of those that the product does not have."""
    facts: dict[str, FactValue] = {}
    faults = []
    for name, value in wire.items():
        fact = dictionary.facts.get(name)
        if fact is None:
            faults.append(Fault(pointer, "unknown_fact", "is not a fact of this product"))
            continue
        try:
            facts[name] = fact.parse(value)
        except ValueError as error:
            faults.append(Fault(f"{pointer}/{name}", "invalid_fact", str(error)))
    return facts, faults


def golden_faults(
    vectors: Sequence[Mapping[str, Any]], score: Callable[[Mapping[str, FactValue]], Score], product: Product
) -> list[Fault]:
    """Return where `score` does not answer what golden vectors say."""
    faults = []
    for index, vector in enumerate(vectors):
        pointer = f"/golden_vectors/{index}"
        facts, wrong = parsed_facts(vector["facts"], product.dictionary, f"{pointer}/facts")
        faults += wrong
        try:
            actual = golden_answer(score(facts))
        except Unscorable as error:
            faults.append(Fault(f"{pointer}/facts", "not_reproduced", f"leave no score: {error}"))
            continue
        stated = {key: value for key, value in vector.items() if key != "facts"}
        faults += [
            Fault(f"{pointer}/{key}", "not_reproduced", "is not what this model answers")
            for key in actual | stated
            if actual.get(key) != stated.get(key)
        ]
    return faults


def golden_answer(score: Score) -> dict[str, object]:
    """Return a score as a golden vector states it: a builder writes this, `golden_faults` compares with it."""
    return {
        "score": score.score,
        "pd": str(score.pd),
        **({} if score.grade is None else {"grade": score.grade}),
        **({"points": [scored.points for scored in score.points]} if score.points else {}),
        "reasons": [
            {
                "code": reason.code,
                "characteristic": reason.characteristic,
                "shortfall_millipoints": reason.shortfall_millipoints,
            }
            for reason in score.reasons
        ],
    }
