"""The development sample: the rows of a CSV file as exact facts, and its stratified splits."""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.scorecards.build.spec import BuildError, BuildSpec, Column
from shared.facts import Fact, FactType, FactValue

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Sample:
    """Facts and outcome of each row, in the order of the file; `sha256` is of the file."""

    facts: tuple[dict[str, FactValue], ...]
    bads: tuple[bool, ...]
    sha256: str

    def rows(self, numbers: Sequence[int]) -> "Sample":
        """Return the sample of the rows with these numbers, counted from 0."""
        return Sample(tuple(self.facts[i] for i in numbers), tuple(self.bads[i] for i in numbers), self.sha256)


def read_sample(path: Path, spec: BuildSpec) -> Sample:
    """Return the rows of the CSV file `path` as facts of the spec's product; an empty cell is a missing fact.

    Raises `BuildError` when a column is neither target, characteristic nor excluded, when one is absent, and for
    a value that its fact refuses (named by line and column, without the value).
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BuildError("the data is not UTF-8 text") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    target = spec.target["column"]
    expected = {target, *(column.name for column in spec.columns), *spec.excluded}
    differing = expected.symmetric_difference(reader.fieldnames or ())
    if differing:
        raise BuildError(f"spec and data do not have the same columns: {', '.join(sorted(differing))}")
    facts, bads = [], []
    for line, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise BuildError(f"line {line}: does not have one cell for each column")
        if row[target] not in (spec.target["bad"], spec.target["good"]):
            raise BuildError(f"line {line}: {target} is neither good nor bad")
        facts.append(_facts(row, spec, line))
        bads.append(row[target] == spec.target["bad"])
    if len(set(bads)) != 2:
        raise BuildError("the data must hold both goods and bads")
    return Sample(tuple(facts), tuple(bads), hashlib.sha256(content).hexdigest())


def _facts(row: dict[str, str], spec: BuildSpec, line: int) -> dict[str, FactValue]:
    values = {}
    for column in spec.columns:
        cell = row[column.name]
        if cell == "":
            continue
        try:
            values[column.fact] = _value(spec.product.dictionary.facts[column.fact], column, cell)
        except ValueError as error:
            raise BuildError(f"line {line}: {column.name} {error}") from None
    return values


def _value(fact: Fact, column: Column, cell: str) -> FactValue:
    if fact.type is FactType.INTEGER:
        return fact.parse(_integer(cell) * column.multiply)
    if fact.type is FactType.MONEY:
        return fact.parse({"amount_minor": _integer(cell) * column.multiply, "currency": fact.currency})
    if fact.type is FactType.BOOLEAN:
        return fact.parse({"true": True, "false": False}.get(cell))
    return fact.parse(cell)


def _integer(cell: str) -> int:
    if _INTEGER.fullmatch(cell) is None:
        raise ValueError("must be an integer")
    return int(cell)


def train_rows(bads: Sequence[bool], seed: int, train_percent: int) -> list[int]:
    """Return the row numbers of the training part: `train_percent` of the goods and of the bads, rounded half up.

    Rows are shuffled by SHA-256 of `seed:row number`, so that the split can be repeated anywhere, without a library.
    """
    chosen: list[int] = []
    for group in _shuffled_by_outcome(bads, seed):
        chosen += group[: (len(group) * train_percent + 50) // 100]
    return sorted(chosen)


def fold_rows(bads: Sequence[bool], seed: int, folds: int) -> list[list[int]]:
    """Return the row numbers of `folds` disjoint parts, each with its share of goods and of bads."""
    parts: list[list[int]] = [[] for _ in range(folds)]
    for group in _shuffled_by_outcome(bads, seed):
        for place, row in enumerate(group):
            parts[place % folds].append(row)
    return [sorted(part) for part in parts]


def others(rows: Sequence[int], total: int) -> list[int]:
    """Return the row numbers below `total` that `rows` leaves out."""
    return sorted(set(range(total)) - set(rows))


def _shuffled_by_outcome(bads: Sequence[bool], seed: int) -> list[list[int]]:
    def place(row: int) -> bytes:
        return hashlib.sha256(f"{seed}:{row}".encode()).digest()

    numbers = range(len(bads))
    return [sorted((row for row in numbers if bads[row] is outcome), key=place) for outcome in (False, True)]
