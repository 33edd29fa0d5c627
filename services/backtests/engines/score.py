"""Scores for applications that have none: the scorecard as one query over the table."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import duckdb

from services.backtests.engines.fill import SLICE, fill
from services.backtests.stored import bounds, name, sql_type
from services.backtests.watch import Progress, Stopped, never, silent
from services.scoring.domain.scorecard import Scorecard
from services.scoring.domain.scorecard.sql import PD_SCALE, reason_count, score_query
from shared.facts import Fact, FactType
from shared.products import Product

_SCORED = "application_scored"
_GIVEN = ("score", "pd", "score_reasons", "has_score_reasons")


def score(
    db: duckdb.DuckDBPyConnection,
    scorecard: Scorecard,
    product: Product,
    progress: Progress = silent,
    stopped: Stopped = never,
) -> None:
    """Give each row of `application` the score, PD and reasons of `scorecard`; raises `Cancelled`.

    `scorecard` is one that was loaded for `product`. A score or a PD that the product's fact could not be is missing,
    as it is where decisions are made.
    """
    columns = [label for label, *_ in db.execute("DESCRIBE application").fetchall()]
    kept = [label for label in columns if label not in _GIVEN]
    facts = product.dictionary.facts
    reasons = ", ".join(f"reason_{at}" for at in range(1, reason_count(scorecard) + 1))
    codes = f"list_filter([{reasons}], lambda code: code IS NOT NULL)" if reasons else "CAST([] AS VARCHAR[])"
    given = {
        "score": _fitted(facts.get("score"), "score", 0),
        "pd": _fitted(facts.get("pd"), "pd", PD_SCALE),
        "score_reasons": codes,
        "has_score_reasons": "reason_1 IS NOT NULL" if reasons else "FALSE",
    }
    selected = ", ".join(f"{given.get(label, name(label))} AS {name(label)}" for label in columns)
    query = f"SELECT {selected} FROM ({score_query(scorecard, SLICE, kept)})"
    fill(db, "application", _SCORED, query, progress, stopped)
    db.execute(f"DROP TABLE application; ALTER TABLE {_SCORED} RENAME TO application")


def _fitted(fact: Fact | None, column: str, scale: int) -> str:
    """Return SQL of a number at `scale` in the stored form of a fact, NULL where it is no value of it."""
    if fact is None or fact.type not in (FactType.INTEGER, FactType.DECIMAL):
        return "NULL"
    number, fits = f"CAST({column} AS HUGEINT)", []
    if fact.scale >= scale:
        number = f"({number} * {10 ** (fact.scale - scale)})"
    else:
        unit = 10 ** (scale - fact.scale)
        fits.append(f"{number} % {unit} = 0")
        number = f"({number} // {unit})"
    low, high = bounds(fact)
    fits.append(f"{number} BETWEEN {low} AND {high}")
    return f"CASE WHEN {' AND '.join(fits)} THEN CAST({number} AS {sql_type(fact)}) END"
