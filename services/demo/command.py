"""The command: a platform of its own for one run of the demo, stopped whatever happens."""

import fcntl
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from services.catalogue import CatalogueError
from services.demo.applicants import Applicant, read_applicants
from services.demo.catalogue import read_catalogue
from services.demo.errors import DemoError
from services.demo.report import render
from services.demo.run import Report, run
from services.demo.source import find_source
from services.embedded.kafka import KafkaError
from services.embedded.platform import Platform, PlatformError, free_ports
from services.embedded.postgres import PostgresError, state_directory
from services.migrate import PROJECT
from shared.settings import BusKind

SOUND: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130

_PIPED_WIDTH: Final = 100


def demo(*, bus: BusKind, data: Path | None, applicants: int, json_path: Path | None) -> int:
    """Decide applicants on a platform of its own, print what came of it, and stop everything; return the exit code.

    That is `SOUND` only when every application got exactly one decision and every approval exactly one limit.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    try:
        if json_path is not None and not json_path.absolute().parent.is_dir():
            raise DemoError(f"{json_path}: there is no such directory")
        with _sigterm_interrupts():
            report = _report(bus, data, applicants, console)
    except (DemoError, PlatformError, PostgresError, KafkaError, CatalogueError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return FAILED
    except KeyboardInterrupt:
        console.print("interrupted; everything has been stopped")
        return INTERRUPTED
    render(report, console)
    if json_path is not None:
        json_path.write_text(json.dumps(report.document(), indent=2) + "\n")
    return SOUND if report.figures.sound else FAILED


def _report(bus: BusKind, data: Path | None, wanted: int, console: Console) -> Report:
    def tell(words: str) -> None:
        console.print(f"  {words}", style="dim", markup=False, soft_wrap=True)

    applicants = _applicants(data, wanted, console, tell)
    with _own_state(state_directory(PROJECT)) as state:
        platform = Platform(state, bus=bus, ports=free_ports(), tell=tell)
        try:
            platform.start()
            return run(platform, applicants, console)
        finally:
            tell("stopping everything")
            platform.stop()


def _applicants(data: Path | None, wanted: int, console: Console, tell: Callable[[str], None]) -> list[Applicant]:
    source = find_source(data, tell)
    found = read_applicants(source.text, read_catalogue().product)[:wanted]
    console.print(f"[bold]{len(found):,} real applicants[/] from {source.origin}", soft_wrap=True)
    return found


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, by way of the same clean-up."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _own_state(parent: Path) -> Iterator[Path]:
    """Hold an empty state directory that only one demo at a time can have; it is kept afterwards, for its logs."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError("another demo is running from this directory") from None
        state = parent / "demo"
        shutil.rmtree(state, ignore_errors=True)
        yield state
