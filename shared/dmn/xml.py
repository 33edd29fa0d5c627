"""XML from strangers, read into plain elements: no document types, no entities, nothing fetched, all bounded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from shared.dmn.faults import DmnError

MAX_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 200_000


@dataclass(slots=True)
class Element:
    """An element: namespace and local name of its tag, attributes (`namespace name` if in a namespace), content.

    The text of elements that have children, which is white space in DMN, is not kept.
    """

    namespace: str
    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def all(self, name: str) -> "Iterator[Element]":
        """The children called `name` in this element's namespace, in document order."""
        return (child for child in self.children if child.name == name and child.namespace == self.namespace)

    def first(self, name: str) -> "Element | None":
        """The first child called `name` in this element's namespace."""
        return next(self.all(name), None)


def read_xml(data: bytes, source: str = "") -> Element:
    """Read a document and return its root.

    Raises `DmnError` for what is not well-formed, has a document type (the home of entity bombs and external entities),
    or exceeds the bounds of this module.
    """
    if len(data) > MAX_BYTES:
        raise DmnError(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read", source)
    reader = _Reader(source)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DmnError(f"not well-formed XML: {expat.ErrorString(error.code)}", source, error.lineno) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, DmnError):
            raise
        raise DmnError("the encoding of the file is not known", source, 1) from error
    return reader.root


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._open: list[Element] = []
        self._text: list[str] = []
        self._count = 0
        self.root = Element("", "", {}, 0)

    def _fault(self, message: str) -> DmnError:
        return DmnError(message, self.source, self.parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        raise self._fault("a document type (`<!DOCTYPE`) is not accepted")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise self._fault(f"more than {MAX_ELEMENTS:,} elements")
        if len(self._open) >= MAX_DEPTH:
            raise self._fault(f"elements nested more than {MAX_DEPTH} deep")
        namespace, _, name = tag.rpartition(" ")
        element = Element(namespace, name, attributes, self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._text.clear()

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if not element.children:
            element.text = "".join(self._text)

    def _characters(self, text: str) -> None:
        self._text.append(text)
