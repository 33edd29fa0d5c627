"""The spec of a boosted model: which sample, which trees; written in YAML beside the spec of the sample."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import yaml

from services.scorecards.build.spec import BuildError, BuildSpec, Candidate, read_spec
from services.scoring.domain.scorecard import Scaling
from services.scoring.domain.shape import ANY_KEY, shape_faults
from shared.facts import FactType
from shared.yaml import load_yaml

FORMAT: Final = "assay.boosted-build/1"

_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "sample": str,
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int, "direction": str},
    "trees": {
        "number": int,
        "learning_rate": str,
        "maximum_leaves": int,
        "minimum_leaf_rows": int,
        "ridge": str,
        "share_of_inputs": str,
        "seed": int,
    },
    "inputs": {ANY_KEY: {"reason_code": str, "order?": [str], "bad_rate?": str}},
    "reasons": {"limit": int},
    "grades?": [{"grade": str, "from?": int, "below?": int}],
    "validity_days?": int,
    "notes?": {"purpose?": str, "limits?": [str], "developer?": str, "use?": str},
}
_DIRECTIONS: Final = {"rises": 1, "falls": -1, "any": 0}


@dataclass(frozen=True, slots=True)
class Trees:
    """How the trees are grown; `share_of_inputs` is how many of them a split may choose from."""

    number: int
    learning_rate: Decimal
    maximum_leaves: int
    minimum_leaf_rows: int
    ridge: Decimal
    share_of_inputs: Decimal
    seed: int


@dataclass(frozen=True, slots=True)
class BoostSpec:
    """The spec of a boosted model. `sample` is that of its sample, with the facts that the trees may look at for
    candidates; `directions` has 1 for facts with which the probability of bad may only rise, -1 for those with which
    it may only fall, and 0 for the others. `sha256` is of both files."""

    name: str
    version: int
    title: str
    sample: BuildSpec
    directions: Mapping[str, int]
    scaling: Scaling
    trees: Trees
    reason_limit: int
    grades: tuple[Mapping[str, Any], ...]
    validity_days: int | None
    sha256: str
    notes: Mapping[str, Any] = field(default_factory=dict)


def read_boost_spec(path: Path) -> BoostSpec:
    """Return the spec in the YAML file `path`; its `sample` is the path of a scorecard's spec relative to that file,
    from which product, target, data and split come.

    Raises `BuildError` with the faults found.
    """
    content = path.read_bytes()
    document = _document(content)
    place = path.parent / document["sample"]
    try:
        sample = read_spec(place)
    except OSError as error:
        raise BuildError(f"/sample: {place.name} can't be read: {error.strerror}") from None
    scaling = document["scaling"]
    if scaling["direction"] != "higher_is_better":
        raise BuildError("/scaling/direction: must be higher_is_better")
    candidates = tuple(_candidate(name, entry, sample) for name, entry in document["inputs"].items())
    if not candidates:
        raise BuildError("/inputs: must not be empty")
    return BoostSpec(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        sample=replace(sample, candidates=candidates),
        directions={name: _direction(name, entry, sample) for name, entry in document["inputs"].items()},
        scaling=Scaling(scaling["base_score"], scaling["base_odds"], scaling["points_to_double_odds"]),
        trees=_trees(document["trees"]),
        reason_limit=document["reasons"]["limit"],
        grades=tuple(document.get("grades", ())),
        validity_days=document.get("validity_days"),
        sha256=hashlib.sha256(content + place.read_bytes()).hexdigest(),
        notes=document.get("notes", sample.notes),
    )


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = load_yaml(content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BuildError(f"the spec is no YAML: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BuildError(f"/format: must be {FORMAT}")
    faults = shape_faults(_SHAPE, document)
    if faults:
        raise BuildError("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
    return document


def _trees(entry: Mapping[str, Any]) -> Trees:
    rate, ridge, share = (_decimal(entry[key], key) for key in ("learning_rate", "ridge", "share_of_inputs"))
    checks = [
        (1 <= entry["number"] <= 5_000, "number", "1 to 5000"),
        (0 < rate <= 1, "learning_rate", "above 0 and up to 1"),
        (2 <= entry["maximum_leaves"] <= 255, "maximum_leaves", "2 to 255"),
        (entry["minimum_leaf_rows"] >= 1, "minimum_leaf_rows", "1 or more"),
        (0 <= ridge <= 10**6, "ridge", "0 to 1000000"),
        (0 < share <= 1, "share_of_inputs", "above 0 and up to 1"),
        (0 <= entry["seed"] < 2**32, "seed", "0 to 4294967295"),
    ]
    for holds, key, words in checks:
        if not holds:
            raise BuildError(f"/trees/{key}: must be {words}")
    return Trees(
        entry["number"], rate, entry["maximum_leaves"], entry["minimum_leaf_rows"], ridge, share, entry["seed"]
    )


def _decimal(text: str, key: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise BuildError(f"/trees/{key}: must be a decimal")
    return value


def _candidate(name: str, entry: Mapping[str, Any], sample: BuildSpec) -> Candidate:
    fact = sample.product.dictionary.facts.get(name)
    if fact is None or name not in sample.data.facts:
        raise BuildError(f"/inputs/{name}: is not a fact of the data of the sample")
    if fact.protected:
        raise BuildError(f"/inputs/{name}: is a protected attribute")
    if fact.type is FactType.DATE:
        raise BuildError(f"/inputs/{name}: is a date, which trees can't look at")
    order = tuple(entry.get("order", ()))
    if order and (sorted(order) != sorted(fact.values)):
        raise BuildError(f"/inputs/{name}/order: must list every value of the fact once")
    return Candidate(name, entry["reason_code"], order)


def _direction(name: str, entry: Mapping[str, Any], sample: BuildSpec) -> int:
    word = entry.get("bad_rate", "any")
    if word not in _DIRECTIONS:
        raise BuildError(f"/inputs/{name}/bad_rate: must be rises, falls or any")
    unordered = sample.product.dictionary.facts[name].type is FactType.ENUM and "order" not in entry
    if word != "any" and unordered:
        raise BuildError(f"/inputs/{name}/bad_rate: has no order along which it could do so")
    return _DIRECTIONS[word]
