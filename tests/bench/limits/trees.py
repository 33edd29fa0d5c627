"""Accounts to reserve on: trees of a group, its customers and their segments, made by SQL."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import asyncpg

_SEGMENTS: Final = 2
_CUSTOMERS: Final = 5
LIMIT_MINOR: Final = 10**14

# The path of an account is known from its number, so nothing has to be read to make the level below.
_LEVEL: Final = """
    INSERT INTO limits.account (account_id, party_id, product, currency, kind, segment, path, limit_minor, limit_basis,
                                commitment_cap_minor, version)
    SELECT path[cardinality(path)], 'pty_' || split_part(path[cardinality(path)], '_', 2), 'trade-credit', 'EUR', $3,
           CASE $3 WHEN 'segment' THEN 'domestic' ELSE '' END, path, $4, 'set', $4, 1
    FROM generate_series($1::bigint, $2::bigint - 1) AS n,
         LATERAL (SELECT CASE $3
             WHEN 'group' THEN ARRAY[account_at('a', n)]
             WHEN 'customer' THEN ARRAY[account_at('a', n / 5), account_at('b', n)]
             ELSE ARRAY[account_at('a', n / 10), account_at('b', n / 2), account_at('c', n)] END AS path) p
"""
_ENTRIES: Final = """
    INSERT INTO limits.entry (transaction_id, account_id, version, kind, limit_delta, available_delta,
                              reserved_delta, posted_delta, available_minor, created_at)
    SELECT account_id || '/1', account_id, 1, 'limit_changed', limit_minor,
           limit_minor, 0, 0, limit_minor, now()
    FROM limits.account a WHERE NOT EXISTS (SELECT FROM limits.entry e WHERE e.account_id = a.account_id)
"""
_TERMS: Final = """
    INSERT INTO limits.limit_term (term_id, account_id, kind, amount_minor, effective_from, stated_at, created_at)
    SELECT 'trm_' || split_part(account_id, '_', 2), account_id, 'base', limit_minor, opened_at, opened_at, opened_at
    FROM limits.account a WHERE NOT EXISTS (SELECT FROM limits.limit_term t WHERE t.account_id = a.account_id)
"""
_NAME: Final = """
    CREATE OR REPLACE FUNCTION account_at(level text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'acc_' || level || lpad(to_hex(n), 31, '0')
"""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees with `size` segments, two of each customer, five customers of each group, numbered from `first`."""

    size: int
    first: int = 0

    def segment(self, number: int) -> str:
        """Return the id of one of the segments."""
        return f"acc_c{self.first + number % self.size:031x}"

    def draws(self, seed: int) -> Iterator[str]:
        """Yield ids of segments for ever, each as likely as any other."""
        chance = random.Random(seed)
        while True:
            yield self.segment(chance.randrange(self.size))


HOT: Final = 10**9
"""Where the tree of the hot account begins."""


async def plant(url: str, trees: Trees) -> None:
    """Make the accounts of trees, each with a limit that is never reached, its term and its entry."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_NAME)
        for kind, share in (("group", _SEGMENTS * _CUSTOMERS), ("customer", _SEGMENTS), ("segment", 1)):
            last = -(-(trees.first + trees.size) // share)
            await connection.execute(_LEVEL, trees.first // share, last, kind, LIMIT_MINOR)
        await connection.execute(_ENTRIES)
        await connection.execute(_TERMS)
        await settle(connection)
    finally:
        await connection.close()


async def settle(connection: asyncpg.Connection) -> None:
    """Leave nothing of what was written before to be done while something is measured."""
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")
