"""A spec file read strictly: what is not understood is refused, with its place."""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import yaml

from services.backtests.inputs import DataMap, InputError, parse_map
from services.scorecards.build.spec.checks import check_spec
from services.scorecards.build.spec.model import (
    BuildError,
    BuildSpec,
    Candidate,
    Force,
    Proxies,
    Reasons,
    Selection,
    Split,
    SplitMethod,
    Target,
    Trend,
)
from services.scorecards.build.spec.shape import FIRST, FIRST_SHAPE, SECOND, SECOND_SHAPE
from services.scoring.domain.scorecard import ReasonMethod
from services.scoring.domain.shape import shape_faults
from shared.facts import Fact, FactType
from shared.products import Product, parse_product
from shared.yaml import load_yaml

_MEAN, _AT_CUTOFF = ReasonMethod.POPULATION_MEAN, ReasonMethod.AT_CUTOFF
_Choice = TypeVar("_Choice", Trend, Force, SplitMethod)


def read_spec(path: Path) -> BuildSpec:
    """Return the spec in the YAML file `path`; its `product` is a path relative to that file.

    Raises `BuildError` with the faults found, among them a characteristic on an unknown or protected fact.
    """
    content = path.read_bytes()
    document = _yaml(content)
    explicit = _checked_format(document) == SECOND
    product = _product(path.parent / document["product"])
    scaling = document["scaling"]
    spec = BuildSpec(
        **{key: document[key] for key in ("name", "version", "title", "citation", "excluded")},
        target=_target(document["target"]),
        data=_data(document, product) if explicit else _columns_as_data(document, product),
        split=_split(document["split"]),
        scaling={key: value for key, value in scaling.items() if key != "direction"},
        maximum_prebins=document["binning"].get("maximum_prebins", 20),
        minimum_special_rows=document["binning"].get("minimum_special_rows", 30 if explicit else 1),
        selection=_selection(document["selection"]),
        penalties=_penalties(document.get("regression", {"penalty": ["none"]})["penalty"]),
        proxies=_proxies(document.get("proxies", {})),
        reasons=_reasons(document["reasons"]),
        candidates=tuple(
            _candidate(name, entry, document["binning"], product) for name, entry in document["characteristics"].items()
        ),
        product=product,
        sha256=hashlib.sha256(content).hexdigest(),
        explicit=explicit,
        through_the_door=document.get("population") == "through_the_door",
        grades=tuple(document.get("grades", ())),
        validity_days=document.get("validity_days"),
        notes=document.get("notes", {}),
    )
    check_spec(spec)
    return spec


