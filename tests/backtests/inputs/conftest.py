"""A small product, and files to read as its applications."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.backtests.engines import open_database
from services.backtests.inputs import Received, parse_map, read_file
from shared.products import Product, parse_product

PRODUCT: dict[str, Any] = {
    "name": "small-loan",
    "title": "Small loan",
    "currency": "USD",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1, "maximum": 10_000_000},
        "term_months": {"type": "integer", "minimum": 1, "maximum": 120},
        "share": {"type": "decimal", "scale": 4},
        "purpose": {"type": "enum", "values": ["car", "home"]},
        "existing": {"type": "boolean"},
        "since": {"type": "date"},
        "score": {"type": "integer", "source": "scoring"},
        "pd": {"type": "decimal", "scale": 6, "source": "scoring"},
        "sex": {"type": "enum", "values": ["female", "male"], "protected": True},
    },
}

Read = Callable[..., Received]


@pytest.fixture
def product() -> Product:
    return parse_product(PRODUCT)


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(memory="200MB", threads=2) as opened:
        yield opened


@pytest.fixture
def read(db: duckdb.DuckDBPyConnection, product: Product, tmp_path: Path) -> Read:
    """Reads a text (or bytes) as a file, by a data map if one is given."""

    def read_text(content: str | bytes, mapped: dict[str, Any] | None = None, **options: Any) -> Received:
        path = tmp_path / options.pop("name", "loans.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        data_map = None if mapped is None else parse_map({"product": "small-loan", **mapped})
        return read_file(db, path, product, data_map, **options)

    return read_text


@pytest.fixture
def rows(db: duckdb.DuckDBPyConnection) -> Callable[[str], list[Any]]:
    """Runs a query and gives its rows, bare values where there is one column."""

    def ask(sql: str) -> list[Any]:
        found = db.execute(sql).fetchall()
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    return ask
