"""Scores with what became of them: row by row, or counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

Outcomes: TypeAlias = Iterable[tuple[int, bool]] | Mapping[tuple[int, bool], int]
"""(score, is bad) of each row, or how many rows each (score, is bad) has; a million rows have few different ones."""


def counted(outcomes: Outcomes) -> Counter[tuple[int, bool]]:
    """Return how many rows each (score, is bad) has."""
    return Counter(outcomes)
