"""A made-up population with the facts of the German scorecard, and an artefact that was developed on it."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.migrate import PROJECT
from services.scoring.domain.score import Score
from services.scoring.domain.scorecard import Scorecard, content_hash, load_scorecard
from shared.products import parse_product
from shared.yaml import load_yaml

_CATALOGUE: Final = PROJECT / "deploy" / "catalogue"
PRODUCT_DOCUMENT: Final[dict[str, Any]] = load_yaml((_CATALOGUE / "products" / "consumer-loan.yaml").read_text())
PRODUCT: Final = parse_product(PRODUCT_DOCUMENT)
_ARTEFACT: Final[dict[str, Any]] = json.loads((_CATALOGUE / "scorecards" / "consumer-loan.json").read_text())

SHIFTED: Final[Mapping[str, Sequence[int]]] = {
    "checking_status": (6, 3, 1, 1, 0, 0),
    "housing": (2, 5, 1, 0, 0),
}
"""How often a shifted population falls into the bins of two characteristics; the others stay as they were."""

_LOADED: Final[dict[str, Scorecard]] = {}
_SEXES: Final = ("male: single", "female: divorced/separated/married")


def applicants(seed: int, count: int, shift: Mapping[str, Sequence[int]] | None = None) -> list[dict[str, Any]]:
    """Return the facts of made-up applicants, in wire form; each characteristic is drawn for itself."""
    chance = random.Random(seed)
    return [_applicant(chance, shift or {}) for _ in range(count)]


def score_of(artefact: Mapping[str, Any], facts: Mapping[str, Any]) -> Score:
    """Return the score of an applicant."""
    values, faults = PRODUCT.dictionary.parse(facts)
    assert not faults
    content = artefact["content_hash"]
    if content not in _LOADED:
        _LOADED[content] = load_scorecard(artefact, PRODUCT)
    return _LOADED[content].score(values)


def developed_on(sample: Sequence[Mapping[str, Any]], version: int = 1, auc: str | None = None) -> dict[str, Any]:
    """Return the German scorecard with `sample` as its frozen baseline, and a stated AUC of the held-out rows."""
    scorecard = load_scorecard(_ARTEFACT, PRODUCT)
    scores = [scorecard.score(PRODUCT.dictionary.parse(facts)[0]) for facts in sample]
    bins = {
        each.name: [sum(score.points[place].bin == found.label for score in scores) for found in each.bins]
        for place, each in enumerate(scorecard.characteristics)
    }
    bands = [
        {**band, "count": sum(_within(band, score.score) for score in scores), "bads": 0, "bad_rate": "0.0000"}
        for band in _ARTEFACT["psi_baseline"]["score_bands"]
    ]
    metrics = _ARTEFACT["metrics"]
    if auc is not None:
        metrics = {**metrics, "held_out": {**metrics["held_out"], "auc": auc}}
    document = {
        **_ARTEFACT,
        "version": version,
        "metrics": metrics,
        "psi_baseline": {
            "sample": "train",
            "rows": len(sample),
            "characteristics": bins,
            "score_bands": bands,
        },
    }
    return {**document, "content_hash": content_hash(document)}


def _within(band: Mapping[str, Any], score: int) -> bool:
    return bool(band.get("from", score) <= score < band.get("below", score + 1))


def _applicant(chance: random.Random, shift: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "duration_months": 12,
        "age_years": chance.choice([22, 35, 48, 67]),
        "personal_status_and_sex": chance.choice(_SEXES),
    }
    for entry in _ARTEFACT["characteristics"]:
        name = entry["fact"]
        weights = shift.get(name) or _ARTEFACT["psi_baseline"]["characteristics"][name]
        (found,) = chance.choices(entry["bins"], weights)
        value = _value(found, chance)
        if value is not None:
            facts[name] = {"amount_minor": value, "currency": "DEM"} if name == "requested_amount" else value
    return facts


def _value(found: Mapping[str, Any], chance: random.Random) -> Any:
    if found.get("values"):
        return chance.choice(found["values"])
    if found["role"] == "missing":
        return None
    low = found.get("from", 4)
    return chance.randrange(low, found.get("below", low + 40))
