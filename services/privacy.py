"""`assay privacy`: keys that personal data is sealed with, and what has run out.

It works on intake's database with intake's settings (`INTAKE_DATABASE_URL`, `INTAKE_KEYS_FILE`,
`INTAKE_RETENTION_FILE`), or on the development platform where these are not set.
"""

# ruff: noqa: PLC0415 - every process loads the commands, and what these work on is loaded by the one that does.

import asyncio
import json
import os
import re
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeVar

import typer
from rich.console import Console

from shared.errors import Refusal

if TYPE_CHECKING:
    from services.intake.settings import Settings
    from shared.db import Database

app = typer.Typer(no_args_is_help=True, help="Keys of personal data, and what has run out (needs intake's settings).")
console = Console(highlight=False)

T = TypeVar("T")
Batch = Annotated[int, typer.Option(min=1, max=10_000, help="So many records in one transaction")]
KeyFile = Annotated[Path | None, typer.Option(help="The vault's keys; else INTAKE_KEYS_FILE")]
_STATEMENT_TIMEOUT_SECONDS: Final = 60


@app.command()
def keys() -> None:
    """Show which master keys there are, and how many data keys hang on each: one with none may be removed."""
    from services.intake.handlers import rotating
    from services.intake.vault import Vault

    settings = _settings()
    vault = _do(lambda: Vault.load(settings.keys_file))
    counts = _with_database(settings, rotating.count)
    for key_id in sorted({*vault.key_ids, *counts}):
        words = [f"{counts.get(key_id, 0)} data keys"]
        words += ["active"] if key_id == vault.active else []
        words += [] if key_id in vault.key_ids else ["NOT IN THE VAULT: what hangs on it can't be opened"]
        console.print(f"{key_id}: {', '.join(words)}", markup=False)


@app.command("add-key")
def add_key(key_id: str, file: KeyFile = None, activate: Annotated[bool, typer.Option()] = False) -> None:
    """Add a master key to the file of keys; with --activate, an earlier one becomes the one that wraps.

    In two steps, because every process must be able to open what another one wraps: first add the key and restart all
    processes of intake, then activate it and restart them again.
    """
    if re.fullmatch(r"[A-Za-z0-9._-]{1,40}", key_id) is None:
        _fail("the id of a key is letters, digits, '.', '_' and '-'")
    path = file or _settings().keys_file
    document = _do(lambda: _document(path))
    if activate == (key_id not in document["keys"]):
        _fail(f"{key_id} is {'not ' if activate else ''}in the file")
    if activate:
        document["active"] = key_id
    else:
        document["keys"][key_id] = b64encode(secrets.token_bytes(32)).decode()
    _replace(path, document)
    console.print(f"{key_id} {'wraps new data keys from now on' if activate else 'was added'}: restart intake")


@app.command()
def rotate(batch: Batch = 500) -> None:
    """Wrap all data keys anew by the active master key, while everything runs. Stopped, it goes on when run again."""
    from services.intake.handlers import rotating
    from services.intake.vault import Vault

    settings = _settings()
    vault = _do(lambda: Vault.load(settings.keys_file))

    async def work(db: "Database") -> int:
        done = 0
        while found := await rotating.step(db, vault, batch):
            done += found
            console.print(f"{done} wrapped anew")
        return done

    done = _with_database(settings, work)
    console.print(f"all data keys hang on {vault.active}" + (f"; {done} did not before" if done else " already"))


@app.command()
def reindex(batch: Batch = 500) -> None:
    """Index all parties anew, after the key of the blind index was replaced; matching finds less until it is done."""
    from services.intake.handlers import rotating
    from services.intake.vault import Vault

    settings = _settings()
    vault = _do(lambda: Vault.load(settings.keys_file))

    async def work(db: "Database") -> None:
        after: str | None = ""
        while after is not None:
            after = await rotating.reindex_step(db, vault, after, batch)
            if after:
                console.print(f"up to {after}")

    _with_database(settings, work)
    console.print("all parties are indexed by the key that is in the vault")


@app.command()
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only, delete nothing")] = False, batch: Batch = 500
) -> None:
    """Delete what has run out by the rules of retention, as the worker does by itself every hour."""
    from services.intake.handlers import retaining

    settings = _settings()
    policy = _do(lambda: retaining.load_policy(settings.retention_file))
    walk = retaining.Walk(is_dry=dry_run)

    async def work(db: "Database") -> None:
        while not walk.is_over:
            await retaining.step(db, policy, walk, batch)

    _with_database(settings, work)
    for kind, count in sorted(walk.found.items()):
        console.print(f"{kind}: {count} {'would be' if dry_run else 'were'} deleted")


def _settings() -> "Settings":
    from services.embedded import supervisor
    from services.embedded.postgres import state_directory
    from services.intake.settings import Settings
    from services.migrate import PROJECT

    if "INTAKE_DATABASE_URL" not in os.environ:
        environment = supervisor.environment(state_directory(PROJECT), "intake")
        if environment is None:
            raise typer.BadParameter("set INTAKE_DATABASE_URL, or start the platform with `assay up`")
        os.environ.update(environment)
    return Settings()


def _document(path: Path) -> dict[str, Any]:
    from services.intake.vault import Vault

    Vault.load(path)
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def _replace(path: Path, document: dict[str, Any]) -> None:
    """Write the file so that a crash leaves the old one or the new one, readable by whom the old one was."""
    from services.intake.vault import Vault

    aside = path.with_name(f".{path.name}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, path.stat().st_mode & 0o777)
    with os.fdopen(descriptor, "w") as written:
        json.dump(document, written, indent=2)
        written.flush()
        os.fsync(written.fileno())
    Vault.load(aside)
    aside.replace(path)


def _with_database(settings: "Settings", work: Callable[["Database"], Awaitable[T]]) -> T:
    from shared.db import Database

    async def connected() -> T:
        url = settings.database_url.get_secret_value()
        db = Database(url, pool_size=1, statement_timeout_seconds=_STATEMENT_TIMEOUT_SECONDS)
        try:
            return await work(db)
        finally:
            await db.close()

    return _do(lambda: asyncio.run(connected()))


def _do(work: Callable[[], T]) -> T:
    from services.intake.vault import SealError

    try:
        return work()
    except (Refusal, SealError, ValueError) as error:
        _fail(str(error))


def _fail(words: str) -> NoReturn:
    console.print(words, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)
