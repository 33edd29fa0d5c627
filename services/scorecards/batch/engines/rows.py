"""The online code, row by row, on one core: what the other engines are held against."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import csv
import tempfile
from pathlib import Path
from typing import Final

import duckdb

from services.backtests.stored import name, restore
from services.backtests.watch import Progress, Stopped
from services.scorecards.batch.answers import Layout, coded_row
from services.scorecards.batch.engines.slices import ANSWERS, SLICE, score_slices
from services.scoring.domain.score import Unscorable
from shared.products import Product

_ROWS: Final = 20_000
_AT_ONCE: Final = 1_000
_MISSING: Final = "\\N"


def by_rows(
    db: duckdb.DuckDBPyConnection, layout: Layout, product: Product, progress: Progress, stopped: Stopped
) -> None:
    """Score each row into the table `CODED` as the service would; raises `Cancelled`."""
    facts = [product.dictionary.facts[label] for label in layout.model.reads]
    columns = ", ".join(f'"{label}": "{kind}"' for label, kind in {"row_id": "BIGINT", **layout.coded}.items())
    asked = ", ".join(["row_id", *(name(fact.name) for fact in facts)])
    with tempfile.TemporaryDirectory(prefix="assay-score-") as folder:
        path = Path(folder) / "answers.csv"

        def score(db: duckdb.DuckDBPyConnection) -> None:
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                found = db.execute(f"SELECT {asked} FROM {SLICE}")
                while rows := found.fetchmany(_AT_ONCE):
                    for row_id, *stored in rows:
                        values = {fact.name: restore(fact, each) for fact, each in zip(facts, stored, strict=True)}
                        known = {label: value for label, value in values.items() if value is not None}
                        try:
                            coded = coded_row(layout, layout.model.score(known), None)
                        except Unscorable as error:
                            if not layout.may_fail:
                                raise
                            coded = coded_row(layout, None, error.failure.value)
                        writer.writerow([row_id, *(_MISSING if each is None else each for each in coded)])
            db.execute(f"""
                CREATE OR REPLACE TEMP VIEW {ANSWERS} AS FROM read_csv(
                    '{path}', auto_detect = false, header = false, columns = {{{columns}}}, delim = ',', quote = '"',
                    escape = '"', nullstr = '{_MISSING}')
            """)

        score_slices(db, layout, _ROWS, score, progress, stopped)
