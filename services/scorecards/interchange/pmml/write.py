"""An artefact as PMML 4.4: the same scores and reasons for every application, in the words of the standard.

What PMML has no words for is left out: grades, PD and scaling, validity, golden vectors, the baseline of drift.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.scorecards.interchange.binding import NUMERIC
from services.scorecards.interchange.faults import InterchangeError
from services.scoring.domain.errors import ModelError
from services.scoring.domain.scorecard import BinRole, load_scorecard
from services.scoring.domain.scorecard.model import ReasonMethod
from shared.facts import Fact, FactType
from shared.products import Product

_NAMESPACE: Final = "http://www.dmg.org/PMML-4_4"
_SCORE: Final = "Score"
"""The target. It and the output fields begin with a capital, which no fact does."""
_BASELINES: Final = {
    ReasonMethod.POPULATION_MEAN: "mean",
    ReasonMethod.AT_CUTOFF: "other",
    ReasonMethod.STATED: "other",
}


def pmml_of(document: Mapping[str, Any], product: Product) -> bytes:
    """Return a PMML document that scores as the artefact does: `initialScore` 0, reasons by `pointsBelow`.

    Money is in minor units, as in the artefact. A missing or unseen value that the artefact refuses has no attribute,
    which leaves no score in PMML too. Raises `InterchangeError` when the artefact does not load.
    """
    try:
        load_scorecard(document, product)
    except ModelError as error:
        raise InterchangeError(f"does not load: {error}") from None
    root = Element("PMML", {"xmlns": _NAMESPACE, "version": "4.4"})
    header = SubElement(root, "Header", {"description": document["title"]})
    SubElement(header, "Application", {"name": "Assay", "version": document["format"]})
    facts = [product.dictionary.facts[entry["fact"]] for entry in document["characteristics"]]
    _dictionary(root, facts)
    model = SubElement(
        root,
        "Scorecard",
        {
            "modelName": f"{document['name']}-{document['version']}",
            "functionName": "regression",
            "initialScore": "0",
            "useReasonCodes": "true",
            "reasonCodeAlgorithm": "pointsBelow",
            "baselineMethod": _BASELINES[ReasonMethod(document["reasons"]["method"])],
        },
    )
    _schema(model, facts)
    _output(model, document["reasons"]["limit"])
    characteristics = SubElement(model, "Characteristics")
    for entry, fact in zip(document["characteristics"], facts, strict=True):
        _characteristic(characteristics, entry, fact)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _dictionary(root: Element, facts: Sequence[Fact]) -> None:
    dictionary = SubElement(root, "DataDictionary", {"numberOfFields": str(len(facts) + 1)})
    kinds = {FactType.DECIMAL: "double", FactType.ENUM: "string", FactType.BOOLEAN: "boolean"}
    for fact in facts:
        kind = kinds.get(fact.type, "integer")
        optype = "continuous" if fact.type in NUMERIC else "categorical"
        field = SubElement(dictionary, "DataField", {"name": fact.name, "optype": optype, "dataType": kind})
        for value in fact.values:
            SubElement(field, "Value", {"value": value})
    SubElement(dictionary, "DataField", {"name": _SCORE, "optype": "continuous", "dataType": "integer"})


def _schema(model: Element, facts: Sequence[Fact]) -> None:
    schema = SubElement(model, "MiningSchema")
    for fact in facts:
        SubElement(schema, "MiningField", {"name": fact.name, "invalidValueTreatment": "asIs"})
    SubElement(schema, "MiningField", {"name": _SCORE, "usageType": "target"})


def _output(model: Element, reasons: int) -> None:
    output = SubElement(model, "Output")
    SubElement(output, "OutputField", {"name": "Points", "feature": "predictedValue", "dataType": "integer",
                                       "optype": "continuous"})  # fmt: skip
    for rank in range(1, reasons + 1):
        SubElement(output, "OutputField", {"name": f"Reason{rank}", "feature": "reasonCode", "rank": str(rank),
                                           "dataType": "string", "optype": "categorical"})  # fmt: skip


def _characteristic(parent: Element, entry: Mapping[str, Any], fact: Fact) -> None:
    baseline = Decimal(entry["reference_millipoints"]).scaleb(-3)
    attributes = {"name": fact.name, "reasonCode": entry["reason_code"], "baselineScore": f"{baseline:f}"}
    element = SubElement(parent, "Characteristic", attributes)
    by_role: dict[str, list[Mapping[str, Any]]] = {role: [] for role in BinRole}
    for item in entry["bins"]:
        by_role[item["role"]].append(item)
    missing, unseen = by_role[BinRole.MISSING][0], by_role[BinRole.UNSEEN][0]
    if "treat" not in missing:
        SubElement(_attribute(element, missing), "SimplePredicate", {"field": fact.name, "operator": "isMissing"})
    for item in by_role[BinRole.SPECIAL]:
        _is_in(_attribute(element, item), item["values"], fact)
    _beyond(element, entry.get("outside"), {"missing": missing, "unseen": unseen}, fact)
    for item in by_role[BinRole.REGULAR]:
        if fact.type in NUMERIC:
            _between(_attribute(element, item), item, fact)
        else:
            _is_in(_attribute(element, item), item["values"], fact)
    if fact.type not in NUMERIC and "treat" not in unseen:
        # A missing value would satisfy `True` as well, also where the artefact gives it no score.
        SubElement(_attribute(element, unseen), "SimplePredicate", {"field": fact.name, "operator": "isNotMissing"})


def _beyond(element: Element, outside: Mapping[str, Any] | None, bins: Mapping[str, Any], fact: Fact) -> None:
    """Numbers beyond the trained range, where they count as missing or as unseen."""
    if outside is None or outside["treat"] not in bins:
        return
    target = bins[outside["treat"]]
    if "treat" in target:
        words = f"{fact.name}: numbers beyond the trained range leave no score, which PMML can't say beside intervals"
        raise InterchangeError(words)
    either = SubElement(_attribute(element, target), "CompoundPredicate", {"booleanOperator": "or"})
    for operator, key in (("lessThan", "minimum"), ("greaterThan", "maximum")):
        _simple(either, fact, operator, outside[key])


def _attribute(parent: Element, item: Mapping[str, Any]) -> Element:
    own = {"reasonCode": item["reason_code"]} if "reason_code" in item else {}
    return SubElement(parent, "Attribute", {"partialScore": str(item["points"]), **own})


def _between(attribute: Element, item: Mapping[str, Any], fact: Fact) -> None:
    ends = [
        (operator, item[key]) for operator, key in (("greaterOrEqual", "from"), ("lessThan", "below")) if key in item
    ]
    if not ends:
        SubElement(attribute, "SimplePredicate", {"field": fact.name, "operator": "isNotMissing"})
        return
    parent = attribute if len(ends) == 1 else SubElement(attribute, "CompoundPredicate", {"booleanOperator": "and"})
    for operator, edge in ends:
        _simple(parent, fact, operator, edge)


def _simple(parent: Element, fact: Fact, operator: str, value: object) -> None:
    SubElement(parent, "SimplePredicate", {"field": fact.name, "operator": operator, "value": _text(value)})


def _is_in(attribute: Element, values: Sequence[object], fact: Fact) -> None:
    if len(values) == 1:
        _simple(attribute, fact, "equal", values[0])
        return
    element = SubElement(attribute, "SimpleSetPredicate", {"field": fact.name, "booleanOperator": "isIn"})
    kind = {FactType.DECIMAL: "real", FactType.ENUM: "string", FactType.BOOLEAN: "string"}.get(fact.type, "int")
    array = SubElement(element, "Array", {"n": str(len(values)), "type": kind})
    array.text = " ".join(_quoted(_text(value)) if kind == "string" else _text(value) for value in values)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
