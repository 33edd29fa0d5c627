"""From texts to the table `application`: each value exact or missing, rows that do not fit set aside or refused."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Callable
from typing import Any, Final

import duckdb

from services.backtests.inputs.columns import Plan, Read, ordered
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.groups import MAX_GROUPS
from services.backtests.inputs.raw import MAX_REJECTED, MAX_SHOWN, BadRows, more
from services.backtests.inputs.received import Received
from services.backtests.stored import name
from shared.facts import Source
from shared.products import Product

Step = Callable[[str], None]
"""Called with what is done now."""

_MANY: Final = "reads more than a thousand different values into groups; group them by `values`, `first` or `bands`"


def build(
    db: duckdb.DuckDBPyConnection, plan: Plan, product: Product, source: str, bad_rows: BadRows | None
) -> list[str]:
    """Make `application` of the relation `raw` and return warnings; raises `InputError`.

    Without `bad_rows` what does not fit is missing, and the warnings count it.
    """
    db.execute(f"CREATE OR REPLACE TABLE application AS {_query(plan, product)}")
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


def _query(plan: Plan, product: Product) -> str:
    """Return SQL in layers: what the cells say, what of it is sound and not missing, and what follows from that."""
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
        worst = [InputFault(source, words), *_shown(db, plan, source)]
        raise InputError(worst)
    if bad_rows == "fail":
        raise InputError([*_shown(db, plan, source), *more(source, unfit)])
    for read in plan.read:
        reason = _reason(read)
        db.execute(f"INSERT INTO rejected SELECT row_no, ?, ? FROM ({_faulty(read)})", [read.source, reason])
    db.execute("DELETE FROM application WHERE unfit")
    ((rows,),) = db.execute("SELECT count(*) FROM application").fetchall()
    if rows == 0:
        raise InputError([*_first_rejected(db, source), InputFault(source, "has no row that fits the product")])


def _shown(db: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> list[InputFault]:
    """Return the first faults in the order of the rows, a row once."""
    parts = []
    for at, read in enumerate(plan.read):
        parts.append(f"SELECT row_no, {at} AS part FROM ({_faulty(read)} LIMIT {MAX_SHOWN * 50})")
    sql = (
        f"SELECT row_no, min(part) FROM ({' UNION ALL '.join(parts)}) GROUP BY row_no ORDER BY row_no LIMIT {MAX_SHOWN}"
    )
    return [
        InputFault(source, _reason(plan.read[part]), row, plan.read[part].source)
        for row, part in db.execute(sql).fetchall()
    ]


def _first_rejected(db: duckdb.DuckDBPyConnection, source: str) -> list[InputFault]:
    found = db.execute(f"SELECT row_no, column_name, reason FROM rejected ORDER BY row_no LIMIT {MAX_SHOWN}").fetchall()
    return [InputFault(source, reason, row, column) for row, column, reason in found]


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
        warnings=(*warnings, *_warnings(rows, rejected, bad, good, missing)),
    )


def _warnings(rows: int, rejected: int, bad: int, good: int, missing: dict[str, int]) -> list[str]:
    told: list[Any] = []
    if rejected:
        told.append(f"{rejected:,} rows do not fit the product and were set aside")
    if (bad == 0) != (good == 0):
        only = "went bad" if bad else "performed"
        told.append(f"every loan with a known performance {only}: bad rates can't be compared")
    empty = [label for label, count in missing.items() if count == rows]
    if empty:
        told.append(f"the data does not have {', '.join(empty)}: missing in every application")
    return told
