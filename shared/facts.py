"""The typed facts of a product: what may be known of an application, in which type and unit, from which source.

Facts travel as plain JSON (`wire` form) and are decided on as exact values:

| type    | wire                                        | value                     |
|---------|---------------------------------------------|---------------------------|
| integer | JSON integer                                | int                       |
| money   | {"amount_minor": 116900, "currency": "DEM"} | int, minor units          |
| decimal | string, e.g. "0.3500"                       | Decimal at the fact scale |
| enum    | string from `values`                        | str                       |
| boolean | true / false                                | bool                      |
| date    | "2026-11-21"                                | datetime.date             |

A fact that is absent or null is missing; it has no value, and missing is never false.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from typing import Any, Final

from shared.errors import Fault
from shared.money import MAX_MINOR

FactValue = int | Decimal | str | bool | date

_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?")
_EXACT: Final = Context(prec=34)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_SCALE: Final = 12
_QUANTA: Final = tuple(Decimal(1).scaleb(-scale) for scale in range(_MAX_SCALE + 1))
_MONEY_KEYS: Final = {"amount_minor", "currency"}
_LABEL_KEYS: Final = {"en", "zh"}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


class FactType(StrEnum):
    """The types a fact can have."""

    INTEGER = "integer"
    MONEY = "money"
    DECIMAL = "decimal"
    ENUM = "enum"
    BOOLEAN = "boolean"
    DATE = "date"


class Change(StrEnum):
    """In which direction the applicant can change a fact, within reach: what advice may propose."""

    LOWER = "lower"
    HIGHER = "higher"
    ANY = "any"


class Source(StrEnum):
    """Who supplies a fact: the applicant's application, the credit file that intake keeps (reports, statements,
    references, indicators), or the scoring service.
    """

    APPLICATION = "application"
    FILE = "file"
    SCORING = "scoring"


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a product's data dictionary.

    `protected` facts are kept for fairness reports and can never be referenced by a policy or a scorecard.
    `minimum` and `maximum` bound integer and money facts, in their own unit, both ends included.
    `mutable` facts are those that the applicant can change (ask for less, over a longer term); an enum or boolean fact
    has no order and is mutable in `any` direction or not at all.
    `label` says in English what the fact is called, `label_zh` in Chinese; either may be empty.
    """

    name: str
    type: FactType
    source: Source = Source.APPLICATION
    label: str = ""
    label_zh: str = ""
    unit: str | None = None
    scale: int = 0
    currency: str | None = None
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    protected: bool = False
    mutable: Change | None = None

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(f"fact name {self.name!r} is not lower snake case")
        if self.type is FactType.ENUM and not self.values:
            raise ValueError(f"fact {self.name}: an enum needs its values")
        if not 0 <= self.scale <= _MAX_SCALE:
            raise ValueError(f"fact {self.name}: a scale is between 0 and {_MAX_SCALE}")
        if self.type is FactType.MONEY and self.currency is None:
            raise ValueError(f"fact {self.name}: money needs a currency")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"fact {self.name}: one of its values stands twice")
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.type not in (FactType.INTEGER, FactType.MONEY):
            raise ValueError(f"fact {self.name}: minimum and maximum are for integer and money")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"fact {self.name}: minimum is above maximum")
        if self.required and self.source is Source.FILE:
            raise ValueError(
                f"fact {self.name}: what the file lacks makes an application incomplete, not unfit; use needs"
            )
        if self.mutable is not None:
            self._check_mutable()

    def _check_mutable(self) -> None:
        if self.protected or self.source is not Source.APPLICATION:
            raise ValueError(f"fact {self.name}: only an applicant's own, unprotected fact is mutable")
        if self.type in (FactType.ENUM, FactType.BOOLEAN) and self.mutable is not Change.ANY:
            raise ValueError(f"fact {self.name}: its values have no order, so it is mutable in any direction or none")

    def parse(self, wire: object) -> FactValue:
        """Return the exact value of a wire value.

        Raises `ValueError`, worded for people and without the value, when type, form or bounds do not fit.
        """
        return _PARSERS[self.type](self, wire)

    def to_wire(self, value: FactValue) -> object:
        """Return the wire form of a value of this fact."""
        if self.type is FactType.MONEY:
            return {"amount_minor": value, "currency": self.currency}
        if isinstance(value, Decimal):
            return format(value, "f")  # `str` falls into scientific notation below a millionth.
        if isinstance(value, date):
            return value.isoformat()
        return value


