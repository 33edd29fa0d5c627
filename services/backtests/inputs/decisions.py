"""Applications from the decisions that were made: read only, page by page, without a long transaction."""

# ruff: noqa: S608 - names of facts of ours stand in the queries, quoted; values are parameters.

import csv
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
from sqlalchemy import text

from services.backtests.inputs.application import build, received
from services.backtests.inputs.columns import plan_columns
from services.backtests.inputs.data_map import Grouping
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.plain import plain_map
from services.backtests.inputs.raw import Raw
from services.backtests.inputs.received import Received
from services.backtests.inputs.source import Form, Source
from services.backtests.stored import text_literal
from services.backtests.watch import Cancelled, Progress, Stopped, never, silent, stoppable
from shared.db import Database
from shared.facts import Fact, FactType
from shared.facts import Source as Supplier
from shared.products import Product

NAME: Final = "decisions"

_PAGE_ROWS: Final = 5_000
_SLACK: Final = timedelta(days=1)
"""Ids are made a moment after the decision's own; by how much, clocks say."""

_MISSING: Final = "\\N"
_SUPERSEDED: Final = (
    "decisions were followed by a later one on the same application: an amended one counts once, by its last"
)
_TAKEN: Final = ("decision_id", "application_id", "party_id", "decided_at", "outcome", "bad", "facts", "score")
_PAGE: Final = text("""
    SELECT decision_id, product = :product AND decided_at >= :since AND decided_at < :until AS wanted,
           application_id, party_id, decided_at, outcome, CAST(facts AS text) AS facts, CAST(score AS text) AS score,
           (SELECT CAST(p.bad AS text) FROM performance p WHERE p.decision_id = decision.decision_id) AS bad
    FROM decision WHERE decision_id > :after AND decision_id < :before
    ORDER BY decision_id LIMIT :limit
""")


async def read_decisions(
    db: duckdb.DuckDBPyConnection,
    database: Database,
    product: Product,
    since: datetime,
    until: datetime,
    *,
    segments: Mapping[str, Grouping] | None = None,
    protected: Mapping[str, Grouping] | None = None,
    progress: Progress = silent,
    stopped: Stopped = never,
) -> Received:
    """Read the decisions of a product made from `since` until before `until` into `application`.

    Facts, score and moment are those that each was decided on; what was answered is `decided`, and the reference is the
    decision's id; `bad` is what was reported of it since. Of several decisions on an application, which was amended in
    between, only the last one of the time counts, and a warning counts the others. A fact that no longer fits the
    product counts as missing, as where decisions are recalled, and a warning counts those. Groups are by facts;
    protected facts that are enums or booleans are groups anyway. Raises `InputError` when there are no decisions,
    `Cancelled`, and what `Database.transaction` raises.
    """
    kinds = ", ".join(f"{name} VARCHAR" for name in _TAKEN)
    db.execute("CREATE OR REPLACE TABLE rejected (row_no BIGINT, column_name VARCHAR, reason VARCHAR)")
    db.execute(f"CREATE OR REPLACE TABLE raw_text ({kinds})")
    count = await _take(db, database, product, since, until, progress, stopped)
    if count == 0:
        raise InputError([InputFault(NAME, f"none of {product.name} between {since:%Y-%m-%d} and {until:%Y-%m-%d}")])
    superseded = _keep_last(db)
    raw = _texts(db, product)
    data_map = plain_map(product, raw, "minor")
    data_map = data_map.model_copy(
        update={
            "segments": dict(segments or {}),
            "protected": {**data_map.protected, **(protected or {})},
        }
    )
    try:
        with stoppable(db, stopped):
            warnings = build(db, plan_columns(data_map, product, raw), product, NAME, None)
    finally:
        db.execute("DROP VIEW IF EXISTS raw; DROP TABLE IF EXISTS raw_text")
    if superseded:
        warnings = [f"{superseded} {_SUPERSEDED}", *warnings]
    return received(db, product, NAME, None, warnings)


