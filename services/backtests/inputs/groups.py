"""Groups that figures are told by, segments and protected attributes, as SQL of a short text; NULL is unknown."""

from itertools import pairwise
from typing import Final

from services.backtests.inputs.cells import BadReading, Cell, digits, text_of
from services.backtests.inputs.data_map import Grouping
from services.backtests.stored import is_number, name, text_literal
from shared.facts import Fact, FactType
from shared.money import exponent

MAX_GROUPS: Final = 1_000
"""Values of one grouping: with more of them nobody reads a figure by group."""

_PLACES: Final = 6
_PARTS: Final = {
    "year": "strftime(as_of_day, '%Y')",
    "quarter": "strftime(as_of_day, '%Y') || ' Q' || quarter(as_of_day)",
    "month": "strftime(as_of_day, '%Y-%m')",
}


def group_cell(grouping: Grouping, column: str, missing: tuple[str, ...]) -> Cell:
    """Return how a grouping is read from a column (SQL)."""
    text, stated = text_of(grouping, column, missing)
    if grouping.values is not None:
        cases = " ".join(
            f"WHEN {text_literal(raw)} THEN {text_literal(_shown(value))}" for raw, value in grouping.values.items()
        )
        otherwise = "NULL"
        if grouping.others == "missing":
            stated = f"({stated} AND {text} IN ({', '.join(map(text_literal, grouping.values))}))"
        elif grouping.others != "fault":
            otherwise = text_literal(_shown(grouping.others))
        return Cell(stated, f"CASE {text} {cases} ELSE {otherwise} END", "VARCHAR", "is not a value that the map lists")
    if grouping.bands is not None:
        number = digits(text, _PLACES, grouping.decimal_mark, grouping.multiply)
        banded = _banded(number, grouping.bands, 10**_PLACES)
        return Cell(stated, banded, "VARCHAR", f"is not a number with at most {_PLACES} decimal places")
    return Cell(stated, f"left({text}, 200)", "VARCHAR", "is no text")


def derived_group(grouping: Grouping, fact: Fact | None) -> str:
    """Return SQL of a grouping by a fact or by the day; raises `BadReading`."""
    if grouping.as_of is not None:
        return _PARTS[grouping.as_of]
    assert fact is not None
    stored = name(fact.name)
    if fact.type is FactType.BOOLEAN:
        return f"CASE {stored} WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' END"
    if fact.type is FactType.ENUM:
        return stored
    if fact.type is FactType.DATE:
        return f"strftime({stored}, '%Y')"
    assert is_number(fact)
    if grouping.bands is None:
        raise BadReading(f"`{fact.name}` is a number and needs bands")
    places = fact.scale if fact.type is FactType.DECIMAL else exponent(fact.currency or "") if fact.currency else 0
    return _banded(stored, grouping.bands, 10**places)


def _banded(number: str, bounds: tuple[int, ...], unit: int) -> str:
    cases = [f"WHEN {number} < {bounds[0] * unit} THEN '< {bounds[0]}'"]
    cases += [f"WHEN {number} < {high * unit} THEN '{low} to < {high}'" for low, high in pairwise(bounds)]
    return f"CASE {' '.join(cases)} WHEN {number} >= {bounds[-1] * unit} THEN '>= {bounds[-1]}' END"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
