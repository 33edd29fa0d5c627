"""What scoring can say of an application: a score and its model, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.scoring.domain.models import ScoringModel
from services.scoring.domain.score import Failure, Score, Unscorable
from shared.products import Product


@dataclass(frozen=True, slots=True)
class Model:
    """A product and the model that scores it."""

    product: Product
    model: ScoringModel


@dataclass(frozen=True, slots=True)
class Scored:
    """Either a score with the model that gave it, or a failure."""

    score: Score | None
    model: ScoringModel | None
    failure: Failure | None


def score_facts(model: Model | None, wire: Mapping[str, Any]) -> Scored:
    """Return the score of facts in wire form under the model of their product, if there is one."""
    if model is None:
        return Scored(None, None, Failure.NO_MODEL)
    values, faults = model.product.dictionary.parse(wire)
    if faults:
        return Scored(None, None, Failure.INVALID_FACTS)
    try:
        return Scored(model.model.score(values), model.model, None)
    except Unscorable as refused:
        return Scored(None, model.model, refused.failure)
