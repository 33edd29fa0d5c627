"""Columns that are computed one from another, written as subqueries over one another.

Each column is computed once, in the first subquery in which all that it reads is there; a subquery hands on what later
ones need. Columnar engines pass columns on at no cost.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.decision.domain.policy.sql.text import quoted

ROW_ID: Final = "row_id"

_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"([^\"]+)\"")


@dataclass(slots=True)
class Layers:
    """Columns by name, each with its SQL; what none of them defines is a column of the source."""

    _columns: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, sql: str) -> str:
        """Define a column by SQL over columns defined before, and return the reference to it."""
        assert name not in self._columns, name
        known = [read in self._columns for read in columns_in(sql)]
        assert all(known) or not any(known), f"{name} reads the source in a later step"
        self._columns[name] = sql
        return quoted(name)

    def query(self, source: str, outputs: Mapping[str, str], *, replaced: Mapping[str, str], materialized: bool) -> str:
        """Return the SELECT of `outputs` (SQL by name) and the id of the row from `source`, a table or a subquery.

        `replaced` has other SQL for some columns. Steps that are `materialized` stay apart in PostgreSQL.
        """
        columns = {**self._columns, **replaced}
        reads = {name: columns_in(sql) for name, sql in columns.items()}
        final = frozenset().union(*map(columns_in, outputs.values()))
        levels = self._levels(reads, final)
        steps: list[str] = []
        previous = source
        available: set[str] = set()
        kind = "AS MATERIALIZED" if materialized else "AS"
        for at, level in enumerate(levels, start=1):
            later = final.union(*(reads[name] for other in levels[at:] for name in other))
            handed_on = [quoted(ROW_ID), *(quoted(name) for name in sorted(available & later))]
            computed = [f"{columns[name]} AS {quoted(name)}" for name in level]
            steps.append(f"step_{at} {kind} (\nSELECT {_listed([*handed_on, *computed])}\nFROM {previous}\n)")
            available = (available & later) | set(level)
            previous = f"step_{at}"
        selected = [quoted(ROW_ID), *(f"{sql} AS {quoted(name)}" for name, sql in outputs.items())]
        head = f"WITH {', '.join(steps)}\n" if steps else ""
        return f"{head}SELECT {_listed(selected)}\nFROM {previous}"

    def _levels(self, reads: Mapping[str, frozenset[str]], final: frozenset[str]) -> list[list[str]]:
        """Return the columns that `final` needs, those first that read the source only."""
        needed = set(final)
        level_of: dict[str, int] = {}
        for name in reversed(self._columns):
            if name in needed:
                needed |= reads[name]
        levels: list[list[str]] = []
        for name in self._columns:
            if name in needed:
                level = 1 + max((level_of.get(read, -1) for read in reads[name]), default=-1)
                level_of[name] = level
                levels.extend([] for _ in range(level - len(levels) + 1))
                levels[level].append(name)
        return levels


def columns_in(sql: str) -> frozenset[str]:
    """Return the names of the columns that SQL reads: identifiers are quoted, and nothing else has double quotes."""
    return frozenset(name for name in _TOKEN.findall(sql) if name)


def _listed(items: Iterable[str]) -> str:
    return ",\n  ".join(items)
