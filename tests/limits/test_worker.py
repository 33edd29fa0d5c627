"""The worker process: what it does on its own, and what it reports."""

import asyncio

import httpx
from prometheus_client import REGISTRY

from services.limits.app import create_worker
from services.limits.domain.reservation import State
from services.limits.handlers import accounts, settling
from services.limits.settings import Settings
from shared.db import Database
from shared.settings import BusSettings
from tests.kit.service import Urls
from tests.limits import given

NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


async def test_a_worker_records_expiries_while_the_bus_is_away(urls: Urls, db: Database) -> None:
    account = await given.account_with(db, 1000)
    await settling.carry_out(db, [given.reserve(account, 1000, seconds=0)])
    worker = create_worker(Settings(database_url=urls.app), BusSettings(database_url=NOWHERE))
    async with (
        worker.router.lifespan_context(worker),
        httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url="http://worker") as ops,
        asyncio.timeout(30),
    ):
        ready = await ops.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        while (await accounts.get_account(db, account.account_id)).version < 3:
            assert (await ops.get("/healthz")).status_code == 200
    await given.assert_books_balance(db, account.account_id)


async def test_reservations_and_limits_are_counted_by_result(db: Database) -> None:
    def counted(result: str) -> float:
        return REGISTRY.get_sample_value("assay_reservations_total", {"result": result}) or 0

    product = {"product": "trade-credit"}
    granted = REGISTRY.get_sample_value("assay_limits_granted_total", product) or 0
    before = {state: counted(state) for state in State}

    account = await given.account_with(db, 1000)
    first, second, _, _ = await settling.carry_out(
        db,
        [
            given.reserve(account, 400),
            given.reserve(account, 400),
            given.reserve(account, 400),
            given.reserve(account, 100, seconds=0),
        ],
    )
    await settling.carry_out(db, [given.capture(first), given.release(second), given.capture(first)])

    assert REGISTRY.get_sample_value("assay_limits_granted_total", product) == granted + 1
    assert {state: counted(state) - before[state] for state in State} == {
        State.RESERVED: 3,
        State.DECLINED: 1,
        State.CAPTURED: 1,
        State.RELEASED: 1,
        State.EXPIRED: 1,
    }
