"""What a run of the fuzzer may not do, whatever it reads: take long, take memory, run a command, write, connect."""

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

CPU_SECONDS: Final = 5.0
"""For loading one document, or for one decision. Processor time: a busy machine makes nothing slow."""
MEMORY_KILOBYTES: Final = 300_000

_FORBIDDEN: Final = frozenset(
    {
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.remove",
        "os.rename",
        "os.mkdir",
        "os.chmod",
        "subprocess.Popen",
        "socket.connect",
        "socket.getaddrinfo",
        "shutil.rmtree",
        "ctypes.dlopen",
        "pty.spawn",
        "webbrowser.open",
    }
)


class TookTooLong(BaseException):
    """Not an Exception, so that nothing on the way takes it for a fault of the document."""


class _Guard:
    """Python tells its auditors of every command, connection and opened file; an auditor stays for good."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and (event in _FORBIDDEN or (event == "open" and _writes(arguments))):
            deed = f"{event} {arguments!r}"
            # A module that is imported for the first time is kept compiled.
            if "__pycache__" not in deed and ".pyc" not in deed:
                self.seen.append(deed)


def _writes(arguments: tuple[object, ...]) -> bool:
    mode = arguments[1]
    return isinstance(mode, str) and any(letter in mode for letter in "wax+")


_GUARD: Final = _Guard()


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Raise AssertionError when, inside, somebody runs a command, connects, or changes a file."""
    _GUARD.seen.clear()
    _GUARD.on = True
    try:
        yield
    finally:
        _GUARD.on = False
    assert not _GUARD.seen, _GUARD.seen


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Raise AssertionError when the greatest memory of the process grows too much inside."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < MEMORY_KILOBYTES, f"{grown} kB more"


@contextmanager
def bounded_time(seconds: float = CPU_SECONDS) -> Iterator[None]:
    """Raise `TookTooLong` out of what takes more processor time than it may."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong(f"more than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
