"""Backtests that were asked for before files could be sent in stay readable, and run."""

import asyncio
import json

import asyncpg
from alembic import command
from alembic.config import Config

from services.decision.domain.backtest_job import Period
from services.decision.store import backtests
from services.embedded.postgres import Address
from services.migrate import directory
from shared import migrations
from shared.db import Database, async_url
from tests.arch.conftest import site

_POLICY = {"name": "p", "version": "1", "hash": "0", "version_id": None}
_PLAN = {
    "product": "loan",
    "candidate": _POLICY,
    "live": _POLICY,
    "period": {"since": None, "until": "2026-01-01T00:00:00Z"},
    "engine": "duckdb",
    "segments": [],
    "examples": 5,
    "seed": 1,
}
_ADD = """
    INSERT INTO backtest (backtest_id, product, plan, documents, asked_by, state)
    VALUES ($1, 'loan', $2, '{}', 'ada', 'queued')
"""


def _downgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory("decision")))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, revision)


async def test_a_backtest_that_waits_keeps_its_period(postgres: Address) -> None:
    made = await site(postgres, "backtest_plans")
    url = made.schemas["decision"].owner_url
    await asyncio.to_thread(_downgrade, url, "0006")
    connection = await asyncpg.connect(url)
    await connection.execute(_ADD, "bkt_1", json.dumps(_PLAN))
    await asyncio.to_thread(migrations.upgrade, async_url(url), directory("decision"))
    db = Database(url, pool_size=1)
    async with db.transaction() as tx:
        found = await backtests.find(tx, "bkt_1")
    await db.close()
    assert found is not None
    assert isinstance(found.plan.source, Period)
    assert found.plan.source.until.year == 2026
    of_a_file = {"upload_id": "upl_1", "name": "loans.csv", "size": 1, "sha256": "0", "bad_rows": "fail"}
    await connection.execute(_ADD, "bkt_2", json.dumps({**_PLAN, "source": of_a_file}))
    await asyncio.to_thread(_downgrade, url, "0006")
    left = [(row["backtest_id"], json.loads(row["plan"])) for row in await connection.fetch("SELECT * FROM backtest")]
    assert [backtest_id for backtest_id, _ in left] == ["bkt_1"]
    assert left[0][1] == _PLAN
    await connection.close()
