"""One step of one version inside a transaction: claim it, step, store, log."""

from collections.abc import Mapping
from typing import Any

from shared.db import Transaction
from shared.errors import not_found
from shared.governance import store
from shared.governance.domain import Action, Version
from shared.governance.store import LogEntry


async def find(tx: Transaction, version_id: str) -> Version:
    """Return a version as it stands; raises `Refusal` with 404."""
    found = await store.find(tx, version_id)
    if found is None:
        raise not_found("version_not_found", "there is no such version")
    return found


async def claim(tx: Transaction, version_id: str) -> Version:
    """Return a version and keep others from changing it; raises `Refusal` with 404."""
    found = await store.claim(tx, version_id)
    if found is None:
        raise not_found("version_not_found", "there is no such version")
    return found


async def record(
    tx: Transaction,
    before: Version,
    after: Version,
    action: Action,
    by: str,
    comment: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Store a version after a step and add the step to its log."""
    await store.save(tx, after)
    entry = LogEntry(after.version_id, by, action, before.state, after.state, after.hash, comment, details)
    await store.log(tx, entry)
