"""`assay replay` over a real database: what it counts, what it lists, and what it ends with."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.decision.handlers.replaying import Period, spans_of
from services.decision.store import decisions
from services.embedded.postgres import Address
from services.migrate import PROJECT
from shared.db import Database
from shared.ids import new_id
from tests.decision.replay.test_replay_over_http import decide, tamper
from tests.kit.service import Urls, migrated


@pytest.fixture
async def urls(postgres: Address) -> Urls:
    """A database of its own for each test: the command reads all decisions that there are."""
    return await migrated(postgres, "decision", new_id("replay"))


async def replay(urls: Urls, folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Run the command on what has been decided since yesterday; return its exit code, output and JSON."""
    path = folder / "replay.json"
    since = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "replay", "--since", since, "--json", str(path), *arguments),
        cwd=PROJECT,
        env={**os.environ, "DECISION_DATABASE_URL": urls.app, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), json.loads(path.read_text()) if path.exists() else {}


async def test_decisions_that_all_come_out_as_stored_end_well(
    los: httpx.AsyncClient, urls: Urls, tmp_path: Path
) -> None:
    for days in (30, 45, 61):
        await decide(los, requested_payment_days=days)
    code, output, found = await replay(urls, tmp_path)
    assert code == 0, output
    assert (found["replayed"], found["identical"], found["different"], found["problems"]) == (3, 3, 0, [])
    (policy,) = found["policies"]
    assert (policy["product"], policy["identical"]) == ("trade-credit", 3)
    assert "3 decisions replayed" in output


async def test_what_differs_is_listed_and_fails_the_gate(los: httpx.AsyncClient, urls: Urls, tmp_path: Path) -> None:
    ids = [await decide(los) for _ in range(3)]
    await tamper(urls, "UPDATE decision SET grade = 'Z' WHERE decision_id = $1", ids[1])
    await tamper(urls, "UPDATE decision SET outcome = 'perhaps' WHERE decision_id = $1", ids[2])
    code, output, found = await replay(urls, tmp_path, "--differences", "1", "--engine", "interpreter")
    assert code == 1
    assert (found["identical"], found["different"]) == (1, 2)
    assert [problem["decision_id"] for problem in found["problems"]] == ids[1:]
    assert f"{ids[1]} different: grade: stored Z, now A" in output
    assert ids[2] not in output
    assert "and 1 more" in output


async def test_a_product_and_a_time_can_be_chosen(los: httpx.AsyncClient, urls: Urls, tmp_path: Path) -> None:
    await decide(los)
    _, _, found = await replay(urls, tmp_path, "--product", "consumer-loan")
    assert found["replayed"] == 0
    code, _, found = await replay(urls, tmp_path, "--until", "2026-01-01")
    assert (code, found["replayed"]) == (0, 0)


async def test_a_database_that_is_away_proves_nothing(urls: Urls, tmp_path: Path) -> None:
    away = Urls(urls.owner, "postgresql://decision_app:x@127.0.0.1:1/nowhere", urls.admin)
    code, output, found = await replay(away, tmp_path)
    assert (code, found) == (2, {})
    assert "nothing can be said" in output


async def test_ranges_have_every_decision_of_a_time_once(los: httpx.AsyncClient, db: Database) -> None:
    ids = [await decide(los) for _ in range(5)]
    now = datetime.now(UTC)
    since, until = now - timedelta(hours=1), now + timedelta(hours=1)
    async with db.transaction() as tx:
        ranges = await decisions.spans(tx, "", since, until, None, 2)
        found = [await decisions.span(tx, each, since, until, None) for each in ranges]
    assert [len(part) for part in found] == [each.decisions for each in ranges] == [2, 2, 1]
    assert [decision.decision_id for part in found for decision in part] == sorted(ids)
    assert sum(each.decisions for each in await spans_of(db, Period(since, until, "trade-credit"))) == 5
