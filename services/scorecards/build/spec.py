"""The build spec: which data, which characteristics, which split; written in YAML beside the artefact it makes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from services.scoring.domain.scorecard.shape import ANY_KEY, shape_faults
from shared.facts import FactType
from shared.products import Product, parse_product

FORMAT: Final = "assay.scorecard-build/1"

Direction = Literal["rises", "falls"]

_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "citation": str,
    "target": {"column": str, "bad": str, "good": str, "definition": str},
    "columns": {ANY_KEY: {"fact": str, "multiply": int}},
    "excluded": {ANY_KEY: str},
    "split": {"seed": int, "train_percent": int, "folds": int},
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int},
    "binning": {"minimum_bin_percent": int, "maximum_bins": int},
    "selection": {"minimum_information_value": str},
    "reasons": {"limit": int},
    "characteristics": {ANY_KEY: {"reason_code": str, "order?": [str], "bad_rate?": str, "special?": [str]}},
}


class BuildError(ValueError):
    """A spec or data from which no scorecard can be built."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A characteristic that may enter the scorecard, with what the analyst knows of it.

    `bad_rate` says how the bad rate must move as the value grows; an enumeration grows along `order`.
    """

    fact: str
    reason_code: str
    order: tuple[str, ...]
    bad_rate: Direction | None
    special: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a fact stands in the data; integers are multiplied into the fact's unit."""

    name: str
    fact: str
    multiply: int


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """A build spec with the product it is for. Percentages are whole numbers; `sha256` is of the file."""

    name: str
    version: int
    title: str
    citation: str
    target: Mapping[str, str]
    columns: tuple[Column, ...]
    excluded: Mapping[str, str]
    seed: int
    train_percent: int
    folds: int
    scaling: Mapping[str, int]
    minimum_bin_percent: int
    maximum_bins: int
    minimum_information_value: Decimal
    reason_limit: int
    candidates: tuple[Candidate, ...]
    product: Product
    sha256: str


def read_spec(path: Path) -> BuildSpec:
    """Return the spec in the YAML file `path`; its `product` is a path relative to that file.

    Raises `BuildError` with the faults found, among them a characteristic on an unknown or protected fact.
    """
    content = path.read_bytes()
    document = yaml.safe_load(content)
    _check_shape(document)
    product = parse_product(yaml.safe_load((path.parent / document["product"]).read_bytes()))
    candidates = tuple(_candidate(name, entry) for name, entry in document["characteristics"].items())
    renamed = {entry["fact"]: Column(name, **entry) for name, entry in document["columns"].items()}
    split, binning = document["split"], document["binning"]
    spec = BuildSpec(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        citation=document["citation"],
        target=document["target"],
        columns=tuple(renamed.get(each.fact, Column(each.fact, each.fact, 1)) for each in candidates),
        excluded=document["excluded"],
        seed=split["seed"],
        train_percent=split["train_percent"],
        folds=split["folds"],
        scaling=document["scaling"],
        minimum_bin_percent=binning["minimum_bin_percent"],
        maximum_bins=binning["maximum_bins"],
        minimum_information_value=Decimal(document["selection"]["minimum_information_value"]),
        reason_limit=document["reasons"]["limit"],
        candidates=candidates,
        product=product,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _check_facts(spec)
    return spec


def _check_shape(document: Any) -> None:
    faults = shape_faults(_SHAPE, document)
    if faults:
        raise BuildError("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
    if document["format"] != FORMAT:
        raise BuildError(f"/format: must be {FORMAT}")


def _candidate(name: str, entry: Mapping[str, Any]) -> Candidate:
    direction = entry.get("bad_rate")
    if direction not in ("rises", "falls", None):
        raise BuildError(f"/characteristics/{name}/bad_rate: must be rises or falls")
    order, special = tuple(entry.get("order", ())), tuple(entry.get("special", ()))
    return Candidate(name, entry["reason_code"], order, direction, special)


def _check_facts(spec: BuildSpec) -> None:
    for candidate in spec.candidates:
        fact = spec.product.dictionary.facts.get(candidate.fact)
        if fact is None:
            raise BuildError(f"/characteristics/{candidate.fact}: is not a fact of {spec.product.name}")
        if fact.protected:
            raise BuildError(f"/characteristics/{candidate.fact}: is a protected attribute")
        if fact.type is not FactType.ENUM and (candidate.order or candidate.special):
            raise BuildError(f"/characteristics/{candidate.fact}: only enumerations have an order or special values")
        listed = set(candidate.order + candidate.special)
        if not listed <= set(fact.values):
            raise BuildError(f"/characteristics/{candidate.fact}: names a value that the fact does not have")
        if fact.type is FactType.ENUM and candidate.bad_rate and not candidate.order:
            raise BuildError(f"/characteristics/{candidate.fact}: the bad rate can only follow an order")
