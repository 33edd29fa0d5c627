"""Applications from a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import duckdb
import yaml

from services.backtests.inputs.application import build, received
from services.backtests.inputs.columns import plan_columns
from services.backtests.inputs.data_map import DataMap, parse_map
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.plain import plain_map
from services.backtests.inputs.raw import BadRows, read_raw
from services.backtests.inputs.received import Received
from services.backtests.inputs.source import inspect
from shared.products import Product
from shared.yaml import load_yaml


def read_map(path: Path, defaults: Mapping[str, object] | None = None) -> DataMap:
    """Return the data map in a YAML file, `defaults` where it leaves a key out; raises `InputError`."""
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError([InputFault(path.name, str(error))]) from None
    if defaults and isinstance(document, dict):
        document = {**defaults, **document}
    return parse_map(document, path.name)


def read_file(
    db: duckdb.DuckDBPyConnection,
    path: Path,
    product: Product,
    data_map: DataMap | None = None,
    *,
    bad_rows: BadRows = "fail",
    money: Literal["major", "minor"] = "major",
) -> Received:
    """Read a CSV (also gzip) or Parquet file into `application`, and rows that do not fit into `rejected`.

    Without a data map columns are named like facts; `money` then says in which units amounts stand. Raises
    `InputError`: with every fault of the map or the header, or with the first rows that do not fit.
    """
    encoding = "utf-8" if data_map is None else data_map.encoding
    delimiter = "," if data_map is None else data_map.delimiter
    source = inspect(path, encoding, delimiter)
    raw = read_raw(db, source, encoding, delimiter, bad_rows)
    try:
        plan = plan_columns(data_map or plain_map(product, raw, money), product, raw)
        warnings = build(db, plan, product, source.name, bad_rows)
    except duckdb.OutOfMemoryException:
        raise InputError([InputFault(source.name, "needs more memory or disk than there is for this")]) from None
    finally:
        db.execute("DROP VIEW IF EXISTS raw; DROP TABLE IF EXISTS raw_text")
    if source.gaps:
        warnings.append(f"{source.name} has blank lines, which row numbers do not count")
    return received(db, product, source.name, source.sha256, warnings)
