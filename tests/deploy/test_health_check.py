"""The command that decides in the compose file whether a container is healthy."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.deploy.compose import CONTAINERS, PROCESSES

Check = Callable[[HTTPStatus], bool]


class _Process(BaseHTTPRequestHandler):
    status = HTTPStatus.OK

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else HTTPStatus.NOT_FOUND)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def healthy() -> Iterator[Check]:
    """Runs the check against a process whose `/readyz` answers with a status."""
    server = HTTPServer(("127.0.0.1", 0), _Process)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kind, python, *arguments = CONTAINERS["intake-api"]["healthcheck"]["test"]
    assert (kind, python) == ("CMD", "python")

    def check(status: HTTPStatus) -> bool:
        _Process.status = status
        url = f"http://127.0.0.1:{server.server_port}/readyz"
        done = subprocess.run([sys.executable, *arguments], env={"READY_URL": url}, capture_output=True, check=False)
        return done.returncode == 0

    yield check
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_process_is_healthy_exactly_when_it_reports_ready(healthy: Check) -> None:
    assert healthy(HTTPStatus.OK)
    assert not healthy(HTTPStatus.SERVICE_UNAVAILABLE)


def test_every_process_is_asked_in_the_same_way() -> None:
    checks = [CONTAINERS[f"{service}-{role}"]["healthcheck"] for service, role in PROCESSES]
    assert all(check == checks[0] for check in checks)
