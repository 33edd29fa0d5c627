"""From texts to the table `application`: each value exact or missing, rows that do not fit set aside or refused."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Mapping
from typing import Final

import duckdb

from services.backtests.inputs.columns import Plan, Read, ordered
from services.backtests.inputs.faults import InputError, InputFault, in_rows
from services.backtests.inputs.groups import MAX_GROUPS
from services.backtests.inputs.raw import MAX_REJECTED, MAX_SHOWN, BadRows
from services.backtests.inputs.received import Received
from services.backtests.stored import name
from shared.facts import Fact, Source
from shared.products import Product

_MANY: Final = "reads more than a thousand different values into groups; group them by `values`, `first` or `bands`"


def build(
    db: duckdb.DuckDBPyConnection, plan: Plan, product: Product, source: str, bad_rows: BadRows | None
) -> list[str]:
    """Make `application` of the relation `raw` and return warnings; raises `InputError`.

    Without `bad_rows` what does not fit is missing, and the warnings count it.
    """
    db.execute(f"CREATE OR REPLACE TABLE application AS {query(plan, product)}")
    ((unfit,),) = db.execute("SELECT count(*) FROM application WHERE unfit").fetchall()
    warnings: list[str] = []
    if unfit and bad_rows is None:
        warnings = _told(db, plan)
    elif unfit and bad_rows is not None:
        _set_aside(db, plan, source, bad_rows, unfit)
    db.execute("ALTER TABLE application DROP COLUMN unfit")
    for target in ordered(plan, product):
        if ":" in target:
            _check_groups(db, target, source)
    return warnings


def query(plan: Plan, product: Product) -> str:
    """Return SQL in layers: what the cells say, what of it is sound and not missing, and what follows from that.

    It reads the relation `raw`; beside the columns of `application` it has `unfit`, true for rows that do not fit.
    """
    cells = list(enumerate(plan.read))
    values = "".join(f", {read.cell.value} AS v{at}, {read.cell.stated} AS s{at}" for at, read in cells)
    sound = "".join(f", {read.cell.checked(f'v{at}')} AS {name(read.name)}, s{at}" for at, read in cells)
    unfit = " OR ".join(_unfit(at, read, name(read.name)) for at, read in cells) or "FALSE"
    kept = "".join(f", CASE WHEN s{at} THEN {name(read.name)} END AS {name(read.name)}" for at, read in cells)
    facts = product.dictionary.facts
    constants = {target: sql for target, sql in plan.derived.items() if target in ("as_of", "score_reasons")}
    follow = {target: sql for target, sql in plan.derived.items() if target in facts or target == "as_of_day"}
    last = {target: sql for target, sql in plan.derived.items() if target not in constants | follow}
    columns = ", ".join(name(target) for target in ordered(plan, product)[1:])
    return f"""
        WITH texts AS (SELECT row_no{values} FROM raw),
        sound AS (SELECT row_no{sound} FROM texts),
        kept AS (SELECT row_no{kept}, {unfit} AS unfit{_named(constants)} FROM sound),
        known AS (SELECT *{_named(follow)} FROM kept),
        whole AS (SELECT *{_named(last)} FROM known)
        SELECT CAST(row_no AS BIGINT) AS row_id, {columns}, unfit FROM whole
    """


def _named(derived: dict[str, str]) -> str:
    return "".join(f", {sql} AS {name(target)}" for target, sql in derived.items())


def _unfit(at: int, read: Read, value: str) -> str:
    """Return SQL that tells whether a cell says something that is no value."""
    return f"{value} IS NULL" if read.required else f"(s{at} AND {value} IS NULL)"


def _faulty(read: Read) -> str:
    """Return SQL of the numbers of the rows in which a column does not fit."""
    cell = read.cell
    fits = f"{cell.checked('v')} IS NOT NULL"
    stated = "TRUE" if read.required else "s"
    texts = f"SELECT row_no, {cell.value} AS v, {cell.stated} AS s FROM raw"
    return f"SELECT row_no FROM ({texts}) WHERE {stated} AND NOT ({fits})"


def _set_aside(db: duckdb.DuckDBPyConnection, plan: Plan, source: str, bad_rows: BadRows, unfit: int) -> None:
    ((before,),) = db.execute("SELECT count(DISTINCT row_no) FROM rejected").fetchall()
    if unfit + before > MAX_REJECTED:
        words = f"{unfit:,} rows do not fit the product, more than the {MAX_REJECTED:,} that may be set aside"
        raise InputError([InputFault(source, words), *_shown(db, plan, source)])
    if bad_rows == "fail":
        raise InputError(_shown(db, plan, source))
    reject(db, plan)
    db.execute("DELETE FROM application WHERE unfit")
    ((rows,),) = db.execute("SELECT count(*) FROM application").fetchall()
    if rows == 0:
        raise InputError([*_rejected(db, source), InputFault(source, "has no row that fits the product")])


def reject(db: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Note each cell of the relation `raw` that does not fit in the table `rejected`, by row, column and reason."""
    for read in plan.read:
        told = [read.source, _reason(read)]
        db.execute(f"INSERT INTO rejected SELECT row_no, ?, ? FROM ({_faulty(read)})", told)


