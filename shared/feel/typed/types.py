"""The types of a policy's values: those of facts, and those that arise when facts are computed with.

Values at run time; a missing value is None, in every type:

| kind    | value                                                                                    |
|---------|------------------------------------------------------------------------------------------|
| integer | int                                                                                      |
| money   | int, minor units; a computed amount (`0.25 * revenue`) is a Decimal of minor units       |
| decimal | Decimal at `scale`; computed (`scale` None), a Decimal or an int                         |
| text    | str; one of `values` when there are any (an enum, or literals)                           |
| boolean | bool                                                                                     |
| date    | datetime.date                                                                            |
| days    | int, a duration in whole days                                                            |
| months  | int, a duration in months                                                                |
| list    | only as literals, for `in` and functions                                                 |
| null    | None, the literal                                                                        |
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.facts import Fact, FactType
from shared.money import MAX_MINOR, exponent

MAX_DIGITS: Final = 34
"""Digits of a FEEL number (IEEE 754 decimal128). Integers whose results surely fit are computed as `int`, exactly."""

_FACT_DIGITS: Final = len(str(MAX_MINOR))


class Kind(StrEnum):
    """What sort of value an expression has."""

    INTEGER = "integer"
    MONEY = "money"
    DECIMAL = "decimal"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DAYS = "days"
    MONTHS = "months"
    LIST = "list"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a name or an expression.

    `scale` is the number of decimal places of a decimal (None when computed), or of minor digits of money.
    `minimum` and `maximum` bound integer and money facts, in their own unit.
    `protected` marks a name that exists and that no expression may use.
    `width` is the largest number of digits of values that are surely `int` at run time; None for other values.
    """

    kind: Kind
    scale: int | None = None
    currency: str | None = None
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    protected: bool = False
    width: int | None = field(default=None, compare=False)

    @classmethod
    def of_fact(cls, fact: Fact) -> "Type":
        """Return the type of a fact, or of anything declared like one (a definition, an output)."""
        scale, width = None, None
        if fact.type is FactType.MONEY:
            scale, width = exponent(fact.currency or ""), _FACT_DIGITS
        elif fact.type is FactType.INTEGER:
            width = _FACT_DIGITS
        elif fact.type is FactType.DECIMAL:
            scale = fact.scale
        kind = Kind.TEXT if fact.type is FactType.ENUM else Kind(fact.type.value)
        return cls(kind, scale, fact.currency, fact.values, fact.minimum, fact.maximum, fact.protected, width)

    @property
    def whole(self) -> bool:
        """Tell whether values are surely `int` at run time."""
        return self.width is not None

    @property
    def is_number(self) -> bool:
        """Tell whether this is a number without a unit."""
        return self.kind is Kind.INTEGER or self.kind is Kind.DECIMAL

    @property
    def is_ordered(self) -> bool:
        """Tell whether `<` means something."""
        return not self.values and self.kind not in (Kind.BOOLEAN, Kind.LIST, Kind.NULL)


BOOLEAN: Final = Type(Kind.BOOLEAN)
DATE: Final = Type(Kind.DATE)
DAYS: Final = Type(Kind.DAYS)
MONTHS: Final = Type(Kind.MONTHS)
NUMBER: Final = Type(Kind.DECIMAL)
TEXT: Final = Type(Kind.TEXT)
NULL: Final = Type(Kind.NULL)
LIST: Final = Type(Kind.LIST)

_WORDS: Final = {
    Kind.INTEGER: "an integer",
    Kind.MONEY: "money",
    Kind.DECIMAL: "a decimal",
    Kind.TEXT: "text",
    Kind.BOOLEAN: "a boolean",
    Kind.DATE: "a date",
    Kind.DAYS: "a duration in days",
    Kind.MONTHS: "a duration in months",
    Kind.LIST: "a list",
    Kind.NULL: "null",
}


def kind_words(of: Type) -> str:
    """Return what `of` is, as a sentence says it: `an enum`, `money`, `a date`."""
    return "an enum" if of.values else _WORDS[of.kind]
