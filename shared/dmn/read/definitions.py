"""Definitions and the elements of the requirements graph (DMN 1.5, 6.3)."""

from collections.abc import Iterator
from typing import Final

from shared.dmn.faults import DmnError
from shared.dmn.model import (
    Decision,
    DecisionService,
    FunctionItem,
    Import,
    InputData,
    ItemDefinition,
    KnowledgeModel,
    Model,
    Reference,
    Variable,
)
from shared.dmn.read.expressions import expression_in, function_definition
from shared.dmn.read.fields import Source, described, foreign, text_of, type_ref
from shared.dmn.xml import Element, read_xml
from shared.feel.syntax.names import normalise_name

VERSIONS: Final = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""The namespace of each version's schema."""


def read_model(data: bytes, source: str = "") -> Model:
    """Read the bytes of a DMN file; `source` is what messages call it.

    Raises `DmnError` with the line for XML that is hostile or malformed and for what is not DMN 1.2 to 1.5.
    Expressions are kept as text: that they parse is seen when the model is linked.
    """
    root = read_xml(data, source)
    if root.name != "definitions" or root.namespace not in VERSIONS:
        what = f"`{root.name}` of {root.namespace or 'no namespace'}"
        raise DmnError(f"the root is {what}, not the definitions of DMN 1.2 to 1.5", source, root.line)
    file = Source(source, foreign(root.attributes.get("expressionLanguage", "")))
    return Model(
        file.required(root, "namespace").strip(),
        normalise_name(root.attributes.get("name", "")),
        tuple(_import(element, file) for element in root.all("import")),
        tuple(_item(element, file) for element in root.all("itemDefinition")),
        tuple(_input_data(element, file) for element in root.all("inputData")),
        tuple(_decision(element, file) for element in root.all("decision")),
        tuple(_knowledge_model(element, file) for element in root.all("businessKnowledgeModel")),
        tuple(_decision_service(element, file) for element in root.all("decisionService")),
        source,
    )


def _import(element: Element, source: Source) -> Import:
    return Import(
        normalise_name(element.attributes.get("name", "")),
        source.required(element, "namespace").strip(),
        element.attributes.get("importType", "").strip(),
        line=element.line,
    )


def _item(element: Element, source: Source) -> ItemDefinition:
    stated = element.first("typeRef")
    function = element.first("functionItem")
    return ItemDefinition(
        source.named(element),
        (normalise_name(stated.text) or None) if stated is not None else None,
        element.attributes.get("isCollection", "").strip() in {"true", "1"},
        text_of(element.first("allowedValues")) or None,
        text_of(element.first("typeConstraint")) or None,
        tuple(_item(component, source) for component in element.all("itemComponent")),
        _function_item(function, source) if function is not None else None,
        line=element.line,
    )


def _function_item(element: Element, source: Source) -> FunctionItem:
    output = element.attributes.get("outputTypeRef", "")
    return FunctionItem(
        tuple(source.variable(parameter) for parameter in element.all("parameters")),
        normalise_name(output) or None,
        line=element.line,
    )


def _variable(element: Element, source: Source) -> Variable:
    """The variable of an element of the graph: it has the element's name, whatever an editor left in its own."""
    variable = element.first("variable")
    return Variable(
        source.named(element),
        type_ref(variable) if variable is not None else None,
        line=(variable or element).line,
    )


def _references(element: Element, name: str, source: Source) -> tuple[Reference, ...]:
    return tuple(Reference(source.required(child, "href").strip(), line=child.line) for child in element.all(name))


def _required(element: Element, requirement: str, names: tuple[str, ...], source: Source) -> Iterator[Reference]:
    for child in element.all(requirement):
        for name in names:
            yield from _references(child, name, source)


def _input_data(element: Element, source: Source) -> InputData:
    return InputData(_id(element), source.named(element), _variable(element, source), line=element.line)


def _decision(element: Element, source: Source) -> Decision:
    return Decision(
        _id(element),
        source.named(element),
        _variable(element, source),
        tuple(_required(element, "informationRequirement", ("requiredDecision", "requiredInput"), source)),
        tuple(_required(element, "knowledgeRequirement", ("requiredKnowledge",), source)),
        expression_in(element, source),
        described(element),
        line=element.line,
    )


def _knowledge_model(element: Element, source: Source) -> KnowledgeModel:
    logic = element.first("encapsulatedLogic")
    return KnowledgeModel(
        _id(element),
        source.named(element),
        _variable(element, source),
        function_definition(logic, source) if logic is not None else None,
        tuple(_required(element, "knowledgeRequirement", ("requiredKnowledge",), source)),
        described(element),
        line=element.line,
    )


def _decision_service(element: Element, source: Source) -> DecisionService:
    return DecisionService(
        _id(element),
        source.named(element),
        _variable(element, source),
        _references(element, "outputDecision", source),
        _references(element, "encapsulatedDecision", source),
        _references(element, "inputDecision", source),
        _references(element, "inputData", source),
        line=element.line,
    )


def _id(element: Element) -> str:
    return element.attributes.get("id", "").strip()
