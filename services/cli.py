"""The `assay` command."""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from services.backtests.commands import backtest
from services.dmn import app as dmn_app
from services.migrate import PROJECT, ROLES, SCHEMAS, SERVICES, Schema
from services.migrate import migrate as run_migrations
from services.policies.commands import app as policy_app
from services.privacy import app as privacy_app
from services.reconcile import reconcile
from services.replays import replay as replay_decisions
from services.scorecards.batch.commands import score_command
from services.scorecards.commands import app as scorecard_app
from services.versions.commands import app as version_app
from shared.logging import configure_logging
from shared.settings import BusKind

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Credit decisioning on your machines.")
catalogue_app = typer.Typer(no_args_is_help=True, help="Products, reason codes, policies and scorecards.")
events_app = typer.Typer(no_args_is_help=True, help="Events: dead letters.")
app.command()(backtest)
app.command("score")(score_command)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(policy_app, name="policy")
app.add_typer(version_app, name="version")
app.add_typer(dmn_app, name="dmn")
app.add_typer(scorecard_app, name="scorecard")
app.add_typer(events_app, name="events")
app.add_typer(privacy_app, name="privacy")
app.command("replay")(replay_decisions)
app.command()(reconcile)
console = Console(highlight=False)

T = TypeVar("T")


@app.command()
def run(service: str, role: str) -> None:
    """Run one process: SERVICE is intake, scoring, decision or limits, ROLE is api or worker."""
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
    key: Annotated[str, typer.Option(envvar="ASSAY_API_KEY", help="The key of the author")] = "",
    approver_key: Annotated[str, typer.Option(envvar="ASSAY_APPROVER_API_KEY", help="The key of the approver")] = "",
) -> None:
    """Take a directory of catalogue documents live, as an author and an approver. Again, it changes nothing."""
    from services.catalogue import Addresses, CatalogueError, Keys, load_catalogue

    try:
        load_catalogue(directory, Addresses(intake, scoring, decision), Keys(key, approver_key), console.print)
    except CatalogueError as error:
        console.print(str(error), style="red")
        raise typer.Exit(1) from None


def _state() -> Path:
    from services.embedded.postgres import state_directory

    return state_directory(PROJECT)


Bus = Annotated[str, typer.Option(help="embedded or kafka")]


@app.command()
def up(bus: Bus = "embedded") -> None:
    """Start the platform in the background; print addresses and development credentials."""
    from services.embedded import credentials, supervisor
    from shared.settings import BusKind

    state = _state()
    try:
        found = supervisor.up(state, BusKind(bus))
    except supervisor.SupervisorError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print(f"The platform is up on the {found['bus']} bus. State and logs: {state}", soft_wrap=True)
    for name, url in found["services"].items():
        console.print(f"  {name:16} {url}" + ("/docs" if name.endswith("api") else "/metrics"), soft_wrap=True)
    console.print("Development API keys (send as `Authorization: Bearer KEY`):")
    for client, key in credentials.load_or_create(state).api_keys.items():
        console.print(f"  {client:16} {key}", soft_wrap=True)
    console.print("Stop it with: make down")


@app.command()
def down() -> None:
    """Stop the platform that `up` started; its state stays."""
    from services.embedded import supervisor

    try:
        stopped = supervisor.down(_state())
    except supervisor.SupervisorError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print("The platform has stopped." if stopped else "No platform is running.")


@app.command(hidden=True)
def supervise(bus: Bus = "embedded") -> None:
    """Run the platform in the foreground until SIGTERM."""
    from services.embedded import supervisor
    from shared.settings import BusKind

    supervisor.supervise(_state(), BusKind(bus))


@app.command()
def kafka(port: Annotated[int, typer.Option(help="TCP port on the loopback interface")] = 9092) -> None:
    """Run a Kafka broker in the foreground until interrupted. Needs Java 17 and, the first time, Maven."""
    import signal

    from services.embedded.kafka import KafkaBroker, KafkaError

    broker = KafkaBroker(_state() / "kafka", port)
    try:
        broker.start()
    except KafkaError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print(f"Kafka listens on {broker.bootstrap_servers}; stop it with Ctrl-C")
    # Blocked only now: the broker would have inherited it, and could not be stopped.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    broker.stop()


@app.command()
def sandbox(port: Annotated[int, typer.Option(help="TCP port on the loopback interface")] = 8105) -> None:
    """Play the data sources that intake asks, for development and tests; `assay up` starts it too."""
    from services.sandbox.app import create_app
    from shared.server import serve

    serve(create_app(), "127.0.0.1", port)


