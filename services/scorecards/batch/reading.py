"""A file as rows to be scored: a view over it, and a list of the rows that can't be read. Nothing is kept in memory."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import duckdb

from services.backtests.inputs import InputError, read_map
from services.backtests.inputs.application import query, reject
from services.backtests.inputs.cells import Cell
from services.backtests.inputs.columns import Plan, Read, close_to, plan_columns
from services.backtests.inputs.data_map import DataMap, FactReading, MomentReading
from services.backtests.inputs.faults import InputFault
from services.backtests.inputs.raw import MAX_REJECTED, Raw, read_raw
from services.backtests.inputs.source import Form, inspect
from services.backtests.stored import name
from shared.products import Product

ROWS: Final = "application"
"""The view: `row_id`, `carry_0`... for the columns that are carried, and each fact that the model reads, exact."""

_NO_MOMENT: Final = {"constant": "2000-01-01"}
"""Backtests need the moment of a decision; a score depends on facts alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read: the facts of the model, and the columns that stand beside the scores.

    `absent` are facts that the file does not have, on purpose. `money` is the unit of amounts where there is no data
    map.
    """

    product: Product
    facts: tuple[str, ...]
    carried: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    data_map: Path | None = None
    money: Literal["major", "minor"] = "major"


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the file: rows that can be scored, and those that are in the table `rejected` with their reasons."""

    rows: int
    rejected: int
    form: Form


def open_rows(db: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted) -> Found:
    """Make the view `ROWS` of a CSV (also gzip) or Parquet file, and the table `rejected`; raises `InputError`.

    Facts that the model reads have to be in the file, or be named as absent: a name that is spelt otherwise would
    count as missing in every row, and give each a score.
    """
    given = None if wanted.data_map is None else read_map(wanted.data_map, {"as_of": _NO_MOMENT})
    encoding, delimiter = ("utf-8", ",") if given is None else (given.encoding, given.delimiter)
    source = inspect(path, encoding, delimiter)
    raw = read_raw(db, source, encoding, delimiter, "report")
    data_map = _by_name(wanted, raw) if given is None else _needed(given, wanted.facts)
    _check_facts(wanted, data_map, raw)
    plan = plan_columns(data_map, wanted.product, raw)
    _require(plan, wanted)
    _carry(plan, wanted.carried, raw)
    kept = ["row_id", *(f'"carry:{at}" AS carry_{at}' for at in range(len(wanted.carried))), *map(name, wanted.facts)]
    read = query(plan, wanted.product)
    db.execute(f"CREATE OR REPLACE TEMP VIEW {ROWS} AS SELECT {', '.join(kept)} FROM ({read}) WHERE NOT unfit")
    ((rows, unfit),) = db.execute(f"SELECT count(*), count(*) FILTER (unfit) FROM ({read})").fetchall()
    return Found(rows - unfit, _reject(db, plan, source.name, rows, unfit), source.form)


def _by_name(wanted: Wanted, raw: Raw) -> DataMap:
    facts = {label: FactReading(column=label, money=wanted.money) for label in wanted.facts if label in raw.columns}
    return DataMap(product=wanted.product.name, as_of=MomentReading.model_validate(_NO_MOMENT), facts=facts)


def _needed(data_map: DataMap, facts: Sequence[str]) -> DataMap:
    """Return the part of a data map that says how facts are read: no row is set aside for what no score depends on."""
    needed = dict.fromkeys(facts)
    for label in facts:
        reading = data_map.facts.get(label)
        words = re.findall(r"\w+", reading.expression or "") if reading else ()
        needed.update(dict.fromkeys(words))
    kept: Mapping[str, FactReading] = {label: each for label, each in data_map.facts.items() if label in needed}
    nothing = dict.fromkeys(("reference", "party_id", "performance", "decided", "score_reasons"))
    return data_map.model_copy(update={**nothing, "segments": {}, "protected": {}, "facts": kept})


def _check_facts(wanted: Wanted, data_map: DataMap, raw: Raw) -> None:
    known: Collection[str] = data_map.facts.keys() if wanted.data_map else raw.columns
    faults = [
        InputFault(raw.source.name, f"the model reads `{label}`, and nothing says where it is{close_to(label, known)}")
        for label in wanted.facts
        if label not in data_map.facts and label not in wanted.absent
    ]
    faults += [
        InputFault("--absent", f"`{each}` is required by {wanted.product.name}")
        for each in wanted.absent
        if each in wanted.facts and wanted.product.dictionary.facts[each].required
    ]
    strange = [each for each in wanted.absent if each not in wanted.facts]
    faults += [InputFault("--absent", f"`{each}` is no fact that the model reads") for each in strange]
    if faults:
        raise InputError(faults)


def _require(plan: Plan, wanted: Wanted) -> None:
    """Set rows aside that lack what the product requires: the service gives them no score either."""
    required = {label for label, fact in wanted.product.dictionary.facts.items() if fact.required}
    plan.read[:] = [replace(each, required=each.required or each.name in required) for each in plan.read]


def _carry(plan: Plan, columns: Sequence[str], raw: Raw) -> None:
    faults = []
    for at, column in enumerate(columns):
        if column not in raw.columns:
            words = f"there is no such column to carry{close_to(column, raw.columns)}"
            faults.append(InputFault(raw.source.name, words, column=column[:64]))
            continue
        place = raw.columns.index(column)
        as_it_is = Cell(f"(c{place} IS NOT NULL)", f"c{place}", raw.kinds[place], "")
        plan.read.append(Read(f"carry:{at}", as_it_is, column))
    if faults:
        raise InputError(faults)


def _reject(db: duckdb.DuckDBPyConnection, plan: Plan, source: str, rows: int, unfit: int) -> int:
    if unfit:
        if unfit > MAX_REJECTED:
            words = f"{unfit:,} of {rows:,} rows do not fit the product: that is another kind of file"
            raise InputError([InputFault(source, words)])
        reject(db, plan)
    ((rejected,),) = db.execute("SELECT count(DISTINCT row_no) FROM rejected").fetchall()
    if unfit == rows:
        raise InputError([InputFault(source, "has no row that fits the product")])
    return int(rejected)
