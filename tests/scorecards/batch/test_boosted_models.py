"""Boosted models over files: through arrays or row by row, each row gets the score and reasons that it gets online."""

import random
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backtests.engines import open_database
from services.scorecards.batch.answers import Layout
from services.scorecards.batch.engines import Engine
from services.scorecards.batch.score import EngineUnsuitable, How
from services.scoring.domain.boosted import BoostedModel
from services.scoring.onnx.loading import load_boosted
from tests.scorecards.batch.conftest import Facts, expected, scored, write_csv
from tests.scoring.boosted.small import PRODUCT, small_document

_MODEL = load_boosted(small_document(), PRODUCT)
assert isinstance(_MODEL, BoostedModel)
_LAYOUT = Layout(_MODEL, ("id",))


def _rows(dice: random.Random, count: int) -> list[Facts]:
    """Return rows at and beside where trees branch, beyond what a float holds exactly, and with values missing."""
    made = []
    for _ in range(count):
        row: Facts = {
            "requested_amount": dice.choice([99_999, 100_000, 100_001, 2**53 - 1, dice.randint(1, 500_000)]),
            "debt_ratio": dice.choice([Decimal("0.34"), Decimal("0.35"), Decimal("0.36"), Decimal("-999999999999.99")]),
            "purpose": dice.choice(["car", "boat", "holiday", "unknown"]),
            "home_owner": dice.random() < 0.5,
        }
        made.append({name: value for name, value in row.items() if dice.random() > 0.2})
    return made


def _agrees(engine: Engine, rows: list[Facts]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_database(memory="200MB", threads=2) as db:
        path = Path(folder) / "rows.csv"
        write_csv(path, rows, _LAYOUT.model.reads, PRODUCT)
        found = scored(db, path, _LAYOUT, Path(folder) / "out.parquet", How(engine), PRODUCT)
    assert found == expected(_LAYOUT.model, rows, _LAYOUT)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_a_boosted_model_scores_any_file_through_arrays_as_online(seed: int) -> None:
    _agrees(Engine.DUCKDB, _rows(random.Random(seed), 40))


def test_a_boosted_model_scores_a_file_row_by_row_as_online() -> None:
    _agrees(Engine.ROWS, _rows(random.Random(3), 200))


def test_spark_is_refused_for_a_boosted_model() -> None:
    with pytest.raises(EngineUnsuitable, match="a boosted model needs the engine duckdb or rows"):
        _agrees(Engine.SPARK, _rows(random.Random(3), 3))
