"""A worker that is killed in the middle of an inquiry, and the one that takes it over."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

from sqlalchemy import text

from services.embedded.platform import SANDBOX_SOURCES
from services.intake.handlers.investigating import investigate
from services.intake.settings import Settings
from services.migrate import PROJECT
from tests.intake.investigation.given import Office

SLOW = "666000007"
WORKER = """
import asyncio, sys
from pathlib import Path
from services.intake.handlers.investigating import Desk, investigate
from services.intake.sources import load
from services.intake.vault import Vault
from shared.catalogue import product_shelf
from shared.db import Database
url, keys, sources = sys.argv[1:]
asyncio.run(investigate(Database(url), Desk(Vault.load(Path(keys)), product_shelf(), load(Path(sources)), 0.5)))
"""


async def test_what_a_killed_worker_had_begun_is_asked_again_under_the_same_reference_and_counted_once(
    office: Office, settings: Settings
) -> None:
    before = await office.counted("consumer-bureau")
    party_id = await office.asker(SLOW)
    earlier = len(await office.reports(party_id))
    product = await office.product({"source": "consumer-bureau"})
    application_id = await office.apply(party_id, product)
    url = settings.database_url.get_secret_value()
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, url, str(settings.keys_file), str(SANDBOX_SOURCES)), cwd=PROJECT
    )
    async with asyncio.timeout(60):
        while not await office.inquiries(party_id):  # noqa: ASYNC110 - it is written by another process
            await asyncio.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
    assert await office.status(application_id) == "investigating"
    assert await office.outcomes(party_id) == []

    successor = asyncio.create_task(investigate(office.db, office.desk()))
    event = await office.submitted(application_id)
    successor.cancel()
    with suppress(asyncio.CancelledError):
        await successor
    again, interrupted = await office.inquiries(party_id)
    assert again["reference"] == interrupted["reference"]
    assert (interrupted["attempts"], [attempt["outcome"] for attempt in again["attempts"]]) == ([], ["hit"])
    assert len(await office.reports(party_id)) == earlier + 1
    assert event["fallbacks"] == []
    after = await office.counted("consumer-bureau")
    assert after["hits"] - before["hits"] == 1
    assert after["cost_minor"] - before["cost_minor"] == again["attempts"][0]["cost"]["amount_minor"]


async def test_a_question_that_is_never_seen_through_is_given_up(office: Office) -> None:
    party_id = await office.asker()
    product = await office.product({"source": "consumer-bureau"})
    application_id = await office.apply(party_id, product)
    async with office.db.transaction() as tx:
        query = text("UPDATE investigation SET source = 'consumer-bureau', tries = 3 WHERE application_id = :id")
        await tx.execute(query, {"id": application_id})
    async with office.at_work():
        event = await office.submitted(application_id)
    assert event["fallbacks"] == ["source_unavailable:consumer-bureau"]
    assert await office.outcomes(party_id) == ["given_up"]
