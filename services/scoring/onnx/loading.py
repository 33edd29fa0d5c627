"""The formats of models that this service reads, those included that onnxruntime is needed for."""

from collections.abc import Mapping
from typing import Any, Final

from services.scoring.domain import boosted
from services.scoring.domain.models import LOADERS, Loader, ScoringModel
from services.scoring.onnx.session import Session
from shared.products import Product


def load_boosted(document: Mapping[str, Any], product: Product) -> ScoringModel:
    """Return the boosted model of an artefact, run by onnxruntime; raises `ModelError`."""
    return boosted.load_boosted(document, product, Session)


ALL_LOADERS: Final[Mapping[str, Loader]] = {**LOADERS, boosted.FORMAT: load_boosted}
"""What `load_model` is called with in the service."""
