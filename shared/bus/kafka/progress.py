"""Notices a partition that the client has silently stopped reading."""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

Partition = TypeVar("Partition", bound=Hashable)


class ProgressWatch(Generic[Partition]):
    """Compares positions with ends at every look; `patience` looks without a step behind the end are too many."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._last: dict[Partition, int] = {}
        self._still: dict[Partition, int] = {}

    def look(self, positions: Mapping[Partition, int], ends: Mapping[Partition, int]) -> frozenset[Partition]:
        """Return the partitions that stand still although there is more to read.

        `positions` and `ends` are the next position to read and the one after the last message, per partition.
        """
        self._still = {
            partition: self._still.get(partition, 0) + 1
            for partition, position in positions.items()
            if position < ends.get(partition, 0) and self._last.get(partition) == position
        }
        self._last = dict(positions)
        return frozenset(partition for partition, looks in self._still.items() if looks >= self._patience)

    def forget(self) -> None:
        """Start again, for a time in which standing still was intended."""
        self._last.clear()
        self._still.clear()
