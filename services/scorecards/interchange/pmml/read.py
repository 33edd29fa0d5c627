"""A PMML document read into a scorecard model: the one model of the file, refused by name where it says too much."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.numbers import read_number
from services.scorecards.interchange.pmml.predicates import (
    Field,
    Predicate,
    fault,
    predicates_in,
    read_predicate,
    required,
)
from shared.dmn import DmnError
from shared.dmn.xml import Element, read_xml

_NAMESPACES: Final = ("http://www.dmg.org/PMML-4_", "http://www.dmg.org/PMML-3_")
_NUMBERS: Final = frozenset({"integer", "float", "double"})
_TEXTS: Final = frozenset({"string", "boolean"})
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_READ: Final = frozenset({"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Characteristics", "Extension",
                          "ModelVerification", "Targets", "LocalTransformations"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: when it holds, what it earns, and its own reason code if it has one.

    `number` counts the attributes of a characteristic from 0; places need not differ, a file may be one line.
    """

    number: int
    place: str
    predicate: Predicate
    points: Decimal
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class PmmlCharacteristic:
    """A characteristic over one field; of its attributes, the first that holds counts."""

    place: str
    name: str
    field: Field
    attributes: tuple[Attribute, ...]
    reason_code: str | None
    baseline: Decimal | None


@dataclass(frozen=True, slots=True)
class MiningField:
    """What a model does with values that are missing or invalid before it looks at them."""

    missing_becomes: str | None
    invalid_treatment: str


@dataclass(frozen=True, slots=True)
class PmmlScorecard:
    """A scorecard model. With `points_above`, a reason is a characteristic that earned more than its baseline."""

    initial_score: Fraction
    uses_reason_codes: bool
    points_above: bool
    mining_fields: Mapping[str, MiningField]
    characteristics: tuple[PmmlCharacteristic, ...]


def read_pmml(content: bytes) -> PmmlScorecard:
    """Return the scorecard model of a PMML file; raises `InterchangeError` with the line of what is not understood."""
    try:
        root = read_xml(content)
    except DmnError as error:
        raise InterchangeError(error.message, f"line {error.line}" if error.line else "") from None
    if root.name != "PMML" or not root.namespace.startswith(_NAMESPACES):
        raise fault(root, "is not the PMML element of PMML 3 or 4")
    for transformations in root.all("TransformationDictionary"):
        if transformations.children:
            raise fault(transformations, "holds derived fields, which are not read")
    models = list(root.all("Scorecard"))
    if len(models) != 1:
        raise fault(root, f"has {len(models)} Scorecard models, and exactly one is read")
    return _scorecard(models[0], _fields(root))


def _fields(root: Element) -> Mapping[str, Field]:
    dictionary = root.first("DataDictionary")
    if dictionary is None:
        raise fault(root, "has no DataDictionary")
    fields: dict[str, Field] = {}
    for element in dictionary.all("DataField"):
        name, kind = required(element, "name"), required(element, "dataType")
        if kind not in _NUMBERS | _TEXTS:
            continue  # A field of another type can be the target; a predicate on it is refused as on no field.
        if name in fields:
            raise fault(element, f"defines {name!r} a second time")
        fields[name] = _field(name, kind in _NUMBERS, element)
    return fields


def _field(name: str, numeric: bool, element: Element) -> Field:
    values = list(element.all("Value"))
    for each in values:
        if each.attributes.get("property", "valid") != "valid":
            raise fault(each, f"makes a value of {name!r} missing or invalid, which is not read")
    restricted = element.first("Interval") is not None or (numeric and bool(values))
    return Field(name, numeric, frozenset(required(each, "value") for each in values), restricted)


