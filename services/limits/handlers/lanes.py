"""Lanes: requests on different trees are settled at the same time, those on one tree one batch after the other.

A batch holds its accounts, up to the roots of their trees, until it is committed. Two that share a tree wait for each
other; two that share none keep this process and the database busy at once.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from services.limits.domain.reservation import Reserve
from services.limits.handlers import settling
from services.limits.store import accounts
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer

_MOST_ROOTS: Final = 100_000


class Lanes:
    """Settles requests in batches, one batch of each lane at a time.

    Which tree an account is in is looked up once and remembered. That is a hint and no more: where it is no longer
    true, two batches wait for each other's locks, and the answers are the same.
    """

    def __init__(self, db: Database, *, count: int = 2, most_roots: int = _MOST_ROOTS) -> None:
        self._db = db
        self._lanes: list[Batcher[settling.Request, Answer]] = [
            Batcher("settle", partial(settling.carry_out, db)) for _ in range(count)
        ]
        self._locating: Batcher[str, str] = Batcher("locate", self._locate)
        self._roots: dict[str, str] = {}
        self._most_roots = most_roots

    async def submit(self, request: settling.Request) -> Answer:
        """Return the answer to a request; raises its `Refusal`, or whatever its batch failed with."""
        first = request.commands[0]
        if isinstance(first, Reserve):
            root = self._roots.get(first.account_id) or await self._locating.submit(first.account_id)
        else:
            root = first.reservation_id
        # Python's own hash differs from process to process, and so do the lanes; nothing outside sees them.
        return await self._lanes[hash(root) % len(self._lanes)].submit(request)

    async def _locate(self, batch: Sequence[str]) -> list[str | Refusal]:
        async with self._db.transaction() as tx:
            found = await accounts.roots(tx, set(batch))
        if len(self._roots) + len(found) > self._most_roots:
            self._roots.clear()
        self._roots |= found
        # What isn't there is refused by whoever settles it.
        return [found.get(account_id, account_id) for account_id in batch]
