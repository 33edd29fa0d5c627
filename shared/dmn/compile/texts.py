"""The texts of a model: FEEL expressions, unary tests, names of types. What cannot be read is a fault, and null."""

from collections.abc import Iterable
from typing import Final

from shared.dmn import boxed
from shared.dmn.boxed import Part
from shared.dmn.item_types import ItemTypes, Test
from shared.dmn.model import DmnError, LiteralExpression
from shared.feel.evaluate import Run, compile_expression, compile_unary_tests
from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests
from shared.feel.syntax.tree import UnaryTests
from shared.feel.types import ANY, FeelType
from shared.feel.values import MIDNIGHT_UTC, Date, DateTime, Value

Names = frozenset[str]
"""The names that an expression may use."""

TESTED: Final = "?"
"""The name of the value that unary tests test."""

_TIMELESS: Final = DateTime(Date(1970, 1, 1), MIDNIGHT_UTC)
_STEPS_OF_A_CONSTRAINT: Final = 10_000


class Texts:
    """Compiles the texts of one model, and keeps what is wrong with them in `faults`."""

    def __init__(self, source: str, types: ItemTypes, members: Iterable[str]) -> None:
        """Know the types of the model, and the names of `members`, which may stand behind dots."""
        self.faults: list[DmnError] = []
        self._source = source
        self._types = types
        self._members = frozenset(members)
        self._known_types = {name: self.type_of(name) for name in types.names()}

    def type_of(self, name: str | None, line: int = 0) -> FeelType:
        """The type of a name, `Any` for None; also, with a fault, for a name that is unknown."""
        try:
            return self._types.type_of(name, line)
        except DmnError as error:
            self.faults.append(error)
            return ANY

    def expression(self, literal: LiteralExpression, names: Names) -> Part:
        """The code of a literal expression, null where nothing was written."""
        if literal.language is not None:
            return self.fault(f"expressions of `{literal.language}` are not evaluated", literal.line)
        if not literal.text:
            return boxed.null()
        try:
            node = parse_expression(literal.text, names | self._members)
        except FeelSyntaxError as error:
            return self.fault(_pointed(error, literal.text), literal.line)
        part = boxed.feel(compile_expression(node, self._known_types))
        return boxed.typed(part, self.type_of(literal.type_ref, literal.line))

    def tests(self, literal: LiteralExpression, names: Names) -> Part:
        """The code of unary tests of the variable `?`."""
        if literal.language is not None:
            return self.fault(f"tests of `{literal.language}` are not evaluated", literal.line)
        try:
            tests = parse_unary_tests(literal.text, names | self._members)
        except FeelSyntaxError as error:
            return self.fault(_pointed(error, literal.text), literal.line)
        return boxed.feel(compile_unary_tests(tests, self._known_types))

    def priorities(self, text: str | None, type_ref: str | None, line: int, names: Names) -> tuple[Part, ...]:
        """A test of each of some values in order: those listed in a text, or those that a type allows."""
        listed = text or self._types.allowed_values(type_ref)
        if not listed:
            return ()
        try:
            tests = parse_unary_tests(listed, names | self._members)
        except FeelSyntaxError as error:
            self.fault(_pointed(error, listed), line)
            return ()
        if tests.negated:
            self.fault("values in order of priority cannot be negated", line)
            return ()
        return tuple(boxed.feel(compile_unary_tests(UnaryTests((test,)), self._known_types)) for test in tests.tests)

    def fault(self, message: str, line: int) -> Part:
        """Keep a fault. The code of what has one is null, and a note."""
        self.faults.append(DmnError(message, self._source, line))
        return boxed.fault(message)


def allowed_values_test(text: str, name: str) -> Test:
    """The test of the values that a type allows, which depend on nothing else. Raises DmnError for what is no test."""
    try:
        compiled = compile_unary_tests(parse_unary_tests(text))
    except FeelSyntaxError as error:
        raise DmnError(f"the values that `{name}` allows: {_pointed(error, text)}") from None

    def holds(value: Value) -> bool:
        return compiled.evaluate({TESTED: value}, Run(_TIMELESS, budget=_STEPS_OF_A_CONSTRAINT)) is True

    return holds


def _pointed(error: FeelSyntaxError, text: str) -> str:
    """A fault of syntax, and the part of the text that has it."""
    start = max(error.span[0] - 20, 0)
    shown = " ".join(text[start : error.span[1] + 20].split())
    return f"{error.message} in `{shown[:80]}`"
