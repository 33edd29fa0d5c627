"""The model being read: its elements, what they say in our own namespace, and notes on what is left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from services.policies.interchange.vocabulary import NAMESPACE
from shared.dmn.read.fields import foreign
from shared.dmn.xml import Element
from shared.feel.syntax import normalise_name

MAX_NOTES: Final = 200

EXPRESSIONS: Final = frozenset(
    {
        "literalExpression",
        "decisionTable",
        "context",
        "invocation",
        "relation",
        "list",
        "functionDefinition",
        "conditional",
        "filter",
        "for",
        "some",
        "every",
    }
)
"""The elements that are boxed expressions (DMN 1.5, 10.2)."""


@dataclass(slots=True)
class Source:
    """The definitions of a model: `own` when it says of itself which policy it is; `language` is None for FEEL."""

    root: Element
    own: bool
    language: str | None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, root: Element) -> "Source":
        """Return the source with these definitions."""
        own_model = any(True for _ in extensions(root))
        return cls(root, own_model, foreign(root.attributes.get("expressionLanguage", "")))

    def note(self, element: Element, words: str) -> None:
        """Note what is left out, and where; the first `MAX_NOTES` are kept."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(f"line {element.line}: {words}")
        elif len(self.notes) == MAX_NOTES:
            self.notes.append("there is more that could not be read")

    def language_of(self, element: Element) -> str | None:
        """The expression language of an element, None for FEEL."""
        stated = element.attributes.get("expressionLanguage")
        return self.language if stated is None else foreign(stated)


def own(element: Element, attribute: str) -> str | None:
    """The value of an attribute in our own namespace."""
    return element.attributes.get(f"{NAMESPACE} {attribute}")


def extensions(element: Element) -> Iterator[Element]:
    """The extension elements in our own namespace."""
    for extension in element.all("extensionElements"):
        yield from (child for child in extension.children if child.namespace == NAMESPACE)


def text_of(element: Element | None) -> str:
    """The text in the child `text` of an element as it stands, empty where there is none."""
    text = element.first("text") if element is not None else None
    return text.text if text is not None else ""


def texts_within(element: Element) -> Iterator[str]:
    """The texts of an element and of all within it, in order; those between elements are blank."""
    if element.text:
        yield element.text
    for child in element.children:
        yield from texts_within(child)


def expression_of(element: Element) -> Element | None:
    """The first boxed expression among the children of an element."""
    return next(expressions_of(element), None)


def expressions_of(element: Element) -> Iterator[Element]:
    """The boxed expressions among the children of an element."""
    same = (child for child in element.children if child.namespace == element.namespace)
    return (child for child in same if child.name in EXPRESSIONS)


def name_of(element: Element) -> str:
    """The name of an element as FEEL compares it."""
    return normalise_name(element.attributes.get("name", ""))
