"""`assay score`: the rows of a file through a model, from the command line."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.scorecards.batch.engines import Engine


class Money(StrEnum):
    """The units of amounts in a file without a data map."""

    MAJOR = "major"
    MINOR = "minor"


def score_command(
    file: Annotated[Path, typer.Argument(help="What is to be scored: .csv, .csv.gz or .parquet")],
    scorecard: Annotated[Path, typer.Option(help="The model's artefact (JSON): a scorecard, or boosted trees")],
    product: Annotated[Path, typer.Option(help="The product whose facts it reads (YAML)")],
    out: Annotated[Path, typer.Option(help="Where the scores go: .parquet, .csv or .csv.gz")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rows that can't be read are listed; OUT's name with .rejected.csv")
    ] = None,
    data_map: Annotated[
        Path | None, typer.Option(help="How columns become facts (YAML); else they are named alike")
    ] = None,
    money: Annotated[Money, typer.Option(help="The unit of amounts where there is no data map")] = Money.MAJOR,
    carry: Annotated[
        list[str] | None, typer.Option(help="A column of FILE to stand beside the scores; may be repeated")
    ] = None,
    absent: Annotated[
        list[str] | None, typer.Option(help="A fact that FILE does not have, on purpose; may be repeated")
    ] = None,
    points: Annotated[bool, typer.Option("--points", help="Also write the points of each characteristic")] = False,
    engine: Annotated[Engine, typer.Option(help="What scores; all give the same")] = Engine.DUCKDB,
    spark_master: Annotated[str, typer.Option(help="Where Spark is, such as spark://host:7077")] = "local[*]",
    spark_folder: Annotated[
        Path | None, typer.Option(help="Where facts and scores go through: a folder that Spark's workers reach")
    ] = None,
    memory: Annotated[str, typer.Option(help="What DuckDB may keep in memory; more spills to disk")] = "1GB",
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="All cores unless given")] = None,
) -> None:
    """Score each row of FILE as the scoring service would.

    Exits with 0 when every row is in OUT, 1 when some can't be read and are listed apart, 2 when there is no OUT, 130
    when it was interrupted.
    """
    # Imported here so that other commands do not wait for the engines.
    from services.scorecards.batch.run import Asked, run  # noqa: PLC0415
    from services.scorecards.batch.score import How  # noqa: PLC0415

    asked = Asked(
        file=file,
        scorecard=scorecard,
        product=product,
        out=out,
        rejects=rejects,
        data_map=data_map,
        money=money.value,
        carry=tuple(carry or ()),
        absent=tuple(absent or ()),
        points=points,
        how=How(engine, spark_master, spark_folder),
        memory=memory,
        threads=threads,
    )
    raise typer.Exit(run(asked))
