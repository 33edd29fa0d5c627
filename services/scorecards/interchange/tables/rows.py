"""A table in a file of another tool, as rows of texts: CSV or JSON, bounded, every row with its place."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.scorecards.interchange.faults import InterchangeError

MAX_BYTES: Final = 5_000_000
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column name, empty where there is nothing; `place` says where it stands."""

    place: str
    cells: Mapping[str, str]


def read_text(content: bytes) -> str:
    """Return the text of a table file; raises `InterchangeError` when it is too long or not UTF-8."""
    if len(content) > MAX_BYTES:
        raise InterchangeError(f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InterchangeError("is not UTF-8 text; save the table with encoding='utf-8'", f"line {line}") from None


def csv_rows(text: str, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a CSV; raises `InterchangeError` for a missing column, a ragged row or no rows at all."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        _check_header(header, columns)
        line = reader.line_num + 1
        for cells in reader:
            place, line = f"line {line}", reader.line_num + 1
            if not cells:
                continue
            if len(cells) != len(header):
                raise InterchangeError(f"has {len(cells)} cells, the header has {len(header)}", place)
            rows.append(Row(place, dict(zip(header, cells, strict=True))))
            if len(rows) > MAX_ROWS:
                raise InterchangeError(f"the table has more than {MAX_ROWS:,} rows", place)
    except csv.Error as error:
        raise InterchangeError(f"is not CSV: {error}", f"line {reader.line_num}") from None
    if not rows:
        raise InterchangeError("the table has no rows")
    return rows


def _check_header(header: Sequence[str], columns: Sequence[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise InterchangeError(f"has more than {MAX_COLUMNS} columns", "line 1")
    for column in columns:
        if column not in header:
            raise InterchangeError(f"has no column {column!r}; found {', '.join(header) or 'nothing'}", "line 1")
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise InterchangeError(f"the column {twice!r} stands twice", "line 1")


def read_json(text: str) -> Any:
    """Return a JSON document; raises `InterchangeError` when it is none, or names something twice."""
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise InterchangeError(f"is not JSON: {error.msg}", f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise InterchangeError("is nested too deep") from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InterchangeError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def json_rows(document: object, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a JSON array of records, as `to_json(orient="records")` writes it."""
    if not isinstance(document, list) or not document:
        raise InterchangeError('must be an array of records, as to_json(orient="records") writes it')
    if len(document) > MAX_ROWS:
        raise InterchangeError(f"the table has more than {MAX_ROWS:,} rows")
    rows = []
    for index, record in enumerate(document):
        place = f"/{index}"
        if not isinstance(record, Mapping):
            raise InterchangeError("must be a record", place)
        for column in columns:
            if column not in record:
                raise InterchangeError(f"has no {column!r}", place)
        rows.append(Row(place, {key: _cell(value) for key, value in record.items()}))
    return rows


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "[" + " ".join(repr(each) if isinstance(each, str) else _cell(each) for each in value) + "]"
    return "" if value is None else str(value)
