"""What is wrong with a text, in words for its author."""

from collections.abc import Set
from typing import Final


class FeelSyntaxError(ValueError):
    """A text is not FEEL. `message` says why; `span` is the part of the text, in characters, that does not fit."""

    def __init__(self, message: str, span: tuple[int, int]) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


_WORDS: Final = {
    "NAME": "a name",
    "LPAR": "`(`",
    "IN": "`in`",
    "AND": "`and`",
    "THEN": "`then`",
    "ELSE": "`else`",
    "RETURN": "`return`",
    "SATISFIES": "`satisfies`",
    "_DOTS": "`..`",
    "_ARROW": "`->`",
    "TYPE_OPEN": "`<`",
    "TYPE_CLOSE": "`>`",
    "_COLON": "`:`",
    "_COMMA": "`,`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "INTERVAL_CLOSE": "`]`",
    "RBRACE": "`}`",
}
_BEGIN_VALUE: Final = frozenset({"NAME", "LPAR"})
_OPERATORS: Final = frozenset({"IN", "AND"})
_FOREIGN: Final = {
    "==": "write `=`",
    "&": "write `and`",
    "&&": "write `and`",
    "|": "write `or`",
    "||": "write `or`",
    "!": "write `not(...)`",
    "%": "write `modulo(...)` for a remainder, `/ 100` for a percentage",
} | dict.fromkeys("'“”‘’", 'write strings between `"`')
_MAX_SHOWN: Final = 40


def foreign(found: str) -> str:
    """Say that `found` is no sign of FEEL, and what to write instead."""
    advice = _FOREIGN.get(found)
    return f"{quoted(found)} has no meaning here" + (f": {advice}" if advice else "")


def unexpected(found: str, expected: Set[str]) -> str:
    """Say that `found` (empty at the end of the text) does not fit where one of the terminals `expected` would."""
    place = f"before {quoted(found)}" if found else "before the end"
    return f"expected {_listed(_choices(expected))} {place}"


def _choices(expected: Set[str]) -> list[str]:
    """Name what would fit. The parser tells only some of the operators, but `or` wherever an expression may end."""
    value, ended = "NUMBER" in expected, "OR" in expected
    hidden = (_BEGIN_VALUE if value else frozenset()) | (_OPERATORS if ended else frozenset())
    choices = ["a value"] if value else []
    choices += [words for terminal, words in _WORDS.items() if terminal in expected and terminal not in hidden]
    if ended or "PLUS" in expected:
        choices.append("an operator")
    if not value and ("$END" in expected or choices == ["an operator"]):
        choices.append("the end")
    return choices or ["the end"]


def quoted(found: str) -> str:
    """Show `found`, a part of the text, on one line, not too long, and fit for printing."""
    line = "".join(character if character.isprintable() else "\ufffd" for character in " ".join(found.split()))
    return f"`{line if len(line) <= _MAX_SHOWN else line[: _MAX_SHOWN - 3] + '...'}`"


def _listed(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
