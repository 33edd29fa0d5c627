"""Where names begin and end in one text, with those in scope and those that the text declares itself."""

import re
from typing import Final

from shared.feel.syntax.names import DECLARATION, KEYWORDS, NAME_PART, PIECE, SPACE, NameTable, declared_name

INSTANCE_OF: Final = re.compile(f"instance[{SPACE}]+of(?!{NAME_PART})")

_NEXT_WORD: Final = re.compile(f"[{SPACE}]+({NAME_PART}+)")


class Words:
    """The names of `text`: those in scope, and those that it declares, from their declaration on.

    Where the scope of a declaration ends does not matter: a name used beyond it is wrong, but not in its syntax.
    """

    def __init__(self, text: str, names: NameTable) -> None:
        self._text = text
        self._names = names
        self._declares = False

    def name(self, start: int, end: int) -> tuple[str, int] | None:
        """Return the name that begins with the word from `start` to `end`, and its end; None when that is a keyword."""
        known = self._names.longest(self._text, start)
        word = self._text[start:end]
        if known is None and word in KEYWORDS:
            return None
        name, end = known or (word, end)
        words = [name]
        while following := _NEXT_WORD.match(self._text, end):
            if following[1] in KEYWORDS or INSTANCE_OF.match(self._text, following.start(1)):
                break
            words.append(following[1])
            end = following.end()
        return " ".join(words), end

    def key(self, start: int) -> tuple[str, int]:
        """Return the key of a context or the parameter of a function that is declared at `start`, and its end."""
        found = DECLARATION.match(self._text, start)
        assert found, "a declaration begins with a word"
        return self._declared(start, found.end())

    def variable(self, start: int) -> tuple[str, int]:
        """Return the variable of an iterator that is declared at `start`, up to the word `in`, and its end."""
        end = start
        while piece := PIECE.match(self._text, end):
            if piece[2] == "in" and end > start:
                break
            end = piece.end()
        return self._declared(start, end)

    def declare(self, written: str, name: str) -> None:
        """Recognise `written` as `name` from here on."""
        if not self._declares:
            self._declares = True
            self._names = NameTable(parent=self._names)
        self._names.add(written, name)

    def _declared(self, start: int, end: int) -> tuple[str, int]:
        written = self._text[start:end]
        name = declared_name(written)
        self.declare(written, name)
        self.declare(name, name)
        return name, end
