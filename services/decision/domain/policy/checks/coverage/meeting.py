"""Which rows have boxes that meet, or include one another, for all rows of a table, by a sweep along each column.

Takes time n log n in the number of rows, times the number of columns; sets of rows are bits of an integer.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from services.decision.domain.policy.checks.coverage.area import Area
from shared.feel.typed import Ranges, Type, domain
from shared.feel.typed.regions import minus


def meeting(areas: Sequence[Area]) -> list[int]:
    """Return for each row, as bits, the rows whose boxes meet its own, its own bit among them."""
    everything = (1 << len(areas)) - 1
    met = [everything] * len(areas)
    for name in _names(areas):
        column = _column(areas, name)
        sweep = _Sweep(column)
        free = everything & ~_rows(column)
        for ranges, rows in column.items():
            near = sweep.rows_meeting(ranges) | free
            for row in bits(rows):
                met[row] &= near
    return met


def including(areas: Sequence[Area], types: Mapping[str, Type]) -> list[int]:
    """Return for each row, as bits, the rows whose boxes include its own, its own bit among them."""
    everything = (1 << len(areas)) - 1
    found = [everything] * len(areas)
    for name in _names(areas):
        column = _column(areas, name)
        whole = domain(types[name])
        outside: dict[Ranges, int] = {}
        for ranges, rows in column.items():
            rest = minus(whole, ranges)
            outside[rest] = outside.get(rest, 0) | rows
        sweep = _Sweep(outside)
        free = everything & ~_rows(column)
        # A box that leaves the name open is included by those only that do so too.
        for ranges, rows in [*column.items(), (whole, free)]:
            wide = everything & ~sweep.rows_meeting(ranges)
            for row in bits(rows):
                found[row] &= wide
    return found


def _names(areas: Sequence[Area]) -> list[str]:
    return list(dict.fromkeys(name for area in areas for name in area.box))


def _rows(column: Mapping[Ranges, int]) -> int:
    rows = 0
    for each in column.values():
        rows |= each
    return rows


def bits(rows: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, the lowest first."""
    while rows:
        lowest = rows & -rows
        yield lowest.bit_length() - 1
        rows ^= lowest


def _column(areas: Sequence[Area], name: str) -> dict[Ranges, int]:
    column: dict[Ranges, int] = {}
    for row, area in enumerate(areas):
        ranges = area.box.get(name)
        if ranges is not None:
            column[ranges] = column.get(ranges, 0) | 1 << row
    return column


class _Sweep:
    """The rows that hold in each piece of one column, as a tree of unions over neighbouring pieces."""

    def __init__(self, column: Mapping[Ranges, int]) -> None:
        turns: dict[int, int] = {}
        for ranges, rows in column.items():
            for low, high in ranges:
                turns[low] = turns.get(low, 0) ^ rows
                turns[high + 1] = turns.get(high + 1, 0) ^ rows
        self.edges = sorted(turns)
        self.size = len(self.edges)
        holding = 0
        self.unions = [0] * self.size
        for edge in self.edges:
            holding ^= turns[edge]
            self.unions.append(holding)
        for at in range(self.size - 1, 0, -1):
            self.unions[at] = self.unions[2 * at] | self.unions[2 * at + 1]

    def rows_meeting(self, ranges: Ranges) -> int:
        found = 0
        for low, high in ranges:
            # Before the first edge no row holds, so that a range may begin anywhere.
            found |= self._union(max(0, bisect_right(self.edges, low) - 1), bisect_right(self.edges, high) - 1)
        return found

    def _union(self, first: int, last: int) -> int:
        """Return the union over pieces `first` to `last`, walking up the tree from both ends."""
        found, left, right = 0, first + self.size, last + self.size + 1
        while left < right:
            if left & 1:
                found |= self.unions[left]
                left += 1
            if right & 1:
                right -= 1
                found |= self.unions[right]
            left, right = left // 2, right // 2
        return found
