"""Runs of backtests in real processes: to the end, cancelled, killed, orphaned, and against rivals."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.decision.app import create_app
from services.decision.domain.performance import Performance
from services.decision.handlers.supervising import Bounds
from services.decision.settings import Settings
from services.decision.store import performance
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.bus import Delivery
from shared.consumer import Consumer
from shared.contracts import scoring
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.decision.jobs import eventually, until, worker
from tests.kit.platform import SOLID, SOLID_MINOR, money
from tests.kit.service import Urls, client_of, delivery, platform_settings

_POLICY = PROJECT / "deploy" / "catalogue" / "policies" / "consumer-loan.yaml"
_SCORES = (400, 505, 540, 575, 620)


def _scored(score: int) -> Delivery:
    now, application_id = datetime.now(UTC), new_id("app")
    low = scoring.ScoreReason(code="SAVINGS_LOW", characteristic="savings_status", shortfall="9.000")
    data = scoring.ApplicationScored(
        application_id=application_id,
        party_id="pty_1",
        product="consumer-loan",
        requested=Amount(amount_minor=SOLID_MINOR, currency="DEM"),
        facts={**SOLID, "requested_amount": money(SOLID_MINOR)},
        submitted_at=now,
        score=scoring.Score(
            score=score, pd="0.030000", model="m", model_version=1, model_hash="0" * 64, reasons=(low,)
        ),
        failure=None,
        scored_at=now,
    )
    return delivery("scoring", scoring.AGGREGATE, application_id, scoring.ApplicationScored.type, data, now)


@pytest.fixture
def since() -> str:
    """When the decisions of this test began to be made."""
    return datetime.now(UTC).isoformat()


@pytest.fixture
async def risk(
    los: httpx.AsyncClient, consumer: Consumer, urls: Urls, since: str, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A risk analyst; some applications have been decided by the live policy."""
    await consumer.handle([_scored(score) for score in _SCORES])
    folder = tmp_path / "risk"
    folder.mkdir()
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    scopes = {"risk": ["backtests:write", "backtests:read"]}
    async with client_of(create_app(settings, platform_settings(folder, scopes)), "risk") as client:
        for state in ("queued", "running"):
            for item in (await client.get("/v1/backtests", params={"state": state})).json()["items"]:
                await client.post(f"/v1/backtests/{item['backtest_id']}/cancel")
        yield client


@pytest.fixture
def bounds(urls: Urls, tmp_path: Path) -> Bounds:
    """What a run may use; a lost run is noticed after two seconds."""
    return Bounds(urls.app, tmp_path / "scratch", "500MB", 1, 2.0)


def _candidate(**change: Any) -> dict[str, Any]:
    """Return the live policy with grade C from 560 points on."""
    policy: dict[str, Any] = load_yaml(_POLICY.read_text())
    del policy["cases"]
    grades = policy["grade"]["rows"]
    grades[1]["when"]["score"], grades[2]["when"]["score"] = "[580..590)", "[520..580)"
    return {**policy, "version": 99, **change}


async def _ask(risk: httpx.AsyncClient, **change: Any) -> str:
    body = {"product": "consumer-loan", "candidate": {"document": _candidate()}, "source": {"decisions": {}}}
    response = await risk.post("/v1/backtests", json={**body, **change}, headers={"Idempotency-Key": new_id("key")})
    assert response.status_code == 202, response.text
    return str(response.headers["location"])


