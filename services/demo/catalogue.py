"""What the demo needs to know of the catalogue in order to show a decision in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from services.migrate import PROJECT
from services.scoring.domain.scorecard import Scorecard, load_scorecard
from shared.products import Product, parse_product

DIRECTORY: Final = PROJECT / "deploy" / "catalogue"
PRODUCT: Final = "consumer-loan"

LIMIT_REASONS: Final = {
    "NO_LIMIT": "no limit was granted",
    "INSUFFICIENT_AVAILABLE": "more than is left of it",
    "WRONG_CURRENCY": "it is in another currency",
}
"""The words for what limits answers; for the seller, not for the applicant."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A product with its scorecard and the wording of its reason codes (English).

    `mean_millipoints` is what the average applicant earns on a characteristic, in thousandths of a point.
    """

    product: Product
    scorecard: Scorecard
    mean_millipoints: Mapping[str, int]
    wording: Mapping[str, str]

    def label(self, fact: str) -> str:
        """Return what a fact is called."""
        known = self.product.dictionary.facts.get(fact)
        return known.label if known is not None and known.label else fact.replace("_", " ").capitalize()


def read_catalogue(directory: Path = DIRECTORY) -> Catalogue:
    """Return the part of a catalogue directory that is about the demo's product."""
    product = parse_product(_yaml(directory / "products" / f"{PRODUCT}.yaml"))
    document = json.loads((directory / "scorecards" / f"{PRODUCT}.json").read_text())
    reasons = [_yaml(path)["reasons"] for path in sorted((directory / "reasons").glob("*.yaml"))]
    return Catalogue(
        product=product,
        scorecard=load_scorecard(document, product),
        mean_millipoints={entry["fact"]: entry["reference_millipoints"] for entry in document["characteristics"]},
        wording={code: words["en"] for entries in reasons for code, words in entries.items()},
    )


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
