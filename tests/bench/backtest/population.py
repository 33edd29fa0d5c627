"""Applications of the benchmark's policy by the million: the same spread as `workload.applications`, made by DuckDB."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from shared.facts import FactType
from shared.products import Product

SEED: Final = 20_261_122
_UNIFORM: Final = "(hash(range, '{name}', {seed}) % 1000003) / 1000003.0"


def write(path: Path, product: Product, spread: Mapping[str, tuple[int, int, bool]], rows: int) -> None:
    """Write `rows` applications to a Parquet file, in the stored form of a backtest's facts.

    `spread` has the least and the greatest value of each number, in the unit that the fact is stored in, and whether
    most values are low.
    """
    columns = ["range AS row_id", "DATE '2026-11-22' AS as_of_day", "false AS has_score_reasons"]
    for name, fact in product.dictionary.facts.items():
        draw = _UNIFORM.format(name=name, seed=SEED)
        if fact.type is FactType.ENUM:
            values = ", ".join(f"'{value}'" for value in fact.values)
            columns.append(f'[{values}][1 + CAST(floor({len(fact.values)} * pow({draw}, 5)) AS INTEGER)] AS "{name}"')
        elif fact.type is FactType.BOOLEAN:
            columns.append(f'{draw} < 0.02 AS "{name}"')
        else:
            low, high, leans = spread[name]
            share = f"pow({draw}, 5)" if leans else draw
            columns.append(f'CAST({low} + floor(({high} - {low} + 1) * {share}) AS BIGINT) AS "{name}"')
    query = f"SELECT {', '.join(columns)} FROM range({rows})"
    with duckdb.connect() as db:
        db.execute("SET threads = 2")
        db.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
