"""HTTP in: documents of a party. Their bodies are files, not JSON."""

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.raw_bodies import RawBodies
from services.intake.domain.documents.filename import content_disposition
from services.intake.domain.documents.kinds import OTHER_NAMES, TYPES, Content, DocumentType
from services.intake.files import Files
from services.intake.files.scanner import Scanner
from services.intake.handlers.documents import reading
from services.intake.handlers.documents.taking_in import SMALL_BYTES, Upload, examine, take_in
from services.intake.replies import documents as replies
from services.intake.vault import Vault
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, invalid
from shared.http import claim, fingerprinted, operation, reply
from shared.idempotency import Answer

_LATEST: Final = "doc_~"
"""Sorts after every document id."""
_FILENAME: Final = re.compile(r";\s*filename\s*=\s*(?:\"((?:[^\"\\]|\\.){0,1000})\"|([^\s;\"]{1,1000}))", re.IGNORECASE)
_FILENAME_EXTENDED: Final = re.compile(r";\s*filename\*\s*=\s*([A-Za-z0-9-]{1,20})'[^']{0,20}'([^\s;]{1,3000})", re.I)
_SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
_Id = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[ -~]+$")]


@dataclass(frozen=True, slots=True)
class Receiving:
    """How documents come in: how large they may be, who looks at them first (None: nobody does), where they go."""

    bodies: RawBodies
    scanner: Scanner | None
    files: Files


def add_routes(routes: APIRouter, db: Database, vault: Vault, receiving: Receiving) -> None:
    """Add the routes of documents."""
    _add_upload(routes, db, vault, receiving)
    _add_reads(routes, db, vault)
    _add_content(routes, db, vault, receiving.files)


def _add_upload(routes: APIRouter, db: Database, vault: Vault, receiving: Receiving) -> None:
    files, bodies = receiving.files, receiving.bodies
    # Two at a time: while one batch waits for storage the next one begins. With more of them batches would be smaller.
    small: Batcher[Upload, Answer] = Batcher("take_in_document", partial(take_in, db, vault, files), max_batch=128)
    stated = operation("documents:write", idempotent=True, replies=dict.fromkeys((200, 201), replies.ReceiptReply))

    @routes.post("/parties/{party_id}/documents", tags=["documents"], **_raw(stated, bodies.most_bytes))
    async def add_document(
        request: Request,
        party_id: str,
        document_type: Annotated[str, Query(alias="type", min_length=1, max_length=64)],
        application_id: _Id | None = None,
    ) -> Response:
        """Keep the body, as it is, as a document of a party: 201, or 200 with the one that is there if it is known.

        Its name goes into `Content-Disposition`, and never into the address.
        """
        kind = TYPES.get(document_type)
        if kind is None:
            fault = Fault("/query/type", "unknown_document_type", "is none of the types at /v1/document-types")
            raise invalid("invalid_parameters", "the parameters do not fit", [fault])
        content = _declared(request, kind)
        request.state.raw_body = b""
        asked = claim(request)
        async with bodies.read(request) as data:
            sha256, state = await examine(receiving.scanner, data, content)
            same = f"{kind.code}\n{application_id or ''}\n{content}\n{sha256}".encode()
            upload = Upload(
                party_id=party_id,
                type=kind,
                application_id=application_id,
                content=content,
                filename=_filename(request.headers.get("content-disposition", "")),
                data=data,
                sha256=sha256,
                state=state,
                claim=replace(asked, fingerprint=fingerprinted(same, request.scope["path"])),
            )
            answer = await (small.submit(upload) if len(data) <= SMALL_BYTES else _alone(db, vault, files, upload))
        headers = {"Location": answer.location or "", "ETag": f'"{sha256}"'}
        return Response(answer.body, answer.status, headers, "application/json")


