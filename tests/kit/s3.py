"""An S3 API of our own, in a process of its own, that can be taken away and brought back."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from services.embedded.processes import free_port

BUCKET = "documents"
_START_SECONDS = 30.0


@dataclass(slots=True)
class S3Server:
    """moto's server with one bucket; what it holds is gone when it is stopped."""

    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and make the bucket."""
        script = "import sys; from moto.server import main; main(sys.argv[1:])"
        command = [sys.executable, "-c", script, "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                httpx.put(f"{self.endpoint}/{BUCKET}").raise_for_status()
            except httpx.TransportError:
                assert self._process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Take it away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def keys(self) -> set[str]:
        """Return the keys of everything in the bucket."""
        listing = httpx.get(f"{self.endpoint}/{BUCKET}").text
        return {part.partition("</Key>")[0] for part in listing.split("<Key>")[1:]}


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server."""
    server = S3Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
