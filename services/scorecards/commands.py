"""`assay scorecard`: what analysts do with scorecards, without a service."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from services.migrate import PROJECT
from services.scorecards.alternatives.commands import alternatives_command
from services.scorecards.boosting.commands import boost_command
from services.scorecards.interchange.commands import export_command, import_command
from services.scorecards.report.commands import document_command

app = typer.Typer(no_args_is_help=True, help="Scorecards.")
app.command("boost")(boost_command)
app.command("import")(import_command)
app.command("export")(export_command)
app.command("document")(document_command)
app.command("alternatives")(alternatives_command)
console = Console()
_SCORECARDS: Final = PROJECT / "deploy" / "catalogue" / "scorecards"
_GERMAN: Final = PROJECT.parent / "shared/data/german_credit/german_credit.csv"


@app.command("build")
def build_scorecard(
    data: Annotated[Path, typer.Option(help="CSV (also .csv.gz) or Parquet file of the development sample")] = _GERMAN,
    spec: Annotated[Path, typer.Option(help="Build specification")] = _SCORECARDS / "consumer-loan.build.yaml",
    out: Annotated[Path | None, typer.Option(help="Where the artefact goes; beside SPEC by default")] = None,
    check: Annotated[bool, typer.Option(help="Write nothing; fail when the result differs from OUT")] = False,
    report: Annotated[Path | None, typer.Option(help="Where the HTML model document goes; none by default")] = None,
) -> None:
    """Build a scorecard offline (needs the `train` extra: requirements-train.lock)."""
    from services.scorecards.build import BuildError, build_scorecard
    from services.scorecards.report import model_document
    from services.scoring.domain.scorecard import ScorecardError

    artefact = out or spec.with_name(f"{spec.stem.removesuffix('.build')}.json")
    with tempfile.TemporaryDirectory() as scratch, Progress(console=console) as progress:
        target = Path(scratch) / artefact.name if check else artefact
        task = progress.add_task("building")
        try:
            document = build_scorecard(
                data,
                spec,
                target,
                lambda step, done, of: progress.update(task, description=step, completed=done, total=of),
            )
            if report is not None:
                report.write_text(model_document(document), encoding="utf-8")
            same = target.read_bytes() == artefact.read_bytes()
        except (BuildError, ScorecardError, OSError) as error:
            console.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from None
    if check and not same:
        console.print(f"the build differs from {artefact}", style="red")
        raise typer.Exit(1)
    for warning in document["metrics"].get("warnings", ()):
        console.print(f"warning: {warning['detail']}", style="yellow", markup=False)
    console.print(f"{artefact} is what the specification gives" if check else f"wrote {artefact}")
    if report is not None:
        console.print(f"wrote {report}")
