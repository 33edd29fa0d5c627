"""XML from strangers: elements and their text, and none of what makes XML dangerous."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn
from xml.parsers import expat

from services.intake.sources.port import SourceError, SourceFault

MAX_DEPTH: Final = 30
MAX_ELEMENTS: Final = 20_000


@dataclass(slots=True)
class Element:
    """An element: attributes, the text in it without that of its children, and its children in their order."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, path: str) -> Iterator["Element"]:
        """Yield the elements at a path of names, such as `judgments/judgment`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def value(self, path: str) -> str | None:
        """Return the text at a path, None where there is none; raises `SourceError` when it stands there twice."""
        found = list(self.all(path))
        if len(found) > 1:
            raise SourceError(SourceFault.MALFORMED, f"{path} stands twice")
        return (found[0].text.strip() or None) if found else None


def read_xml(body: bytes) -> Element:
    """Return the root element of `body`, UTF-8; raises `SourceError` when it is not well-formed or has a DTD.

    Without a document type there are no entities to expand and nothing to fetch; the first letters of one end it.
    """
    builder = _Builder()
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise SourceError(SourceFault.MALFORMED, "the answer is not well-formed XML") from None
    return builder.root()


class _Builder:
    def __init__(self) -> None:
        self._open = [Element("", {})]
        self._texts: list[list[str]] = [[]]
        self._elements = 0

    def root(self) -> Element:
        return self._open[0].children[0]

    def refuse(self, *_declaration: Any) -> NoReturn:
        raise SourceError(SourceFault.MALFORMED, "the answer has a document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise SourceError(SourceFault.MALFORMED, "the answer has more elements than a report")
        element = Element(name, attributes)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def characters(self, text: str) -> None:
        self._texts[-1].append(text)
