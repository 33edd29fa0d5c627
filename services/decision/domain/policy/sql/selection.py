"""Which row of a table counts, as a column: its number, the default row's being last, or a negative one if none does.

The rules are those of `interpret.tables`. The column of a table is `row_<table>`: NONE where no row counts, and from
DOUBTFUL down where a row cannot be told that would settle the table: DOUBTFUL - the number of that row.
"""

from collections.abc import Sequence
from typing import Any, Final

from services.decision.domain.policy.bind import RuleTable, counting_order
from services.decision.domain.policy.document import HitPolicy
from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.masks import add_masks, as_mask, chunks, hits_name, misses_name, none_in
from services.decision.domain.policy.sql.text import chosen, is_missing, picked

NONE: Final = -1
DOUBTFUL: Final = -2


def select(layers: Layers, table: RuleTable[Any], rows: Sequence[str], told: str, guard: str | None = None) -> str:
    """Define the masks of a table and the number of the row that counts; return the reference to the latter.

    Where `guard` does not hold, nothing of the table is looked at; where `told` does, no row can be missing.
    """
    name = table.name.replace(".", "_")
    last = len(rows) if table.default is not None else NONE
    if table.hit_policy is HitPolicy.FIRST:
        return _first(layers, table, name, rows, last, guard)
    add_masks(layers, table.name, rows, told, guard)
    if table.hit_policy is HitPolicy.PRIORITY:
        number = _by_priority(table, rows, last)
    else:
        misses = [misses_name(table.name, chunk) for chunk in range(len(chunks(len(rows))))]
        left = str(last) if last == NONE else chosen([(none_in(misses), str(last))], str(NONE))
        number = chosen([(row, str(at)) for at, row in enumerate(rows)], left)
    return layers.add(f"row_{name}", _guarded(number, guard))


def _first(layers: Layers, table: RuleTable[Any], name: str, rows: Sequence[str], last: int, guard: str | None) -> str:
    cases = []
    for at, row in enumerate(rows):
        cases += [(row, str(at)), (is_missing(row), str(DOUBTFUL - at))]
    settled = layers.add(f"row_{name}", _guarded(chosen(cases, str(last)), guard))
    for number, chunk in enumerate(chunks(len(rows))):
        alone = [str(1 << (row - chunk.start)) for row in chunk]
        hit = f"{settled} BETWEEN {chunk.start} AND {chunk.stop - 1}"
        doubtful = f"{settled} BETWEEN {DOUBTFUL - chunk.stop + 1} AND {DOUBTFUL - chunk.start}"
        hits = chosen([(hit, picked(settled, alone, chunk.start))], "0")
        misses = chosen([(doubtful, picked(settled, alone[::-1], DOUBTFUL - chunk.stop + 1))], "0")
        layers.add(hits_name(table.name, number), as_mask(hits, chunk))
        layers.add(misses_name(table.name, number), as_mask(misses, chunk))
    return settled


def _by_priority(table: RuleTable[Any], rows: Sequence[str], last: int) -> str:
    """Go through the rows in the order in which they count; one in doubt leaves only those that say the same."""
    order = counting_order(table)
    cases = []
    for row in order:
        cases += [(rows[row], str(row)), (is_missing(rows[row]), _like(table, rows, order, row))]
    return chosen(cases, str(last))


def _like(table: RuleTable[Any], rows: Sequence[str], order: Sequence[int], doubtful: int) -> str:
    """Return the first row that hits if all in doubt before it, of which `doubtful` is the first, say the same.

    Rows before `doubtful` do not hit, so that it does no harm to ask them again.
    """
    output = table.rules[doubtful].output
    same = [row for row in order if table.rules[row].output == output]
    if len(same) == 1:
        return str(NONE)
    cases = []
    for row in order:
        if table.rules[row].output == output:
            cases.append((rows[row], str(row)))
        else:
            cases += [(rows[row], str(NONE)), (is_missing(rows[row]), str(NONE))]
    return chosen(cases, str(NONE))


def _guarded(number: str, guard: str | None) -> str:
    return f"CAST({number if guard is None else chosen([(guard, number)], str(NONE))} AS SMALLINT)"


def value_at(row: str, values: Sequence[str], otherwise: str) -> str:
    """Return the value of the row that counts, `otherwise` where none does."""
    return picked(row, [otherwise, *values], NONE)
