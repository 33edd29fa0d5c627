"""Limits as it runs: its API process beside PostgreSQL, and its handlers in a process of their own."""

import asyncio
import itertools
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from services.embedded.platform import Platform, free_ports
from services.limits.domain.reservation import Reserve
from services.limits.handlers import settling
from services.limits.handlers.lanes import Lanes
from shared.db import Database
from shared.http import fingerprinted
from shared.idempotency import Claim
from shared.ids import new_id
from shared.money import Money
from shared.settings import BusKind
from shared.tracing import new_traceparent
from tests.bench.limits.trees import LIMIT_MINOR
from tests.bench.load import Run, request

CALLERS: Final = 256
CALLERS_IN_PROCESS: Final = 512
"""As many as fill a batch of each lane."""
_PATH: Final = "/v1/reservations"
_DECLINED: Final = 50
"""One request in so many asks for more than there is, and is declined, which is recorded as well."""


@contextmanager
def running() -> Iterator[Platform]:
    """Run limits' API process and PostgreSQL with an empty state. The relay does not run: it may run elsewhere."""
    home = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    home.chmod(0o755)
    found = Platform(home, bus=BusKind.EMBEDDED, ports=free_ports())
    found.start()
    try:
        found.keep_only(("limits/api",))
        yield found
    finally:
        found.stop()
        shutil.rmtree(home, ignore_errors=True)


def amounts(seed: int) -> Iterator[int]:
    """Yield amounts in minor units, small ones and now and then one that can't fit."""
    chance = random.Random(seed)
    for number in itertools.count(1):
        yield LIMIT_MINOR + 1 if number % _DECLINED == 0 else chance.randint(1, 1000)


def requests(key: str, account_ids: Iterator[str]) -> Iterator[bytes]:
    """Yield POSTs that reserve, each under a key of its own."""
    run = random.randrange(10**9)
    for number, (account_id, minor) in enumerate(zip(account_ids, amounts(run), strict=False)):
        body = {
            "account_id": account_id,
            "amount": {"amount_minor": minor, "currency": "EUR"},
            "reference": f"order-{number}",
        }
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{run}-{number}"}
        yield request(_PATH, json.dumps(body).encode(), headers)


async def in_process(url: str, account_ids: Iterator[str], seconds: float, callers: int = CALLERS_IN_PROCESS) -> Run:
    """Reserve from so many callers through what an API process puts in front of the handler, without HTTP."""
    db = Database(url)
    commands = Lanes(db)
    make = partial(next, _commands(account_ids))
    run = Run()
    try:
        await asyncio.gather(*(_drive(commands, make, Run(), time.perf_counter() + 0.5) for _ in range(callers)))
        started = time.perf_counter()
        await asyncio.gather(*(_drive(commands, make, run, started + seconds) for _ in range(callers)))
        run.seconds = time.perf_counter() - started
    finally:
        await db.close()
    return run


def _commands(account_ids: Iterator[str]) -> Iterator[settling.Request]:
    run = random.randrange(10**9)
    lasts, route = timedelta(days=1), f"POST {_PATH}"
    for number, (account_id, minor) in enumerate(zip(account_ids, amounts(run), strict=False)):
        command = Reserve(new_id("res"), account_id, Money(minor, "EUR"), lasts, f"order-{number}")
        claim = Claim("crm", route, f"{run}-{number}", fingerprinted(str(number).encode(), _PATH))
        yield settling.Request((command,), claim, new_traceparent())


async def _drive(commands: Lanes, make: Callable[[], settling.Request], run: Run, deadline: float) -> None:
    while (sent := time.perf_counter()) < deadline:
        answer = await commands.submit(make())
        run.latencies.append(time.perf_counter() - sent)
        run.statuses[answer.status] = run.statuses.get(answer.status, 0) + 1
