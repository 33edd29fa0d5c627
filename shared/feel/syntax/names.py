"""Names of FEEL: their characters, their spelling, and the table of those that a text may use.

A name may hold spaces, and, where it is declared, keywords and the signs `. / - + *` (DMN 1.5, 10.3.1.2, rules 25
to 30; an apostrophe counts as part of a word). Words that follow one another can only be one name, so most names need
no declaration; only those with a keyword or a sign inside do, and among them the longest one that fits wins.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

SPACE: Final = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
"""White space (rules 61 and 62), as the inside of a character class."""

_START: Final = (
    "?A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u180d\u180f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U000effff"
)
_PART: Final = _START + "0-9\xb7\u0300-\u036f\u203f-\u2040'’"
_SIGN: Final = "./\\-+*"

WORD: Final = f"[{_START}][{_PART}]*"
"""A word that can begin a name, as a regular expression."""

NAME_PART: Final = f"[{_PART}]"

DECLARATION: Final = re.compile(f"{WORD}(?:[{SPACE}]*(?:[{_PART}]+|[{_SIGN}]))*")
"""A name where it is declared: any words and signs."""

KEYWORDS: Final = frozenset(
    ["and", "between", "else", "every", "false", "for", "function", "if", "in", "null", "or", "return"]
    + ["satisfies", "some", "then", "true"]
)
"""The words that never are a name of their own."""

_BUILT_IN: Final = ("date and time", "years and months duration", "days and time duration")
PIECE: Final = re.compile(f"([{SPACE}]*)([{_PART}]+|[{_SIGN}])")
"""A word or sign of a name, and the spaces before it."""

_SPACES: Final = re.compile(f"[{SPACE}]+")
_SPACED_SIGN: Final = re.compile(f" ?([{_SIGN}]) ?")
_MAX_PIECES: Final = 64
"""Words and signs of the longest name that is looked for; keeps the search linear."""

Branches = dict[str, "Branches | str"]
"""Pieces of names, each with the pieces that may follow; under `""`, the name that ends there."""


def normalise_name(name: str) -> str:
    """Return `name` without surrounding white space, each white space inside being one space."""
    return _SPACES.sub(" ", name).strip(" ")


def declared_name(text: str) -> str:
    """Return the name that `text`, a key, a variable or a parameter as written, declares: `a + b` is `a+b`."""
    return _SPACED_SIGN.sub(r"\1", normalise_name(text))


class NameTable:
    """Names that need help to be recognised, and how to find the longest of them at a place in a text."""

    def __init__(self, names: Iterable[str] = (), parent: "NameTable | None" = None) -> None:
        self._parent = parent
        self._branches: Branches = {}
        for name in names:
            self.add(name, normalise_name(name))

    def add(self, written: str, name: str) -> None:
        """Recognise `written` as `name`. Spaces before signs are part of it: `a - b` is not the name `a-b`."""
        pieces = _pieces(written.strip())
        if pieces is None or len(pieces) < 2:
            return
        branches = self._branches
        for piece in pieces:
            following = branches.setdefault(piece, {})
            assert isinstance(following, dict)
            branches = following
        branches.setdefault("", name)

    def longest(self, text: str, start: int) -> tuple[str, int] | None:
        """Return the longest name at `start` of `text`, and where it ends; None when no name stands there."""
        found = self._parent.longest(text, start) if self._parent else None
        branches = self._branches
        position = start
        while piece := PIECE.match(text, position):
            following = branches.get(_key(piece) if position > start else piece[2])
            if not isinstance(following, dict):
                break
            branches, position = following, piece.end()
            name = branches.get("")
            if isinstance(name, str) and (found is None or position > found[1]):
                found = name, position
        return found


def _key(piece: re.Match[str]) -> str:
    return f" {piece[2]}" if piece[1] else piece[2]


def _pieces(written: str) -> list[str] | None:
    """Split a name into words and signs, each led by a space where one stands before it; None when it is no name."""
    pieces: list[str] = []
    position = 0
    while position < len(written):
        piece = PIECE.match(written, position)
        if piece is None or len(pieces) == _MAX_PIECES:
            return None
        pieces.append(_key(piece))
        position = piece.end()
    return pieces


BUILT_IN_NAMES: Final = NameTable(_BUILT_IN)


@lru_cache(maxsize=256)
def table_of(names: frozenset[str]) -> NameTable:
    """Return the table of `names` and the built-in names with keywords inside."""
    return NameTable((name for name in names if name not in KEYWORDS), BUILT_IN_NAMES)
