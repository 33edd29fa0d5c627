"""`assay scorecard document`: the model document of an artefact."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.scorecards.report import model_document
from services.scorecards.report.reading import ArtefactError, read_artefact

console = Console()


def document_command(
    artefact: Annotated[Path, typer.Argument(help="Artefact of a model, as `assay scorecard build` writes it")],
    out: Annotated[Path | None, typer.Option(help="Where the page goes; beside the artefact by default")] = None,
) -> None:
    """Write the HTML model document of an artefact, for a validator to read and sign."""
    target = out or artefact.with_suffix(".html")
    try:
        target.write_text(_page(artefact), encoding="utf-8")
    except (ArtefactError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print(f"wrote {target}", markup=False)


def _page(artefact: Path) -> str:
    document = read_artefact(artefact)
    try:
        return model_document(document)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # Only a service, which has the product, checks an artefact whole.
        raise ArtefactError(f"{artefact} does not have the form of an artefact: {error!r}") from None
