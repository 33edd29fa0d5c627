"""Sets of characters of XPath's regular expressions, written for the `regex` library.

A set is an alternative of pieces that match one character each. Letter case (flag `i`) concerns characters and
ranges, but never the sets that have a name: `\\p{Lu}` are upper-case letters, always.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from shared.feel.library.patterns.reader import Reader
from shared.feel.values import FeelError

_NAME_START: Final = (
    r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME: Final = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"

_NAMED_SETS: Final = {
    "s": r"[\x20\t\n\r]",
    "S": r"[^\x20\t\n\r]",
    "i": f"[{_NAME_START}]",
    "I": f"[^{_NAME_START}]",
    "c": f"[{_NAME}]",
    "C": f"[^{_NAME}]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"[^\p{P}\p{Z}\p{C}]",
    "W": r"[\p{P}\p{Z}\p{C}]",
}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE: Final = frozenset("\\|.-^?*+{}()[]$")
_CATEGORY: Final = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cofn]?")
_MAX_SUBTRACTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A set with a name, `\\d` or `\\p{L}`, as a piece for the `regex` library."""

    piece: str


def literal(character: str) -> str:
    """One character as it is, inside of a set or outside."""
    return character if character.isalnum() or ord(character) > 127 else f"\\x{ord(character):02x}"


def read_escape(reader: Reader) -> str | NamedSet:
    """What follows a backslash: a character, or a set. Raises FeelError for an escape that XPath does not know."""
    mark = reader.take()
    if mark in _CONTROLS:
        return _CONTROLS[mark]
    if mark in _ESCAPABLE:
        return mark
    if mark in _NAMED_SETS:
        return NamedSet(_NAMED_SETS[mark])
    if mark in "pP" and reader.skip("{"):
        return NamedSet(f"\\{mark}{{{_property(reader.until('}'))}}}")
    raise reader.fault(f"`\\{mark}` means nothing")


@lru_cache(maxsize=256)
def _property(name: str) -> str:
    if _CATEGORY.fullmatch(name):
        return name
    block = name.removeprefix("Is")
    if block == name or not block.replace("-", "").isalnum() or not block.isascii():
        raise FeelError(f"the pattern has no valid category or block in `\\p{{{name[:64]}}}`")
    try:
        regex.compile(f"\\p{{Block={block}}}")
    except regex.error:
        raise FeelError(f"there is no block `{block[:64]}` of Unicode") from None
    return f"Block={block}"


def read_set(reader: Reader) -> str:
    """A set in brackets, the opening one being read, with the sets that are subtracted from it."""
    layers = [_read_layer(reader)]
    while reader.skip("-["):
        if len(layers) > _MAX_SUBTRACTIONS:
            raise reader.fault("there are too many subtractions")
        layers.append(_read_layer(reader))
    for _ in layers:
        if not reader.skip("]"):
            raise reader.fault("a set of characters has no end")
    piece = layers.pop()
    while layers:
        piece = f"(?:(?!{piece}){layers.pop()})"
    return piece


def _read_layer(reader: Reader) -> str:
    """The characters of a set, as far as its closing bracket or the subtraction from it."""
    negated = reader.skip("^")
    characters: list[str] = []
    named: list[str] = []
    first = True
    while not reader.at("]") and not reader.at("-["):
        item = _read_item(reader, first)
        first = False
        if isinstance(item, NamedSet):
            named.append(item.piece)
        else:
            characters.append(_read_range(reader, item))
    if first:
        raise reader.fault("a set of characters is empty")
    pieces = [f"[{''.join(characters)}]"] if characters else []
    pieces += [f"(?-i:{piece})" for piece in named]
    union = pieces[0] if len(pieces) == 1 else f"(?:{'|'.join(pieces)})"
    return f"(?:(?!{union})(?s:.))" if negated else union


def _read_item(reader: Reader, first: bool) -> str | NamedSet:
    mark = reader.take()
    if mark == "\\":
        return read_escape(reader)
    if mark == "[":
        raise reader.fault("`[` needs a backslash in a set of characters")
    if mark == "-" and not first and not reader.at("]") and not reader.at("-["):
        raise reader.fault("`-` needs a backslash in the middle of a set of characters")
    return mark


def _read_range(reader: Reader, low: str) -> str:
    if not reader.at("-") or any(map(reader.at, ("-]", "-[", "--["))):
        return literal(low)
    reader.take()
    high = _read_item(reader, first=True)
    if isinstance(high, NamedSet) or high < low:
        raise reader.fault("a range of characters has no valid end")
    return f"{literal(low)}-{literal(high)}"
