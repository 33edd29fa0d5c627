"""The language of cells and formulas: S-FEEL unary tests and arithmetic (OMG DMN 1.5, chapter 9).

Cells: `-`, `600`, `"A"`, `true`, `date("2026-01-31")`, `< 600`, `[600..700)`, `"A", "B"`, `not("A", "B")`.
Formulas: `+ - * /`, brackets, names, `min(...)`, `max(...)`, `floor(x)`.
Numbers are decimal, never binary. Texts are short by rule, which bounds the time and the depth of parsing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from lark import Lark, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

ARITHMETIC: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""Formulas are computed to 34 significant digits, half even (IEEE 754 decimal128, as FEEL); limits are then rounded
down to their multiple. These are the only two roundings. Never the context of the thread, which has fewer digits."""

MAX_CELL_CHARACTERS: Final = 2_000
MAX_FORMULA_CHARACTERS: Final = 300

Literal = Decimal | str | bool | date | int
"""A value in a cell. As written, numbers are `Decimal`; bound to a fact, money and integers become `int`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fact stands in relation `operator` (`=`, `!=`, `<`, `<=`, `>`, `>=`) to `value`."""

    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Interval:
    """The fact lies between `low` and `high`."""

    low: Literal
    high: Literal
    low_included: bool
    high_included: bool


SimpleTest = Comparison | Interval


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of `tests` holds; with `negated`, none of them."""

    tests: tuple[SimpleTest, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Anything:
    """The cell `-`: the fact does not matter, and need not be known."""


Test = AnyOf | Anything


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a formula."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, or an output of an earlier stage, in a formula."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator (`+`, `-`, `*`, `/`) or a function (`min`, `max`, `floor`) with its arguments."""

    function: str
    arguments: tuple["Expression", ...]


Expression = Number | Name | Call


class SfeelError(ValueError):
    """A cell or formula that does not parse; the message says where."""


_LITERALS: Final = r"""
    NUMBER: /(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?/
    %ignore /[ \t]+/
"""

_TESTS: Final = (
    r"""
    start: "-" -> anything
         | "not" "(" tests ")" -> negation
         | tests
    tests: test ("," test)*
    ?test: OPERATOR literal -> comparison
         | literal -> equality
         | (OPEN | CLOSE | ROUND_OPEN) literal ".." literal (OPEN | CLOSE | ROUND_CLOSE) -> interval
    ?literal: NUMBER -> number
            | "-" NUMBER -> negative
            | STRING -> text
            | "true" -> true
            | "false" -> false
            | "date" "(" STRING ")" -> day
    OPERATOR: "<=" | ">=" | "!=" | "<" | ">" | "="
    OPEN: "["
    CLOSE: "]"
    ROUND_OPEN: "("
    ROUND_CLOSE: ")"
    STRING: /"([^"\\]|\\["\\])*"/
"""
    + _LITERALS
)

_FORMULA: Final = (
    r"""
    ?start: sum
    ?sum: product | sum SIGN product -> binary
    ?product: factor | product TIMES factor -> binary
    ?factor: atom | SIGN atom -> signed
    ?atom: NUMBER -> number
         | NAME -> name
         | NAME "(" sum ("," sum)* ")" -> call
         | "(" sum ")"
    SIGN: "+" | "-"
    TIMES: "*" | "/"
    NAME: /[a-z][a-z0-9_]*/
"""
    + _LITERALS
)


@v_args(inline=True)
class _Builder(Transformer[str, object]):
    """Turns what the parser recognises into the classes above, as it goes."""

    def number(self, digits: str) -> Decimal:
        return Decimal(digits)

    def negative(self, digits: str) -> Decimal:
        return -Decimal(digits)

    def text(self, quoted: str) -> str:
        return _unquoted(quoted)

    def true(self) -> bool:
        return True

    def false(self) -> bool:
        return False

    def day(self, quoted: str) -> date:
        return date.fromisoformat(_unquoted(quoted))

    def comparison(self, operator: str, value: Literal) -> Comparison:
        return Comparison(str(operator), value)

    def equality(self, value: Literal) -> Comparison:
        return Comparison("=", value)

    def interval(self, opening: str, low: Literal, high: Literal, closing: str) -> Interval:
        return Interval(low, high, low_included=opening == "[", high_included=closing == "]")

    def tests(self, *tests: SimpleTest) -> AnyOf:
        return AnyOf(tests)

    def negation(self, tests: AnyOf) -> AnyOf:
        return AnyOf(tests.tests, negated=True)

    def anything(self) -> Anything:
        return Anything()

    def start(self, test: AnyOf) -> AnyOf:
        return test


@v_args(inline=True)
class _FormulaBuilder(Transformer[str, Expression]):
    def number(self, digits: str) -> Number:
        return Number(Decimal(digits))

    def name(self, name: str) -> Name:
        return Name(str(name))

    def binary(self, left: Expression, operator: str, right: Expression) -> Call:
        return Call(str(operator), (left, right))

    def signed(self, sign: str, operand: Expression) -> Expression:
        return Call("*", (Number(Decimal(-1)), operand)) if sign == "-" else operand

    def call(self, function: str, *arguments: Expression) -> Call:
        return Call(str(function), arguments)


_TEST_PARSER: Final = Lark(_TESTS, parser="lalr", transformer=_Builder())
_FORMULA_PARSER: Final = Lark(_FORMULA, parser="lalr", transformer=_FormulaBuilder())
_OPERATORS: Final = ("+", "-", "*", "/")
_FUNCTIONS: Final = ("min", "max", "floor")


def parse_test(text: str) -> Test:
    """Return the test that a cell states; raises `SfeelError` naming the character where it stops making sense."""
    parsed = _parse(_TEST_PARSER, text, MAX_CELL_CHARACTERS)
    assert isinstance(parsed, AnyOf | Anything)
    return parsed


def parse_formula(text: str) -> Expression:
    """Return the expression that a formula states; raises `SfeelError`."""
    parsed = _parse(_FORMULA_PARSER, text, MAX_FORMULA_CHARACTERS)
    assert isinstance(parsed, Number | Name | Call)
    for part in walk(parsed):
        if isinstance(part, Call) and part.function not in _OPERATORS:
            if part.function not in _FUNCTIONS:
                raise SfeelError(f"unknown function `{part.function}`; there are {', '.join(_FUNCTIONS)}")
            if part.function == "floor" and len(part.arguments) != 1:
                raise SfeelError("`floor` takes one argument")
    return parsed


def parse_number(text: str) -> Decimal:
    """Return an unsigned decimal number; raises `SfeelError`."""
    parsed = parse_formula(text)
    if not isinstance(parsed, Number):
        raise SfeelError("is not a number")
    return parsed.value


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield `expression` and everything inside it."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from walk(argument)


def _parse(parser: Lark, text: str, limit: int) -> object:
    if len(text) > limit:
        raise SfeelError(f"is longer than {limit} characters")
    try:
        return parser.parse(text)
    except UnexpectedInput as error:
        at = error.pos_in_stream
        if at is None or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
            raise SfeelError(f"`{text}` does not parse: it ends too early") from None
        raise SfeelError(f"`{text}` does not parse: unexpected `{text[at]}` at character {at + 1}") from None
    except (VisitError, ValueError):
        raise SfeelError(f"`{text}` names a day that is not in the calendar") from None


def _unquoted(quoted: str) -> str:
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")
