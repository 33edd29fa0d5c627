"""What a model has and a policy has not: other elements of DMN, and what tools add to it for themselves."""

from collections.abc import Iterator
from typing import Final

from services.policies.interchange.read.source import EXPRESSIONS, Source, name_of
from services.policies.interchange.versions import DIAGRAM_COMMONS, DIAGRAM_INTERCHANGE, VERSIONS
from services.policies.interchange.vocabulary import NAMESPACE
from shared.dmn.xml import Element

_READ: Final = frozenset({"description", "extensionElements", "itemDefinition", "inputData", "decision"})
_READ_IN_DECISIONS: Final = frozenset({"description", "extensionElements", "variable", "informationRequirement"})
_DRAWN: Final = frozenset({DIAGRAM_COMMONS, DIAGRAM_INTERCHANGE, *(version.diagrams for version in VERSIONS.values())})
"""Namespaces of drawings: a policy is drawn anew each time it is written."""

_SHOWN: Final = 10


def note_strangers(source: Source) -> None:
    """Note what the model has and a policy has no place for."""
    root = source.root
    for child in root.children:
        if child.namespace == root.namespace and child.name not in _READ:
            source.note(child, f"{_called(child)} has no counterpart in a policy and is left out")
    for decision in root.all("decision"):
        _note_parts(decision, source)
    if not source.own:
        _note_input_types(source)
    _note_vendors(source)


def _note_input_types(source: Source) -> None:
    typed = []
    for data in source.root.all("inputData"):
        variable = data.first("variable")
        if variable is not None and variable.attributes.get("typeRef"):
            typed.append((data, f"`{name_of(data)}` ({variable.attributes['typeRef']})"))
        if data.first("description") is not None:
            source.note(data, f"the description of `{name_of(data)}` is the product's to say and is left out")
    if typed:
        more = ", ..." if len(typed) > _SHOWN else ""
        words = ", ".join(each for _, each in typed[:_SHOWN])
        source.note(typed[0][0], f"facts have the types that the product gives them; left out: {words}{more}")


def _note_parts(decision: Element, source: Source) -> None:
    for child in decision.children:
        if child.namespace == decision.namespace and child.name not in _READ_IN_DECISIONS | EXPRESSIONS:
            name = decision.attributes.get("name", "")
            source.note(child, f"the {child.name} of `{name}` has no counterpart in a policy and is left out")


def _called(element: Element) -> str:
    name = element.attributes.get("name", "")
    return f"{element.name} `{name}`" if name else f"a {element.name}"


def _note_vendors(source: Source) -> None:
    """Note once for each namespace what tools have added to the model."""
    first: dict[str, tuple[Element, str]] = {}
    count: dict[str, int] = {}
    for element in _all(source.root):
        for namespace, name in _foreign(element, source.root.namespace):
            first.setdefault(namespace, (element, name))
            count[namespace] = count.get(namespace, 0) + 1
    for namespace, (element, name) in first.items():
        source.note(element, f"what {namespace} adds to the model is left out ({count[namespace]}, first `{name}`)")


def _all(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += reversed(element.children)


def _foreign(element: Element, model: str) -> Iterator[tuple[str, str]]:
    known = {model, NAMESPACE, *_DRAWN}
    if element.namespace not in known:
        yield element.namespace, element.name
    if element.namespace not in _DRAWN:
        for attribute in element.attributes:
            namespace, _, name = attribute.rpartition(" ")
            if namespace and namespace not in known:
                yield namespace, name