def _yaml(content: bytes) -> Any:
    try:
        return load_yaml(content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BuildError(f"the spec is no YAML: {error}") from None


def _checked_format(document: Any) -> str:
    stated = document.get("format") if isinstance(document, Mapping) else None
    if stated not in (FIRST, SECOND):
        raise BuildError(f"/format: must be {SECOND} or {FIRST}")
    faults = shape_faults(SECOND_SHAPE if stated == SECOND else FIRST_SHAPE, document)
    if faults:
        raise BuildError("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
    choices = (
        ("/population", document.get("population"), ("accepted", "through_the_door")),
        ("/scaling/direction", document["scaling"].get("direction"), ("higher_is_better",)),
        ("/reasons/method", document["reasons"].get("method"), (_MEAN, _AT_CUTOFF)),
        ("/split/folds_over", document["split"].get("folds_over"), ("train", "all")),
    )
    for place, value, allowed in choices:
        if value is not None and value not in allowed:
            raise BuildError(f"{place}: must be {' or '.join(allowed)}")
    return str(stated)


def _product(path: Path) -> Product:
    try:
        return parse_product(_yaml(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise BuildError(f"/product: {path.name} can't be read: {error}") from None


def _target(entry: Mapping[str, Any]) -> Target:
    bad, good, neither = (_texts(entry.get(key, ())) for key in ("bad", "good", "indeterminate"))
    return Target(entry["column"], bad, good, neither, entry["definition"])


def _texts(stated: Any) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else tuple(str(each) for each in stated)


def _data(document: Mapping[str, Any], product: Product) -> DataMap:
    data = document["data"]
    if not isinstance(data, Mapping):
        raise BuildError("/data: must be a data map")
    return _map(dict(data), document, product)


def _columns_as_data(document: Mapping[str, Any], product: Product) -> DataMap:
    """Return the data map that the first format stands for: amounts in minor units, once multiplied."""
    facts: dict[str, Any] = {name: {"column": name, "money": "minor"} for name in document["characteristics"]}
    for column, entry in document["columns"].items():
        facts[entry["fact"]] = {"column": column, "money": "minor", "multiply": entry["multiply"]}
    return _map({"facts": facts}, document, product)


def _map(data: dict[str, Any], document: Mapping[str, Any], product: Product) -> DataMap:
    target, split = _target(document["target"]), document["split"]
    data.setdefault("as_of", {"constant": date(1970, 1, 1)})
    data |= {
        "product": product.name,
        "performance": {"column": target.column, "bad": list(target.bad), "good": list(target.good)},
        "segments": {"target": {"column": target.column}},
    }
    if "column" in split:
        data["segments"]["split"] = {"column": split["column"]}
    try:
        return parse_map(data, "/data")
    except InputError as error:
        raise BuildError(str(error)) from None


def _split(entry: Mapping[str, Any]) -> Split:
    chosen = {key: entry[key] for key in ("seed", "folds", "repeats", "train_percent", "column") if key in entry}
    moment = None
    if "time_from" in entry:
        try:
            moment = date.fromisoformat(entry["time_from"])
        except ValueError:
            raise BuildError("/split/time_from: must be a date written YYYY-MM-DD") from None
    return Split(
        method=_one_of(SplitMethod, entry.get("method", "stratified"), "/split/method"),
        folds_over_all=entry.get("folds_over", "all") == "all",
        train=_texts(entry.get("train", ())),
        test=_texts(entry.get("test", ())),
        time_from=moment,
        **chosen,
    )


def _selection(entry: Mapping[str, Any]) -> Selection:
    def limit(key: str) -> Decimal | None:
        return _decimal(entry[key], f"/selection/{key}") if key in entry else None

    return Selection(
        minimum_information_value=_decimal(entry["minimum_information_value"], "/selection/minimum_information_value"),
        maximum_correlation=limit("maximum_correlation"),
        maximum_variance_inflation=limit("maximum_variance_inflation"),
        maximum_characteristics=entry.get("maximum_characteristics"),
    )


def _reasons(entry: Mapping[str, Any]) -> Reasons:
    method = ReasonMethod(entry.get("method", ReasonMethod.POPULATION_MEAN))
    return Reasons(entry["limit"], method, entry.get("cutoff"), entry.get("within", 0))


def _penalties(stated: list[str]) -> tuple[Decimal | None, ...]:
    return tuple(None if text == "none" else _decimal(text, "/regression/penalty") for text in stated)


def _proxies(entry: Mapping[str, Any]) -> Proxies:
    limit = _decimal(entry.get("maximum_association", "0.3"), "/proxies/maximum_association")
    return Proxies(limit, entry.get("justified", {}))


def _candidate(name: str, entry: Mapping[str, Any], binning: Mapping[str, Any], product: Product) -> Candidate:
    place, fact = f"/characteristics/{name}", product.dictionary.facts.get(name)
    if fact is None:
        raise BuildError(f"{place}: is not a fact of {product.name}")
    return Candidate(
        fact=name,
        reason_code=entry["reason_code"],
        order=tuple(entry.get("order", ())),
        bad_rate=_one_of(Trend, entry.get("bad_rate", "auto"), f"{place}/bad_rate"),
        special=tuple(_value(fact, each, f"{place}/special") for each in entry.get("special", ())),
        cuts=tuple(_number(fact, each, f"{place}/cuts") for each in entry.get("cuts", ())),
        groups=tuple(tuple(group) for group in entry.get("groups", ())),
        minimum_bin_percent=entry.get("minimum_bin_percent", binning["minimum_bin_percent"]),
        maximum_bins=entry.get("maximum_bins", binning["maximum_bins"]),
        outside=entry.get("outside"),
        force=None if "force" not in entry else _one_of(Force, entry["force"], f"{place}/force"),
        why=entry.get("why", ""),
    )


def _value(fact: Fact, stated: str | int, place: str) -> str | int | Decimal:
    return str(stated) if fact.type is FactType.ENUM else _number(fact, stated, place)


def _number(fact: Fact, stated: str | int, place: str) -> int | Decimal:
    """Return a number in the form of the fact's values: money in minor units, a decimal at its scale."""
    if fact.type not in (FactType.INTEGER, FactType.MONEY, FactType.DECIMAL):
        raise BuildError(f"{place}: {fact.name} is no number")
    number = _decimal(str(stated), place)
    scaled = number.quantize(Decimal(1).scaleb(-fact.scale))
    if scaled != number:
        raise BuildError(f"{place}: has more than {fact.scale} decimal places")
    return scaled if fact.type is FactType.DECIMAL else int(scaled)


def _decimal(text: str, place: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BuildError(f"{place}: must be a decimal") from None
    if not value.is_finite() or abs(value) >= 10**18:
        raise BuildError(f"{place}: must be a decimal below 10^18")
    return value


def _one_of(kind: type[_Choice], stated: str, place: str) -> _Choice:
    try:
        return kind(stated)
    except ValueError:
        raise BuildError(f"{place}: must be {', '.join(list(kind)[:-1])} or {list(kind)[-1]}") from None
