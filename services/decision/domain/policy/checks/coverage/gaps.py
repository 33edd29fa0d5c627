"""Searching for an input that no row matches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.decision.domain.policy.checks.coverage.area import Area, Point, example
from shared.feel.typed import Ranges

MAX_COLUMNS = 64
"""Columns of a table that a search goes through; each is a level of recursion."""


class TooIntricate(Exception):
    """A search gave up."""


@dataclass(slots=True)
class Budget:
    """Steps that are left to the searches of one table, each about a microsecond; a part spends those of the whole."""

    steps: int = 400_000
    whole: "Budget | None" = None

    def spend(self, steps: int) -> None:
        """Take steps; raises `TooIntricate` when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooIntricate
        if self.whole is not None:
            self.whole.spend(steps)

    def part(self, steps: int) -> "Budget":
        """Return a budget of `steps` at most that is spent from this one."""
        return Budget(steps, self)


def find_gap(space: Mapping[str, Ranges], areas: Sequence[Area], budget: Budget) -> Point | None:
    """Return a point of `space` that lies in no box of `areas`, or None; raises `TooIntricate`.

    `space` has a set for every name that a box uses.
    """
    if len(space) > MAX_COLUMNS:
        raise TooIntricate
    budget.spend(sum(len(area.box) for area in areas))
    point = _Search(space, areas, budget).gap(0, (1 << len(areas)) - 1)
    return None if point is None else {name: point[name] for name in space}


@dataclass
class _Search:
    """Splits the space along one name after the other wherever some box begins or ends."""

    space: Mapping[str, Ranges]
    areas: Sequence[Area]
    budget: Budget
    covered: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.columns: dict[str, dict[Ranges, int]] = {name: {} for name in self.space}
        for row, area in enumerate(self.areas):
            for name, ranges in area.box.items():
                column = self.columns[name]
                column[ranges] = column.get(ranges, 0) | 1 << row
        # Names by which few sets are told apart go first: they leave few cases to the names behind them.
        self.names = sorted(self.space, key=lambda name: len(self.columns[name]))
        self.constrained = [sum(self.columns[name].values()) for name in self.names]
        depth_of = {name: depth for depth, name in enumerate(self.names)}
        self.settled = [0] * (len(self.names) + 1)
        for row, area in enumerate(self.areas):
            last = max((depth_of[name] + 1 for name in area.box), default=0)
            for depth in range(last, len(self.settled)):
                self.settled[depth] |= 1 << row

    def gap(self, depth: int, alive: int) -> Point | None:
        """Return a point of the names from `depth` on that no row of `alive` covers."""
        if alive & self.settled[depth] or (depth, alive) in self.covered:
            return None
        if not alive:
            return {name: example(self.space[name]) for name in self.names[depth:]}
        name = self.names[depth]
        free = alive & ~self.constrained[depth]
        for low, high, holding in self._pieces(name, alive):
            rest = self.gap(depth + 1, holding | free)
            if rest is not None:
                return {name: example(((low, high),)), **rest}
        self.covered.add((depth, alive))
        return None

    def _pieces(self, name: str, alive: int) -> Iterator[tuple[int, int, int]]:
        """Yield the pieces of a name's space with the rows of `alive` that hold there."""
        column = self.columns[name]
        turns: dict[int, int] = {}
        for ranges, rows in column.items():
            members = rows & alive
            if members:
                for low, high in ranges:
                    turns[low] = turns.get(low, 0) ^ members
                    turns[high + 1] = turns.get(high + 1, 0) ^ members
        edges = sorted(turns)
        self.budget.spend(1 + len(column) + len(edges))
        for low, high in self.space[name]:
            start, holding = low, 0
            for edge in edges:
                if edge > high:
                    break
                if edge > start:
                    yield start, edge - 1, holding
                    start = edge
                holding ^= turns[edge]
            yield start, high, holding
