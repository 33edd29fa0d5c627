"""The whole way in: a file of another tool, a mapping and a product give an artefact."""

from typing import Any, Final

from services.scorecards.interchange.document import Rounding, Source, imported
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.mapping import read_mapping
from services.scorecards.interchange.pmml import card_of_pmml
from services.scorecards.interchange.tables import DIALECTS, card_of_table
from shared.products import Product

SOURCES: Final = (*DIALECTS, "pmml")
"""What `import_scorecard` reads."""


def import_scorecard(
    content: bytes, tool: str, mapping: bytes, product: Product, rounding: Rounding | None = None
) -> dict[str, Any]:
    """Return the artefact of the scorecard that `tool` wrote as `content`.

    The artefact is a draft: it loads, it answers its golden vectors, and nobody has validated it yet.
    Raises `InterchangeError` naming the first thing at fault and its place.
    """
    if tool not in SOURCES:
        raise InterchangeError(f"{tool!r} is not one of {', '.join(SOURCES)}")
    said = read_mapping(mapping)
    if tool == "pmml":
        card = card_of_pmml(content, product, said)
    else:
        card = card_of_table(content, DIALECTS[tool], product, said)
    return imported(card, Source.of(tool, content), said, product, rounding or Rounding())
