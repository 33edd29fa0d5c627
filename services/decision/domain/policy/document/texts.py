"""The FEEL texts of a document, each parsed once: the rows of a table repeat one another's cells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from services.decision.domain.policy.faults import excerpt
from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests
from shared.feel.syntax.tree import Node, UnaryTests

MAX_LENGTH: Final = 2_000
"""Characters of a cell or an expression."""

MAX_TOTAL: Final = 500_000
"""Characters of all cells and expressions of a policy, each text counted once: it bounds the time of reading them."""

Unparseable = tuple[str, tuple[int, int] | None]
"""Why a text does not parse, in words, and the characters that are to blame."""

ParsedT = TypeVar("ParsedT", Node, UnaryTests)


@dataclass(slots=True)
class Texts:
    """Cells and expressions by their text."""

    _cells: dict[str, UnaryTests | Unparseable] = field(default_factory=dict)
    _expressions: dict[str, Node | Unparseable] = field(default_factory=dict)
    _length: int = 0

    def cell(self, text: str) -> UnaryTests | Unparseable:
        """Return the unary tests of a cell, or why they are none."""
        if text not in self._cells:
            self._cells[text] = self._parsed(text, parse_unary_tests)
        return self._cells[text]

    def expression(self, text: str) -> Node | Unparseable:
        """Return the expression of a text, or why it is none."""
        if text not in self._expressions:
            self._expressions[text] = self._parsed(text, parse_expression)
        return self._expressions[text]

    def _parsed(self, text: str, parse: Callable[[str], ParsedT]) -> ParsedT | Unparseable:
        if len(text) > MAX_LENGTH:
            return f"is longer than {MAX_LENGTH} characters", None
        self._length += len(text)
        if self._length > MAX_TOTAL:
            return f"with it, cells and expressions are longer than {MAX_TOTAL} characters together", None
        try:
            return parse(text)
        except FeelSyntaxError as error:
            return f"`{excerpt(text)}` does not parse: {error.message}", error.span
