"""Processes whose clocks are hours apart agree on what has run out: only the clock of the database counts."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from services.embedded import processes
from services.embedded.platform import free_ports
from shared.settings import BusKind
from tests.kit.platform import Running, money, until

SKEWED: Final = Path(__file__).resolve().parents[1] / "kit" / "skewed"
HOUR: Final = 3600


@contextmanager
def api_with_clock(bed: Running, skew_seconds: int) -> Iterator[str]:
    """Run another API process of limits whose clock is wrong, and give its address."""
    port = free_ports().processes["limits/api"]
    search = os.pathsep.join(filter(None, [str(SKEWED), os.environ.get("PYTHONPATH", "")]))
    child = processes.start(
        [sys.executable, "-m", "services.cli", "run", "limits", "api"],
        log=bed.platform.state / "logs" / f"limits-api-{skew_seconds}.log",
        environment=bed.platform.environment("limits")
        | {"LIMITS_API_PORT": str(port), "PYTHONPATH": search, "SKEW_SECONDS": str(skew_seconds)},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_ready(url), 60, "a process with a wrong clock")
        yield url
    finally:
        child.kill()
        child.wait()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("running", [BusKind.EMBEDDED], indirect=True)
def test_a_reservation_lasts_as_long_as_the_database_says_whatever_the_processes_think(bed: Running) -> None:
    account = bed.approved()["limit"]["account_id"]
    with api_with_clock(bed, HOUR) as ahead, api_with_clock(bed, -HOUR) as behind:
        long = _reserve(bed, behind, account, 600)
        assert _send(bed, ahead, f"/v1/reservations/{long['reservation_id']}/capture", {}).json()["state"] == "captured"
        assert _clock(ahead) - _clock(behind) > 1.9 * HOUR
        short = _reserve(bed, ahead, account, 1)
        path = f"/v1/reservations/{short['reservation_id']}"
        until(lambda: bed.get("limits", path, "crm").json()["state"] == "expired", 20, "the end of a reservation")
        for url in (ahead, behind):
            late = _send(bed, url, f"{path}/capture", {})
            assert (late.status_code, late.json()["code"]) == (409, "already_expired")
            left = httpx.get(f"{url}/v1/accounts/{account}", headers=bed.headers("crm")).json()
            assert (left["reserved"]["amount_minor"], left["posted"]["amount_minor"]) == (0, 1_000)


def _clock(url: str) -> float:
    """Return what a process thinks the time was when it first counted a request, in seconds."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return max(float(line.split()[-1]) for line in lines if line.startswith("assay_") and "_created{" in line)


def _reserve(bed: Running, url: str, account: str, seconds: int) -> dict[str, Any]:
    body = {"account_id": account, "amount": money(1_000), "expires_in_seconds": seconds}
    answer: dict[str, Any] = _send(bed, url, "/v1/reservations", body).json()
    assert answer["state"] == "reserved"
    return answer


def _send(bed: Running, url: str, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(url + path, json=body, headers=bed.headers("crm", f"{path}-{time.monotonic_ns()}"))
