"""From a regular expression of XPath to one of the `regex` library.

Every construct is read and written anew, so that nothing which only the library knows (look-around, possessive or
fuzzy matching, inline flags) can be reached. The library unfolds counted repetitions when it compiles, and the time
that it takes grows with the square of the groups it captures; therefore the unfolded size is bounded here.
"""

from dataclasses import dataclass, field
from typing import Final

from shared.feel.library.patterns.reader import Reader
from shared.feel.library.patterns.sets import NamedSet, literal, read_escape, read_set

MAX_PATTERN: Final = 10_000
MAX_UNFOLDED: Final = 10_000
MAX_DEPTH: Final = 20

_MAX_REFERENCE_DIGITS: Final = 4
_SIZE_OF_CAPTURE: Final = 10
_WHITESPACE: Final = frozenset(" \t\n\r")


def without_whitespace(pattern: str) -> str:
    """The pattern as flag `x` means it: without whitespace, but for that in sets of characters."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if depth == 0 and character in _WHITESPACE:
            continue
        kept.append(character)
        if not escaped:
            depth += (character == "[") - (character == "]")
        escaped = character == "\\" and not escaped
    return "".join(kept)


@dataclass(slots=True)
class _Group:
    """A group that is open: its number (0 for none), and how large it is when unfolded."""

    number: int
    size: int = 0


@dataclass(slots=True)
class Translation:
    """The reading of a pattern; `groups` is the number of its capturing groups, once it has `run`."""

    reader: Reader
    dot_all: bool
    multi_line: bool
    pieces: list[str] = field(default_factory=list)
    open: list[_Group] = field(default_factory=lambda: [_Group(0)])
    groups: int = 0
    closed: set[int] = field(default_factory=set)

    def run(self) -> str:
        """The pattern for the `regex` library. Raises FeelError where it is not one of XPath."""
        while not self.reader.done:
            self._step()
        if len(self.open) > 1:
            raise self.reader.fault("`)` is missing")
        return "".join(self.pieces)

    def _step(self) -> None:
        mark = self.reader.take()
        if mark == "|":
            self.pieces.append("|")
        elif mark == "(":
            self._open()
        elif mark == ")":
            size = self._close()
            self._repeat(size)
        else:
            self.pieces.append(self._atom(mark))
            self._repeat(1)

    def _open(self) -> None:
        if len(self.open) > MAX_DEPTH:
            raise self.reader.fault("groups are nested too deep")
        number = 0
        if not self.reader.skip("?:"):
            self.groups += 1
            number = self.groups
        self.open.append(_Group(number))
        self.pieces.append("(" if number else "(?:")

    def _close(self) -> int:
        if len(self.open) == 1:
            raise self.reader.fault("`(` is missing")
        group = self.open.pop()
        if group.number:
            self.closed.add(group.number)
        self.pieces.append(")")
        return group.size + (_SIZE_OF_CAPTURE if group.number else 1)

    def _atom(self, mark: str) -> str:
        if mark == "\\":
            return self._escaped()
        if mark == "[":
            return read_set(self.reader)
        if mark == ".":
            return "(?s:.)" if self.dot_all else r"[^\n\r]"
        if mark == "^":
            # A newline that ends the text starts no line.
            return r"(?:\A|(?<=\n)(?!\Z))" if self.multi_line else r"(?:\A)"
        if mark == "$":
            return r"(?=\n|\Z)" if self.multi_line else r"(?:\Z)"
        if mark in "?*+{}]":
            raise self.reader.fault(f"`{mark}` needs a backslash, or something before it")
        return literal(mark)

    def _escaped(self) -> str:
        if digits := self.reader.digits():
            return self._reference(digits)
        escape = read_escape(self.reader)
        return f"(?-i:{escape.piece})" if isinstance(escape, NamedSet) else literal(escape)

    def _reference(self, digits: str) -> str:
        """A reference to a group before: with the most digits that make the number of a group, the others literal.

        One to a group that took no part in the match stands for nothing (the library would fail instead).
        """
        used = min(len(digits), _MAX_REFERENCE_DIGITS)
        while used > 1 and int(digits[:used]) > self.groups:
            used -= 1
        number = int(digits[:used])
        if number not in self.closed:
            raise self.reader.fault(f"there is no group {number} that is closed")
        return f"(?({number})\\{number}|)" + digits[used:]

    def _repeat(self, size: int) -> None:
        """Read what says how often the last atom may occur, and count its size."""
        count = self._quantifier()
        self.open[-1].size += size * count
        if self.open[-1].size > MAX_UNFOLDED:
            raise self.reader.fault("it repeats too much")

    def _quantifier(self) -> int:
        reader = self.reader
        for mark in "?*+":
            if reader.skip(mark):
                self.pieces.append(mark)
                count = 1
                break
        else:
            if not reader.skip("{"):
                return 1
            count = self._counted()
        if reader.skip("?"):
            self.pieces.append("?")
        return count

    def _counted(self) -> int:
        least, comma, most = self.reader.until("}").partition(",")
        for bound in filter(None, (least, most)):
            if not bound.isdecimal() or not bound.isascii() or len(bound) > 6:
                raise self.reader.fault("a number of repetitions is not valid")
        if not least or (most and int(most) < int(least)):
            raise self.reader.fault("a number of repetitions is not valid")
        self.pieces.append(f"{{{least}{comma}{most}}}")
        return max(int(least), int(most or 0), 1)
