"""What requests have in common: a comment, the version that was read, and the version in the answer."""

import re
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shared.db import Database
from shared.errors import Kind, Refusal
from shared.governance import replies
from shared.governance.domain import TRANSITIONS, Action
from shared.governance.handlers import reading
from shared.http import Body, operation, reply

_ETAG = re.compile(r'"([0-9]{1,9})"')


class CommentBody(Body):
    """Why; it stays in the log of the version."""

    comment: Annotated[str, Field(max_length=2_000)] | None = None


def changing(action: Action, most_bytes: int | None = None) -> dict[str, Any]:
    """Return the route arguments of an action on a version: its scope is that of the transition."""
    scope = TRANSITIONS[action].scope
    assert scope is not None
    arguments = operation(scope, replies={200: replies.VersionReply}, most_bytes=most_bytes)
    arguments["responses"][412] = _problem("The version is not in the state that If-Match names")
    if action is Action.EDIT:
        arguments["responses"][428] = _problem("If-Match is missing")
    return arguments


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {}}}


def expected(request: Request) -> int | None:
    """Return which state of the version `If-Match` names, None without one or for `*`; raises `Refusal` with 412."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "If-Match is no entity tag of this version")
    return int(found[1])


def required(request: Request) -> int:
    """Return which state of the version `If-Match` names; raises `Refusal` with 428 when it names none."""
    row_version = expected(request)
    if row_version is None:
        raise Refusal(Kind.PRECONDITION_REQUIRED, "if_match_missing", "send If-Match with the ETag that you read")
    return row_version


async def shown(db: Database, version_id: str) -> Response:
    """Return the answer to a change: the version as it stands after it, and its entity tag."""
    found = await reading.get_version(db, version_id)
    answer = reply(replies.version_reply(found.listed))
    answer.headers["ETag"] = replies.etag(found.listed.version)
    return answer
