"""Progress that is told while a query runs, and queries that stop when they are asked to."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import duckdb

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how many rows of it are, and of how many, if that is known."""

Stopped = Callable[[], bool]
"""Asked several times a second, from any thread, whether to stop."""

_LOOK_SECONDS: Final = 0.2


class Cancelled(Exception):
    """The run was asked to stop, and has: no table that it began is whole."""


def silent(_phase: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def never() -> bool:
    """Do not stop."""
    return False


@contextmanager
def stoppable(db: duckdb.DuckDBPyConnection, stopped: Stopped) -> Iterator[None]:
    """Interrupt whatever `db` is doing in the block as soon as `stopped` says so; raises `Cancelled` then."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if stopped():
                # Again and again: what is interrupted between two queries goes on with the second.
                db.interrupt()

    watcher = threading.Thread(target=watch, name="stop-watch", daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException:
        raise Cancelled from None
    finally:
        over.set()
        watcher.join()
    if stopped():
        raise Cancelled


@contextmanager
def stop_on_signals() -> Iterator[Stopped]:
    """Have the work stop at its next step at the first Ctrl-C or SIGTERM, and at once at the second."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) == 2:
            raise KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    yield lambda: bool(asked)
    # Once asked to stop, the process only tidies up and leaves; it goes on ignoring whoever asks again.
    if not asked:
        for each, handler in before.items():
            signal.signal(each, handler)