@app.command()
def tck(
    path: Annotated[Path, typer.Argument(help="A folder of groups: models (.dmn) and their cases (*-test-*.xml)")],
) -> None:
    """Run every case of the DMN Technology Compatibility Kit under PATH; fails when one fails."""
    from services.tck import run_tck

    passed, total = run_tck(path, lambda line: console.print(line, markup=False, soft_wrap=True))
    if passed < total or not total:
        raise typer.Exit(1)


sources_app = typer.Typer(no_args_is_help=True, help="Data sources that intake asks.")
app.add_typer(sources_app, name="sources")


@sources_app.command("check")
def check_sources(
    path: Annotated[Path, typer.Argument(help="A file of sources, as INTAKE_SOURCES_FILE names it")],
) -> None:
    """Read a file of sources as intake does, name every fault, and list what each source tells."""
    from services.intake.sources import ConfigurationError
    from services.intake.sources import load as load_sources

    _enter_environment("intake", required=False)
    try:
        sources = load_sources(path)
    except ConfigurationError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    for name, entry in sources.items():
        told = ", ".join(f"{fact.name} ({fact.type})" for fact in entry.facts.values())
        console.print(f"{name}: {entry.source.kind}, {told}", markup=False, soft_wrap=True)


dlq_app = typer.Typer(no_args_is_help=True, help="Dead letters of a service (needs its environment).")
events_app.add_typer(dlq_app, name="dlq")


@dlq_app.command("list")
def list_dead_letters(service: str) -> None:
    """List the dead letters of SERVICE that have not been replayed."""
    from rich.table import Table

    from shared import dead_letters

    letters = asyncio.run(_with_database(service, dead_letters.waiting))
    table = Table("id", "topic", "partition", "position", "cause", "since")
    for letter in letters:
        since = letter.created_at.isoformat(timespec="seconds")
        place = (str(letter.id), letter.message.topic, str(letter.partition), str(letter.position))
        table.add_row(*place, letter.cause, since)
    console.print(table)


@dlq_app.command("show")
def show_dead_letter(service: str, letter_id: int) -> None:
    """Show one dead letter of SERVICE with its headers and, as text, its value."""
    from shared import dead_letters

    letters = asyncio.run(_with_database(service, lambda db: dead_letters.find(db, [letter_id])))
    if not letters:
        console.print("there is no such dead letter", style="red")
        raise typer.Exit(1)
    (letter,) = letters
    console.print(f"cause: {letter.cause}", markup=False)
    console.print_json(data=dict(letter.message.headers))
    console.print(letter.message.value.decode("utf-8", "replace"), markup=False, soft_wrap=True)


@dlq_app.command("replay")
def replay_dead_letters(service: str, ids: list[int]) -> None:
    """Publish dead letters of SERVICE again; those still unprocessable come back as new ones."""
    from shared import dead_letters
    from shared.bus.connect import open_bus
    from shared.settings import BusSettings

    async def replay(db: Any) -> int:
        letters = await dead_letters.find(db, ids)
        bus = open_bus(BusSettings())
        try:
            await dead_letters.replay(db, bus, letters)
        finally:
            await bus.close()
        return len(letters)

    console.print(f"{asyncio.run(_with_database(service, replay))} replayed")


def _enter_environment(service: str, *, required: bool = True) -> None:
    """Where the service's variables are not set, use those of the development platform that `up` started."""
    from services.embedded import supervisor

    if f"{service.upper()}_DATABASE_URL" not in os.environ:
        environment = supervisor.environment(_state(), service)
        if environment is None:
            if not required:
                return
            raise typer.BadParameter(f"set {service.upper()}_DATABASE_URL, or start the platform with `assay up`")
        os.environ.update(environment)


async def _with_database(service: str, use: Callable[[Any], Awaitable[T]]) -> T:
    from shared.db import Database

    _enter_environment(service)
    composition: Any = importlib.import_module(f"services.{service}.app")
    db = Database(composition.Settings().database_url.get_secret_value(), pool_size=2)
    try:
        return await use(db)
    finally:
        await db.close()


@app.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="A CSV file of the German Credit data")] = None,
    applicants: Annotated[int, typer.Option(min=1, help="At most so many of its rows")] = 1000,
    bus: Annotated[BusKind, typer.Option(help="What carries the events")] = BusKind.EMBEDDED,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the figures and stories here too")] = None,
) -> None:
    """Decide real applicants on a platform of their own, show what came of it, and stop everything."""
    from services.demo import command

    raise typer.Exit(command.demo(bus=bus, data=data, applicants=applicants, json_path=json_path))


def main() -> None:
    """Run the command line."""
    # Plain by default: structlog's own default shows local variables in tracebacks. `run` configures its process.
    configure_logging("assay", "command", "WARNING")
    app()


if __name__ == "__main__":
    main()
