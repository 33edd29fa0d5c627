"""How the rows of a table came out, as bits: an engine carries a number for 36 times less than a list of names."""

from collections.abc import Sequence
from typing import Final

from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.text import all_of, any_of, bits, chosen, is_missing, quoted

BITS: Final = 62
"""Bits of one column: a signed integer of 64 bits holds their sum, in every engine."""


def chunks(count: int) -> list[range]:
    """Return the numbers of rows that share a column of bits."""
    return [range(start, min(start + BITS, count)) for start in range(0, count, BITS)]


def hits_name(table: str, chunk: int) -> str:
    """Return the name of a column with the rows of a table that hit; bit 0 is the chunk's first row."""
    return f"hits_{table.replace('.', '_').replace('definitions_', 'definition_')}_{chunk}"


def misses_name(table: str, chunk: int) -> str:
    """Return the name of a column with the rows of a table of which it cannot be told whether they hit."""
    return f"misses_{table.replace('.', '_').replace('definitions_', 'definition_')}_{chunk}"


def as_mask(sql: str, chunk: range) -> str:
    """Return a sum of bits in the smallest SQL type that has room for all rows of a chunk."""
    sql_type = "SMALLINT" if len(chunk) < 16 else "INTEGER" if len(chunk) < 32 else "BIGINT"
    return f"CAST({sql} AS {sql_type})"


def add_masks(layers: Layers, table: str, rows: Sequence[str], told: str, guard: str | None = None) -> None:
    """Define the masks of a table whose rows are all looked at, if `guard` holds.

    `told` is a condition under which no row can be missing, which spares looking at each of them.
    """
    for number, chunk in enumerate(chunks(len(rows))):
        found = [rows[row] for row in chunk]
        missing = [is_missing(row) for row in found]
        hits, misses = bits(found), chosen([(told, "0")], bits(missing))
        for name, mask in ((hits_name(table, number), hits), (misses_name(table, number), misses)):
            layers.add(name, as_mask(mask if guard is None else chosen([(guard, mask)], "0"), chunk))


def none_in(names: Sequence[str]) -> str:
    """Return a condition that holds when no bit is set in the columns of these names."""
    return all_of([f"{quoted(name)} = 0" for name in names])


def any_in(names: Sequence[str]) -> str:
    """Return a condition that holds when a bit is set in one of the columns of these names."""
    return any_of([f"{quoted(name)} <> 0" for name in names])
