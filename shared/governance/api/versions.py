"""Drafting, checking and approving versions, and reading them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shared.db import Database
from shared.governance import replies
from shared.governance.api.given import CommentBody, changing, shown
from shared.governance.domain import Action, Given, State
from shared.governance.governed import Governance
from shared.governance.handlers import drafting, reading
from shared.governance.handlers.drafting import Draft
from shared.governance.listing import Filter
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.versions import expected_version, required_version

_LATEST = "ver_~"
"""Sorts after every version id."""


class DraftBody(Body):
    """A document of the catalogue, as its YAML or JSON file reads, and why it is there."""

    kind: SafeStr
    document: dict[str, Any]
    comment: Annotated[str, Field(max_length=2_000)] | None = None


class EditBody(CommentBody):
    """The document that takes the place of the one before."""

    document: dict[str, Any]


class ApproveBody(CommentBody):
    """The hash of the document that was looked at: no other is approved by this."""

    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def add_versions(routes: APIRouter, db: Database, governance: Governance) -> None:
    """Add the routes that change nothing of what runs."""
    _add_drafting(routes, db, governance)
    _add_approving(routes, db)
    _add_reading(routes, db)


def _add_drafting(routes: APIRouter, db: Database, governance: Governance) -> None:
    most_bytes = governance.most_bytes

    @routes.post(
        "/versions",
        **operation("catalogue:write", idempotent=True, replies={201: replies.VersionReply}, most_bytes=most_bytes),
    )
    async def draft(request: Request, body: DraftBody) -> Response:
        """Begin a version of a document. Nothing is checked yet but what it belongs to, and nothing is live by it."""
        new = Draft(body.kind, body.document, caller(request).client, body.comment)
        answer = await drafting.draft(db, governance, new, claim(request))
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.put("/versions/{version_id}", **changing(Action.EDIT, most_bytes))
    async def edit(request: Request, version_id: str, body: EditBody) -> Response:
        """Replace the document of a draft that is as `If-Match` says. Whoever edits can no longer approve."""
        given = Given(body.comment, row_version=required_version(request))
        await drafting.edit(db, governance, version_id, body.document, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/validate", **changing(Action.VALIDATE))
    async def validate(request: Request, version_id: str, body: CommentBody) -> Response:
        """Load the document with what is live now: 422 with its faults, or it is validated, with warnings if any."""
        given = Given(body.comment, row_version=expected_version(request))
        await drafting.validate(db, governance, version_id, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/submit", **changing(Action.SUBMIT))
    async def submit(request: Request, version_id: str, body: CommentBody) -> Response:
        """Hand a validated version in. Its document and hash are fixed from now on."""
        given = Given(body.comment, row_version=expected_version(request))
        await drafting.submit(db, version_id, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/withdraw", **changing(Action.WITHDRAW))
    async def withdraw(request: Request, version_id: str, body: CommentBody) -> Response:
        """Give up a version that has not been approved."""
        given = Given(body.comment, row_version=expected_version(request))
        await drafting.move(db, version_id, Action.WITHDRAW, caller(request).client, given)
        return await shown(db, version_id)


def _add_approving(routes: APIRouter, db: Database) -> None:
    @routes.post("/versions/{version_id}/approve", **changing(Action.APPROVE))
    async def approve(request: Request, version_id: str, body: ApproveBody) -> Response:
        """Approve the submitted document with this hash. 403 for whoever wrote to the version, 409 for a stale hash."""
        given = Given(body.comment, body.hash, row_version=expected_version(request))
        await drafting.move(db, version_id, Action.APPROVE, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/reject", **changing(Action.REJECT))
    async def reject(request: Request, version_id: str, body: CommentBody) -> Response:
        """Refuse a submitted version, saying why. 403 for whoever wrote to it."""
        given = Given(body.comment, row_version=expected_version(request))
        await drafting.move(db, version_id, Action.REJECT, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/review", **changing(Action.REVIEW))
    async def review(request: Request, version_id: str, body: CommentBody) -> Response:
        """Close the review that an emergency rollback to this version asks for. 403 for whoever rolled back."""
        given = Given(body.comment, row_version=expected_version(request))
        await drafting.move(db, version_id, Action.REVIEW, caller(request).client, given)
        return await shown(db, version_id)


def _add_reading(routes: APIRouter, db: Database) -> None:
    @routes.get("/versions", **operation("catalogue:read", replies={200: replies.VersionPage}))
    async def list_versions(
        kind: Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00]*$")] = None,
        name: Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00]*$")] = None,
        state: State | None = None,
        review_due: bool | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return versions, newest first; of one kind, name or state, or with a review due, if asked."""
        found = await reading.list_versions(db, Filter(kind, name, state, review_due), cursor, limit)
        following = found[-1].version.version_id if len(found) == limit else None
        items = [replies.version_reply(listed) for listed in found]
        return reply(replies.VersionPage(items=items, next_cursor=following))

    @routes.get("/versions/{version_id}", **operation("catalogue:read", replies={200: replies.WholeVersionReply}))
    async def get_version(version_id: str) -> Response:
        """Return a version with its document, what validation found, and everything that was done to it."""
        found = await reading.get_version(db, version_id)
        answer = reply(replies.whole_reply(found.listed, dict(found.document), list(found.events)))
        answer.headers["ETag"] = replies.etag(found.listed.version)
        return answer

    @routes.get("/versions/{version_id}/diff", **operation("catalogue:read", replies={200: replies.DifferenceReply}))
    async def compare(
        version_id: str, against: Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]+$")] = None
    ) -> Response:
        """Say how the document differs from that of another version, line by line; from the live one unless asked."""
        version, other, lines = await reading.compare(db, version_id, against)
        compared = None if other is None else other.version_id
        return reply(replies.DifferenceReply(version_id=version.version_id, against=compared, lines=lines))
