"""From the text of a cell to an exact value, as SQL: digit by digit, so that no number goes through a float."""

from dataclasses import dataclass
from typing import Final

from services.backtests.inputs.data_map import FactReading, Reading, Wire
from services.backtests.stored import bounds, is_number, literal, sql_type, text_literal
from shared.facts import Fact, FactType, FactValue
from shared.money import exponent

_INTEGERS: Final = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
)
_NESTED: Final = frozenset({"STRUCT", "MAP", "UNION", "BLOB", "BIT"})
_BLANKS: Final = r"' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Cell:
    """How one value is read: `stated` is SQL that tells whether there is one, `value` SQL of it, NULL if it is none.

    A number is yet to be held against `low` and `high`. `reason` says what a text is that is no value.
    """

    stated: str
    value: str
    sql_type: str
    reason: str
    low: int | None = None
    high: int | None = None

    def checked(self, column: str) -> str:
        """Return SQL of the value that stands in `column`, NULL where it is out of bounds."""
        if self.low is None:
            return column
        return f"CASE WHEN {column} BETWEEN {self.low} AND {self.high} THEN CAST({column} AS {self.sql_type}) END"


class BadReading(Exception):
    """A column that can't be read as the data map says; the text says why."""


def text_of(reading: Reading, column: str, missing: tuple[str, ...]) -> tuple[str, str]:
    """Return SQL of the text of a cell, made ready, and of whether there is one; `column` is SQL."""
    bare = f"trim(CAST({column} AS VARCHAR), {_BLANKS})"
    absent = ", ".join(text_literal(each) for each in (missing if reading.missing is None else reading.missing))
    stated = f"({bare} IS NOT NULL{f' AND {bare} NOT IN ({absent})' if absent else ''})"
    text = bare
    if reading.ignore:
        text = f"trim(translate({text}, {text_literal(reading.ignore)}, ''))"
    if reading.first is not None:
        text = f"left({text}, {reading.first})"
    return text, stated


def fact_cell(fact: Fact, reading: FactReading, column: str, kind: str, missing: tuple[str, ...]) -> Cell:
    """Return how a fact is read from a column (SQL) of DuckDB type `kind`; raises `BadReading`."""
    base = kind.split("(", maxsplit=1)[0]
    if kind.endswith("]") or base in _NESTED:
        raise BadReading("holds lists, structures or bytes, not values")
    text, stated = text_of(reading, column, missing)
    if reading.values is not None:
        return _listed(fact, reading, text, stated)
    if not is_number(fact):
        as_it_is = base == fact.type.value.upper()
        value = column if as_it_is else _READERS[fact.type](fact, reading, text)
        return Cell(f"({column} IS NOT NULL)" if as_it_is else stated, value, sql_type(fact), _WORDS[fact.type])
    low, high = bounds(fact)
    places = _places(fact, reading)
    if base in _INTEGERS and not reading.ignore and reading.first is None:
        # A column of integers needs no text; this is what makes files of ten million rows quick to read.
        value, stated = f"(CAST({column} AS HUGEINT) * {10**places * reading.multiply})", f"({column} IS NOT NULL)"
    else:
        value = digits(text, places, reading.decimal_mark, reading.multiply)
    return Cell(stated, value, sql_type(fact), _number_words(fact, places, low, high), low, high)


def constant_cell(fact: Fact, wire: Wire) -> Cell:
    """Return a fact that is the same in every row; raises `BadReading`."""
    value = literal(fact, parse_wire(fact, wire))
    return Cell("TRUE", f"CAST({value} AS {sql_type(fact)})", sql_type(fact), "")


def parse_wire(fact: Fact, wire: Wire) -> FactValue:
    """Return a value that the data map states; money is a whole number of minor units. Raises `BadReading`."""
    money = {"amount_minor": wire, "currency": fact.currency}
    try:
        return fact.parse(money if fact.type is FactType.MONEY else wire)
    except ValueError as error:
        raise BadReading(f"maps to a value that {error}") from None


