"""Which rows have boxes that meet, for all rows of a table, by a sweep along each column."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from services.decision.domain.policy.checks.coverage.area import Area
from shared.feel.typed import Ranges


def meeting(areas: Sequence[Area]) -> list[int]:
    """Return for each row, as bits, the rows whose boxes meet its own (its own bit among them).

    Takes time n log n in the number of rows, times the number of columns: two boxes meet when they do in every column.
    """
    everything = (1 << len(areas)) - 1
    met = [everything] * len(areas)
    for name in dict.fromkeys(name for area in areas for name in area.box):
        column = _column(areas, name)
        constrained = 0
        for rows in column.values():
            constrained |= rows
        sweep = _Sweep(column)
        for ranges, rows in column.items():
            near = sweep.rows_meeting(ranges) | (everything & ~constrained)
            for row in bits(rows):
                met[row] &= near
    return met


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
            found |= self._union(bisect_right(self.edges, low) - 1, bisect_right(self.edges, high) - 1)
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
