"""Checking a policy file as the decision service would check it, and showing each fault where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unicodedata import combining, east_asian_width

import yaml

from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.reasons import ReasonCatalogue, ReasonCatalogueError, parse_reasons
from services.policies.places import Places
from shared.errors import Fault
from shared.products import Product, parse_product
from shared.yaml import load_yaml

_MAX_LINE: Final = 160
_MAX_NAME: Final = 64


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
    if not isinstance(document, Mapping):
        raise PolicyError([Fault("", "not_a_mapping", "a policy is a mapping")])
    name = str(document.get("product"))
    product = shelf.products.get(name)
    if product is None:
        known = ", ".join(sorted(shelf.products)) or "none"
        words = f"there is no product `{name[:_MAX_NAME]}`; known: {known}"
        raise PolicyError([Fault("/product", "unknown_product", words)])
    return load_policy(document, product, shelf.reasons)


def shown(path: Path, faults: Sequence[Fault], places: Places | None, document: Any) -> str:
    """Return the faults as compilers show them: the place, the words, the text, and a caret under what is meant.

    Without `places`, as for spreadsheets, the text is the document's own at the fault's pointer.
    """
    return "\n\n".join(
        _in_file(path, fault, places) if places is not None else _in_document(path, fault, document) for fault in faults
    )


def _in_file(path: Path, fault: Fault, places: Places) -> str:
    place = places.find(fault.pointer, getattr(fault, "span", None), of_key=getattr(fault, "of_key", False))
    head = f"{path}:{place.line}:{place.column}: {_printable(fault.detail)} [{fault.code}]"
    return f"{head}\n{_underlined(str(place.line), places.line(place.line), place.column - 1, place.width)}"


def _in_document(path: Path, fault: Fault, document: Any) -> str:
    head = f"{path}: {_printable(fault.detail)} [{fault.code}]"
    value: Any = document
    for token in fault.pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return head
    text = name if getattr(fault, "of_key", False) else value
    if not isinstance(text, str) or "\n" in text or not fault.pointer:
        return head
    start, end = getattr(fault, "span", None) or (0, len(text))
    return f"{head}\n{_underlined('', text, start, end - start)}"


def _underlined(label: str, line: str, start: int, width: int) -> str:
    """Return a line, or the part of a long one around `start`, with carets below `width` characters from there."""
    cut = max(0, start - _MAX_LINE // 2) if len(line) > _MAX_LINE else 0
    line, start = line[cut : cut + _MAX_LINE], start - cut
    marked = line[start : start + width]
    carets = "^" * max(1, _columns(marked))
    return f"  {label} | {_printable(line)}\n  {' ' * len(label)} | {' ' * _columns(line[:start])}{carets}"


def _columns(text: str) -> int:
    """Return how many columns a terminal gives a text: two for what is wide, none for what combines."""
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def _printable(text: str) -> str:
    """Return a text of a policy without what would steer the terminal, or turn its direction."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
