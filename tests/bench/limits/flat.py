"""What more accounts and more entries add to the cost of a reservation: databases of several sizes, in turn."""

import asyncio
import statistics
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from services.embedded import processes
from services.embedded.postgres import Address, Postgres
from shared.server import settle_garbage_collector
from tests.bench.limits import service
from tests.bench.limits.trees import LIMIT_MINOR, Trees, plant, settle
from tests.bench.report import Level
from tests.kit.service import Urls, migrated

ROUNDS: Final = 5
SECONDS: Final = 3.0
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
ENTRIES: Final = 10_000_000
_LEDGER_SIZE: Final = 10_000
_MOST: Final = 1.5

# Reservations of one minor unit that were captured: an entry each on the three accounts of a path, then another. The
# number of an entry of an account is counted, so that the ledger is whole and its fold is the balance.
_HISTORY: Final = """
    CREATE TEMP TABLE made AS
    SELECT n, account_at('c', n % {size}) AS account_id,
           ARRAY[account_at('a', n % {size} / 10), account_at('b', n % {size} / 2), account_at('c', n % {size})] AS path
    FROM generate_series(0, {reservations} - 1) AS n;
    INSERT INTO limits.reservation (reservation_id, account_id, path, root_id, amount_minor, captured_minor, state,
                                    expires_at, created_at, resolved_at)
    SELECT 'res_' || lpad(to_hex(n), 32, '0'), account_id, path, path[1], 1, 1, 'captured', now(), now(), now()
    FROM made;
    CREATE TEMP TABLE numbered AS
    SELECT n, step, u.account_id, row_number() OVER (PARTITION BY u.account_id ORDER BY n, step) AS place
    FROM made, unnest(path) AS u(account_id), generate_series(0, 1) AS step;
    INSERT INTO limits.entry (transaction_id, account_id, version, kind, limit_delta, available_delta,
                              reserved_delta, posted_delta, available_minor, reservation_id, created_at)
    SELECT account_id || '/' || place + 1, account_id, place + 1,
           CASE step WHEN 0 THEN 'reserved' ELSE 'captured' END, 0, step - 1, 1 - 2 * step, step,
           {limit} - (place + 1) / 2, 'res_' || lpad(to_hex(n), 32, '0'), now()
    FROM numbered;
    UPDATE limits.account a SET posted_minor = s.posted, version = a.version + s.entries
    FROM (SELECT account_id, sum(step) AS posted, count(*) AS entries FROM numbered GROUP BY account_id) s
    WHERE s.account_id = a.account_id;
    DROP TABLE made, numbered;
"""


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Reserve in process, evenly over all segments, in databases that differ in size alone; one after the other."""
    settle_garbage_collector()
    # The server runs as another account, which has to reach its data.
    folder.chmod(0o755)
    server = Postgres(folder / "postgres", processes.free_port())
    address = server.start()
    try:
        urls = {f"{size:,} accounts": asyncio.run(_sized(address, size)) for size in SIZES}
        urls[f"{ENTRIES:,} entries"] = asyncio.run(_with_history(address))
        micros: dict[str, list[float]] = {name: [] for name in urls}
        for number in range(ROUNDS + 1):
            for (name, url), size in zip(urls.items(), (*SIZES, _LEDGER_SIZE), strict=True):
                draws = Trees(size).draws(number)
                run = uvloop.run(service.in_process(url.app, draws, SECONDS if number else 1.0))
                if set(run.statuses) != {201}:
                    raise SystemExit(f"{name}: answered {run.statuses}")
                if number:
                    micros[name].append(1e6 / run.per_second)
    finally:
        server.stop()
    cost = {name: statistics.median(each) for name, each in micros.items()}
    figures: dict[str, object] = {f"flat: microseconds a reservation, {name}": value for name, value in cost.items()}
    small, *larger, ledger = cost.values()
    return [
        Level(f"flat: cost from {SIZES[0]:,} to {SIZES[-1]:,} accounts", max(larger) / small, at_most=_MOST),
        Level(f"flat: cost with {ENTRIES:,} entries / without", ledger / larger[0], at_most=_MOST),
    ], figures


async def _sized(address: Address, size: int) -> Urls:
    urls = await migrated(address, "limits", f"accounts_{size}")
    await plant(urls.admin, Trees(size))
    return urls


async def _with_history(address: Address) -> Urls:
    urls = await migrated(address, "limits", "ledger")
    await plant(urls.admin, Trees(_LEDGER_SIZE))
    connection = await asyncpg.connect(urls.admin)
    try:
        await connection.execute(
            _HISTORY.format(size=_LEDGER_SIZE, reservations=ENTRIES // 6, limit=LIMIT_MINOR), timeout=600
        )
        await settle(connection)
    finally:
        await connection.close()
    return urls
