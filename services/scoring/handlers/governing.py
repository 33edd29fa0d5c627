"""Which documents scoring governs, and how one is checked before it can go live."""

from collections.abc import Sequence
from typing import Final

from services.scoring.domain.arms import STOP_RULES
from services.scoring.domain.errors import ModelError
from services.scoring.domain.models import load_model
from services.scoring.onnx.loading import ALL_LOADERS
from shared.catalogue import EntryKind, Need
from shared.governance.governed import Document, Findings, Governance, Governed
from shared.products import parse_product

_MOST_BYTES: Final = 6 * 1024 * 1024
"""Room for the ONNX file of a boosted model in base64, and for what the artefact says beside it."""


def _check_model(document: Document, needed: Sequence[Document]) -> Findings:
    try:
        load_model(document, parse_product(needed[0]), ALL_LOADERS)
    except ModelError as error:
        return Findings(tuple(error.faults))
    return Findings()


GOVERNANCE: Final = Governance.of(
    Governed(
        EntryKind.SCORECARD,
        "product",
        _check_model,
        needs=(Need(EntryKind.PRODUCT),),
        can_be_tried=True,
        stop_rules=STOP_RULES,
    ),
    most_bytes=_MOST_BYTES,
)
"""What the life cycle of `shared.governance` applies to here."""
