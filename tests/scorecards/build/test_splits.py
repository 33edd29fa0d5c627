"""Rows are fitted on or held out as the spec says, and the same ones every time."""

from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorecards.build.reading import read_sample
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec
from services.scorecards.build.splits import describe, fold_rows, others, split_rows, train_rows
from tests.scorecards.build.made import HEADER, Change, data_file, lines, rows, tiny_spec


def split(folder: Path, change: Change, header: str = HEADER) -> tuple[Sample, BuildSpec]:
    spec = tiny_spec(folder, change)
    made = rows(400)
    if header != HEADER:
        made = [[*cells, str(number % 3 % 2)] for number, cells in enumerate(made)]
    return read_sample(data_file(folder, *lines(made), header=header), spec), spec


@settings(max_examples=100)
@given(st.lists(st.booleans(), min_size=20, max_size=200), st.integers(0, 5), st.integers(50, 90))
def test_the_training_part_holds_its_share_of_goods_and_of_bads(bads: list[bool], seed: int, percent: int) -> None:
    train = train_rows(bads, seed, percent)
    for outcome in (False, True):
        share = sum(bads[row] is outcome for row in train)
        assert abs(share - bads.count(outcome) * percent / 100) <= 0.5
    assert train == train_rows(bads, seed, percent)
    assert sorted(train + others(train, len(bads))) == list(range(len(bads)))


@settings(max_examples=100)
@given(st.lists(st.booleans(), min_size=20, max_size=200), st.integers(2, 6), st.integers(0, 2))
def test_every_row_is_tested_in_exactly_one_fold_of_a_repeat(bads: list[bool], folds: int, repeat: int) -> None:
    parts = fold_rows(bads, 42, folds, repeat)
    assert sorted(row for part in parts for row in part) == list(range(len(bads)))
    sizes = [sum(bads[row] for row in part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_another_seed_or_repeat_gives_another_split() -> None:
    bads = [False, True] * 50
    assert train_rows(bads, 1, 70) != train_rows(bads, 2, 70)
    assert fold_rows(bads, 1, 5) != fold_rows(bads, 1, 5, 1)


def test_the_shuffled_split_is_that_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.model_selection import train_test_split

    def change(document: dict) -> None:
        document["split"] |= {"method": "shuffled", "seed": 42, "train_percent": 75}

    sample, spec = split(tmp_path, change)
    train, held_out = train_test_split(numpy.arange(len(sample)), test_size=0.25, random_state=42)
    parts = split_rows(sample, spec)
    assert parts.train == sorted(train.tolist())
    assert parts.held_out == sorted(held_out.tolist())


def by_column(document: dict) -> None:
    document["split"] = {"method": "column", "column": "part", "train": [0], "test": [1], "seed": 1, "folds": 0}


def test_a_column_can_say_what_is_held_out(tmp_path: Path) -> None:
    sample, spec = split(tmp_path, by_column, f"{HEADER},part")
    parts = split_rows(sample, spec)
    assert parts.held_out == [row for row in range(400) if row % 3 == 1]
    assert parts.train == others(parts.held_out, 400)
    assert describe(spec.split) == "column part: 0 is train, 1 is held out"


def test_a_row_that_its_column_leaves_open_is_refused(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        by_column(document)
        document["split"]["test"] = [2]

    sample, spec = split(tmp_path, change, f"{HEADER},part")
    with pytest.raises(BuildError, match="neither train nor test"):
        split_rows(sample, spec)


def test_later_rows_are_a_part_of_their_own(tmp_path: Path) -> None:
    sample, spec = split(tmp_path, lambda document: document["split"].update(time_from="2022-01-01"))
    parts = split_rows(sample, spec)
    assert parts.later == [row for row, day in enumerate(sample.days) if day >= 18993]
    assert sorted(parts.train + parts.held_out + parts.later) == list(range(400))
    assert "rows from 2022-01-01 on" in describe(spec.split)


def test_a_part_without_goods_or_bads_is_refused(tmp_path: Path) -> None:
    sample, spec = split(tmp_path, lambda document: document["split"].update(time_from="2099-01-01"))
    with pytest.raises(BuildError, match="the later part has not both goods and bads"):
        split_rows(sample, spec)