async def _alone(db: Database, vault: Vault, files: Files, upload: Upload) -> Answer:
    """Take in a large document by itself, so that no small one waits for it."""
    (result,) = await take_in(db, vault, files, [upload])
    if isinstance(result, Refusal):
        raise result
    return result


def _add_reads(routes: APIRouter, db: Database, vault: Vault) -> None:
    @routes.get(
        "/document-types", tags=["documents"], **operation("documents:read", replies={200: replies.DocumentTypeList})
    )
    async def list_document_types() -> Response:
        """Return the types of documents, what each is called, and which media types one may have."""
        return reply(replies.type_list(TYPES.values()))

    @routes.get(
        "/parties/{party_id}/documents",
        tags=["documents"],
        **operation("documents:read", replies={200: replies.DocumentPage}),
    )
    async def list_documents(
        party_id: str,
        application_id: _Id | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return the documents of a party, newest first: all, or those handed in for an application."""
        found = await reading.list_documents(db, vault, party_id, application_id, cursor, limit)
        items = [replies.document_reply(entry.document, entry.details) for entry in found]
        following = found[-1].document.document_id if len(found) == limit else None
        return reply(replies.DocumentPage(items=items, next_cursor=following))

    @routes.get(
        "/documents/{document_id}",
        tags=["documents"],
        **operation("documents:read", replies={200: replies.DocumentReply}),
    )
    async def get_document(document_id: str) -> Response:
        """Return what is known of a document."""
        found = await reading.get_document(db, vault, document_id)
        return reply(replies.document_reply(found.document, found.details))


def _add_content(routes: APIRouter, db: Database, vault: Vault, files: Files) -> None:
    stated = operation("documents:read", replies={200: replies.DocumentReply})
    binary = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in Content}
    stated["responses"][200] = {"description": "The content, to be saved", "content": binary}

    @routes.get("/documents/{document_id}/content", tags=["documents"], **stated)
    async def get_content(document_id: str) -> Response:
        """Return the content of a document as it came, as a file to be saved and not to be shown."""
        found, data = await reading.get_content(db, vault, files, document_id)
        assert found.details is not None
        headers = {
            **_SAFE_HEADERS,
            "Content-Type": found.document.content_type,
            "Content-Disposition": content_disposition(found.details.filename),
            "ETag": f'"{found.details.sha256}"',
        }
        return Response(data, headers=headers)


def _declared(request: Request, kind: DocumentType) -> Content:
    """Return the media type that a body is declared to have; raises `Refusal` with 415 where the type has no such."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    known = OTHER_NAMES.get(given) or (Content(given) if given in list(Content) else None)
    if known is None or known not in kind.contents:
        words = f"this type of document is sent as {', '.join(kind.contents)}"
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", words)
    return known


def _filename(header: str) -> str:
    """Return the file name of a `Content-Disposition` (RFC 6266), empty where it has none that can be read.

    The server reads headers as Latin-1; names that are sent in UTF-8 all the same are put right by the domain.
    """
    extended = _FILENAME_EXTENDED.search(header)
    if extended is not None and extended[1].lower() in ("utf-8", "iso-8859-1"):
        return unquote_to_bytes(extended[2]).decode(extended[1], "replace")
    plain = _FILENAME.search(header)
    if plain is None:
        return ""
    return re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]


def _raw(stated: dict[str, Any], most_bytes: int) -> dict[str, Any]:
    """Return the arguments of a route whose body is a file: it has no body parameter, so nothing reads it as JSON."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in Content}
    name = {
        "name": "Content-Disposition",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The name of the file (RFC 6266): attachment; filename*=UTF-8''...",
    }
    extra = {
        **stated["openapi_extra"],
        "parameters": [*stated["openapi_extra"]["parameters"], name],
        "requestBody": {"required": True, "content": content, "description": f"At most {most_bytes} bytes"},
    }
    types = {**stated["responses"][415], "description": "No media type that this type of document may have"}
    return {**stated, "openapi_extra": extra, "responses": {**stated["responses"], 415: types}}
