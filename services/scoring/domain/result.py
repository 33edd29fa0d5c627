"""What scoring can say of an application: a score and its model, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from services.scoring.domain.models import ScoringModel
from services.scoring.domain.score import Failure, Score, Unscorable
from shared.errors import Fault
from shared.facts import SoundFacts
from shared.products import Product

_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Model:
    """A product and the model that scores it."""

    product: Product
    model: ScoringModel


@dataclass(frozen=True, slots=True)
class Scored:
    """Either a score with the model that gave it, or a failure.

    `faults` say which facts a failure is about. `inputs_hash` is that of the facts that the model reads, None where
    they could not be read.
    """

    score: Score | None
    model: ScoringModel | None
    failure: Failure | None
    faults: tuple[Fault, ...] = ()
    inputs_hash: str | None = None


def score_facts(model: Model | None, wire: Mapping[str, Any]) -> Scored:
    """Return the score of facts in wire form under the model of their product, if there is one."""
    if model is None:
        return Scored(None, None, Failure.NO_MODEL)
    values, faults = model.product.dictionary.parse(wire)
    if faults:
        return Scored(None, None, Failure.INVALID_FACTS, tuple(faults[:_MOST_FAULTS]))
    read = inputs_hash(model.model, values)
    try:
        return Scored(model.model.score(values), model.model, None, (), read)
    except Unscorable as refused:
        return Scored(None, model.model, refused.failure, _refused(refused), read)


def _refused(refused: Unscorable) -> tuple[Fault, ...]:
    if refused.characteristic is None:
        return ()
    return (Fault(f"/facts/{refused.characteristic}", refused.failure, "leaves no score under this model"),)


def inputs_hash(model: ScoringModel, values: SoundFacts) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of those facts that `model` reads.

    Another writing of the same value, and a fact that the model does not read, change nothing.
    """
    read = {name: values[name] for name in model.reads if name in values}
    return sha256(values.dictionary.canonical(read).encode()).hexdigest()
