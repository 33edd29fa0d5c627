"""A million parties in PostgreSQL: made, sealed and keyed as the service does it, and written by COPY on every core."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import asyncpg
from pydantic import TypeAdapter

from services.intake.domain.matching import keys_of, traits_of
from services.intake.domain.party import Profile
from services.intake.store import matching
from services.intake.vault import Vault
from tests.bench.intake.generator import BLOCK, Made, block

_PROFILE: Final = TypeAdapter(Profile)
_TABLES: Final = {
    "party": ("party_id", "kind", "profile"),
    "data_key": ("subject_id", "key_id", "wrapped"),
    "match_key": ("digest", "party_id"),
}
_INDEXES: Final = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'intake' AND tablename = 'match_key'"


async def load(url: str, keys_file: Path, size: int) -> None:
    """Store the parties of so many blocks as the administrator; the indexes of keys are built afterwards."""
    connection = await asyncpg.connect(url)
    try:
        indexes = await connection.fetch(_INDEXES)
        for row in indexes:
            await connection.execute(f"DROP INDEX intake.{row['indexname']}")
        numbers = range(-(-size // BLOCK))
        shares = [numbers[start :: os.cpu_count() or 1] for start in range(os.cpu_count() or 1)]
        with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
            loop = asyncio.get_running_loop()
            await asyncio.gather(
                *(loop.run_in_executor(pool, partial(_run, url, keys_file, share)) for share in shares)
            )
        await connection.execute("SET maintenance_work_mem = '1GB'")
        for row in indexes:
            await connection.execute(row["indexdef"], timeout=600)
        await connection.execute("VACUUM (ANALYZE)", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()


def _run(url: str, keys_file: Path, numbers: Sequence[int]) -> None:
    asyncio.run(store(url, Vault.load(keys_file), map(block, numbers)))


async def store(url: str, vault: Vault, blocks: Iterable[Sequence[Made]]) -> None:
    """Store blocks of parties, as the administrator."""
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
    try:
        for made in blocks:
            for table, rows in rows_of(vault, made).items():
                await connection.copy_records_to_table(
                    table, schema_name="intake", columns=_TABLES[table], records=rows, timeout=600
                )
    finally:
        await connection.close()


def rows_of(vault: Vault, made: Sequence[Made]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of parties, by table."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
    for each in made:
        data_key, wrapped = vault.new_key(each.party_id)
        sealed = data_key.seal("profile", _PROFILE.dump_json(each.profile))
        rows["party"].append((each.party_id, each.kind.value, sealed))
        rows["data_key"].append((each.party_id, wrapped.key_id, wrapped.wrapped))
        keys = keys_of(traits_of(each.kind, each.profile))
        rows["match_key"] += [(matching.digest(vault, key), each.party_id) for key in keys]
    return rows
