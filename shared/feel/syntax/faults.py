"""What is wrong with a text, in words for its author."""

from collections.abc import Set
from typing import Final


class FeelSyntaxError(ValueError):
    """A text is not FEEL. `message` says why; `span` is the part of the text, in characters, that does not fit."""

    def __init__(self, message: str, span: tuple[int, int]) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


_EXPECTED: Final = (
    ({"NUMBER"}, "a value"),
    ({"PLUS"}, "an operator"),
    ({"NAME"}, "a name"),
    ({"IN"}, "`in`"),
    ({"AND"}, "`and`"),
    ({"THEN"}, "`then`"),
    ({"ELSE"}, "`else`"),
    ({"RETURN"}, "`return`"),
    ({"SATISFIES"}, "`satisfies`"),
    ({"LPAR"}, "`(`"),
    ({"_DOTS"}, "`..`"),
    ({"_ARROW"}, "`->`"),
    ({"TYPE_OPEN"}, "`<`"),
    ({"TYPE_CLOSE"}, "`>`"),
    ({"_COLON"}, "`:`"),
    ({"_COMMA"}, "`,`"),
    ({"RPAR"}, "`)`"),
    ({"RSQB", "INTERVAL_CLOSE"}, "`]`"),
    ({"RBRACE"}, "`}`"),
    ({"$END"}, "the end"),
)
_PART_OF_VALUE: Final = frozenset({"a name", "`(`"})
_PART_OF_OPERATOR: Final = frozenset({"`in`", "`and`", "`(`"})
_MAX_SHOWN: Final = 40


def unexpected(found: str, expected: Set[str]) -> str:
    """Say that `found` (empty at the end of the text) does not fit where one of the terminals `expected` would."""
    choices = [words for terminals, words in _EXPECTED if terminals & expected]
    if "a value" in choices:
        choices = [choice for choice in choices if choice not in _PART_OF_VALUE]
    if "an operator" in choices:
        choices = [choice for choice in choices if choice not in _PART_OF_OPERATOR]
    place = f"before {quoted(found)}" if found else "before the end"
    if not choices:
        return f"{quoted(found)} does not fit here" if found else "the text ends too early"
    return f"expected {_listed(choices)} {place}"


def quoted(found: str) -> str:
    """Show `found`, a part of the text, on one line and not too long."""
    line = " ".join(found.split())
    return f"`{line if len(line) <= _MAX_SHOWN else line[: _MAX_SHOWN - 3] + '...'}`"


def _listed(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
