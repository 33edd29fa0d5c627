"""Predicates of PMML over one field, read and evaluated in three-valued logic (PMML 4.4, TreeModel, predicates)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.numbers import read_number
from shared.dmn.xml import Element

Constant = str | Fraction
"""A value of the field: a number of a numeric one, the text of any other."""

_ORDERS: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "lessThan": lambda value, other: value < other,
    "lessOrEqual": lambda value, other: value <= other,
    "greaterThan": lambda value, other: value > other,
    "greaterOrEqual": lambda value, other: value >= other,
}
_MISSING: Final = ("isMissing", "isNotMissing")
_ITEM: Final = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Always:
    """`True` or `False`."""

    answer: bool


@dataclass(frozen=True, slots=True)
class IsMissing:
    """`isMissing`, or with `wanted` False `isNotMissing`."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Compares:
    """Less or greater than a number."""

    operator: str
    constant: Fraction


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """Equal to one of the constants, or with `wanted` False to none of them."""

    constants: frozenset[Constant]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Compound:
    """`and`, `or`, `xor` or `surrogate` of at least two predicates."""

    operator: str
    parts: tuple["Predicate", ...]


Predicate = Always | IsMissing | Compares | IsOneOf | Compound


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the data dictionary. `values` are those that the dictionary lists as valid, if it lists any.

    `restricted` says that not every number is valid.
    """

    name: str
    numeric: bool
    values: frozenset[str]
    restricted: bool

    def constant(self, text: str) -> Constant | None:
        """Return the value that `text` is for this field, None when it is none."""
        if not self.numeric:
            return text
        number = read_number(text)
        return None if number is None else Fraction(number)


def evaluate(predicate: Predicate, value: Constant | None) -> bool | None:
    """Return whether a value of the field satisfies the predicate; None, unknown, is what a missing value mostly gives.

    A text that a numeric field can't hold stands for a value that equals no constant.
    """
    if isinstance(predicate, Always):
        return predicate.answer
    if isinstance(predicate, IsMissing):
        return (value is None) == predicate.wanted
    if isinstance(predicate, Compound):
        return _compound(predicate, value)
    if value is None:
        return None
    if isinstance(predicate, Compares):
        return isinstance(value, Fraction) and _ORDERS[predicate.operator](value, predicate.constant)
    return (value in predicate.constants) == predicate.wanted


def _compound(predicate: Compound, value: Constant | None) -> bool | None:
    answers = [evaluate(part, value) for part in predicate.parts]
    if predicate.operator == "surrogate":
        return next((answer for answer in answers if answer is not None), None)
    if predicate.operator == "xor":
        return None if None in answers else sum(map(bool, answers)) % 2 == 1
    decisive = predicate.operator == "or"
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def constants(predicate: Predicate) -> Iterator[Constant]:
    """Yield every constant that the predicate holds a value against."""
    if isinstance(predicate, Compares):
        yield predicate.constant
    elif isinstance(predicate, IsOneOf):
        yield from predicate.constants
    elif isinstance(predicate, Compound):
        for part in predicate.parts:
            yield from constants(part)


def read_predicate(element: Element, fields: Mapping[str, Field], names: set[str]) -> Predicate:
    """Return the predicate of `element`, adding the fields that it tests to `names`.

    Raises `InterchangeError` for an element, an operator or a constant that it does not know.
    """
    if element.name in ("True", "False"):
        return Always(element.name == "True")
    if element.name == "SimplePredicate":
        return _simple(element, fields, names)
    if element.name == "SimpleSetPredicate":
        return _set(element, fields, names)
    if element.name == "CompoundPredicate":
        return _compound_of(element, fields, names)
    raise fault(element, "is not a predicate that is read here")


def predicates_in(element: Element) -> list[Element]:
    """Return the children of an element that may be predicates."""
    return [child for child in element.children if child.name != "Extension"]


def fault(element: Element, message: str) -> InterchangeError:
    """Return the error of an element, with its line."""
    return InterchangeError(f"<{element.name}> {message}", f"line {element.line}")


def required(element: Element, attribute: str) -> str:
    """Return an attribute that must be there."""
    value = element.attributes.get(attribute)
    if value is None:
        raise fault(element, f"lacks the attribute {attribute}")
    return value


def _field(element: Element, fields: Mapping[str, Field], names: set[str]) -> Field:
    name = required(element, "field")
    field = fields.get(name)
    if field is None:
        raise fault(element, f"tests {name!r}, which is no field of the data dictionary")
    names.add(name)
    return field


def _simple(element: Element, fields: Mapping[str, Field], names: set[str]) -> Predicate:
    field, operator = _field(element, fields, names), required(element, "operator")
    if operator in _MISSING:
        return IsMissing(operator == "isMissing")
    constant = _constant(element, field, required(element, "value"))
    if operator in ("equal", "notEqual"):
        return IsOneOf(frozenset([constant]), operator == "equal")
    if operator not in _ORDERS:
        raise fault(element, f"has the operator {operator!r}, which is not known")
    if not isinstance(constant, Fraction):
        raise fault(element, f"compares {field.name!r} by {operator}, though it is no number")
    return Compares(operator, constant)


def _set(element: Element, fields: Mapping[str, Field], names: set[str]) -> Predicate:
    field, operator = _field(element, fields, names), required(element, "booleanOperator")
    arrays = [child for child in element.children if child.name == "Array"]
    if operator not in ("isIn", "isNotIn") or len(arrays) != 1:
        raise fault(element, "needs isIn or isNotIn, and one Array")
    texts = _items(arrays[0])
    stated = arrays[0].attributes.get("n")
    if not texts or (stated is not None and stated != str(len(texts))):
        raise fault(arrays[0], f"holds {len(texts)} values, and says {stated}")
    return IsOneOf(frozenset(_constant(element, field, text) for text in texts), operator == "isIn")


def _compound_of(element: Element, fields: Mapping[str, Field], names: set[str]) -> Predicate:
    operator = required(element, "booleanOperator")
    parts = tuple(read_predicate(child, fields, names) for child in predicates_in(element))
    if operator not in ("and", "or", "xor", "surrogate") or len(parts) < 2:
        raise fault(element, "needs and, or, xor or surrogate, and two predicates or more")
    return Compound(operator, parts)


def _constant(element: Element, field: Field, text: str) -> Constant:
    constant = field.constant(text)
    if constant is None:
        raise fault(element, f"holds {field.name!r} against {text[:40]!r}, which is not a number")
    return constant


def _items(array: Element) -> Sequence[str]:
    """The items of an Array: separated by white space, in quotes where they hold some (PMML 4.4, Arrays)."""
    items, place = [], 0
    text = array.text.rstrip()
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None:
            raise fault(array, "is not a list of values")
        place = match.end()
        quoted, bare = match["quoted"], match["bare"]
        items.append(bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
    return items
