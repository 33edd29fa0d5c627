"""What every element of a DMN file may have: names, texts, types, and whose language its text is in."""

from dataclasses import dataclass
from typing import Final

from shared.dmn.faults import DmnError
from shared.dmn.model import Variable
from shared.dmn.xml import Element
from shared.feel.syntax.names import normalise_name

_FEEL: Final = frozenset({"", "feel", "s-feel"})
"""Names of FEEL besides the addresses of its versions: some tools write these."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file being read: what messages call it, and its own expression language when that is not FEEL."""

    name: str
    language: str | None = None

    def fault(self, message: str, element: Element) -> DmnError:
        """A fault at an element."""
        return DmnError(message, self.name, element.line)

    def required(self, element: Element, attribute: str) -> str:
        """The value of an attribute that must be there. Raises `DmnError`."""
        value = element.attributes.get(attribute)
        if value is None or not value.strip():
            raise self.fault(f"`{element.name}` has no `{attribute}`", element)
        return value

    def named(self, element: Element) -> str:
        """The name of an element that must have one. Raises `DmnError`."""
        return normalise_name(self.required(element, "name"))

    def variable(self, element: Element) -> Variable:
        """A `variable`, `formalParameter` or `parameters` element."""
        return Variable(self.named(element), type_ref(element), line=element.line)

    def language_of(self, element: Element) -> str | None:
        """The expression language of an element, None for FEEL."""
        stated = element.attributes.get("expressionLanguage")
        return self.language if stated is None else foreign(stated)


def foreign(language: str) -> str | None:
    """The name or address of a language, None when it is FEEL's."""
    plain = language.strip()
    return None if plain.casefold() in _FEEL or plain.rstrip("/").endswith("/FEEL") else plain


def type_ref(element: Element) -> str | None:
    """The `typeRef` attribute."""
    stated = element.attributes.get("typeRef")
    return normalise_name(stated) if stated and stated.strip() else None


def text_of(element: Element | None) -> str:
    """The text within the `text` child of an element, empty without one."""
    text = element.first("text") if element is not None else None
    return text.text.strip() if text is not None else ""


def described(element: Element) -> str:
    """The description of an element."""
    description = element.first("description")
    return description.text.strip() if description is not None else ""
