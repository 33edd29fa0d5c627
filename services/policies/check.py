"""Checking a policy file as the decision service would check it, and showing each fault where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.reasons import ReasonCatalogue, ReasonCatalogueError, parse_reasons
from services.policies.places import Places
from shared.errors import Fault
from shared.products import Product, parse_product
from shared.yaml import load_yaml


class Unreadable(Exception):
    """A file that cannot be read as what it should be; the text names the file and says why."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products and reason codes that policies are checked against."""

    products: Mapping[str, Product]
    reasons: ReasonCatalogue

    @classmethod
    def of(cls, directory: Path) -> "Shelf":
        """Return those of a catalogue directory (`products/`, `reasons/`); raises `Unreadable`."""
        products = {}
        for path in sorted((directory / "products").glob("*.yaml")):
            try:
                product = parse_product(read_yaml(path))
            except ValueError as error:
                raise Unreadable(f"{path}: {error}") from None
            products[product.name] = product
        paths = sorted((directory / "reasons").glob("*.yaml"))
        try:
            reasons = parse_reasons([read_yaml(path) for path in paths])
        except ReasonCatalogueError as error:
            raise Unreadable(f"{directory / 'reasons'}: {error}") from None
        return cls(products, reasons)


def read_yaml(path: Path) -> Any:
    """Return the document of a YAML file; raises `Unreadable`."""
    try:
        return load_yaml(read_text(path))
    except yaml.YAMLError as error:
        raise Unreadable(f"{path}: {error}") from None


def read_text(path: Path) -> str:
    """Return the text of a file; raises `Unreadable`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {error}") from None


def check(document: Any, shelf: Shelf) -> Policy:
    """Return the policy of a document; raises `PolicyError` with every fault, as the decision service would."""
    name = document.get("product") if isinstance(document, Mapping) else None
    product = shelf.products.get(str(name))
    if product is None:
        known = ", ".join(sorted(shelf.products)) or "none"
        raise PolicyError([Fault("/product", "unknown_product", f"there is no product `{name}`; known: {known}")])
    return load_policy(document, product, shelf.reasons)


def shown(path: Path, faults: Sequence[Fault], places: Places) -> str:
    """Return the faults as compilers show them: the place, the words, the line, and a caret under what is meant."""
    blocks = []
    for fault in faults:
        span, of_key = getattr(fault, "span", None), getattr(fault, "of_key", False)
        place = places.find(fault.pointer, span, of_key=of_key)
        line = places.line(place.line)
        number = str(place.line)
        caret = " " * (place.column - 1) + "^" * min(place.width, max(1, len(line) - place.column + 1))
        blocks.append(
            f"{path}:{place.line}:{place.column}: {fault.detail} [{fault.code}]\n"
            f"  {number} | {line}\n"
            f"  {' ' * len(number)} | {caret}"
        )
    return "\n\n".join(blocks)
