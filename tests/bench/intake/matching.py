"""Finding out whether a party is known, among a million: how fast, and how rightly.

`python -m tests.bench.intake.matching --size 100000` runs it with fewer.
"""

import argparse
import asyncio
import random
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Final

import uvloop

from services.embedded import processes
from services.embedded.postgres import Postgres
from services.intake.vault import Vault
from shared.db import Database
from shared.server import settle_garbage_collector
from tests.bench.intake.generator import BLOCK, Made, block
from tests.bench.intake.loading import load
from tests.bench.intake.measuring import Outcome, match_each, probes
from tests.bench.load import percentile
from tests.bench.report import Level, report
from tests.kit.service import Urls, migrated, vault_file

SIZE: Final = 1_000_000
PROBES: Final = 8_000
_SOURCES: Final = 40
"""Probes are duplicates of parties of so many blocks, evenly spread: each block has to be made again."""
_MOST_MILLISECONDS: Final = 20.0


def matching(folder: Path, size: int = SIZE) -> tuple[list[Level], dict[str, object]]:
    """Load parties, and match labelled probes with them, one at a time."""
    settle_garbage_collector()
    # The server runs as another account, which has to reach its data.
    folder.chmod(0o755)
    server = Postgres(folder / "postgres", processes.free_port())
    address = server.start()
    try:
        urls = asyncio.run(migrated(address, "intake", "matching"))
        keys_file = vault_file(folder)
        started = time.perf_counter()
        asyncio.run(load(urls.admin, keys_file, size))
        loaded = time.perf_counter() - started
        outcome = uvloop.run(_measure(urls, Vault.load(keys_file), size))
    finally:
        server.stop()
    return _levels(outcome), {"matching: parties": size, "matching: seconds to load them": loaded, **_figures(outcome)}


async def _measure(urls: Urls, vault: Vault, size: int) -> Outcome:
    blocks = -(-size // BLOCK)
    sources = range(0, blocks, -(-blocks // _SOURCES))
    made = lru_cache(len(sources))(block)

    def pick(chance: random.Random) -> Made:
        return chance.choice(made(chance.choice(sources)))

    db = Database(urls.app)
    try:
        await match_each(db, vault, probes(pick, PROBES // 8, seed=1))
        return await match_each(db, vault, probes(pick, PROBES, seed=2))
    finally:
        await db.close()


def _levels(outcome: Outcome) -> list[Level]:
    every, slow = outcome.every, percentile(outcome.seconds, 0.99) * 1000
    return [
        Level("matching: p99 of a lookup, ms", slow, at_most=_MOST_MILLISECONDS),
        Level("matching: precision", every.precision, at_least=0.99),
        Level("matching: recall", every.recall, at_least=0.95),
    ]


def _figures(outcome: Outcome) -> dict[str, object]:
    p50, most = percentile(outcome.seconds, 0.5) * 1000, max(outcome.seconds) * 1000
    every = outcome.every
    figures: dict[str, object] = {
        "matching: precision / recall": f"{every.precision:.4f} / {every.recall:.4f}",
        "matching: p50 / slowest of a lookup, ms": f"{p50:.1f} / {most:.1f}",
    }
    for name, tally in sorted(outcome.by_class.items()):
        figures[f"matching: {name}, precision / recall"] = f"{tally.precision:.4f} / {tally.recall:.4f}"
    for name, number in sorted(outcome.verdicts.items()):
        figures[f"matching: {name}"] = number
    figures["matching: taken for another with certainty"] = outcome.wrong_exact
    missed = ", ".join(f"{name} {number}" for name, number in outcome.missed_dirt.most_common(5))
    figures["matching: what most of the missed had"] = missed
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="matching")
    parser.add_argument("--size", type=int, default=SIZE, help="how many parties are stored")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as place:
        report("matching", *matching(Path(place), asked.size), None)
