"""The development sample from a CSV (also gzip) or Parquet file, by the data map of the spec.

The file is read as backtests read theirs: digit by digit into exact values, in bounded memory, rows that do not fit
named by their place and never by what stands there.
"""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted.

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy

from services.backtests.engines.database import open_database
from services.backtests.inputs import InputError
from services.backtests.inputs.application import build
from services.backtests.inputs.cells import text_of
from services.backtests.inputs.columns import plan_columns
from services.backtests.inputs.data_map import FactReading
from services.backtests.inputs.raw import Raw, read_raw
from services.backtests.inputs.source import inspect
from services.backtests.stored import name, text_literal
from services.scorecards.build.sample import Column, Groups, Sample, narrow
from services.scorecards.build.spec import BuildError, BuildSpec
from shared.facts import Fact, FactType

MAX_ROWS: Final = 20_000_000
_NO_VALUE: Final = -(2**63)
_NUMBER: Final = r"[+-]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?"


def read_sample(path: Path, spec: BuildSpec) -> Sample:
    """Return the rows of a file as facts of the spec's product.

    A decimal is rounded to the places of its fact, half away from zero, also where it is written with an exponent.
    Raises `BuildError` when a column is neither used nor excluded, when one is absent, for values that their fact
    refuses, for a target that is neither good nor bad, and when there are only goods or only bads.
    """
    try:
        with open_database() as db:
            source = inspect(path, spec.data.encoding, spec.data.delimiter)
            raw = read_raw(db, source, spec.data.encoding, spec.data.delimiter, "fail")
            _check_columns(raw, spec)
            raw = _rounded(db, raw, spec)
            build(db, plan_columns(spec.data, spec.product, raw), spec.product, source.name, "fail")
            db.execute("DROP VIEW IF EXISTS raw; DROP TABLE IF EXISTS raw_text")
            return _sample(db, spec, source.name, source.sha256)
    except InputError as error:
        raise BuildError(str(error)) from None
    except duckdb.OutOfMemoryException:
        raise BuildError(f"{path.name} needs more memory or disk than there is") from None


def _check_columns(raw: Raw, spec: BuildSpec) -> None:
    data = spec.data
    used = {each.column for each in (*data.facts.values(), *data.segments.values(), *data.protected.values())}
    expected = {each for each in used | {data.as_of.column} if each is not None} | set(spec.excluded)
    differing = sorted(expected.symmetric_difference(raw.columns))
    if differing:
        words = ", ".join(differing[:20]) + (" and more" if len(differing) > 20 else "")
        raise BuildError(f"spec and data do not have the same columns: {words}")


def _rounded(db: duckdb.DuckDBPyConnection, raw: Raw, spec: BuildSpec) -> Raw:
    """Bring the texts of decimals to the places of their facts; what is no number stays as it is, to be refused."""
    if not spec.explicit:
        return raw
    columns, kinds = [f"c{at}" for at in range(len(raw.columns))], list(raw.kinds)
    for label, reading in spec.data.facts.items():
        fact = spec.product.dictionary.facts.get(label)
        if fact is None or fact.type is not FactType.DECIMAL or reading.column not in raw.columns or reading.values:
            continue
        at = raw.columns.index(reading.column)
        columns[at], kinds[at] = f"{_decimal_text(fact, reading, f'c{at}')} AS c{at}", "VARCHAR"
    db.execute("ALTER VIEW raw RENAME TO raw_as_read")
    db.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT row_no, {', '.join(columns)} FROM raw_as_read")
    return replace(raw, kinds=tuple(kinds))


def _decimal_text(fact: Fact, reading: FactReading, column: str) -> str:
    text, _ = text_of(reading, column, ())
    plain = f"translate({text}, ',', '.')" if reading.decimal_mark == "," else text
    places = fact.scale - 2 if reading.percent else fact.scale
    rounded = f"CAST(TRY_CAST({plain} AS DECIMAL(38, {max(places, 0)})) AS VARCHAR)"
    if reading.decimal_mark == ",":
        rounded = f"translate({rounded}, '.', ',')"
    return f"CASE WHEN regexp_full_match({plain}, '{_NUMBER}') THEN COALESCE({rounded}, {text}) ELSE {text} END"


