"""The data map: how the columns of a file become the facts of a product. What it may say is in docs/backtests.md."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from services.backtests.inputs.faults import InputError, InputFault

MAX_BANDS: Final = 50

_FORMAT: Final = "^([^%]|%-?[aAbBdjmyYHIMSpfz%])+$"
"""Directives of strptime that say something about a date or a moment."""


def _texts(stated: Any) -> Any:
    """Return texts as they stand in a file: YAML reads the digits of a code as a number."""
    if isinstance(stated, list):
        return [_text(each) for each in stated]
    return stated


def _text(stated: Any) -> Any:
    return str(stated) if type(stated) is int else stated


def _text_keys(stated: Any) -> Any:
    return {_text(key): value for key, value in stated.items()} if isinstance(stated, dict) else stated


def _day(stated: Any) -> Any:
    """Return a day that is written as text: YAML has days, JSON has not."""
    return date.fromisoformat(stated) if isinstance(stated, str) else stated


def _shorthand(stated: Any) -> Any:
    return {"column": stated} if isinstance(stated, str) else stated


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts), Field(strict=False)]
Wire = bool | int | str
Day = Annotated[date, BeforeValidator(_day)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Reading(_Form):
    """How the text of a column becomes a value; the module's docstring says what each key means."""

    column: str | None = None
    missing: Texts | None = None
    ignore: str = ""
    first: int | None = Field(default=None, ge=1, le=100)
    values: Annotated[dict[str, Wire], BeforeValidator(_text_keys)] | None = None
    others: Wire = "fault"
    decimal_mark: Literal[".", ","] = "."
    money: Literal["major", "minor"] = "major"
    percent: bool = False
    multiply: int = Field(default=1, ge=1, le=1_000_000)
    date_format: str | None = Field(default=None, max_length=40, pattern=_FORMAT)
    days_since: Day | None = None


class FactReading(Reading):
    """Where a fact comes from: a column, a constant in wire form, or an expression over other facts."""

    constant: Wire | None = None
    expression: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        stated = [self.column, self.constant, self.expression]
        if sum(each is not None for each in stated) != 1:
            raise ValueError("needs exactly one of column, constant and expression")
        return self


class MomentReading(Reading):
    """Where the moment of the decision comes from: a column, or one day for all."""

    constant: Day | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("needs exactly one of column and constant")
        return self


class ColumnReading(Reading):
    """A text that stands in a column."""

    column: str


class Performance(_Form):
    """What became of the loan: the texts that mean it went bad, and those that mean it performed."""

    column: str
    bad: Texts
    good: Texts

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        if set(self.bad) & set(self.good):
            raise ValueError("a value can't be both bad and good")
        if not self.bad and not self.good:
            raise ValueError("needs values that are bad or good")
        return self


class Codes(_Form):
    """Reason codes of a score that stand in one column."""

    column: str
    separator: str = Field(default=";", min_length=1, max_length=3)


class Grouping(Reading):
    """A group that figures are told by: a column, a fact, or a part of the moment of the decision.

    `bands` are rising bounds of a number, in major units of money; a value belongs to the band that starts with it.
    """

    fact: str | None = None
    as_of: Literal["year", "quarter", "month"] | None = None
    bands: tuple[int, ...] | None = Field(default=None, min_length=1, max_length=MAX_BANDS, strict=False)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if sum(each is not None for each in (self.column, self.fact, self.as_of)) != 1:
            raise ValueError("needs exactly one of column, fact and as_of")
        if self.bands is not None and list(self.bands) != sorted(set(self.bands)):
            raise ValueError("bands must rise")
        return self


class DataMap(_Form):
    """How the columns of a file become applications of a product."""

    product: str
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    delimiter: Literal[",", ";", "|", "\t"] = ","
    missing: Texts = ("",)
    reference: Annotated[ColumnReading | None, BeforeValidator(_shorthand)] = None
    party_id: Annotated[ColumnReading | None, BeforeValidator(_shorthand)] = None
    as_of: Annotated[MomentReading, BeforeValidator(_shorthand)]
    facts: dict[str, Annotated[FactReading, BeforeValidator(_shorthand)]]
    performance: Performance | None = None
    decided: Annotated[ColumnReading | None, BeforeValidator(_shorthand)] = None
    score_reasons: Annotated[Codes | None, BeforeValidator(_shorthand)] = None
    segments: dict[str, Annotated[Grouping, BeforeValidator(_shorthand)]] = Field(default_factory=dict)
    protected: dict[str, Annotated[Grouping, BeforeValidator(_shorthand)]] = Field(default_factory=dict)


def parse_map(document: Any, source: str = "data map") -> DataMap:
    """Return the data map of a YAML document that is already loaded; raises `InputError` with every fault."""
    if not isinstance(document, Mapping):
        raise InputError([InputFault(source, "a data map is a mapping")])
    try:
        return DataMap.model_validate(dict(document))
    except ValidationError as error:
        raise InputError([_fault(source, found) for found in error.errors(include_input=False)]) from None


def _fault(source: str, found: Any) -> InputFault:
    place = "/".join(str(part) for part in found["loc"])
    return InputFault(source, f"{place}: {found['msg']}" if place else found["msg"])
