"""`assay scorecard alternatives`."""

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

console = Console()


def alternatives_command(
    data: Annotated[Path, typer.Option(help="CSV or Parquet file of the development sample")],
    spec: Annotated[Path, typer.Option(help="Build specification")],
    out: Annotated[Path, typer.Option(help="Where the report goes, as JSON; its page goes beside it as HTML")],
    auc_loss: Annotated[str, typer.Option(help="How much AUC an alternative may lose")] = "0.005",
    ratio_gain: Annotated[str, typer.Option(help="How much it has to raise the lowest adverse impact ratio")] = "0.01",
) -> None:
    """Search for scorecards that rank about as well and treat protected groups more alike (needs `train`)."""
    from services.scorecards.alternatives.page import alternatives_page  # noqa: PLC0415
    from services.scorecards.alternatives.report import Bargain, search_alternatives  # noqa: PLC0415
    from services.scorecards.build.spec import BuildError  # noqa: PLC0415

    try:
        bargain = Bargain(Decimal(auc_loss), Decimal(ratio_gain))
    except (ValueError, InvalidOperation):
        raise typer.BadParameter("must be decimals between 0 and 1, such as 0.005") from None
    with Progress(console=console) as progress:
        task = progress.add_task("searching")
        try:
            report = search_alternatives(
                data,
                spec,
                bargain,
                lambda step, done, of: progress.update(task, description=step, completed=done, total=of),
            )
            text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
            shown = alternatives_page(report)
            out.write_text(text, encoding="utf-8")
            out.with_suffix(".html").write_text(shown, encoding="utf-8")
        except (BuildError, OSError) as error:
            console.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from None
    for each in report["candidates"]:
        if each["qualifies"]:
            ratio, area = each["lowest_impact_ratio"], each["auc"]["estimate"]
            console.print(f"{each['name']}: AUC {area}, lowest impact ratio {ratio}", highlight=False, markup=False)
    console.print(f"wrote {out} and {out.with_suffix('.html')}", markup=False)
