"""What all decision tables have in common: a hit policy, rows of cells, and what holds when no row hits."""

from collections.abc import Callable
from typing import Final

from services.decision.domain.policy.document.form import Cell, Expression, HitPolicy, OutputT, Row
from services.decision.domain.policy.document.reading import Reader

IF: Final = "if"
"""The key of a row's free condition, and its name in a trace."""


def read_hit_policy(table: Reader, name: str, supported: tuple[HitPolicy, ...]) -> HitPolicy:
    """Return the hit policy of a table, one of `supported`."""
    hit_policy = table.choice("hit_policy", HitPolicy, tuple(HitPolicy))
    if table.has("hit_policy") and hit_policy not in supported:
        words = f"table {name}: {hit_policy} is not for this table; use {' or '.join(supported)}"
        table.fault("hit_policy", "unsupported_hit_policy", words)
        return supported[0]
    return hit_policy


def read_rows(table: Reader, name: str, read_output: Callable[[Reader], OutputT]) -> tuple[Row[OutputT], ...]:
    """Return the rows of a table, whose outputs `read_output` reads."""
    return tuple(_row(row, name, read_output(row)) for row in table.children("rows"))


def read_default(table: Reader, read_output: Callable[[Reader], OutputT]) -> OutputT | None:
    """Return the output for when no row hits, None where the table has none."""
    if not table.has("default"):
        return None
    default = table.child("default")
    output = read_output(default)
    default.close()
    return output


def _row(row: Reader, table: str, output: OutputT) -> Row[OutputT]:
    place = row.place(table)
    when = row.child("when", required=False)
    cells: list[Cell] = []
    for column, name in enumerate(when.values, start=1):
        cell = when.cell(name, f"{place}, column {column}")
        if cell is not None:
            cells.append(cell)
    condition: Expression | None = None
    if row.has(IF):
        condition = row.expression(IF, f"{place}, column {len(when.values) + 1}")
    if not when.values and not row.has(IF):
        row.fault("when", "no_condition", f"{place}: has no condition; use `default` for what is left")
    if row.has("note"):
        row.text("note")
    row.close()
    return Row(tuple(cells), condition, output)
