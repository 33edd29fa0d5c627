"""The `assay` command."""

import importlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from services.migrate import PROJECT, SCHEMAS, Schema
from services.migrate import migrate as run_migrations

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Credit decisioning on your machines.")
catalogue_app = typer.Typer(no_args_is_help=True, help="Products, reason codes, policies and scorecards.")
scorecard_app = typer.Typer(no_args_is_help=True, help="Scorecards.")
events_app = typer.Typer(no_args_is_help=True, help="Events: dead letters.")
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(scorecard_app, name="scorecard")
app.add_typer(events_app, name="events")
console = Console(highlight=False)


@app.command()
def run(service: str, role: str) -> None:
    """Run one process: SERVICE is intake, scoring, decision or limits, ROLE is api or worker."""
    from services.embedded.platform import ROLES, SERVICES
    from shared.logging import configure_logging
    from shared.server import serve
    from shared.settings import BusSettings, PlatformSettings

    if service not in SERVICES or role not in ROLES:
        raise typer.BadParameter(f"choose one of {', '.join(SERVICES)} and one of {', '.join(ROLES)}")
    composition: Any = importlib.import_module(f"services.{service}.app")
    settings = composition.Settings()
    platform = PlatformSettings()
    configure_logging(service, role, platform.log_level)
    if role == "api":
        serve(composition.create_app(settings, platform), settings.host, settings.api_port)
    else:
        serve(composition.create_worker(settings, BusSettings()), settings.host, settings.worker_port)


@app.command()
def migrate() -> None:
    """Create roles and schemas and migrate them. DATABASE_URL is the administrator's; see docs/operations.md."""
    missing = [name for name in _migration_variables() if not os.environ.get(name)]
    if missing:
        raise typer.BadParameter(f"set {', '.join(missing)}")
    run_migrations(
        os.environ["DATABASE_URL"],
        {
            name: Schema(os.environ[f"{name.upper()}_OWNER_DATABASE_URL"], os.environ[f"{name.upper()}_DATABASE_URL"])
            for name in SCHEMAS
        },
    )
    console.print("all schemas are up to date")


def _migration_variables() -> list[str]:
    roles = [f"{name.upper()}_{suffix}" for name in SCHEMAS for suffix in ("OWNER_DATABASE_URL", "DATABASE_URL")]
    return ["DATABASE_URL", *roles]


@catalogue_app.command("load")
def load(
    directory: Annotated[Path, typer.Argument(help="Has products/, reasons/, policies/ and scorecards/")] = PROJECT
    / "deploy"
    / "catalogue",
    intake: Annotated[str, typer.Option(envvar="ASSAY_INTAKE_URL")] = "http://127.0.0.1:8101",
    scoring: Annotated[str, typer.Option(envvar="ASSAY_SCORING_URL")] = "http://127.0.0.1:8102",
    decision: Annotated[str, typer.Option(envvar="ASSAY_DECISION_URL")] = "http://127.0.0.1:8103",
    key: Annotated[str, typer.Option(envvar="ASSAY_API_KEY", help="An API key with catalogue:write")] = "",
) -> None:
    """Publish a directory of catalogue documents to running services. Loading it again changes nothing."""
    from services.catalogue import Addresses, CatalogueError, load_catalogue

    try:
        load_catalogue(directory, Addresses(intake, scoring, decision), key, console.print)
    except CatalogueError as error:
        console.print(str(error), style="red")
        raise typer.Exit(1) from None


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
