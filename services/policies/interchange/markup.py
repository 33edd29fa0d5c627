"""XML to be written: elements with either children or text, the same bytes every time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_ENDS: Final = {"\r": "&#13;"}
"""Readers of XML turn carriage returns into line feeds unless they are written as references."""


class NotXmlError(ValueError):
    """A text with a character that XML cannot hold, a control character for one."""


@dataclass(frozen=True, slots=True)
class Tag:
    """An element. Attributes with the value None are left out."""

    name: str
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    children: "Sequence[Tag]" = ()
    text: str = ""

    def texts(self) -> "Iterator[str]":
        """Yield the texts within the element that are not empty, in order."""
        if self.text:
            yield self.text
        for child in self.children:
            yield from child.texts()


def text_tag(name: str, text: str, attributes: Mapping[str, str | None] | None = None) -> Tag:
    """Return an element whose content is the child `text`, as DMN has it wherever there is FEEL."""
    return Tag(name, attributes or {}, (Tag("text", text=text),))


def written(root: Tag) -> bytes:
    """Return the document in UTF-8. Raises `NotXmlError`."""
    text = "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""))
    found = _NOT_XML.search(text)
    if found is not None:
        raise NotXmlError(f"the character U+{ord(found[0]):04X} cannot stand in XML")
    return text.encode()


def _lines(tag: Tag, indent: str) -> Iterator[str]:
    given = "".join(f" {name}={quoteattr(value)}" for name, value in tag.attributes.items() if value is not None)
    head = f"{indent}<{tag.name}{given}"
    if len(tag.children) == 1 and not (tag.text or tag.children[0].children):
        # Cells and their texts are most of a model: a line each keeps it short.
        [line] = _lines(tag.children[0], "")
        yield f"{head}>{line}</{tag.name}>"
    elif tag.children:
        yield f"{head}>"
        for child in tag.children:
            yield from _lines(child, f"{indent}  ")
        yield f"{indent}</{tag.name}>"
    elif tag.text:
        yield f"{head}>{escape(tag.text, _LINE_ENDS)}</{tag.name}>"
    else:
        yield f"{head}/>"
