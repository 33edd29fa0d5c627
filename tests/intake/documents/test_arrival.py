"""An application that waits for documents goes on when they are there, clean, and not before."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.intake.files import open_files
from services.intake.files.scanner import open_scanner
from services.intake.handlers.documents import sweeping
from services.intake.settings import Settings
from services.intake.vault import Vault
from services.migrate import PROJECT
from shared.consumer import Consumer
from shared.db import Database
from shared.ids import new_id
from tests.intake.conftest import publish
from tests.intake.documents import contents as made
from tests.intake.documents.clamd import clamd
from tests.intake.documents.given import Applicant, desk, rows, send
from tests.kit.platform import application

_LOAN = "papered-loan"


@pytest.fixture
async def waiting(los: httpx.AsyncClient, consumer: Consumer) -> Applicant:
    """Somebody who has applied for a loan that needs two documents."""
    document: dict[str, Any] = yaml.safe_load((PROJECT / "deploy/catalogue/products/consumer-loan.yaml").read_text())
    needs = {"documents": ["identity", "income_proof"]}
    await publish(consumer, {**document, "name": _LOAN, "needs": needs})
    body = {**application(new_id("ref")), "product": _LOAN}
    response = await los.post("/v1/applications", json=body, headers={"Idempotency-Key": new_id("key")})
    assert (response.status_code, response.json()["status"]) == (202, "pend_info")
    return Applicant(response.json()["party_id"], response.json()["application_id"])


async def _status(http: httpx.AsyncClient, of: Applicant) -> str:
    return str((await http.get(f"/v1/applications/{of.application_id}")).json()["status"])


async def test_an_application_goes_on_when_the_last_of_its_documents_is_there(
    los: httpx.AsyncClient, waiting: Applicant
) -> None:
    await send(los, waiting.documents, document_type="identity")
    await send(los, waiting.documents, document_type="other")
    assert await _status(los, waiting) == "pend_info"
    await send(los, waiting.documents, application_id=waiting.application_id)
    assert await _status(los, waiting) == "submitted"


async def test_a_document_that_was_not_scanned_yet_makes_no_application_go_on(
    settings: Settings, tmp_path: Path, waiting: Applicant, db: Database, vault: Vault
) -> None:
    async with clamd() as fake:
        port = fake.port
    url = f"tcp://127.0.0.1:{port}"
    async with desk(settings, tmp_path, scanner_url=url) as http:
        for document_type in ("identity", "income_proof"):
            await send(http, waiting.documents, document_type=document_type)
        assert await _status(http, waiting) == "pend_info"
        await rows(db, "UPDATE document SET scan_at = now() WHERE state = 'scanning' RETURNING 1")
        scanner = open_scanner(url)
        assert scanner is not None
        async with clamd(port):
            await sweeping.scan_waiting(db, vault, open_files(settings), scanner, 100)
        assert await _status(http, waiting) == "submitted"


async def test_a_virus_never_makes_an_application_complete(
    settings: Settings, tmp_path: Path, waiting: Applicant, los: httpx.AsyncClient
) -> None:
    await send(los, waiting.documents, document_type="identity")
    async with clamd() as fake, desk(settings, tmp_path, scanner_url=fake.url) as http:
        await send(http, waiting.documents, made.pdf(words=made.EICAR.decode()))
        assert await _status(http, waiting) == "pend_info"
