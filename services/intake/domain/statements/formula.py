"""Formulas over the lines of a statement: written as text, parsed once, evaluated exactly.

A formula knows decimal numbers, lines of the taxonomy, names of other formulas, `+ - * /`, parentheses, and:

- `average(x)`: the mean of x now and at the end of the period before;
- `prior(x)`: x of the period before; `prior2(x)`: of the one before that;
- `yearly(x)`: a flow times 12 / months of the period;
- `days`: how many days of a year flows are of, 365; `thousand`: a thousand units of the currency, in minor units;
- `log10(x)`: the common logarithm to 28 digits.

What can't be computed is undefined, with the reason; it is never zero.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

YEAR_DAYS: Final = 365
_LOGARITHM: Final = Context(prec=28)
_TOKEN: Final = re.compile(r"\s*(?:([a-z][a-z0-9_]*)|([0-9]+(?:\.[0-9]+)?)|([-+*/()]))")


class UndefinedError(Exception):
    """A formula has no value here: `reason` is a code, `inputs` the lines or the formula that it is about."""

    def __init__(self, reason: str, inputs: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.inputs = tuple(inputs)


@dataclass(frozen=True, slots=True)
class Year:
    """What formulas see of one period: its lines with what they imply (`checks.complete`), its length in months, and
    how many minor units its currency's unit has.
    """

    lines: Mapping[str, int]
    months: int
    minor_per_unit: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Periods one right after the other, the latest first, and formulas by the names that others may use.

    `allows_negative_denominator` is for definitions that divide by whatever there is but zero.
    """

    years: Sequence[Year]
    named: Mapping[str, "Formula"]
    allows_negative_denominator: bool = False

    def before(self, periods: int) -> "Scene":
        """Return the scene as it was some periods earlier; raises `UndefinedError` where that is not known."""
        if len(self.years) <= periods:
            raise UndefinedError("no_statement_of_period_before")
        return Scene(self.years[periods:], self.named, self.allows_negative_denominator)


Node = Callable[[Scene], Fraction]
"""A part of a formula; raises `UndefinedError` where it has no value."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula: its text, and the names that it uses."""

    text: str
    names: frozenset[str]
    node: Node

    def value(self, scene: Scene) -> Fraction:
        """Return its exact value; raises `UndefinedError` where it has none."""
        return self.node(scene)


def parse(text: str) -> Formula:
    """Return the formula that `text` writes; raises `ValueError` naming what is not understood."""
    tokens: list[str] = []
    place = 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"can't read {text[place:].strip()[:10]!r} in a formula")
        tokens.append(found[0].strip())
        place = found.end()
    parser = _Parser(tokens)
    node = parser.sum()
    if parser.tokens:
        raise ValueError(f"did not expect {parser.tokens[0]!r} in a formula")
    return Formula(text, frozenset(parser.names), node)


class _Parser:
    """Reads sums of products of terms, from the front of a list of tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.names: set[str] = set()

    def sum(self) -> Node:
        """Read terms that are added or taken off."""
        left = self._product()
        while self.tokens and self.tokens[0] in "+-":
            left = (_added if self.tokens.pop(0) == "+" else _taken_off)(left, self._product())
        return left

    def _product(self) -> Node:
        left = self._factor()
        while self.tokens and self.tokens[0] in "*/":
            left = (_times if self.tokens.pop(0) == "*" else _over)(left, self._factor())
        return left

    def _factor(self) -> Node:
        word = self._take()
        if word == "-":
            return _taken_off(_number(Fraction(0)), self._factor())
        if word == "(":
            inner = self.sum()
            self._expect(")")
            return inner
        if word[0].isdigit():
            return _number(Fraction(word))
        if not word[0].isalpha():
            raise ValueError(f"did not expect {word!r} in a formula")
        return self._named(word)

    def _named(self, word: str) -> Node:
        if self.tokens and self.tokens[0] == "(":
            self.tokens.pop(0)
            inner = self.sum()
            self._expect(")")
            if word not in _FUNCTIONS:
                raise ValueError(f"{word!r} is no function of formulas")
            return _FUNCTIONS[word](inner)
        if word == "days":
            return _number(Fraction(YEAR_DAYS))
        if word == "thousand":
            return lambda scene: Fraction(1000 * scene.years[0].minor_per_unit)
        self.names.add(word)
        return _looked_up(word)

    def _take(self) -> str:
        if not self.tokens:
            raise ValueError("a formula ends too early")
        return self.tokens.pop(0)

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise ValueError(f"expected {token!r} in a formula")


def _number(value: Fraction) -> Node:
    return lambda scene: value  # noqa: ARG005


def _looked_up(name: str) -> Node:
    def node(scene: Scene) -> Fraction:
        formula = scene.named.get(name)
        if formula is not None:
            return formula.value(scene)
        amount = scene.years[0].lines.get(name)
        if amount is None:
            raise UndefinedError("missing_input", [name])
        return Fraction(amount)

    return node


def _both(left: Node, right: Node, scene: Scene) -> tuple[Fraction, Fraction]:
    """Evaluate both sides, so that all missing inputs are named and not the first one only."""
    values: list[Fraction] = []
    missing: list[str] = []
    for side in (left, right):
        try:
            values.append(side(scene))
        except UndefinedError as error:
            if error.reason != "missing_input":
                raise
            missing += [name for name in error.inputs if name not in missing]
    if missing:
        raise UndefinedError("missing_input", missing)
    return values[0], values[1]


def _added(left: Node, right: Node) -> Node:
    def node(scene: Scene) -> Fraction:
        one, two = _both(left, right, scene)
        return one + two

    return node


def _taken_off(left: Node, right: Node) -> Node:
    def node(scene: Scene) -> Fraction:
        one, two = _both(left, right, scene)
        return one - two

    return node


def _times(left: Node, right: Node) -> Node:
    def node(scene: Scene) -> Fraction:
        one, two = _both(left, right, scene)
        return one * two

    return node


def _over(left: Node, right: Node) -> Node:
    def node(scene: Scene) -> Fraction:
        one, two = _both(left, right, scene)
        if two == 0:
            raise UndefinedError("denominator_is_zero")
        if two < 0 and not scene.allows_negative_denominator:
            raise UndefinedError("denominator_is_negative")
        return one / two

    return node


def _average(inner: Node) -> Node:
    return lambda scene: (inner(scene) + inner(scene.before(1))) / 2


def _prior(periods: int) -> Callable[[Node], Node]:
    return lambda inner: lambda scene: inner(scene.before(periods))


def _yearly(inner: Node) -> Node:
    return lambda scene: inner(scene) * 12 / scene.years[0].months


def _log10(inner: Node) -> Node:
    def node(scene: Scene) -> Fraction:
        value = inner(scene)
        if value <= 0:
            raise UndefinedError("logarithm_of_none")
        ratio = _LOGARITHM.divide(Decimal(value.numerator), Decimal(value.denominator))
        return Fraction(_LOGARITHM.log10(ratio))

    return node


_FUNCTIONS: Final[Mapping[str, Callable[[Node], Node]]] = {
    "average": _average,
    "prior": _prior(1),
    "prior2": _prior(2),
    "yearly": _yearly,
    "log10": _log10,
}