def _bounded(fact: Fact, value: int) -> int:
    low = -MAX_MINOR if fact.minimum is None else fact.minimum
    high = MAX_MINOR if fact.maximum is None else fact.maximum
    if not low <= value <= high:
        raise ValueError(f"must be between {low} and {high}")
    return value


def _integer(fact: Fact, wire: object) -> int:
    if type(wire) is not int:
        raise ValueError("must be an integer")
    return _bounded(fact, wire)


def _money(fact: Fact, wire: object) -> int:
    if not isinstance(wire, dict) or wire.keys() != _MONEY_KEYS:
        raise ValueError("must be an object with amount_minor and currency")
    amount = wire["amount_minor"]
    if type(amount) is not int:
        raise ValueError("amount_minor must be an integer")
    if wire["currency"] != fact.currency:
        raise ValueError(f"currency must be {fact.currency}")
    return _bounded(fact, amount)


def _decimal(fact: Fact, wire: object) -> Decimal:
    if not isinstance(wire, str) or _DECIMAL.fullmatch(wire) is None:
        raise ValueError("must be a decimal written as a string")
    value = Decimal(wire)
    exact = value.quantize(_QUANTA[fact.scale], context=_EXACT)
    if exact != value:
        raise ValueError(f"must have at most {fact.scale} decimal places")
    return exact or exact.copy_abs()


def _enum(fact: Fact, wire: object) -> str:
    if not isinstance(wire, str) or wire not in fact.values:
        raise ValueError("must be one of the values that the product lists")
    return wire


def _boolean(_fact: Fact, wire: object) -> bool:
    if type(wire) is not bool:
        raise ValueError("must be true or false")
    return wire


def _date(_fact: Fact, wire: object) -> date:
    if not isinstance(wire, str) or _DATE.fullmatch(wire) is None:
        raise ValueError("must be a date written YYYY-MM-DD")
    try:
        return date.fromisoformat(wire)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


_PARSERS: Final[Mapping[FactType, Callable[[Fact, object], FactValue]]] = {
    FactType.INTEGER: _integer,
    FactType.MONEY: _money,
    FactType.DECIMAL: _decimal,
    FactType.ENUM: _enum,
    FactType.BOOLEAN: _boolean,
    FactType.DATE: _date,
}


class SoundFacts(dict[str, FactValue]):
    """Values that a dictionary has checked, each in the normal form of its fact; never changed afterwards.

    Who reads them by the same dictionary need not check them again.
    """

    __slots__ = ("dictionary",)

    def __init__(self, values: Mapping[str, FactValue], dictionary: "FactDictionary") -> None:
        super().__init__(values)
        self.dictionary = dictionary

    def with_values(self, values: Mapping[str, FactValue]) -> "SoundFacts":
        """Return these facts with others in addition, or in their place; what is not a value of its fact is missing."""
        merged = dict(self)
        for name, value in values.items():
            merged.pop(name, None)
            fact = self.dictionary.facts.get(name)
            if fact is not None:
                with suppress(ValueError):
                    merged[name] = fact.parse(fact.to_wire(value))
        return SoundFacts(merged, self.dictionary)

    def without(self, names: Collection[str]) -> "SoundFacts":
        """Return these facts but for those of `names`."""
        return SoundFacts({name: value for name, value in self.items() if name not in names}, self.dictionary)


