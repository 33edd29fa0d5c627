"""`assay backtest`: two policies over the same applications, from the command line."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.migrate import PROJECT


class Engine(StrEnum):
    """What runs the policies."""

    DUCKDB = "duckdb"
    ROWS = "rows"
    SPARK = "spark"


class BadRows(StrEnum):
    """What becomes of rows of a file that do not fit."""

    FAIL = "fail"
    REPORT = "report"


def backtest(
    candidate: Annotated[str, typer.Option(help="The policy to try: a .yaml, .xlsx or .dmn file, or a version's id")],
    file: Annotated[Path | None, typer.Argument(help="Applications: .csv, .csv.gz or .parquet")] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Stored decisions of DECISION_DATABASE_URL in place of a file")
    ] = False,
    live: Annotated[
        str | None, typer.Option(help="What it is compared with; with --decisions what is live now")
    ] = None,
    product: Annotated[str | None, typer.Option(help="The product of --decisions")] = None,
    data_map: Annotated[Path | None, typer.Option("--map", help="How columns become facts (YAML)")] = None,
    scorecard: Annotated[Path | None, typer.Option(help="Scores the rows of a file that has no score (JSON)")] = None,
    catalogue: Annotated[Path, typer.Option(help="Has products/ and reasons/, for a file")] = PROJECT
    / "deploy"
    / "catalogue",
    engine: Annotated[Engine, typer.Option(help="What runs the policies")] = Engine.DUCKDB,
    spark_master: Annotated[str, typer.Option(help="Where Spark is, such as spark://host:7077")] = "local[*]",
    spark_folder: Annotated[
        Path | None, typer.Option(help="Where facts and answers go through: a folder that Spark's workers reach")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Decisions from this moment on (UTC)")] = None,
    until: Annotated[datetime | None, typer.Option(help="Decisions before this moment (UTC)")] = None,
    segment: Annotated[
        list[str] | None, typer.Option(help="A fact to tell --decisions apart by; may be repeated")
    ] = None,
    examples: Annotated[int, typer.Option(min=0, max=50, help="Applications shown of each swap set")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Chooses the examples")] = 1,
    html: Annotated[Path | None, typer.Option(help="Write the report for people here")] = None,
    json: Annotated[Path | None, typer.Option(help="Write all figures here")] = None,
    bad_rows: Annotated[BadRows, typer.Option(help="Refuse a file with rows that do not fit, or report them")] = (
        BadRows.FAIL
    ),
    memory: Annotated[str, typer.Option(help="What DuckDB may keep in memory; more spills to disk")] = "1GB",
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="All cores unless given")] = None,
) -> None:
    """Run a candidate and the live policy over FILE, or over stored decisions, and tell them apart.

    Exits with 0 when there is a report, 2 when the input can't be used, 130 when it was interrupted.
    """
    from services.backtests.run import Asked, run

    asked = Asked(
        file=file,
        decisions=decisions,
        candidate=candidate,
        live=live,
        product=product,
        data_map=data_map,
        scorecard=scorecard,
        catalogue=catalogue,
        engine=engine.value,
        spark_master=spark_master,
        spark_folder=spark_folder,
        since=since,
        until=until,
        segments=tuple(segment or ()),
        examples=examples,
        seed=seed,
        html=html,
        json=json,
        bad_rows=bad_rows.value,
        memory=memory,
        threads=threads,
    )
    raise typer.Exit(run(asked))