async def _take(
    db: duckdb.DuckDBPyConnection,
    database: Database,
    product: Product,
    since: datetime,
    until: datetime,
    progress: Progress,
    stopped: Stopped,
) -> int:
    """Copy what is wanted into `raw_text` and return how many decisions that are.

    Pages go by id, whatever the product: each reads as many rows as it is long, however few of them are wanted.
    """
    after, before, count = _id_at(since - _SLACK), _id_at(until + _SLACK), 0
    with tempfile.TemporaryDirectory(prefix="assay-backtest-") as folder:
        path = Path(folder) / "page.csv"
        while True:
            async with database.transaction() as tx:
                asked = {"after": after, "before": before, "limit": _PAGE_ROWS}
                filters = {"product": product.name, "since": since, "until": until}
                rows = (await tx.execute(_PAGE, {**asked, **filters})).all()
            if not rows:
                return count
            count += _keep(db, path, [row for row in rows if row.wanted])
            after = rows[-1].decision_id
            progress("reading decisions", count, None)
            if stopped():
                raise Cancelled


def _keep(db: duckdb.DuckDBPyConnection, path: Path, rows: list[Any]) -> int:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row in rows:
            who = (row.decision_id, row.application_id, row.party_id)
            values = (*who, row.decided_at.isoformat(), row.outcome, row.bad, row.facts, row.score)
            writer.writerow([_MISSING if value is None else value for value in values])
    columns = dict.fromkeys(_TAKEN, "VARCHAR")
    db.execute(f"""
        INSERT INTO raw_text FROM read_csv(
            '{path}', auto_detect = false, header = false, columns = {columns}, delim = ',', quote = '"',
            escape = '"', nullstr = '{_MISSING}', max_line_size = 20000000)
    """)
    return len(rows)


def _keep_last(db: duckdb.DuckDBPyConnection) -> int:
    """Leave of each application only the decision that was made last, and return how many had to go."""
    found = db.execute("""
        DELETE FROM raw_text WHERE application_id IS NOT NULL AND decision_id NOT IN (
            SELECT max(decision_id) FROM raw_text WHERE application_id IS NOT NULL GROUP BY application_id
        )
    """).fetchone()
    assert found is not None
    gone: int = found[0]
    if gone:
        # Rows are numbered from 1 without gaps, and rows that were deleted keep their number.
        db.execute("CREATE OR REPLACE TABLE raw_text AS SELECT * FROM raw_text ORDER BY decision_id")
    return gone


def _texts(db: duckdb.DuckDBPyConnection, product: Product) -> Raw:
    """Make `raw` of the texts: each fact as the text of its wire form, as a file would have it."""
    columns = {
        "reference": "decision_id",
        "party_id": "party_id",
        "as_of": "decided_at",
        "decided": "outcome",
        "bad": "bad",
        "score_reasons": "array_to_string(CAST(json_extract(score, '$.reasons') AS VARCHAR[]), ';')",
    }
    columns |= {label: _wire(fact) for label, fact in product.dictionary.facts.items()}
    selected = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(columns.values()))
    db.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT rowid + 1 AS row_no, {selected} FROM raw_text")
    return Raw(Source(Path(NAME), Form.CSV, ""), tuple(columns), ("VARCHAR",) * len(columns))


def _wire(fact: Fact) -> str:
    document = "score" if fact.source is Supplier.SCORING else "facts"
    text_at = f"json_extract_string({document}, '$.{fact.name}')"
    if fact.type is not FactType.MONEY:
        return text_at
    amount, currency = (
        f"json_extract_string({document}, '$.{fact.name}.{key}')" for key in ("amount_minor", "currency")
    )
    # An amount of another currency is no value of the fact; the whole text is no number, and so it counts.
    return f"CASE WHEN {currency} = {text_literal(fact.currency or '')} THEN {amount} ELSE {text_at} END"


def _id_at(moment: datetime) -> str:
    """Return the least id of a decision of that moment: ids are UUIDv7, which start with milliseconds (RFC 9562)."""
    return f"dec_{max(0, int(moment.timestamp() * 1000)):012x}"