@asynccontextmanager
async def _unreadable_decisions(urls: Urls) -> AsyncIterator[None]:
    """Keep every run waiting for its first page of decisions."""
    admin = await asyncpg.connect(urls.admin)
    try:
        async with admin.transaction():
            await admin.execute("LOCK TABLE decision.decision IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await admin.close()


async def _process_of(location: str) -> int:
    """Return the process that runs a backtest."""
    backtest_id = location.rsplit("/", 1)[1].encode()
    found: list[int] = []

    async def there() -> bool:
        found[:] = [int(folder.name) for folder in _processes() if backtest_id in _command_line(folder)]
        return bool(found)

    await eventually(there)
    return found[0]


def _processes() -> list[Path]:
    return [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _command_line(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def test_a_backtest_of_stored_decisions_ends_with_a_report(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds, since: str
) -> None:
    location = await _ask(risk, segments=["housing"], source={"decisions": {"since": since}})
    async with worker(urls.app, bounds):
        found = await until(risk, location)
    assert (found["state"], found["attempt"], found["error"]) == ("done", 1, None)
    assert found["progress"]["rows_done"] == found["summary"]["rows"] == len(_SCORES)
    # At 575 points it is grade C now, which still gets a loan of this size.
    assert (found["summary"]["swap_in"], found["summary"]["swap_out"]) == (0, 0)
    report = await risk.get(found["links"]["report"])
    document = report.json()
    assert document["candidate"]["content_hash"] == found["candidate"]["hash"]
    assert document["live"]["content_hash"] == found["live"]["hash"]
    assert [segment["name"] for segment in document["segments"]] == ["housing"]
    assert document["agreement"]["agreed"]["value"] == "1.0000"
    page = await risk.get(found["links"]["report_html"])
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in page.text
    assert list(bounds.scratch.iterdir()) == []


async def test_reported_performance_is_counted(
    risk: httpx.AsyncClient, los: httpx.AsyncClient, db: Database, urls: Urls, bounds: Bounds, since: str
) -> None:
    made = (await los.get("/v1/decisions", params={"limit": len(_SCORES)})).json()["items"]
    granted = [each["decision_id"] for each in made if each["outcome"] == "approve"]
    async with db.transaction() as tx:
        today = datetime.now(UTC).date()
        await performance.keep(tx, [Performance(granted[0], today, bad=True)], "servicing")
        await performance.keep(tx, [Performance(granted[1], today, bad=False)], "servicing")
    location = await _ask(risk, source={"decisions": {"since": since}})
    async with worker(urls.app, bounds):
        found = await until(risk, location)
    overall = (await risk.get(found["links"]["report"])).json()["overall"]
    paid = overall["live"]["granted"]
    assert (paid["count"], paid["with_performance"], paid["bad"]) == (len(granted), 2, 1)


async def test_a_candidate_that_sql_cannot_say_runs_row_by_row_and_the_report_says_so(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds
) -> None:
    candidate = _candidate()
    candidate["definitions"]["instalments"] = {
        "type": "integer",
        "value": "count(for month in 1..duration_months return month)",
    }
    candidate["knock_outs"]["rows"].append(
        {"when": {"instalments": "> 70"}, "outcome": "refer", "reason": "TERM_TOO_LONG", "on_missing": "ignore"}
    )
    location = await _ask(risk, candidate={"document": candidate})
    async with worker(urls.app, bounds):
        found = await until(risk, location)
    assert found["state"] == "done", found
    assert found["summary"]["engines"] == {"live": "duckdb", "candidate": "rows"}
    document = (await risk.get(found["links"]["report"])).json()
    assert "instalments" in document["candidate"]["engine_reason"]


async def test_a_backtest_without_decisions_fails_with_its_cause(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds
) -> None:
    location = await _ask(risk, source={"decisions": {"until": "2001-01-01T00:00:00Z"}})
    async with worker(urls.app, bounds):
        found = await until(risk, location)
    assert (found["state"], found["attempt"], found["error"]["code"]) == ("failed", 1, "unusable_decisions")
    assert (await risk.get(f"{location}/report")).status_code == 409


async def test_what_runs_is_cancelled_and_leaves_nothing_behind(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds
) -> None:
    location = await _ask(risk)
    async with worker(urls.app, bounds), _unreadable_decisions(urls):
        pid = await _process_of(location)
        await until(risk, location, "running")
        asked = (await risk.post(f"{location}/cancel")).json()
        assert (asked["state"], asked["cancel_requested"]) == ("running", True)
        found = await until(risk, location)
        assert not _runs(pid)
    assert (found["state"], found["summary"], found["error"]) == ("cancelled", None, None)
    assert (await risk.get(f"{location}/report")).status_code == 409


async def test_a_killed_run_is_begun_again(risk: httpx.AsyncClient, urls: Urls, bounds: Bounds) -> None:
    location = await _ask(risk)
    async with worker(urls.app, bounds):
        async with _unreadable_decisions(urls):
            os.kill(await _process_of(location), signal.SIGKILL)

            async def begun_again() -> bool:
                return bool((await risk.get(location)).json()["attempt"] == 2)

            await eventually(begun_again)
        found = await until(risk, location)
    assert (found["state"], found["attempt"]) == ("done", 2)


async def test_a_run_that_loses_the_database_is_begun_again(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds
) -> None:
    location = await _ask(risk)
    async with worker(urls.app, bounds):
        async with _unreadable_decisions(urls):
            await _process_of(location)
            await until(risk, location, "running")
            admin = await asyncpg.connect(urls.admin)
            waiting = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

            async def terminated() -> bool:
                return bool(await admin.fetchval(waiting))

            await eventually(terminated)
            await admin.close()
        found = await until(risk, location)
    assert (found["state"], found["attempt"]) == ("done", 2)


async def test_the_run_of_a_worker_that_dies_is_taken_over(risk: httpx.AsyncClient, urls: Urls, bounds: Bounds) -> None:
    location = await _ask(risk)
    code = f"""
import asyncio
from pathlib import Path
from services.decision.handlers.supervising import Bounds, supervise
from shared.db import Database
bounds = Bounds({bounds.database_url!r}, Path({str(bounds.scratch)!r}), "500MB", 1, 2.0)
asyncio.run(supervise(Database(bounds.database_url), bounds))
"""
    async with _unreadable_decisions(urls):
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        pid = await _process_of(location)
        await until(risk, location, "running")
        other.kill()
        await other.wait()

        async def gone() -> bool:
            return not _runs(pid)

        await eventually(gone)
    async with worker(urls.app, bounds):
        found = await until(risk, location)
    assert (found["state"], found["attempt"]) == ("done", 2)
    assert list(bounds.scratch.iterdir()) == []


async def test_two_workers_run_a_backtest_once(risk: httpx.AsyncClient, urls: Urls, bounds: Bounds) -> None:
    locations = [await _ask(risk) for _ in range(2)]
    async with worker(urls.app, bounds), worker(urls.app, bounds):
        found = [await until(risk, location) for location in locations]
    assert [(each["state"], each["attempt"]) for each in found] == [("done", 1)] * 2


async def test_stored_decisions_are_compared_at_the_command_line_too(
    risk: httpx.AsyncClient, urls: Urls, tmp_path: Path
) -> None:
    candidate, report = tmp_path / "candidate.json", tmp_path / "report.json"
    candidate.write_text(json.dumps(_candidate()))
    command = ["backtest", "--decisions", "--product", "consumer-loan", "--segment", "housing"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *command, "--candidate", str(candidate), "--json", str(report)),
        env={**os.environ, "DECISION_DATABASE_URL": urls.app},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    document = json.loads(report.read_text())
    assert document["data"]["rows"] >= len(_SCORES)
    assert [segment["name"] for segment in document["segments"]] == ["housing"]
