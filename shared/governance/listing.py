"""Versions as lists show them, and their logs, in SQL."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, text

from shared.db import Transaction
from shared.governance.domain import Version
from shared.governance.store import VERSION, version_of

_SELECT: Final = f"""
    SELECT {VERSION}, v.based_on, v.created_at, v.updated_at, v.findings::text AS findings FROM version v
"""  # noqa: S608 - names of columns, no input
_ONE: Final = text(_SELECT + "WHERE v.version_id = :version_id")
_PAGE: Final = text(
    _SELECT
    + """
    WHERE v.version_id < :before
      AND (CAST(:kind AS text) IS NULL OR v.kind = :kind)
      AND (CAST(:name AS text) IS NULL OR v.name = :name)
      AND (CAST(:state AS text) IS NULL OR v.state = :state)
      AND (CAST(:review_due AS boolean) IS NULL OR (v.rolled_back_by IS NOT NULL) = :review_due)
    ORDER BY v.version_id DESC LIMIT :limit
    """
)
_EVENTS: Final = text("""
    SELECT at, actor, action, from_state, to_state, hash, comment, details::text AS details
    FROM version_event WHERE version_id = :version_id ORDER BY seq
""")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which versions; None for any."""

    kind: str | None = None
    name: str | None = None
    state: str | None = None
    review_due: bool | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A version, when it began and changed last, what it began from, and what its last validation found."""

    version: Version
    based_on: str | None
    created_at: datetime
    updated_at: datetime
    findings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a version's log; `from_state` is None for the first, `details` are an action's parameters."""

    at: datetime
    actor: str
    action: str
    from_state: str | None
    to_state: str
    hash: str
    comment: str | None
    details: Mapping[str, Any] | None


async def one(tx: Transaction, version_id: str) -> Listed:
    """Return a version that exists."""
    return _listed((await tx.execute(_ONE, {"version_id": version_id})).mappings().one())


async def page(tx: Transaction, wanted: Filter, before: str, limit: int) -> list[Listed]:
    """Return up to `limit` versions with ids below `before`, newest first."""
    columns = {"before": before, "limit": limit, **asdict(wanted)}
    return [_listed(row) for row in (await tx.execute(_PAGE, columns)).mappings()]


async def events(tx: Transaction, version_id: str) -> list[Event]:
    """Return the log of a version, oldest first."""
    return [
        Event(
            row.at,
            row.actor,
            row.action,
            row.from_state,
            row.to_state,
            row.hash,
            row.comment,
            None if row.details is None else json.loads(row.details),
        )
        for row in await tx.execute(_EVENTS, {"version_id": version_id})
    ]


def _listed(row: RowMapping) -> Listed:
    findings = {} if row["findings"] is None else json.loads(row["findings"])
    return Listed(version_of(row), row["based_on"], row["created_at"], row["updated_at"], findings)
