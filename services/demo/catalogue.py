"""What the demo needs to know of the catalogue in order to show a decision in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from services.migrate import PROJECT
from services.scoring.domain.scorecard import Scorecard, load_scorecard
from shared.facts import read_label
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
    """A product with its scorecard and the wording of its reasons and conditions by code (English).

    `mean_millipoints` is what the average applicant earns on a characteristic, in thousandths of a point;
    `policy_labels` is what the policy calls its definitions and other terms.
    """

    product: Product
    scorecard: Scorecard
    mean_millipoints: Mapping[str, int]
    wording: Mapping[str, str]
    policy_labels: Mapping[str, str]

    def label(self, name: str) -> str:
        """Return what a fact, a definition or another name of the policy is called."""
        known = self.product.dictionary.facts.get(name)
        label = self.policy_labels.get(name) if known is None else known.label
        return label or name.removesuffix("()").replace("_", " ").capitalize()


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
        policy_labels=_labels(_yaml(directory / "policies" / f"{PRODUCT}.yaml")),
    )


def _labels(policy: Mapping[str, Any]) -> dict[str, str]:
    terms = [term.get("other_terms", {}) for term in policy["terms"].values()]
    named = [policy.get("definitions", {}), *terms]
    stated = {name: entry["label"] for entries in named for name, entry in entries.items() if "label" in entry}
    return {name: read_label(label)[0] for name, label in stated.items()}


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
