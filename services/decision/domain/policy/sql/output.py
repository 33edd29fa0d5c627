"""A column that comes out of a query."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """The SQL of a column; of decimals, the number of decimal places of the integers in it."""

    sql: str
    scale: int = 0