def _scorecard(model: Element, fields: Mapping[str, Field]) -> PmmlScorecard:
    _refuse_what_is_more(model)
    algorithm = model.attributes.get("reasonCodeAlgorithm", "pointsBelow")
    if algorithm not in ("pointsAbove", "pointsBelow"):
        raise fault(model, f"has the reasonCodeAlgorithm {algorithm!r}, which is not known")
    uses = _FLAGS.get(model.attributes.get("useReasonCodes", "true"))
    if uses is None:
        raise fault(model, "must say true or false in useReasonCodes")
    baseline = _number(model, "baselineScore")
    elements = [each for group in model.all("Characteristics") for each in group.all("Characteristic")]
    if not elements:
        raise fault(model, "has no Characteristic")
    return PmmlScorecard(
        initial_score=Fraction(_number(model, "initialScore") or 0),
        uses_reason_codes=uses,
        points_above=algorithm == "pointsAbove",
        mining_fields=_mining_fields(model),
        characteristics=tuple(_characteristic(each, fields, baseline) for each in elements),
    )


def _refuse_what_is_more(model: Element) -> None:
    """Refuse what would change scores and is not read."""
    if model.attributes.get("functionName") != "regression":
        raise fault(model, "must have the functionName regression")
    if model.attributes.get("isScorable", "true") not in ("true", "1"):
        raise fault(model, "says that it is not scorable")
    for child in model.children:
        if child.name not in _READ:
            raise fault(child, "is not read")
        if child.name == "LocalTransformations" and child.children:
            raise fault(child, "holds derived fields, which are not read")
        for target in child.children if child.name == "Targets" else ():
            if target.children or target.attributes.keys() - {"field", "optype"}:
                raise fault(target, "changes the score after it is summed, which is not read")


def _mining_fields(model: Element) -> Mapping[str, MiningField]:
    schema = model.first("MiningSchema")
    if schema is None:
        raise fault(model, "has no MiningSchema")
    found: dict[str, MiningField] = {}
    for element in schema.all("MiningField"):
        invalid = element.attributes.get("invalidValueTreatment", "returnInvalid")
        if invalid not in ("returnInvalid", "asIs", "asMissing"):
            raise fault(element, f"has the invalidValueTreatment {invalid!r}, which is not read")
        outliers = element.attributes.get("outliers", "asIs")
        if outliers != "asIs":
            raise fault(element, f"treats outliers {outliers!r}, which is not read")
        found[required(element, "name")] = MiningField(element.attributes.get("missingValueReplacement"), invalid)
    return found


def _characteristic(element: Element, fields: Mapping[str, Field], baseline: Decimal | None) -> PmmlCharacteristic:
    names: set[str] = set()
    attributes = tuple(_attribute(number, each, fields, names) for number, each in enumerate(element.all("Attribute")))
    name = element.attributes.get("name", "")
    if not attributes:
        raise fault(element, f"{name!r} has no Attribute")
    if len(names) != 1:
        tested = ", ".join(sorted(names)) or "no field"
        raise fault(element, f"{name!r} tests {tested}; a characteristic is read that tests exactly one")
    own = _number(element, "baselineScore")
    return PmmlCharacteristic(
        place=f"line {element.line}",
        name=name,
        field=fields[names.pop()],
        attributes=attributes,
        reason_code=element.attributes.get("reasonCode"),
        baseline=baseline if own is None else own,
    )


def _attribute(number: int, element: Element, fields: Mapping[str, Field], names: set[str]) -> Attribute:
    complex_score = element.first("ComplexPartialScore")
    if complex_score is not None:
        raise fault(complex_score, "computes points from values; only bins with points of their own are read")
    predicates = predicates_in(element)
    if len(predicates) != 1:
        raise fault(element, f"has {len(predicates)} predicates, and exactly one is read")
    predicate = read_predicate(predicates[0], fields, names)
    points = _number(element, "partialScore")
    if points is None:
        raise fault(element, "lacks the attribute partialScore")
    return Attribute(number, f"line {element.line}", predicate, points, element.attributes.get("reasonCode"))


def _number(element: Element, attribute: str) -> Decimal | None:
    text = element.attributes.get(attribute)
    if text is None:
        return None
    number = read_number(text)
    if number is None:
        raise fault(element, f"has the {attribute} {text[:40]!r}, which is not a number")
    return number
