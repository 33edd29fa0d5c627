"""`assay scorecard`: what analysts do with scorecards, without a service."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from services.migrate import PROJECT
from services.scorecards.boosting.commands import boost_command
from services.scorecards.interchange.commands import export_command, import_command
from services.scorecards.report.commands import document_command

app = typer.Typer(no_args_is_help=True, help="Scorecards.")
app.command("boost")(boost_command)
app.command("import")(import_command)
app.command("export")(export_command)
app.command("document")(document_command)
console = Console()
_SCORECARDS: Final = PROJECT / "deploy" / "catalogue" / "scorecards"


@app.command("build")
def build_scorecard(
    data: Annotated[Path, typer.Option(help="CSV file of the development sample")] = PROJECT.parent
    / "shared/data/german_credit/german_credit.csv",
    spec: Annotated[Path, typer.Option(help="Build specification")] = _SCORECARDS / "consumer-loan.build.yaml",
    out: Annotated[Path, typer.Option(help="Where the artefact goes")] = _SCORECARDS / "consumer-loan.json",
    check: Annotated[bool, typer.Option(help="Write nothing; fail when the result differs from OUT")] = False,
) -> None:
    """Build a scorecard offline (needs the `train` extra: requirements-train.lock)."""
    from services.scorecards.build import BuildError, build_scorecard

    with tempfile.TemporaryDirectory() as scratch, Progress(console=console) as progress:
        target = Path(scratch) / out.name if check else out
        task = progress.add_task("building")
        try:
            build_scorecard(
                data,
                spec,
                target,
                lambda step, done, of: progress.update(task, description=step, completed=done, total=of),
            )
        except BuildError as error:
            console.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from None
        same = target.read_bytes() == out.read_bytes()
    if check and not same:
        console.print(f"the build differs from {out}", style="red")
        raise typer.Exit(1)
    console.print(f"{out} is what the specification gives" if check else f"wrote {out}")
