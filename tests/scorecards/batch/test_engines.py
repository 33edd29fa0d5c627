"""Engines: whichever scores a file, each row gets the score, PD, grade and reasons that the service gives it."""

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backtests.engines import open_database
from services.scorecards.batch.answers import Layout
from services.scorecards.batch.engines import Engine
from services.scorecards.batch.score import How
from services.scoring.domain.scorecard import Scorecard
from services.scoring.domain.scorecard.artefact import assemble_scorecard
from tests.scorecards.batch.conftest import expected, made_up_rows, scored, write_csv
from tests.scoring.domain import made_up
from tests.scoring.domain.small import characteristic, small_document

if TYPE_CHECKING:
    pass


def _agrees(seed: int, engine: Engine, count: int = 30, scorecard: Scorecard | None = None) -> None:
    dice = random.Random(seed)
    scorecard = scorecard or made_up.scorecard(dice)
    rows = made_up_rows(dice, count)
    layout = Layout(scorecard, ("id",), points=dice.random() < 0.5)
    with tempfile.TemporaryDirectory() as folder, open_database(memory="200MB", threads=2) as db:
        path = Path(folder) / "rows.csv"
        write_csv(path, rows, scorecard.reads)
        found = scored(db, path, layout, Path(folder) / "out.parquet", How(engine))
    assert found == expected(scorecard, rows, layout)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_scorecard_scores_any_file_in_duckdb_as_online(seed: int) -> None:
    _agrees(seed, Engine.DUCKDB)


def test_a_scorecard_with_more_reasons_than_an_integer_has_bits_scores_alike() -> None:
    document = small_document()
    edges = [*range(-8, 62), None]
    bins = [
        {"label": f"{at}", "role": "regular", "points": at, "count": 0, "bads": 0}
        | ({} if low is None else {"from": low})
        | ({} if high is None else {"below": high})
        for at, (low, high) in enumerate(zip([None, *edges], edges, strict=False))
    ]
    bins += [{"label": role, "role": role, "points": 0, "count": 0, "bads": 0} for role in ("missing", "unseen")]
    document["characteristics"] = [characteristic("months", "FIRST", 69_000, bins)]
    scorecard = assemble_scorecard(document, made_up.PRODUCT)
    assert len({each.reason for each in scorecard.characteristics[0].bins}) > 62

    _agrees(1, Engine.DUCKDB, 200, scorecard)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_any_scorecard_scores_any_file_row_by_row_as_online(seed: int) -> None:
    _agrees(seed, Engine.ROWS)


@pytest.mark.usefixtures("spark_session")
def test_any_scorecard_scores_any_file_on_spark_as_online() -> None:
    for seed in range(3):
        _agrees(seed, Engine.SPARK, 60)
