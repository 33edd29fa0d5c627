"""Child processes that never outlive their parent."""

import ctypes
import fcntl
import functools
import os
import pwd
import random
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that PostgreSQL runs under when the platform is started by root."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Return the account to switch to, or None when this process is not root and need not switch."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def die_with_parent(stop_signal: signal.Signals, account: Account | None = None) -> Callable[[], None]:
    """Return a `preexec_fn` that gives up root for `account` and asks for `stop_signal` when the parent dies."""

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        # A change of credentials clears the parent-death signal, so this comes last.
        _LIBC.prctl(_PR_SET_PDEATHSIG, stop_signal)

    return prepare


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in the root directory with its output appended to `log`; it dies with this process.

    The parent-death signal is bound to the *thread* that starts the child, so call this from the main thread.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(stop_signal, account),
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals, timeout_seconds: float = 15.0) -> None:
    """Send `how` and wait; a process that does not leave in time is killed."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_RESERVATIONS: Final = Path(tempfile.gettempdir()) / f"assay-ports-{os.geteuid()}"


@functools.cache
def _reservations() -> int:
    """Open the file in which byte N stands for port N; its locks last as long as this process."""
    return os.open(_RESERVATIONS, os.O_RDWR | os.O_CREAT, 0o600)


def _reserve(port: int) -> bool:
    """Keep `port` from every other process that asks `free_port`; False when one of them, or this one, has it."""
    if port in _given_out:
        return False
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _given_out.add(port)
    return True


_given_out: Final[set[int]] = set()
"""A process is never in the way of its own locks."""


def free_port() -> int:
    """Return a TCP port on the loopback interface that nothing listens on, this process's own for as long as it lives.

    Two processes that ask at the same moment get different ports, and a server that is away for a while finds nobody
    else in its place. It lies below the range from which the system takes the ports of outgoing connections (32768 and
    up): one of those could be taken by any client before the server that it is meant for starts.
    """
    while True:
        port = random.randrange(10_240, 32_000)  # noqa: S311 - spread, not a secret
        if not _reserve(port):
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
