"""`ETag` and `If-Match` of what is edited by people and counts its versions."""

import re
from typing import Any, Final

from starlette.requests import Request

from shared.errors import Kind, Refusal

_ETAG: Final = re.compile(r'"([0-9]{1,18})"')
_PROBLEMS: Final = {412: "It has changed since it was read", 428: "If-Match is missing"}


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def required_version(request: Request) -> int:
    """Return the version that `If-Match` names; raises `Refusal` with 428 where it names none, 412 for none of ours."""
    given = request.headers.get("if-match", "").strip()
    if not given or given == "*":
        raise Refusal(Kind.PRECONDITION_REQUIRED, "if_match_missing", "send If-Match with the ETag that you read")
    found = _ETAG.fullmatch(given)
    if found is None:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "If-Match is no entity tag of this")
    return int(found[1])


def conditional(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return route arguments of `operation` with the header `If-Match` and what goes wrong with it documented."""
    header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    arguments["openapi_extra"]["parameters"].append({**header, "description": "The ETag of what was read."})
    for status, words in _PROBLEMS.items():
        arguments["responses"][status] = {"description": words, "content": {"application/problem+json": {}}}
    return arguments
