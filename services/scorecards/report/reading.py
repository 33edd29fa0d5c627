"""An artefact from a file, checked as far as that goes without its product."""

import json
from pathlib import Path
from typing import Any, Final

from services.scoring.domain.boosted import FORMAT as BOOSTED
from services.scoring.domain.scorecard import FORMAT as SCORECARD
from services.scoring.domain.scorecard import content_hash

_MOST_BYTES: Final = 16 * 1024 * 1024
_NEEDED: Final = (
    "name",
    "version",
    "title",
    "product",
    "target",
    "scaling",
    "reasons",
    "metrics",
    "golden_vectors",
    "provenance",
    "content_hash",
)


class ArtefactError(ValueError):
    """A file that holds no artefact that can be documented."""


def read_artefact(path: Path) -> dict[str, Any]:
    """Return the document in the JSON file `path`.

    A document that is not what its content hash says is refused: a validator would sign what nobody serves. Raises
    `ArtefactError` and `OSError`.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise ArtefactError(f"{path} is larger than any artefact")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ArtefactError(f"{path} is not JSON in UTF-8") from None
    if not isinstance(document, dict) or document.get("format") not in (SCORECARD, BOOSTED):
        raise ArtefactError(f"{path} is neither {SCORECARD} nor {BOOSTED}")
    missing = [key for key in _NEEDED if key not in document]
    if missing:
        raise ArtefactError(f"{path} has no {missing[0]}")
    try:
        actual = content_hash(document)
    except (ValueError, TypeError):
        raise ArtefactError(f"{path} holds what has no canonical form") from None
    if document["content_hash"] != actual:
        raise ArtefactError(f"{path} was changed after it was built: its content hash is not that of its content")
    return document
