"""What scoring can say of an application: a score and its model, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.scoring.domain.scorecard import Score, Scorecard
from shared.products import Product


class Failure(StrEnum):
    """Why there is no score; the decision then refers, unless the product has no facts that scoring supplies."""

    NO_MODEL = "no_model"
    INVALID_FACTS = "invalid_facts"


@dataclass(frozen=True, slots=True)
class Model:
    """A product and the scorecard that scores it."""

    product: Product
    scorecard: Scorecard


@dataclass(frozen=True, slots=True)
class Scored:
    """Either a score with its scorecard, or a failure."""

    score: Score | None
    scorecard: Scorecard | None
    failure: Failure | None


def score_facts(model: Model | None, wire: Mapping[str, Any]) -> Scored:
    """Return the score of facts in wire form under the live model of their product, if there is one."""
    if model is None:
        return Scored(None, None, Failure.NO_MODEL)
    values, faults = model.product.dictionary.parse(wire)
    if faults:
        return Scored(None, None, Failure.INVALID_FACTS)
    return Scored(model.scorecard.score(values), model.scorecard, None)
