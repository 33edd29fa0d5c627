"""Keeps the platform running between calls: `assay up` starts this in the background, `assay down` stops it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded.platform import Platform, default_ports
from services.migrate import PROJECT, SERVICES
from shared.settings import BusKind

_LOOK_SECONDS: Final = 0.5
_UP_SECONDS: Final = 300.0
_DOWN_SECONDS: Final = 60.0


class SupervisorError(Exception):
    """The platform did not come up or go down; the text says where to look."""


def _record(state: Path) -> Path:
    return state / "platform.json"


def running(state: Path) -> dict[str, Any] | None:
    """Return what the running platform says of itself, None when none runs."""
    path = _record(state)
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    try:
        os.kill(found["pid"], 0)
    except ProcessLookupError:
        path.unlink()
        return None
    return found


def supervise(state: Path, bus: BusKind) -> None:
    """Run the platform until SIGTERM, starting again whatever stops. Call from the main thread of its own process."""
    platform = Platform(state, bus=bus, ports=default_ports(), tell=lambda words: print(words, flush=True))
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    platform.start()
    try:
        addresses = Addresses(*(platform.url(service) for service in SERVICES[:3]))
        keys = Keys(*(platform.credentials.api_keys[client] for client in ("policy-author", "policy-approver")))
        load_catalogue(PROJECT / "deploy" / "catalogue", addresses, keys, lambda words: print(words, flush=True))
        _record(state).write_text(platform.describe())
        while not stopping:
            time.sleep(_LOOK_SECONDS)
            for name in platform.restart_stopped():
                print(f"{name} had stopped and was started again", flush=True)
    finally:
        _record(state).unlink(missing_ok=True)
        platform.stop()


def up(state: Path, bus: BusKind) -> dict[str, Any]:
    """Start the supervisor in the background, unless it runs, and return what it says once all is ready.

    Raises `SupervisorError` with the end of its log when it does not come up.
    """
    found = running(state)
    if found is not None:
        return found
    state.mkdir(parents=True, exist_ok=True)
    log = state / "supervisor.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "supervise", "--bus", bus.value],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "ASSAY_STATE_DIR": str(state)},
            cwd="/",
            start_new_session=True,
        )
    deadline = time.monotonic() + _UP_SECONDS
    while time.monotonic() < deadline:
        found = running(state)
        if found is not None:
            return found
        if child.poll() is not None:
            break
        time.sleep(0.1)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise SupervisorError(f"the platform did not come up; the end of {log}:\n{tail}")


def environment(state: Path, service: str) -> dict[str, str] | None:
    """Return the environment of a service of the running platform, None when none runs."""
    found = running(state)
    if found is None:
        return None
    platform = Platform(state, bus=BusKind(found["bus"]), ports=default_ports())
    platform.attach()
    return platform.environment(service)


def down(state: Path) -> bool:
    """Stop the running platform and wait until it is gone; return False when none ran."""
    found = running(state)
    if found is None:
        return False
    os.kill(found["pid"], signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(found["pid"], 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    raise SupervisorError(f"process {found['pid']} does not stop; see {state / 'supervisor.log'}")
