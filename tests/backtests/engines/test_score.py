"""Scores for applications that have none."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.backtests.engines import Cancelled, score
from services.backtests.inputs import read_file
from services.backtests.stored import restore
from services.scoring.domain.scorecard import Scorecard, load_scorecard
from shared.facts import SoundFacts
from shared.products import Product, parse_product
from shared.yaml import load_yaml
from tests.backtests.engines.conftest import CATALOGUE, catalogued
from tests.backtests.engines.population import write_csv


def _receive(db: duckdb.DuckDBPyConnection, folder: Path, product: Product) -> None:
    policy, whole = catalogued("consumer-loan")
    write_csv(folder / "applications.csv", whole, policy.document, 500)
    read_file(db, folder / "applications.csv", product, money="minor")
    # As in a file that never saw a scorecard.
    db.execute("UPDATE application SET score = NULL, pd = NULL, has_score_reasons = FALSE")


def _scorecard(product: Product) -> Scorecard:
    document = json.loads((CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
    return load_scorecard(document, product)


def _rows(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = db.execute("SELECT * EXCLUDE (as_of) FROM application ORDER BY rowid")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _facts(row: Mapping[str, Any], product: Product) -> SoundFacts:
    facts = product.dictionary.facts
    known = {name: restore(fact, row[name]) for name, fact in facts.items() if name not in ("score", "pd")}
    return SoundFacts({name: value for name, value in known.items() if value is not None}, product.dictionary)


def test_each_application_gets_what_scoring_would_have_said(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    _, product = catalogued("consumer-loan")
    scorecard = _scorecard(product)
    _receive(db, tmp_path, product)
    before = [row["row_id"] for row in _rows(db)]

    score(db, scorecard, product)

    rows = _rows(db)
    assert [row["row_id"] for row in rows] == before
    scale = product.dictionary.facts["pd"].scale
    for row in rows:
        expected = scorecard.score(_facts(row, product))
        assert (row["score"], row["pd"]) == (expected.score, int(expected.pd.scaleb(scale)))
        assert row["score_reasons"] == [reason.code for reason in expected.reasons]
        assert row["has_score_reasons"] == bool(expected.reasons)


def test_a_score_or_pd_that_the_product_cannot_have_is_missing(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    _, whole = catalogued("consumer-loan")
    document = load_yaml((CATALOGUE / "products" / "consumer-loan.yaml").read_text())
    document["facts"]["score"] |= {"minimum": 560, "maximum": 600}
    document["facts"]["pd"] |= {"scale": 4}
    narrow = parse_product(document)
    _receive(db, tmp_path, whole)

    scorecard = _scorecard(whole)

    score(db, scorecard, narrow)

    for row in _rows(db):
        expected = scorecard.score(_facts(row, whole))
        assert row["score"] == (expected.score if 560 <= expected.score <= 600 else None)
        exact = expected.pd.scaleb(4)
        assert row["pd"] == (int(exact) if exact == int(exact) else None)


def test_scoring_that_is_stopped_leaves_the_applications_as_they_were(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _, product = catalogued("consumer-loan")
    _receive(db, tmp_path, product)
    before = _rows(db)

    with pytest.raises(Cancelled):
        score(db, _scorecard(product), product, stopped=lambda: True)

    assert _rows(db) == before
