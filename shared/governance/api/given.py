"""What requests have in common: a comment, the version that was read, and the version in the answer."""

import re
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shared.db import Database
from shared.errors import Kind, Refusal
from shared.governance import replies
from shared.governance.handlers import reading
from shared.http import Body, reply

_ETAG = re.compile(r'"([0-9]{1,9})"')


class CommentBody(Body):
    """Why; it stays in the log of the version."""

    comment: Annotated[str, Field(max_length=2_000)] | None = None


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
