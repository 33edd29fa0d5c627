"""The products of the catalogue with their reasons and policies, and applications to change one thing at a time."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.decision.domain.policy import Evaluation, Policy, load_policy
from services.decision.domain.reasons import ReasonCatalogue, parse_reasons
from shared.facts import FactValue
from shared.products import Product, parse_product
from shared.yaml import load_yaml

CATALOGUE: Final = Path(__file__).parents[4] / "deploy/catalogue"
NAMES: Final = ("consumer-loan", "sme-loan", "trade-credit")
AS_OF: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Book:
    """One product of the catalogue."""

    product: Product
    reasons: ReasonCatalogue
    document: dict[str, Any]
    policy: Policy

    @property
    def typical(self) -> dict[str, Any]:
        """The facts of the first golden case, in wire form: an application that is approved."""
        facts: dict[str, Any] = copy.deepcopy(self.document["cases"][0]["facts"])
        return facts

    def facts(self, wire: Mapping[str, Any]) -> dict[str, FactValue]:
        """Return the exact values of facts in wire form; None is missing."""
        known = self.product.dictionary.facts
        return {name: known[name].parse(value) for name, value in wire.items() if value is not None}

    def answer(self, wire: Mapping[str, Any], score_reasons: Sequence[str] = ()) -> Evaluation:
        """Return what the policy says to an application in wire form."""
        return self.policy.evaluate(self.facts(wire), score_reasons, AS_OF)

    def answer_to(self, **changes: Any) -> Evaluation:
        """Return what the policy says to the typical application with `changes`; an int in place of money is major."""
        known = self.product.dictionary.facts
        for name, value in changes.items():
            if known[name].type == "money" and isinstance(value, int):
                changes[name] = {"amount_minor": value * 100, "currency": self.product.currency}
        return self.answer({**self.typical, **changes})

    def definition(self, answer: Evaluation, name: str) -> Any:
        """Return the value that a definition had, in wire form."""
        return answer.trace["definitions"][name]


def read(path: str) -> Any:
    """Return a document of the catalogue."""
    return load_yaml((CATALOGUE / path).read_text(encoding="utf-8"))


@cache
def book(name: str) -> Book:
    """Return a product of the catalogue with its policy loaded."""
    product = parse_product(read(f"products/{name}.yaml"))
    reasons = parse_reasons([read("reasons/platform.yaml"), read(f"reasons/{name}.yaml")])
    document = read(f"policies/{name}.yaml")
    return Book(product, reasons, document, load_policy(document, product, reasons))
