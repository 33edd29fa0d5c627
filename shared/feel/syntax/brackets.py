"""What can be open at a place in a text: brackets, and keywords that wait for another one."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Open(Enum):
    """What has been opened and not yet closed."""

    PARENTHESIS = auto()
    TESTS = auto()
    CALL = auto()
    PARAMETERS = auto()
    LIST = auto()
    FILTER = auto()
    INTERVAL = auto()
    INVERTED = auto()
    CONTEXT = auto()
    ITERATORS = auto()
    TYPE = auto()


CLOSED_BY: Final = {
    ")": frozenset({Open.PARENTHESIS, Open.TESTS, Open.CALL, Open.PARAMETERS}),
    "]": frozenset({Open.LIST, Open.FILTER}),
    "}": frozenset({Open.CONTEXT}),
}
"""What each closing sign closes. Any of `)`, `]` and `[` closes an interval."""

BEFORE_DECLARATION: Final[dict[Open | None, frozenset[str]]] = {
    Open.CONTEXT: frozenset({"LBRACE", "_COMMA"}),
    Open.PARAMETERS: frozenset({"LPAR", "_COMMA"}),
    Open.ITERATORS: frozenset({"FOR", "SOME", "EVERY", "_COMMA"}),
}
"""Terminals after which a word declares a name, by what is innermost open."""

MAYBE_INTERVAL: Final = frozenset({Open.PARENTHESIS, Open.LIST, Open.INVERTED})
"""What turns out to be an interval when `..` follows inside."""


@dataclass(slots=True)
class Opener:
    """Something open: what it is, as far as is known by now, and which terminal opened it."""

    kind: Open
    index: int
