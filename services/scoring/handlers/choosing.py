"""Which models can score: those that are live, that challenge them, or that callers pin."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import structlog

from services.scoring.domain.boosted import RuntimeMissingError, stand_in
from services.scoring.domain.boosted.model import UnavailableModel
from services.scoring.domain.errors import ModelError
from services.scoring.domain.models import load_model
from services.scoring.domain.result import Model
from services.scoring.onnx.loading import ALL_LOADERS
from shared import catalogue
from shared.catalogue import EntryKind, Need, Shelf
from shared.db import Transaction
from shared.experiments.handlers.choosing import Candidates, Contests
from shared.products import parse_product

log = structlog.get_logger()


def model_shelf() -> Shelf[Model | None]:
    """Return a shelf of live models by product."""
    return Shelf([Need(EntryKind.PRODUCT), Need(EntryKind.SCORECARD)], _parse_model)


def contests() -> Contests[Model]:
    """Return the models that score, by product."""
    shelf = model_shelf()

    async def champions(tx: Transaction, products: Collection[str]) -> Mapping[str, Model]:
        live = await shelf.take(tx, products)
        return {name: model for name, model in live.items() if model is not None}

    async def revision(tx: Transaction, product: str, number: int) -> Model | None:
        return await model_at(tx, shelf, product, number)

    return Contests(Candidates(EntryKind.SCORECARD, "model", champions, revision, _layer))


def _layer(product: str) -> str:
    # A party's place in tests of models says nothing of its place in tests of policies.
    return f"{EntryKind.SCORECARD}/{product}"


async def model_at(tx: Transaction, shelf: Shelf[Model | None], product: str, revision: int) -> Model | None:
    """Return a revision of a product's model with the product that is live now; None where it can't be run here."""
    place = (EntryKind.PRODUCT, product)
    live = (await catalogue.live(tx, [place])).get(place)
    found = None if live is None else await shelf.pinned(tx, product, (live.revision, revision))
    return None if found is None or isinstance(found.model, UnavailableModel) else found


def _parse_model(documents: Sequence[dict[str, Any]], _revisions: tuple[int, ...]) -> Model | None:
    """Return the model, or None: one that no longer fits its product gives no scores, and does not stop the service."""
    product = parse_product(documents[0])
    try:
        return Model(product, load_model(documents[1], product, ALL_LOADERS))
    except RuntimeMissingError as error:
        log.error("model_unavailable", product=product.name, faults=[fault.detail for fault in error.faults])
        return Model(product, stand_in(documents[1]))
    except ModelError as error:
        log.error("scorecard_unusable", product=product.name, faults=[fault.code for fault in error.faults])
        return None
