"""Which model scores an application."""

from collections.abc import Sequence
from typing import Any

import structlog

from services.scoring.domain.boosted import RuntimeMissingError, stand_in
from services.scoring.domain.errors import ModelError
from services.scoring.domain.models import load_model
from services.scoring.domain.result import Model
from services.scoring.onnx.loading import ALL_LOADERS
from shared.catalogue import EntryKind, Need, Shelf
from shared.products import parse_product

log = structlog.get_logger()


def model_shelf() -> Shelf[Model | None]:
    """Return a shelf of live models by product."""
    return Shelf([Need(EntryKind.PRODUCT), Need(EntryKind.SCORECARD)], _parse_model)


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
