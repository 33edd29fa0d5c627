"""How the rows of a table came out, as bits: an engine carries a number for 36 times less than a list of names."""

from collections.abc import Sequence
from typing import Final

from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.text import all_of, any_of, bits, is_missing, quoted

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


def add_masks(layers: Layers, table: str, rows: Sequence[str], guard: str | None = None) -> None:
    """Define the masks of a table whose rows are all looked at, if `guard` holds."""
    for number, chunk in enumerate(chunks(len(rows))):
        found = [rows[row] for row in chunk]
        missing = [is_missing(row) for row in found]
        for name, conditions in ((hits_name(table, number), found), (misses_name(table, number), missing)):
            mask = bits(conditions)
            layers.add(name, mask if guard is None else f"CASE WHEN {guard} THEN {mask} ELSE 0 END")


def none_in(names: Sequence[str]) -> str:
    """Return a condition that holds when no bit is set in the columns of these names."""
    return all_of([f"{quoted(name)} = 0" for name in names])


def any_in(names: Sequence[str]) -> str:
    """Return a condition that holds when a bit is set in one of the columns of these names."""
    return any_of([f"{quoted(name)} <> 0" for name in names])
