"""Who may release blocked documents: granted by others, never by oneself, and never forgotten."""

from dataclasses import replace
from typing import Final

from services.limits.domain.authority import Statement, objection
from services.limits.domain.holds import same_person
from services.limits.store import authorities as store
from shared.db import Database
from shared.errors import Kind, Refusal

_HISTORY: Final = 100


async def get_authorities(db: Database, holder: str) -> Statement:
    """Return what a holder may release, as it was last granted."""
    async with db.transaction() as tx:
        return await store.latest(tx, holder)


async def list_statements(db: Database, holder: str) -> list[Statement]:
    """Return what was granted to a holder over time, newest first; of very many the newest."""
    async with db.transaction() as tx:
        return await store.history(tx, holder, _HISTORY)


async def grant(db: Database, statement: Statement, version: int) -> Statement:
    """Put a statement in the place of `version` and return it as it was stored.

    Raises `Refusal`: 403 for authorities of one's own, 422 for such as contradict themselves, 412 when another
    statement was made since `version` was read.
    """
    if statement.granted_by == statement.holder:
        raise same_person("nobody grants authority to themselves")
    refused = objection(statement.authorities)
    if refused is not None:
        raise refused
    async with db.transaction() as tx:
        if (await store.latest(tx, statement.holder)).version != version:
            raise _changed()
        if not await store.add(tx, replace(statement, version=version + 1)):
            raise _changed()
        return await store.latest(tx, statement.holder)


def _changed() -> Refusal:
    return Refusal(Kind.PRECONDITION_FAILED, "authorities_changed", "another statement was made since this was read")
