"""Models of every kind: what each of them answers, and how one is read from its artefact."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from services.scoring.domain import scorecard
from services.scoring.domain.errors import ModelError
from services.scoring.domain.score import Score
from shared.errors import Fault
from shared.facts import FactValue
from shared.products import Product


class ScoringModel(Protocol):
    """What a scorecard and every other kind of model have in common."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def version(self) -> int:
        """The version that its artefact states."""

    @property
    def product(self) -> str:
        """The product whose applications it scores."""

    @property
    def content_hash(self) -> str:
        """SHA-256 of its artefact, in hexadecimal."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the facts that a score depends on."""

    @property
    def valid_days(self) -> int | None:
        """How many days a score of it may be used; None for as long as nothing changes."""

    def score(self, facts: Mapping[str, FactValue]) -> Score:
        """Score exact fact values as `FactDictionary.parse` gives them; raises `Unscorable` where it must not."""


Loader = Callable[[Mapping[str, Any], Product], ScoringModel]
"""Reads an artefact of one format for a product; raises `ModelError`."""

LOADERS: Final[Mapping[str, Loader]] = {scorecard.FORMAT: scorecard.load_scorecard}
"""The loader of each format that needs nothing but the artefact."""


def load_model(document: Mapping[str, Any], product: Product, loaders: Mapping[str, Loader] = LOADERS) -> ScoringModel:
    """Return the model of an artefact, read by the loader of the format that it states; raises `ModelError`."""
    stated = document.get("format")
    loader = loaders.get(stated) if isinstance(stated, str) else None
    if loader is None:
        known = " or ".join(sorted(loaders))
        raise ModelError([Fault("/format", "unknown_format", f"must be {known}, the formats that are read here")])
    return loader(document, product)
