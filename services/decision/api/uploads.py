"""HTTP in: files to be backtested. Their bodies are the one kind that is not JSON, and not read into memory."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.decision.domain.upload import ENDINGS, MAX_NAME, Limits, Upload, ending_of
from services.decision.handlers import uploading
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, invalid
from shared.http import StrictRoute, claim, operation, reply
from shared.idempotency import Answer

_MEDIA_TYPES: Final = (
    "text/csv",
    "application/gzip",
    "application/vnd.apache.parquet",
    "application/octet-stream",
)
_DRAIN_BYTES: Final = 32 * 1024 * 1024


class UploadReply(BaseModel):
    """A file that was sent in. `size` is in bytes; `sha256`, of all of them, is null until the file is complete."""

    upload_id: str
    name: str
    size: int
    sha256: str | None
    complete: bool
    created_by: str
    created_at: datetime


def upload_router(db: Database, limits: Limits) -> APIRouter:
    """Return the routes of uploads."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["backtests"])

    @routes.post("/uploads", **_raw(operation("backtests:write", idempotent=True, replies={201: UploadReply})))
    async def upload_file(request: Request, name: Annotated[str, Query(min_length=1, max_length=MAX_NAME)]) -> Response:
        """Keep the body, as it is, as a file for backtests. `name` ends in .csv, .csv.gz or .parquet.

        A client that goes away in between leaves nothing. A file is kept for 30 days after its last use.
        """
        _check_name(name)
        _check_type(request)
        request.state.raw_body = name.encode()
        body = _body(request, limits.file_bytes)
        kept = await uploading.take_in(db, claim(request), name, body, limits, _answer)
        return Response(kept.body, kept.status, {"Location": kept.location or ""}, "application/json")

    @routes.get("/uploads/{upload_id}", **operation("backtests:read", replies={200: UploadReply}))
    async def get_upload(upload_id: str) -> Response:
        """Return what is known of a file."""
        return reply(_reply(await uploading.get_upload(db, upload_id)))

    return routes


def _raw(stated: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a route whose body is bytes: it has no body parameter, so nothing reads it as JSON."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA_TYPES}
    extra = {**stated["openapi_extra"], "requestBody": {"required": True, "content": content}}
    types = {**stated["responses"][415], "description": f"Not one of {', '.join(_MEDIA_TYPES)}"}
    return {**stated, "openapi_extra": extra, "responses": {**stated["responses"], 415: types}}


def _check_name(name: str) -> None:
    if not name.isprintable():
        words = "has characters that can't be shown"
        raise invalid("invalid_parameters", "the parameters do not fit", [Fault("/query/name", "not_printable", words)])
    if ending_of(name) is None:
        fault = Fault("/query/name", "unknown_ending", f"ends in none of {', '.join(ENDINGS)}")
        raise invalid("invalid_parameters", "the parameters do not fit", [fault])


def _check_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        words = f"send one of {', '.join(_MEDIA_TYPES)}"
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", words)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        words = "send the file as it is, without Content-Encoding; a .csv.gz is kept compressed"
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", words)


async def _body(request: Request, most: int) -> AsyncIterator[bytes]:
    """Yield the body piece by piece; raises `Refusal` with 413, or 400 when the client goes away.

    Of a body that is too large some is read and thrown away, because a client that is still sending would see a broken
    connection instead of the answer.
    """
    taken, drained = 0, 0
    fits = int(request.headers.get("content-length", "0")) <= most
    try:
        async for part in request.stream():
            taken += len(part)
            fits = fits and taken <= most
            if fits:
                yield part
                continue
            drained += len(part)
            if drained > _DRAIN_BYTES:
                break
    except ClientDisconnect:
        raise Refusal(Kind.MALFORMED, "client_disconnected", "the client went away") from None
    if not fits:
        raise Refusal(Kind.TOO_LARGE, "body_too_large", f"a file may have {most} bytes")


def _answer(kept: Upload) -> Answer:
    return Answer(201, _reply(kept).model_dump_json().encode(), f"/v1/uploads/{kept.upload_id}")


def _reply(found: Upload) -> UploadReply:
    return UploadReply(
        upload_id=found.upload_id,
        name=found.name,
        size=found.size,
        sha256=found.sha256,
        complete=found.complete,
        created_by=found.created_by,
        created_at=found.created_at,
    )