@dataclass(frozen=True, slots=True)
class FactDictionary:
    """All facts of a product by name; `sources` are where they come from."""

    facts: Mapping[str, Fact]
    sources: frozenset[Source] = field(init=False, compare=False)
    _writers: tuple[tuple[str, str, Callable[[Any], str]], ...] = field(init=False, compare=False, repr=False)
    _decimals: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        facts = self.facts
        object.__setattr__(self, "sources", frozenset(fact.source for fact in facts.values()))
        writers = tuple((name, f'"{name}":', _writer(facts[name])) for name in sorted(facts))
        object.__setattr__(self, "_writers", writers)
        decimals = tuple(name for name, fact in facts.items() if fact.type is FactType.DECIMAL)
        object.__setattr__(self, "_decimals", decimals)

    def __reduce__(self) -> tuple[type["FactDictionary"], tuple[Mapping[str, Fact]]]:
        # Other processes get the facts and make the rest anew: functions do not travel.
        return FactDictionary, (self.facts,)

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> "FactDictionary":
        """Return a dictionary of `facts`; raises `ValueError` when a name stands twice."""
        by_name = {fact.name: fact for fact in facts}
        if len(by_name) != len(facts):
            raise ValueError("a fact name stands twice")
        return cls(by_name)

    def parse(
        self, wire: Mapping[str, object], *, source: Source = Source.APPLICATION
    ) -> tuple[SoundFacts, list[Fault]]:
        """Return the exact values of `wire` and every fault found; missing facts have no entry.

        Faults point below `/facts`. Unknown facts, facts of another source and missing required facts are faults. An
        application that reaches scoring and decision holds the facts of the credit file too.
        """
        sources = {source, Source.FILE} if source is Source.APPLICATION else {source}
        values: dict[str, FactValue] = {}
        faults: list[Fault] = []
        for name, raw in wire.items():
            fact = self.facts.get(name)
            if fact is None or fact.source not in sources:
                faults.append(Fault(f"/facts/{pointer_token(name)}", "unknown_fact", "is not a fact of this product"))
            elif raw is not None:
                try:
                    values[name] = fact.parse(raw)
                except ValueError as error:
                    faults.append(Fault(f"/facts/{name}", "invalid_fact", str(error)))
        for fact in self.facts.values():
            if fact.required and fact.source is source and wire.get(fact.name) is None:
                faults.append(Fault(f"/facts/{fact.name}", "missing_fact", "is required by this product"))
        return SoundFacts(values, self), faults

    def to_wire(self, values: Mapping[str, FactValue]) -> dict[str, object]:
        """Return the wire form of `values`."""
        return {name: self.facts[name].to_wire(value) for name, value in values.items()}

    def canonical(self, values: Mapping[str, FactValue]) -> str:
        """Return the canonical JSON (`shared.canonical`) of the wire form of `values`, all facts of this dictionary."""
        written = [head + write(values[name]) for name, head, write in self._writers if name in values]
        return "{" + ",".join(written) + "}"

    def is_normal(self, wire: Mapping[str, object], values: Mapping[str, FactValue]) -> bool:
        """Tell whether `wire`, from which `values` were parsed, is their wire form."""
        # Only decimals have several texts for one value; what is null or could not be parsed has no value.
        return len(wire) == len(values) and all(
            wire[name] == format(values[name], "f") for name in self._decimals if name in values
        )


def _writer(fact: Fact) -> Callable[[Any], str]:
    """Return the function from a value of a fact to the JSON of its wire form."""
    if fact.type is FactType.MONEY:
        tail = f',"currency":{json.dumps(fact.currency)}}}'
        return lambda value: f'{{"amount_minor":{value}{tail}'
    if fact.type is FactType.ENUM:
        return {value: json.dumps(value, ensure_ascii=False) for value in fact.values}.__getitem__
    if fact.type is FactType.BOOLEAN:
        return {True: "true", False: "false"}.__getitem__
    if fact.type is FactType.DECIMAL:
        return lambda value: f'"{value:f}"'
    if fact.type is FactType.DATE:
        return lambda value: f'"{value.isoformat()}"'
    return str


def read_label(stated: object) -> tuple[str, str]:
    """Return a label in English and in Chinese: a text is English only, a mapping has both, at `en` and `zh`.

    Raises `ValueError`, worded for people, when it is neither.
    """
    if isinstance(stated, str):
        return stated, ""
    if not isinstance(stated, Mapping) or stated.keys() != _LABEL_KEYS:
        raise ValueError("must be a text, or a mapping with a text at `en` and at `zh`")
    english, chinese = stated["en"], stated["zh"]
    if not isinstance(english, str) or not isinstance(chinese, str) or not english.strip() or not chinese.strip():
        raise ValueError("must have a text at `en` and at `zh`")
    return english, chinese


def pointer_token(name: str) -> str:
    """Escape one reference token of a JSON pointer (RFC 6901, section 3), cut to 64 characters."""
    return name[:64].replace("~", "~0").replace("/", "~1")
