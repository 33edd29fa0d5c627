"""Request bodies: read within bounds, parsed strictly, refused with located faults that never echo a value."""

import json
import re
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import Request

from shared.errors import Fault, Kind, Refusal
from shared.facts import pointer_token

MAX_BODY_BYTES: Final = 256 * 1024
_DRAIN_BYTES: Final = 32 * 1024 * 1024
_SUSPICIOUS: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_DEPTH: Final = 32

M = TypeVar("M", bound=BaseModel)

SafeStr = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text without control characters."""


class Body(BaseModel):
    """Base of every request body: nothing unknown, nothing coerced, no NaN or infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Show nothing of what people sent: a `repr` may end up in a log."""
        return []


async def read(request: Request, most_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Return the request's body, of `most_bytes` at most; raises `Refusal` with 413 or 415.

    A body that is too large is read to its end and thrown away (up to a bound), because a client that is still
    sending would see a broken connection instead of the answer.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "send application/json")
    chunks: list[bytes] = []
    size = 0
    more = True
    while more and size <= _DRAIN_BYTES:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Refusal(Kind.MALFORMED, "client_disconnected", "the client went away")
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(chunk)
        if size <= most_bytes:
            chunks.append(chunk)
    if size > most_bytes:
        raise Refusal(Kind.TOO_LARGE, "body_too_large", f"a body may have {most_bytes} bytes")
    return b"".join(chunks)


def parse(model: type[M], raw: bytes) -> M:
    """Return `raw` as `model`.

    Raises `Refusal`: malformed for what is not strict JSON (NaN, Infinity, duplicate keys, NUL, lone surrogates,
    numbers beyond double range, nesting beyond 32), invalid with one fault per field for what does not fit the model.
    """
    value = _strict_json(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        faults = [
            Fault(_pointer(entry, value), entry["type"], _words(entry))
            for entry in error.errors(include_input=False, include_url=False, include_context=False)[:20]
        ]
        raise Refusal(Kind.INVALID, "invalid_body", "the body does not fit", faults) from None


def _strict_json(raw: bytes) -> Any:
    try:
        value = _STRICT.decode(raw.decode("utf-8", "strict"))
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, _NotStrictError) else "the body is not valid JSON"
        raise Refusal(Kind.MALFORMED, "malformed_json", detail) from None
    # Only a body with that many brackets can be nested so deeply, so most are never walked.
    if raw.count(b"{") + raw.count(b"[") > _MAX_DEPTH and _depth_exceeds(value, _MAX_DEPTH):
        raise Refusal(Kind.MALFORMED, "malformed_json", f"the body is nested deeper than {_MAX_DEPTH} levels")
    # The escapes that can produce NUL or a lone surrogate are rare; only a body that has one is searched.
    if _SUSPICIOUS.search(raw) is not None:
        _refuse_unsafe_text(value)
    return value


class _NotStrictError(ValueError):
    """The body is JSON to a lenient parser only; the text may be shown."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _NotStrictError("an object has the same key twice")
    return result


def _refuse_constant(_name: str) -> NoReturn:
    raise _NotStrictError("NaN and Infinity are not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _NotStrictError("a number is out of range")
    return value


# Made once: `json.loads` with hooks builds a scanner at every call.
_STRICT: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)


def _depth_exceeds(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_depth_exceeds(item, levels - 1) for item in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_depth_exceeds(item, levels - 1) for item in value)
    return False


def _refuse_unsafe_text(value: object) -> None:
    if isinstance(value, str):
        if "\x00" in value or _SURROGATE.search(value) is not None:
            raise Refusal(Kind.MALFORMED, "malformed_json", "text holds NUL or a lone surrogate")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_unsafe_text(name)
            _refuse_unsafe_text(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unsafe_text(item)


def _pointer(entry: Any, value: Any) -> str:
    """Return where in the body a fault is. Beside keys and places, its location names the kind of an object that may
    be of several: that is nowhere in the body.
    """
    location: tuple[int | str, ...] = entry["loc"]
    tokens: list[str] = []
    for depth, part in enumerate(location, start=1):
        is_missing = depth == len(location) and entry["type"] == "missing"
        is_elsewhere = isinstance(value, dict) and part not in value and not is_missing
        if is_elsewhere or not isinstance(value, dict | list):
            continue
        tokens.append(f"/{pointer_token(str(part))}")
        value = _at(value, part)
    return "".join(tokens)


def _at(value: Any, part: int | str) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _words(entry: Any) -> str:
    # pydantic's own messages quote no input, but for this one; a custom validator's message is ours.
    if entry["type"] == "union_tag_invalid":
        return "must be one of " + str(entry["msg"]).rpartition("expected tags: ")[2][:200]
    return str(entry["msg"])[:200]