def digits(text: str, places: int, mark: str, multiply: int = 1) -> str:
    """Return SQL of the number in `text` (SQL) times `10 ** places` and `multiply`, a HUGEINT; NULL if it is none.

    It has at most 18 digits before the point and `places` behind it, and zeros.
    """
    plain = f"translate({text}, ',', '.')" if mark == "," else text
    whole, part = f"[0-9]{{1,18}}(\\.[0-9]{{0,{places}}}0*)?", f"\\.[0-9]{{1,{max(places, 1)}}}0*"
    fits = f"regexp_full_match({plain}, '[+-]?({whole}|{part})')"
    if mark == ",":
        fits = f"(NOT contains({text}, '.') AND {fits})"
    shifted = f"split_part({plain}, '.', 1)"
    if places:
        shifted += f" || rpad(left(split_part({plain}, '.', 2), {places}), {places}, '0')"
    number = f"TRY_CAST({shifted} AS HUGEINT)"
    return f"CASE WHEN {fits} THEN {number}{f' * {multiply}' if multiply != 1 else ''} END"


def _places(fact: Fact, reading: Reading) -> int:
    """Return how many places behind the point a text has that becomes the stored integer."""
    if fact.type is FactType.MONEY:
        return exponent(fact.currency or "") if reading.money == "major" else 0
    if not reading.percent:
        return fact.scale
    if fact.scale < 2:
        raise BadReading("is no percentage: the fact has fewer than two decimal places")
    return fact.scale - 2


def _listed(fact: Fact, reading: FactReading, text: str, stated: str) -> Cell:
    assert reading.values is not None
    values = {raw: literal(fact, parse_wire(fact, wire)) for raw, wire in reading.values.items()}
    if not values:
        raise BadReading("has an empty list of values")
    of = sql_type(fact)
    otherwise = "NULL"
    if reading.others == "missing":
        stated = f"({stated} AND {text} IN ({', '.join(map(text_literal, values))}))"
    elif reading.others != "fault":
        otherwise = literal(fact, parse_wire(fact, reading.others))
    cases = " ".join(f"WHEN {text_literal(raw)} THEN {value}" for raw, value in values.items())
    return Cell(
        stated, f"CAST(CASE {text} {cases} ELSE {otherwise} END AS {of})", of, "is not a value that the map lists"
    )


def _enum(fact: Fact, _reading: Reading, text: str) -> str:
    return f"CASE WHEN {text} IN ({', '.join(map(text_literal, fact.values))}) THEN {text} END"


def _boolean(_fact: Fact, _reading: Reading, text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"


def _date(_fact: Fact, reading: Reading, text: str) -> str:
    return date_sql(reading, text)


def date_sql(reading: Reading, text: str) -> str:
    """Return SQL of the date in a text (SQL), NULL if it is none."""
    if reading.days_since is not None:
        count = digits(text, 0, ".")
        # Two hundred thousand days reach from any start that people use beyond the year 2400.
        day = f"(DATE '{reading.days_since.isoformat()}' + CAST({count} AS INTEGER))"
        return f"CASE WHEN {count} BETWEEN -200000 AND 200000 THEN {day} END"
    if reading.date_format is None:
        return f"CASE WHEN regexp_full_match({text}, '{_DATE}') THEN TRY_CAST({text} AS DATE) END"
    moment = f"try_strptime({text}, {text_literal(reading.date_format)})"
    # `%Y` takes two digits for a year of the first century, which nobody means.
    return f"CASE WHEN year({moment}) BETWEEN 1000 AND 9999 THEN CAST({moment} AS DATE) END"


def _number_words(fact: Fact, places: int, low: int, high: int) -> str:
    if fact.type is FactType.MONEY:
        form = f"an amount of {fact.currency} with at most {places} decimal places"
        return f"is not {form} between {low} and {high} minor units"
    if fact.type is FactType.INTEGER:
        return f"is not an integer between {low} and {high}"
    return f"is not a number with at most {places} decimal places"


_READERS: Final = {FactType.ENUM: _enum, FactType.BOOLEAN: _boolean, FactType.DATE: _date}
_WORDS: Final = {
    FactType.ENUM: "is not one of the values that the product lists",
    FactType.BOOLEAN: "is not true or false",
    FactType.DATE: "is not a date of the stated form",
}
