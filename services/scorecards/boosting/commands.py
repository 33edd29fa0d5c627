"""`assay scorecard boost`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from services.scoring.domain.errors import ModelError

console = Console()


def boost_command(
    data: Annotated[Path, typer.Option(help="CSV or Parquet file of the development sample", exists=True)],
    spec: Annotated[Path, typer.Option(help="Specification of the boosted model", exists=True)],
    out: Annotated[Path, typer.Option(help="Where the artefact goes")],
    check: Annotated[bool, typer.Option(help="Write nothing; fail when the result differs from OUT")] = False,
) -> None:
    """Build a boosted model offline (needs the `train` extra)."""
    from services.scorecards.boosting.build import build_boosted  # noqa: PLC0415
    from services.scorecards.build.spec import BuildError  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch, Progress(console=console) as progress:
        target = Path(scratch) / out.name if check else out
        task = progress.add_task("building")
        try:
            document = build_boosted(
                data,
                spec,
                target,
                lambda step, done, of: progress.update(task, description=step, completed=done, total=of),
            )
        except (BuildError, ModelError, OSError) as error:
            console.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from None
        same = out.is_file() and target.read_bytes() == out.read_bytes()
    if check and not same:
        console.print(f"the build differs from {out}", style="red")
        raise typer.Exit(1)
    held_out = document["metrics"]["held_out"]
    console.print(f"held-out AUC {held_out['auc']}, KS {held_out['ks']} on {held_out['rows']:,} rows", highlight=False)
    console.print(f"{out} is what the specification gives" if check else f"wrote {out}")
