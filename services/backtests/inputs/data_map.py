"""The data map: how the columns of a file become the facts of a product. A YAML document:

```yaml
product: sba-loan
missing: ['', 'NA']                  # texts that mean "missing" in every column; only '' unless given
reference: LoanNr_ChkDgt             # what the application is called; "row 17" unless given
party_id: BorrowerId
as_of: {column: ApprovalDate, date_format: '%m/%d/%Y'}     # the moment of the decision; or {constant: 2014-06-30}
facts:
  employees: NoEmp                                         # the column holds the fact in its own form
  requested_amount: {column: GrAppv, money: major, ignore: '$,'}
  new_business: {column: NewExist, values: {1: false, 2: true}, others: missing}
  sector: {column: NAICS, first: 2, values: {44: retail trade, 45: retail trade}, others: missing}
  guaranteed_share: {expression: guaranteed_amount / requested_amount}
performance: {column: MIS_Status, bad: [CHGOFF], good: [P I F]}    # anything else is unknown
decided: {column: Status, values: {APPR: approve, DENY: decline}, others: missing}
score_reasons: {column: ReasonCodes, separator: ';'}
segments:
  state: State
  sector: {fact: sector}
  term: {fact: term_months, bands: [60, 120, 240]}
  year: {as_of: year}
protected:
  age: {fact: age_years, bands: [25, 62]}
```

How a column becomes a value, in this order: blanks around it are dropped; texts of `missing` are missing; `ignore`
names characters to drop; `first` keeps that many characters; `values` says which text is which value (in wire form;
money in minor units), `others` what a text is that it does not list: `fault` (unless given), `missing`, or a value.
Without `values` the text is read by the type of the fact:

| type | is read as |
|---|---|
| integer | digits with a sign; `84.0` is 84 |
| money | `money: major` (unless said otherwise): 60000 or 60000.50; `money: minor`: a whole number of minor units |
| decimal | as money; `percent: true` divides by a hundred |
| boolean | true or false in any case; everything else needs `values` |
| enum | one of the values of the product |
| date | `date_format` of strptime, `%Y-%m-%d` unless given, or `days_since`: a day that numbers count from |

`decimal_mark: ','` reads 1234,56. `multiply` takes a number times a whole number. An `expression` is FEEL over other
facts of the map. A number is read as text, digit by digit: no binary float comes between. A floating-point column of a
Parquet file is taken at its shortest decimal form, which is what was written into it.

Without a map the columns are named like the facts, `reference`, `party_id`, `as_of` (needed), `decided`, `bad` (true or
false), `score_reasons` (codes between semicolons), `segment:<name>` and `protected:<name>`; money is in minor units if
`money="minor"` is said and in major units otherwise.
"""

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
