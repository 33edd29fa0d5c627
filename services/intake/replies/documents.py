"""What is shown of documents over HTTP."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.documents.document import Details, Document
from services.intake.domain.documents.kinds import DocumentType
from shared.idempotency import Answer


class ReceiptReply(BaseModel):
    """A document that is kept. Its name is not here: answers are kept as they are, names only sealed."""

    document_id: str
    party_id: str
    type: str
    content_type: str
    size: int
    state: str
    created_by: str
    created_at: datetime


class DocumentReply(ReceiptReply):
    """A document; `filename` and `sha256` are null where they can't be opened any more."""

    filename: str | None
    sha256: str | None


class DocumentPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[DocumentReply]
    next_cursor: str | None


class LabelReply(BaseModel):
    """What something is called."""

    en: str
    zh: str


class DocumentTypeReply(BaseModel):
    """A type of documents, and the media types that one may have."""

    type: str
    label: LabelReply
    content_types: list[str]


class DocumentTypeList(BaseModel):
    """The types of documents."""

    items: list[DocumentTypeReply]


def receipt(document: Document, status: int) -> Answer:
    """Return the answer to whoever sent a document."""
    body = ReceiptReply(**_fields(document)).model_dump_json().encode()
    return Answer(status, body, f"/v1/documents/{document.document_id}")


def document_reply(document: Document, details: Details | None) -> DocumentReply:
    """Return the public form of a document."""
    return DocumentReply(
        **_fields(document),
        filename=None if details is None else details.filename,
        sha256=None if details is None else details.sha256,
    )


def type_list(types: Iterable[DocumentType]) -> DocumentTypeList:
    """Return the public form of the catalogue."""
    return DocumentTypeList(
        items=[
            DocumentTypeReply(
                type=entry.code,
                label=LabelReply(en=entry.label, zh=entry.label_zh),
                content_types=list(entry.contents),
            )
            for entry in types
        ]
    )


def _fields(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "party_id": document.party_id,
        "type": document.type,
        "content_type": document.content_type,
        "size": document.size,
        "state": document.state,
        "created_by": document.created_by,
        "created_at": document.created_at,
    }
