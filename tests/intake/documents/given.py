"""A party and its application, and documents that are sent in for them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from services.embedded.credentials import CLIENTS
from services.intake.app import create_app
from services.intake.settings import Settings
from shared.db import Database
from shared.ids import new_id
from tests.intake.documents.contents import pdf
from tests.kit.platform import application
from tests.kit.service import client_of, platform_settings


@dataclass(frozen=True, slots=True)
class Applicant:
    """A party with an application."""

    party_id: str
    application_id: str

    @property
    def documents(self) -> str:
        """Where its documents are."""
        return f"/v1/parties/{self.party_id}/documents"


@asynccontextmanager
async def desk(
    settings: Settings, folder: Path, client: str = "los", **changes: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Speak to an intake with other settings, and the same database and keys, as a client."""
    app = create_app(settings.model_copy(update=changes), platform_settings(folder, CLIENTS))
    async with client_of(app, client) as http:
        yield http


async def applicant(los: httpx.AsyncClient) -> Applicant:
    """Let somebody new apply."""
    headers = {"Idempotency-Key": new_id("key")}
    response = await los.post("/v1/applications", json=application(new_id("ref")), headers=headers)
    assert response.status_code == 202, response.text
    return Applicant(response.json()["party_id"], response.json()["application_id"])


async def send(
    http: httpx.AsyncClient,
    where: str,
    data: bytes | None = None,
    *,
    document_type: str = "income_proof",
    content_type: str = "application/pdf",
    filename: str | None = None,
    key: str | None = None,
    **query: str,
) -> httpx.Response:
    """Send a document in."""
    headers = {"Idempotency-Key": key or new_id("key"), "Content-Type": content_type}
    if filename is not None:
        headers["Content-Disposition"] = filename
    content = pdf(words=new_id("w")) if data is None else data
    return await http.post(where, content=content, headers=headers, params={"type": document_type, **query})


async def rows(db: Database, statement: str, **given: Any) -> list[Mapping[str, Any]]:
    """Return what a statement finds."""
    async with db.transaction() as tx:
        return [row._mapping for row in await tx.execute(text(statement), given)]


def stored_files(settings: Settings) -> set[str]:
    """Return the names of the files that are in storage."""
    root = Path(settings.files_url.removeprefix("file://"))
    return {entry.name for entry in root.rglob("*") if entry.is_file()}


def stored_contents(settings: Settings) -> list[bytes]:
    """Return everything that is in storage."""
    root = Path(settings.files_url.removeprefix("file://"))
    return [entry.read_bytes() for entry in root.rglob("*") if entry.is_file()]
