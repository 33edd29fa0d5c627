"""A product: the thing that is applied for, with its currency and its data dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.facts import Change, Fact, FactDictionary, FactType, Source, read_label
from shared.money import is_currency
from shared.products.plan import NO_PLAN, SECTIONS, Plan, parse_plan

REQUESTED_AMOUNT = "requested_amount"
"""Every product has this money fact; intake fills it from the application's `requested`."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the catalogue defines it; `plan` is what intake does before an application is scored."""

    name: str
    title: str
    currency: str
    dictionary: FactDictionary
    plan: Plan = NO_PLAN


_FACT_KEYS: Final[Mapping[str, type]] = {
    "type": str,
    "source": str,
    "unit": str,
    "scale": int,
    "values": list,
    "minimum": int,
    "maximum": int,
    "required": bool,
    "protected": bool,
    "mutable": str,
}


def parse_product(document: Mapping[str, Any]) -> Product:
    """Return the product of a catalogue document (YAML or JSON, already loaded).

    Shape: `{name, title, currency, facts: {<name>: {type, source?, label?, unit?, scale?, values?, minimum?,
    maximum?, required?, protected?, mutable?}}}` and the sections of `shared.products.plan`. Money facts are in the
    product's currency; a label is a text in English, or `{en, zh}`.
    Raises `ValueError` naming the first fault.
    """
    unknown = set(document) - {"name", "title", "currency", "facts", *SECTIONS}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r} in product")
    name, title, currency = (_text(document, key) for key in ("name", "title", "currency"))
    if not is_currency(currency):
        raise ValueError("currency is not an ISO 4217 alphabetic code")
    entries = document.get("facts")
    if not isinstance(entries, Mapping):
        raise ValueError("product lacks 'facts', a mapping of names")
    dictionary = FactDictionary.of([_parse_fact(str(fact), entry, currency) for fact, entry in entries.items()])
    requested = dictionary.facts.get(REQUESTED_AMOUNT)
    if requested is None or requested.type is not FactType.MONEY:
        raise ValueError(f"product needs a money fact {REQUESTED_AMOUNT!r}")
    return Product(name, title, currency, dictionary, parse_plan(document, dictionary.facts))


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"product lacks {key!r}, a text")
    return value


def _parse_fact(name: str, entry: object, currency: str) -> Fact:
    if not isinstance(entry, Mapping):
        raise ValueError(f"fact {name!r} must be a mapping")
    for key, value in entry.items():
        if key == "label":
            continue
        wanted = _FACT_KEYS.get(key)
        if wanted is None:
            raise ValueError(f"unknown key {key!r} in fact {name!r}")
        # Nothing is coerced: `required: "no"` would be true, and the text "yes" in a list of values may be a boolean.
        if type(value) is not wanted:
            raise ValueError(f"{key} of fact {name!r} must be of type {wanted.__name__}")
    values = entry.get("values", [])
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"values of fact {name!r} must be texts")
    label, label_zh = _label(name, entry)
    kind = FactType(entry.get("type", ""))
    return Fact(
        name=name,
        type=kind,
        source=Source(entry.get("source", "application")),
        label=label,
        label_zh=label_zh,
        unit=entry.get("unit"),
        scale=entry.get("scale", 0),
        currency=currency if kind is FactType.MONEY else None,
        values=tuple(values),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        required=entry.get("required", False),
        protected=entry.get("protected", False),
        mutable=Change(entry["mutable"]) if "mutable" in entry else None,
    )


def _label(name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    try:
        return read_label(entry.get("label", ""))
    except ValueError as error:
        raise ValueError(f"label of fact {name!r} {error}") from None
