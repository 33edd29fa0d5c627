"""A product: the thing that is applied for, with its currency and its data dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.facts import Fact, FactDictionary, FactType, Source

REQUESTED_AMOUNT = "requested_amount"
"""Every product has this money fact; intake fills it from the application's `requested`."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the catalogue defines it."""

    name: str
    title: str
    currency: str
    dictionary: FactDictionary


def parse_product(document: Mapping[str, Any]) -> Product:
    """Return the product of a catalogue document (YAML or JSON, already loaded).

    Shape: `{name, title, currency, facts: {<name>: {type, source?, label?, unit?, scale?, values?, minimum?,
    maximum?, required?, protected?}}}`. Money facts are in the product's currency.
    Raises `ValueError` naming the first fault.
    """
    unknown = set(document) - {"name", "title", "currency", "facts"}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r} in product")
    for key in ("name", "title", "currency", "facts"):
        if key not in document:
            raise ValueError(f"product lacks {key!r}")
    currency = str(document["currency"])
    facts = [_parse_fact(str(name), entry, currency) for name, entry in document["facts"].items()]
    dictionary = FactDictionary.of(facts)
    requested = dictionary.facts.get(REQUESTED_AMOUNT)
    if requested is None or requested.type is not FactType.MONEY:
        raise ValueError(f"product needs a money fact {REQUESTED_AMOUNT!r}")
    return Product(str(document["name"]), str(document["title"]), currency, dictionary)


def _parse_fact(name: str, entry: Mapping[str, Any], currency: str) -> Fact:
    allowed = {
        "type",
        "source",
        "label",
        "unit",
        "scale",
        "values",
        "minimum",
        "maximum",
        "required",
        "protected",
    }
    unknown = set(entry) - allowed
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r} in fact {name!r}")
    kind = FactType(entry.get("type", ""))
    return Fact(
        name=name,
        type=kind,
        source=Source(entry.get("source", "application")),
        label=str(entry.get("label", "")),
        unit=entry.get("unit"),
        scale=int(entry.get("scale", 0)),
        currency=currency if kind is FactType.MONEY else None,
        values=tuple(str(value) for value in entry.get("values", ())),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        required=bool(entry.get("required", False)),
        protected=bool(entry.get("protected", False)),
    )