def _sample(db: duckdb.DuckDBPyConnection, spec: BuildSpec, source: str, sha256: str) -> Sample:
    ((rows,),) = db.execute("SELECT count(*) FROM application").fetchall()
    if rows > MAX_ROWS:
        raise BuildError(f"{source} has more than {MAX_ROWS:,} rows; draw a sample")
    dropped = _drop_indeterminate(db, spec, source)
    bads = _fetch(db, "bad").astype(bool)
    if len(set(bads.tolist())) != 2:
        raise BuildError("the data must hold both goods and bads")
    facts = spec.product.dictionary.facts
    columns = {each.fact: Column(facts[each.fact], _codes(db, facts[each.fact])) for each in spec.candidates}
    split = _groups(db, "segment:split") if spec.split.column is not None else None
    days = _fetch(db, "as_of_day - DATE '1970-01-01'") if spec.split.time_from is not None else None
    protected = {label: _groups(db, f"protected:{label}") for label in spec.data.protected}
    return Sample(columns, bads, sha256, protected, split, days, dropped)


def _drop_indeterminate(db: duckdb.DuckDBPyConnection, spec: BuildSpec, source: str) -> int:
    listed = ", ".join(text_literal(each) for each in spec.target.indeterminate) or "NULL"
    neither = f'bad IS NULL AND COALESCE("segment:target" NOT IN ({listed}), TRUE)'
    if not spec.target.indeterminate:
        neither = "bad IS NULL"
    ((count, first),) = db.execute(f"SELECT count(*), min(row_id) FROM application WHERE {neither}").fetchall()
    if count:
        rows = "1 row" if count == 1 else f"{count:,} rows, the first of them"
        raise BuildError(f"{source}, row {first}, column {spec.target.column}: is neither good nor bad ({rows})")
    ((dropped,),) = db.execute("SELECT count(*) FROM application WHERE bad IS NULL").fetchall()
    db.execute("DELETE FROM application WHERE bad IS NULL")
    return int(dropped)


def _codes(db: duckdb.DuckDBPyConnection, fact: Fact) -> Any:
    stored = name(fact.name)
    if fact.type is FactType.ENUM:
        values = ", ".join(text_literal(value) for value in fact.values)
        stored = f"list_position([{values}], {stored}) - 1"
    ((beyond,),) = db.execute(
        f"SELECT count(*) FROM application WHERE {name(fact.name)} IS NOT NULL AND TRY_CAST({stored} AS BIGINT) IS NULL"
    ).fetchall()
    if beyond:
        raise BuildError(f"{fact.name} has numbers of more than 18 digits, its places included")
    codes = _fetch(db, stored)
    return narrow(codes, codes == _NO_VALUE)


def _groups(db: duckdb.DuckDBPyConnection, column: str) -> Groups:
    found = db.execute(f"SELECT DISTINCT {name(column)} FROM application ORDER BY ALL").fetchall()
    labels = tuple(label for (label,) in found if label is not None)
    listed = ", ".join(text_literal(label) for label in labels) or "NULL"
    return Groups(labels, _fetch(db, f"COALESCE(list_position([{listed}], {name(column)}), 0) - 1").astype(numpy.int16))


def _fetch(db: duckdb.DuckDBPyConnection, stored: str) -> Any:
    """Return what `stored` (SQL) is in each row, in the order of the file; no value is the least integer."""
    sql = (
        f"SELECT COALESCE(CAST({stored} AS BIGINT), CAST({_NO_VALUE} AS BIGINT)) AS v FROM application ORDER BY row_id"
    )
    return numpy.asarray(db.execute(sql).fetchnumpy()["v"], dtype=numpy.int64)
