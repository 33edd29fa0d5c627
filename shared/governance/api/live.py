"""What is live and what runs beside it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from shared.db import Database
from shared.governance import replies
from shared.governance.governed import Governance
from shared.governance.handlers import reading
from shared.governance.handlers.reading import Live
from shared.governance.running import OnTrial
from shared.http import operation, reply


def add_live(routes: APIRouter, db: Database, governance: Governance) -> None:
    """Add the routes that say what is live."""

    @routes.get("/catalogue", **operation("catalogue:read", replies={200: replies.LiveList}))
    async def list_live() -> Response:
        """Return what is live of every kind and name: which version, since when, and who approved it."""
        found = await reading.list_live(db, governance)
        return reply(replies.LiveList(items=[replies.LiveReply(**_live(entry)) for entry in found]))

    @routes.get("/catalogue/{kind}/{name}", **operation("catalogue:read", replies={200: replies.RunningReply}))
    async def get_live(kind: str, name: str) -> Response:
        """Return what is live under a name, what is scheduled, and what runs beside it."""
        live, running = await reading.get_live(db, governance, kind, name)
        return reply(
            replies.RunningReply(
                **_live(live),
                challengers=[_on_trial(entry) for entry in running.challengers],
                shadows=[_on_trial(entry) for entry in running.shadows],
            )
        )


def _live(found: Live) -> dict[str, Any]:
    entry, version = found.entry, found.version
    coming = [
        replies.ComingReply(at=at, version_id=None if activation is None else activation.version_id)
        for at, activation in found.coming
    ]
    return {
        "kind": found.kind.value,
        "name": found.name,
        "version_id": None if entry is None else entry.version_id,
        "revision": None if entry is None else entry.revision,
        "hash": None if entry is None else entry.hash,
        "since": found.since,
        "created_by": None if version is None else version.created_by,
        "approved_by": None if version is None else version.approved_by,
        "review_due": version is not None and version.review_due,
        "coming": coming,
    }


def _on_trial(entry: OnTrial) -> replies.OnTrialReply:
    terms = None if entry.trial is None else replies.trial_reply(entry.trial)
    return replies.OnTrialReply(version_id=entry.version_id, revision=entry.revision, hash=entry.hash, trial=terms)
