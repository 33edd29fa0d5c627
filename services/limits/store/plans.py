"""Plans for the few statements that are not of a request: they read many rows, or all."""

from typing import Final

from sqlalchemy import text

from shared.db import Transaction

# The plans that suit every other statement here, which find few rows by key, suit these not at all.
_READ_MUCH: Final = text("""
    SELECT set_config('statement_timeout', '3600s', true), set_config('enable_hashjoin', 'on', true),
           set_config('enable_mergejoin', 'on', true), set_config('enable_seqscan', :seqscan, true),
           set_config('work_mem', '64MB', true)
""")


async def read_much(tx: Transaction) -> None:
    """Let the statements of this transaction read whole tables, in the way that takes least."""
    await tx.execute(_READ_MUCH, {"seqscan": "on"})


async def read_by_key(tx: Transaction) -> None:
    """Let the statements of this transaction join what they find by key in any way, and take their time."""
    await tx.execute(_READ_MUCH, {"seqscan": "off"})
