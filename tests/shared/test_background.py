"""What runs beside the requests: tasks that come back after a failure, and notices of the database."""

import asyncio

from sqlalchemy import text

from shared.db import Database
from shared.listen import listen
from shared.server import background


async def notify(db: Database, payload: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(text("SELECT pg_notify('news', :payload)"), {"payload": payload})


async def heard(notices: "asyncio.Queue[str]") -> str:
    async with asyncio.timeout(10):
        return await notices.get()


async def test_a_task_that_fails_is_started_again_and_its_neighbours_run_on() -> None:
    starts: asyncio.Queue[str] = asyncio.Queue()
    neighbour_stopped = asyncio.Event()

    async def failing() -> None:
        starts.put_nowait("started")
        raise ZeroDivisionError

    async def neighbour() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            neighbour_stopped.set()

    async with background({"failing": failing, "neighbour": neighbour}):
        assert [await heard(starts), await heard(starts)] == ["started", "started"]
        assert not neighbour_stopped.is_set()
    assert neighbour_stopped.is_set()


async def test_a_listener_hears_notices_and_looks_again_after_it_was_cut_off(db: Database) -> None:
    notices: asyncio.Queue[str] = asyncio.Queue()
    async with background({"listen": lambda: listen(db.url, {"news": notices.put_nowait})}):
        assert await heard(notices) == "", "whatever was missed before it listened is looked for"
        await notify(db, "first")
        assert await heard(notices) == "first"
        async with db.transaction() as tx:
            cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
            assert (await tx.execute(cut)).rowcount == 1
        assert await heard(notices) == ""
        await notify(db, "second")
        assert await heard(notices) == "second"


async def test_a_listener_waits_for_a_database_that_is_not_there() -> None:
    nowhere = asyncio.create_task(listen("postgresql://nobody@127.0.0.1:1/nowhere", {}))
    await asyncio.sleep(0.05)
    assert not nowhere.done()
    nowhere.cancel()
    await asyncio.wait([nowhere])
