"""The texts of a model: FEEL expressions, unary tests, names of types. What cannot be read is a fault, and null."""

import re
from collections.abc import Iterable
from typing import Final

from shared.dmn import boxed
from shared.dmn.boxed import Part
from shared.dmn.faults import DmnError, syntax_fault
from shared.dmn.item_types import ItemTypes
from shared.dmn.model import LiteralExpression
from shared.feel.evaluate import compile_expression, compile_unary_tests
from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests
from shared.feel.syntax.names import KEYWORDS, WORD
from shared.feel.syntax.tree import UnaryTests
from shared.feel.types import ANY, FeelType

Names = frozenset[str]
"""The names that an expression may use."""

_PLAIN: Final = re.compile(f"{WORD}(?: {WORD})*")
_BREAKING: Final = KEYWORDS | {"instance"}


class Texts:
    """Compiles the texts of one model, and keeps what is wrong with them."""

    def __init__(self, source: str, types: ItemTypes, members: Iterable[str]) -> None:
        """Know the types of the model, and the names of `members`, which may stand behind dots."""
        self._faults: dict[tuple[str, int], DmnError] = {}
        self._source = source
        self._types = types
        self._members = frozenset(filter(needs_declaring, members))
        self._known_types = {name: self.type_of(name) for name in types.names()}

    @property
    def faults(self) -> tuple[DmnError, ...]:
        """What is wrong with what was compiled so far."""
        return tuple(self._faults.values())

    def type_of(self, name: str | None, line: int = 0) -> FeelType:
        """The type of a name, `Any` for None; also, with a fault, for a name that is unknown."""
        try:
            return self._types.type_of(name, line)
        except DmnError as error:
            self._keep(error)
            return ANY

    def expression(self, literal: LiteralExpression, names: Names) -> Part:
        """The code of a literal expression, null where nothing was written."""
        if literal.language is not None:
            return self.fault(f"expressions of `{literal.language}` are not evaluated", literal.line)
        if not literal.text:
            return boxed.null()
        try:
            node = parse_expression(literal.text, self._declared(names))
        except FeelSyntaxError as error:
            return self._misspelt(error, literal.text, literal.line)
        part = boxed.feel(compile_expression(node, self._known_types))
        return boxed.typed(part, self.type_of(literal.type_ref, literal.line))

    def tests(self, literal: LiteralExpression, names: Names) -> Part:
        """The code of unary tests of the variable `?`."""
        if literal.language is not None:
            return self.fault(f"tests of `{literal.language}` are not evaluated", literal.line)
        try:
            tests = parse_unary_tests(literal.text, self._declared(names))
        except FeelSyntaxError as error:
            return self._misspelt(error, literal.text, literal.line)
        return boxed.feel(compile_unary_tests(tests, self._known_types))

    def priorities(self, text: str | None, type_ref: str | None, line: int, names: Names) -> tuple[Part, ...]:
        """A test of each of some values in order: those listed in a text, or those that a type allows."""
        listed = text or self._types.allowed_values(type_ref)
        if not listed:
            return ()
        try:
            tests = parse_unary_tests(listed, self._declared(names))
        except FeelSyntaxError as error:
            self._misspelt(error, listed, line)
            return ()
        if tests.negated:
            self.fault("values in order of priority cannot be negated", line)
            return ()
        return tuple(boxed.feel(compile_unary_tests(UnaryTests((test,)), self._known_types)) for test in tests.tests)

    def _declared(self, names: Names) -> Names:
        return self._members.union(filter(needs_declaring, names))

    def fault(self, message: str, line: int) -> Part:
        """Keep a fault. The code of what has one is null, and a note."""
        return self._keep(DmnError(message, self._source, line))

    def _misspelt(self, error: FeelSyntaxError, text: str, line: int) -> Part:
        return self._keep(syntax_fault(error, text, self._source, line))

    def _keep(self, error: DmnError) -> Part:
        self._faults.setdefault((error.message, error.line), error)
        return boxed.fault(error.message)


def needs_declaring(name: str) -> bool:
    """Tell whether the parser recognises a name only if it is told: plain words in a row can be nothing else."""
    return _PLAIN.fullmatch(name) is None or not _BREAKING.isdisjoint(name.split(" "))
