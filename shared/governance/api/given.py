"""What requests have in common: a comment, and the version in the answer."""

from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from shared.db import Database
from shared.governance import replies
from shared.governance.domain import TRANSITIONS, Action
from shared.governance.handlers import reading
from shared.http import Body, operation, reply
from shared.http.versions import conditional


class CommentBody(Body):
    """Why; it stays in the log of the version."""

    comment: Annotated[str, Field(max_length=2_000)] | None = None


def changing(action: Action, most_bytes: int | None = None) -> dict[str, Any]:
    """Return the route arguments of an action on a version: its scope is that of the transition."""
    scope = TRANSITIONS[action].scope
    assert scope is not None
    arguments = operation(scope, replies={200: replies.VersionReply}, most_bytes=most_bytes)
    return conditional(arguments, required=action is Action.EDIT)


async def shown(db: Database, version_id: str) -> Response:
    """Return the answer to a change: the version as it stands after it, and its entity tag."""
    found = await reading.get_version(db, version_id)
    answer = reply(replies.version_reply(found.listed))
    answer.headers["ETag"] = replies.etag(found.listed.version)
    return answer