def _shown(db: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> list[InputFault]:
    """Return a fault for each column with values that do not fit, at the first row that has one."""
    found = []
    for read in plan.read:
        ((count, first),) = db.execute(f"SELECT count(*), min(row_no) FROM ({_faulty(read)})").fetchall()
        if count:
            found.append(in_rows(InputFault(source, _reason(read), first, read.source), count))
    return sorted(found, key=lambda fault: fault.row or 0)[:MAX_SHOWN]


def _rejected(db: duckdb.DuckDBPyConnection, source: str) -> list[InputFault]:
    """Return a fault for each reason why rows were set aside."""
    found = db.execute("""
        SELECT min(row_no), column_name, reason, count(*) FROM rejected GROUP BY column_name, reason ORDER BY ALL
    """).fetchall()
    return [in_rows(InputFault(source, reason, row, column), count) for row, column, reason, count in found[:MAX_SHOWN]]


def _reason(read: Read) -> str:
    return f"{read.cell.reason}, or is missing" if read.required else read.cell.reason


def _told(db: duckdb.DuckDBPyConnection, plan: Plan) -> list[str]:
    """Return how many values count as missing because they do not fit the product."""
    told = []
    for read in plan.read:
        ((count,),) = db.execute(f"SELECT count(*) FROM ({_faulty(read)})").fetchall()
        if count:
            told.append(f"{read.source}: {count:,} values no longer fit the product and count as missing")
    return told


def _check_groups(db: duckdb.DuckDBPyConnection, target: str, source: str) -> None:
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {name(target)} FROM application LIMIT {MAX_GROUPS + 1})"
    ((count,),) = db.execute(sql).fetchall()
    if count > MAX_GROUPS:
        raise InputError([InputFault(source, f"`{target}` {_MANY}")])


def received(
    db: duckdb.DuckDBPyConnection, product: Product, source: str, sha256: str | None, warnings: list[str]
) -> Received:
    """Return what `application` and `rejected` hold."""
    facts = product.dictionary.facts
    known = ", ".join(f"count({name(label)})" for label in facts)
    ((rows, bad, good, first, last, *counts),) = db.execute(f"""
        SELECT count(*), count(*) FILTER (bad), count(*) FILTER (NOT bad), min(as_of_day), max(as_of_day), {known}
        FROM application
    """).fetchall()
    ((rejected,),) = db.execute("SELECT count(DISTINCT row_no) FROM rejected").fetchall()
    scored = [label for label, fact in facts.items() if fact.source is Source.SCORING]
    missing = {label: rows - count for label, count in zip(facts, counts, strict=True)}
    return Received(
        source=source,
        sha256=sha256,
        rows=rows,
        rejected_rows=rejected,
        first_day=first,
        last_day=last,
        bad=bad,
        good=good,
        unknown=rows - bad - good,
        missing=missing,
        needs_score=bool(scored) and all(missing[label] == rows for label in scored),
        warnings=(*warnings, *_warnings(facts, rows, rejected, bad, good, missing)),
    )


def _warnings(
    facts: Mapping[str, Fact], rows: int, rejected: int, bad: int, good: int, missing: Mapping[str, int]
) -> list[str]:
    told = []
    if rejected:
        told.append(f"{rejected:,} rows do not fit the product and were set aside")
    if (bad == 0) != (good == 0):
        only = "went bad" if bad else "performed"
        told.append(f"every loan with a known performance {only}: bad rates can't be compared")
    scoring = {label for label, fact in facts.items() if fact.source is Source.SCORING}
    if scoring and all(missing[label] == rows for label in scoring):
        told.append("the data has no score")
    empty = [label for label, count in missing.items() if count == rows and label not in scoring]
    if empty:
        told.append(f"the data does not have {', '.join(empty)}: missing in every application")
    return told
