"""`ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1) of what people edit: nobody undoes what they haven't seen."""

import re
from typing import Any, Final

from starlette.requests import Request

from shared.errors import Kind, Refusal

_ETAG: Final = re.compile(r'"([0-9]{1,18})"')
_CHANGED: Final = {412: "It has changed since it was read"}
_MISSING: Final = {428: "If-Match is missing"}


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def required_tag(request: Request) -> str:
    """Return the entity tag that `If-Match` names, of whatever form; raises `Refusal` with 428 where it names none."""
    given = _named(request)
    if given is None:
        raise Refusal(Kind.PRECONDITION_REQUIRED, "if_match_missing", "send If-Match with the ETag that you read")
    return given


def required_version(request: Request) -> int:
    """Return the version that `If-Match` names; raises `Refusal` with 428 where it names none, 412 for none of ours."""
    return _version(required_tag(request))


def expected_version(request: Request) -> int | None:
    """Return the version that `If-Match` names, None where it names none; raises `Refusal`: 412 for none of ours."""
    given = _named(request)
    return None if given is None else _version(given)


def conditional(arguments: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Return route arguments of `operation` with the header `If-Match` and what goes wrong with it documented."""
    header = {"name": "If-Match", "in": "header", "required": required, "schema": {"type": "string"}}
    arguments["openapi_extra"]["parameters"].append({**header, "description": "The ETag of what was read."})
    for status, words in (_CHANGED | _MISSING if required else _CHANGED).items():
        arguments["responses"][status] = {"description": words, "content": {"application/problem+json": {}}}
    return arguments


def _named(request: Request) -> str | None:
    given = request.headers.get("if-match", "").strip()
    return None if given in ("", "*") else given


def _version(tag: str) -> int:
    found = _ETAG.fullmatch(tag)
    if found is None:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "If-Match is no entity tag of this")
    return int(found[1])
