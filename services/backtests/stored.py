"""The form in which a fact stands in a table: exact, and the same for files, stored decisions and every engine."""

from datetime import date
from decimal import Context, Decimal
from typing import Any, Final

from shared.facts import Fact, FactType, FactValue
from shared.feel.typed import Type, domain

_EXACT: Final = Context(prec=40)
_BIGINT: Final = 2**63 - 1
_TYPES: Final = {FactType.ENUM: "VARCHAR", FactType.BOOLEAN: "BOOLEAN", FactType.DATE: "DATE"}


def bounds(fact: Fact) -> tuple[int, int]:
    """Return the least and the greatest stored integer of an integer, money or decimal fact."""
    ((low, high),) = domain(Type.of_fact(fact))
    return low, high


def is_number(fact: Fact) -> bool:
    """Tell whether a fact is stored as an integer."""
    return fact.type not in _TYPES


def sql_type(fact: Fact) -> str:
    """Return the type of a fact's column: a decimal is an integer at the fact's scale."""
    if not is_number(fact):
        return _TYPES[fact.type]
    low, high = bounds(fact)
    return "BIGINT" if low >= -_BIGINT and high <= _BIGINT else "HUGEINT"


def literal(fact: Fact, value: FactValue) -> str:
    """Return a value of a fact as SQL, in its stored form."""
    stored = store(fact, value)
    if isinstance(stored, bool):
        return "TRUE" if stored else "FALSE"
    if isinstance(stored, int):
        return str(stored)
    return f"DATE '{stored.isoformat()}'" if isinstance(stored, date) else text_literal(stored)


def store(fact: Fact, value: FactValue) -> int | str | bool | date:
    """Return a value of a fact in its stored form."""
    return int(value.scaleb(fact.scale, _EXACT)) if isinstance(value, Decimal) else value


def restore(fact: Fact, stored: Any) -> FactValue | None:
    """Return the value of a fact that stands in a column; None is missing."""
    if fact.type is FactType.DECIMAL and stored is not None:
        return Decimal(stored).scaleb(-fact.scale, _EXACT)
    value: FactValue | None = stored
    return value


def text_literal(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """Return the name of a column as SQL."""
    return '"' + identifier.replace('"', '""') + '"'
