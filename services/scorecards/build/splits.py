"""Which rows are fitted on, which are held out, and which come later; and the folds of cross-validation."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy

from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec, Split, SplitMethod


@dataclass(frozen=True, slots=True)
class Parts:
    """Numbers of rows, rising; `later` are those behind the day that parts the time."""

    train: list[int]
    held_out: list[int]
    later: list[int]


def split_rows(sample: Sample, spec: BuildSpec) -> Parts:
    """Return the parts of the sample; raises `BuildError` when one that the spec asks for has no goods or no bads."""
    split = spec.split
    early, later = _by_time(sample, split)
    if split.method is SplitMethod.COLUMN:
        parts = Parts(*_by_column(sample, split, early), later)
    elif split.method is SplitMethod.SHUFFLED:
        parts = Parts(*_shuffled(early, split), later)
    else:
        chosen = train_rows([bool(sample.bads[row]) for row in early], split.seed, split.train_percent)
        train = [early[row] for row in chosen]
        parts = Parts(train, sorted(set(early) - set(train)), later)
    asked = [("train", parts.train), ("held-out", parts.held_out)]
    for name, rows in [*asked, ("later", later)] if split.time_from is not None else asked:
        if len({bool(sample.bads[row]) for row in rows}) != 2:
            raise BuildError(f"the {name} part has not both goods and bads")
    return parts


def train_rows(bads: Sequence[bool], seed: int, train_percent: int) -> list[int]:
    """Return the row numbers of the training part: `train_percent` of the goods and of the bads, rounded half up.

    Rows are shuffled by SHA-256 of `seed:row number`, so that the split can be repeated anywhere, without a library.
    """
    chosen: list[int] = []
    for group in _shuffled_by_outcome(bads, str(seed)):
        chosen += group[: (len(group) * train_percent + 50) // 100]
    return sorted(chosen)


def fold_rows(bads: Sequence[bool], seed: int, folds: int, repeat: int = 0) -> list[list[int]]:
    """Return the row numbers of `folds` disjoint parts, each with its share of goods and of bads."""
    parts: list[list[int]] = [[] for _ in range(folds)]
    for group in _shuffled_by_outcome(bads, f"{seed}/{repeat}" if repeat else str(seed)):
        for place, row in enumerate(group):
            parts[place % folds].append(row)
    return [sorted(part) for part in parts]


def others(rows: Sequence[int], total: int) -> list[int]:
    """Return the row numbers below `total` that `rows` leaves out."""
    return sorted(set(range(total)) - set(rows))


def describe(split: Split) -> str:
    """Return in words how rows were split."""
    if split.method is SplitMethod.COLUMN:
        words = f"column {split.column}: {', '.join(split.train)} is train, {', '.join(split.test)} is held out"
    elif split.method is SplitMethod.SHUFFLED:
        words = f"{split.train_percent} % train, rows permuted by numpy's RandomState(seed), the first ones held out"
    else:
        words = f"stratified on the target, {split.train_percent} % train, rows shuffled by SHA-256 of seed:row"
    return words if split.time_from is None else f"{words}; rows from {split.time_from} on are a part of their own"


def _by_time(sample: Sample, split: Split) -> tuple[list[int], list[int]]:
    if split.time_from is None:
        return list(range(len(sample))), []
    late = sample.days >= (split.time_from - date(1970, 1, 1)).days
    return numpy.flatnonzero(~late).tolist(), numpy.flatnonzero(late).tolist()


def _by_column(sample: Sample, split: Split, among: list[int]) -> tuple[list[int], list[int]]:
    texts = sample.set_apart
    assert texts is not None
    labels: list[str | None] = [*texts.labels, None]
    unknown = sorted({str(label) for label in texts.labels} - {*split.train, *split.test})
    if unknown or bool((texts.places < 0).any()):
        raise BuildError(f"column {split.column} has rows that are neither train nor test")
    said: list[Any] = [labels[place] for place in texts.places.tolist()]
    return [row for row in among if said[row] in split.train], [row for row in among if said[row] in split.test]


def _shuffled(among: list[int], split: Split) -> tuple[list[int], list[int]]:
    # The stream of this generator is frozen, so the published splits of others can be repeated.
    order = numpy.random.RandomState(split.seed).permutation(len(among)).tolist()
    held_out = -(-len(among) * (100 - split.train_percent) // 100)
    return sorted(among[at] for at in order[held_out:]), sorted(among[at] for at in order[:held_out])


def _shuffled_by_outcome(bads: Sequence[bool], seed: str) -> list[list[int]]:
    def place(row: int) -> bytes:
        return hashlib.sha256(f"{seed}:{row}".encode()).digest()

    numbers = range(len(bads))
    return [sorted((row for row in numbers if bool(bads[row]) is outcome), key=place) for outcome in (False, True)]
