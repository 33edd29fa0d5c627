"""`assay reconcile`: the books of limits compared with themselves, while work goes on."""

import asyncio
import json
import os
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Final

import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from services.embedded import supervisor
from services.embedded.postgres import state_directory
from services.limits.domain.reconciliation import Compared
from services.limits.handlers.reconciling import MOST_KEPT, Report, reconcile_books
from services.migrate import PROJECT
from shared.db import Database
from shared.errors import Refusal

console = Console(highlight=False)

DIFFERENT: Final = 1
NOT_COMPARED: Final = 2
"""Exit codes: something differs; the books could not be compared."""

_STATEMENT_TIMEOUT_SECONDS: Final = 600
_DATABASE: Final = "LIMITS_DATABASE_URL"


def reconcile(
    account: Annotated[str | None, typer.Option(help="Compare the tree that this account is in, not all")] = None,
    differences: Annotated[int, typer.Option(min=0, help="How many differences to list")] = 50,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write figures and differences here too")] = None,
) -> None:
    """Compare the books of limits with themselves as they are at this moment. Reads only, from LIMITS_DATABASE_URL.

    Entries against balances, reservations and documents against both, limits against the terms in force. Ends with 0
    if everything adds up to the minor unit, 1 if something does not, 2 if that can't be told.
    """
    started = monotonic()
    try:
        report = asyncio.run(_reconcile(_database_url(), account))
    except Refusal as refusal:
        raise _not_compared(refusal.detail) from None
    except (SQLAlchemyError, asyncpg.PostgresError) as error:
        raise _not_compared(f"the database answers with {type(error).__name__}; is it that of limits?") from None
    seconds = monotonic() - started
    _show(report, differences, seconds)
    if json_path is not None:
        _write(json_path, _document(report, account, seconds))
    raise typer.Exit(DIFFERENT if report.differences else 0)


def _not_compared(cause: str) -> typer.Exit:
    console.print(f"nothing can be said: {cause}", style="red", markup=False, soft_wrap=True)
    return typer.Exit(NOT_COMPARED)


def _write(path: Path, document: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise _not_compared(f"the file can't be written: {error.strerror}") from None


def _database_url() -> str:
    """Return the database of the environment, or that of the development platform that `assay up` started."""
    url = os.environ.get(_DATABASE) or (supervisor.environment(state_directory(PROJECT), "limits") or {}).get(_DATABASE)
    if url is None:
        raise typer.BadParameter(f"set {_DATABASE}, or start the platform with `assay up`")
    return url


async def _reconcile(url: str, account_id: str | None) -> Report:
    db = Database(url, pool_size=1, statement_timeout_seconds=_STATEMENT_TIMEOUT_SECONDS)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("comparing")

            def tell(compared: Compared) -> None:
                told = f"{_counted(compared.accounts, 'account')}, {_counted(compared.entries, 'entry', 'entries')}"
                progress.update(task, description=told)

            return await reconcile_books(db, account_id, tell)
    finally:
        await db.close()


def _show(report: Report, most: int, seconds: float) -> None:
    for difference in report.differences[:most]:
        console.print(str(difference), markup=False, soft_wrap=True)
    rest = len(report.differences) - most
    if rest > 0:
        console.print(f"and {rest:,} more" + (" at least" if len(report.differences) >= MOST_KEPT else ""))
    compared = report.compared
    console.print(
        f"{_counted(compared.accounts, 'account')}, {_counted(compared.entries, 'entry', 'entries')}, "
        f"{_counted(compared.reservations, 'reservation')} and {_counted(compared.items, 'document line')} compared in "
        f"{seconds:.1f} s: "
        + (_counted(len(report.differences), "difference") if report.differences else "everything adds up"),
        soft_wrap=True,
    )


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _document(report: Report, account_id: str | None, seconds: float) -> dict[str, Any]:
    compared = report.compared
    return {
        "account_id": account_id,
        "accounts": compared.accounts,
        "entries": compared.entries,
        "reservations": compared.reservations,
        "items": compared.items,
        "seconds": round(seconds, 3),
        "differences": [
            {
                "kind": difference.kind,
                "account_id": difference.account_id,
                "subject": difference.subject,
                "stood": difference.stood,
                "should": difference.should,
                "currency": difference.currency,
                "text": str(difference),
            }
            for difference in report.differences
        ],
    }
