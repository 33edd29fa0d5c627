"""String literals: their escapes, read and written (DMN 1.5, 10.3.1.2, rules 33 and 64)."""

import re
from typing import Final

from shared.feel.syntax.faults import FeelSyntaxError

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"'\\]))")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_WRITTEN: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TO_ESCAPE: Final = re.compile(r'[\\"\x00-\x1f\x7f\x85\u2028\u2029]')
_SURROGATES: Final = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_HALF: Final = re.compile("[\ud800-\udfff]")
_MAX_CODE_POINT: Final = 0x10FFFF


def unescape(text: str, start: int, end: int) -> str:
    r"""Return the value of the string literal between `start` and `end` of `text`, its quotes included there.

    An escape that FEEL does not know stands for itself (`\d`: patterns need it). Raises FeelSyntaxError for code points
    that do not exist and for half a surrogate pair.
    """
    inside = text[start + 1 : end - 1]
    if "\\" in inside:
        inside = _SURROGATES.sub(_joined, _ESCAPE.sub(_character, inside))
    if inside.isascii():
        return inside
    if _HALF.search(inside):
        raise FeelSyntaxError("the string holds a code point that is no character", (start, end))
    return inside


def escape(value: str) -> str:
    """Return the string literal of `value`."""
    return f'"{_TO_ESCAPE.sub(_escaped, value)}"'


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _PLAIN[found[3]]
    code_point = int(found[1] or found[2], 16)
    # A half of a pair marks what cannot be a character; it is refused with the halves that stand alone.
    return chr(code_point) if code_point <= _MAX_CODE_POINT else "\ud800"


def _joined(found: re.Match[str]) -> str:
    return (found[1] + found[2]).encode("utf-16", "surrogatepass").decode("utf-16")


def _escaped(found: re.Match[str]) -> str:
    return _WRITTEN.get(found[0]) or f"\\u{ord(found[0]):04X}"
