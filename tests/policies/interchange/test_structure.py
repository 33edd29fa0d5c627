"""What other tools demand of a file: the order of elements in the schema, ids, references, and a drawing of it all."""

from collections import Counter
from collections.abc import Iterator

import pytest

from services.policies.interchange import write_dmn
from services.policies.interchange.versions import DIAGRAM_COMMONS, VERSIONS
from shared.dmn.xml import Element, read_xml
from tests.decision.domain.catalogue.books import NAMES, book

START = ("description", "extensionElements")
ORDER = {
    "definitions": (*START, "itemDefinition", ("inputData", "decision"), "DMNDI"),
    "itemDefinition": (*START, "typeRef", "allowedValues", "itemComponent"),
    "itemComponent": (*START, "typeRef", "allowedValues", "itemComponent"),
    "inputData": (*START, "variable"),
    "decision": (*START, "variable", "informationRequirement", ("literalExpression", "decisionTable", "context")),
    "decisionTable": (*START, "input", "output", "annotation", "rule"),
    "input": (*START, "inputExpression", "inputValues"),
    "output": (*START, "outputValues", "defaultOutputEntry"),
    "rule": (*START, "inputEntry", "outputEntry", "annotationEntry"),
    "context": (*START, "contextEntry"),
    "contextEntry": (*START, "variable", ("literalExpression",)),
}
"""The sequences of the schema (DMN 1.5, annex; the same in 1.2 to 1.4) as far as policies need them."""

FILES = [(name, version) for name in NAMES for version in VERSIONS]


def model(name: str, version: str) -> Element:
    return read_xml(write_dmn(book(name).document, book(name).product, version))


def within(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from within(child)


def place(name: str, parent: str) -> int:
    """The place of a child in the sequence of its parent; in a tuple, any order will do."""
    [found] = [
        at for at, each in enumerate(ORDER[parent]) if name == each or (isinstance(each, tuple) and name in each)
    ]
    return found


@pytest.mark.parametrize(("name", "version"), FILES)
def test_elements_stand_in_the_order_of_the_schema(name: str, version: str) -> None:
    root = model(name, version)
    assert root.namespace == VERSIONS[version].model
    for element in within(root):
        if element.namespace == root.namespace and element.name in ORDER:
            places = [place(child.name, element.name) for child in element.children]
            assert places == sorted(places), f"line {element.line}"


@pytest.mark.parametrize(("name", "version"), FILES)
def test_ids_are_unique_and_references_lead_somewhere(name: str, version: str) -> None:
    root = model(name, version)
    ids = Counter(element.attributes["id"] for element in within(root) if "id" in element.attributes)
    assert max(ids.values()) == 1
    for element in within(root):
        for attribute in ("href", "dmnElementRef"):
            if attribute in element.attributes:
                assert element.attributes[attribute].removeprefix("#") in ids


@pytest.mark.parametrize(("name", "version"), FILES)
def test_types_are_defined(name: str, version: str) -> None:
    root = model(name, version)
    defined = {item.attributes["name"] for item in root.all("itemDefinition")} | {"string", "number", "boolean", "date"}
    named = {element.attributes["typeRef"] for element in within(root) if "typeRef" in element.attributes}
    assert named <= defined


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_drawn_once_and_nothing_on_top_of_another(name: str) -> None:
    root = model(name, "1.3")
    elements = [each for each in root.children if each.name in ("inputData", "decision")]
    requirements = [each for element in elements for each in element.all("informationRequirement")]
    drawn = [each.attributes["dmnElementRef"] for each in within(root) if each.name in ("DMNShape", "DMNEdge")]
    assert sorted(drawn) == sorted(each.attributes["id"] for each in (*elements, *requirements))
    boxes = [each.attributes for each in within(root) if each.name == "Bounds" and each.namespace == DIAGRAM_COMMONS]
    corners = [(int(box["x"]), int(box["y"]), int(box["width"]), int(box["height"])) for box in boxes]
    for at, (x, y, width, height) in enumerate(corners):
        for left, top, wide, high in corners[at + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y


def test_a_reader_finds_the_policy_where_models_have_it() -> None:
    root = model("sme-loan", "1.3")
    assert root.attributes["name"] == "sme-loan-standard"
    assert root.attributes["label"] == "Small-business term loan, standard policy"
    names = {each.attributes["name"] for each in root.all("decision")}
    assert {"eligibility", "knock_outs", "grade", "matrix", "approve_limit", "conditions", "routing"} <= names
    assert set(book("sme-loan").document["definitions"]) <= names
    leverage = next(each for each in root.all("decision") if each.attributes["name"] == "leverage")
    assert leverage.attributes["label"] == book("sme-loan").document["definitions"]["leverage"]["label"]["en"]
    used = {each.attributes["name"] for each in root.all("inputData")}
    assert used <= set(book("sme-loan").product.dictionary.facts)
