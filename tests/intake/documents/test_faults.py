"""Storage and scanner that are away, crashes in between, and what the passing of time makes of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services.intake import consumers
from services.intake.domain.documents.document import State, object_key
from services.intake.domain.documents.kinds import TYPES, Content
from services.intake.files import FileGoneError, open_files
from services.intake.files.folder import FolderFiles
from services.intake.files.scanner import open_scanner
from services.intake.handlers.documents import sweeping
from services.intake.handlers.documents.taking_in import Upload, take_in
from services.intake.metrics import DOCUMENTS_TO_SCAN
from services.intake.settings import Settings
from services.intake.store import documents
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from tests.intake.documents import contents as made
from tests.intake.documents.clamd import clamd
from tests.intake.documents.given import Applicant, desk, rows, send, stored_contents, stored_files
from tests.kit.s3 import BUCKET, S3Server, s3_server

_OF_PARTY = "SELECT document_id, state FROM document WHERE party_id = :party"
_AGE = "UPDATE document SET pending_since = now() - interval '2 hours' WHERE party_id = :party RETURNING 1"
_DUE = "UPDATE document SET scan_at = now() WHERE party_id = :party RETURNING 1"
_REMOVAL_DUE = "UPDATE file_removal SET due_at = now() RETURNING 1"


@pytest.fixture
def server() -> Iterator[S3Server]:
    """An S3 API that may be taken away."""
    with s3_server() as running:
        yield running


@pytest.fixture
def in_bucket(settings: Settings, server: S3Server) -> Settings:
    """Settings of intake with a bucket."""
    keys = {"files_access_key": SecretStr("key"), "files_secret_key": SecretStr("secret")}
    return settings.model_copy(update={"files_url": f"s3://{BUCKET}", "files_endpoint": server.endpoint, **keys})


@pytest.fixture
async def http(in_bucket: Settings, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An intake that keeps documents in the bucket."""
    async with desk(in_bucket, tmp_path) as client:
        yield client


async def test_documents_go_into_a_bucket_sealed_and_come_back(
    http: httpx.AsyncClient, anna: Applicant, server: S3Server, in_bucket: Settings
) -> None:
    data = made.pdf(words="confidential")
    kept = await send(http, anna.documents, data)
    assert kept.status_code == 201
    (key,) = server.keys()
    assert key == object_key(kept.json()["document_id"])
    lies_there = await open_files(in_bucket).get(key)
    assert b"confidential" not in lies_there
    assert b"PDF" not in lies_there
    assert (await http.get(f"{kept.headers['location']}/content")).content == data


async def test_while_the_bucket_is_away_nothing_is_half_kept_and_a_retry_succeeds_when_it_is_back(
    http: httpx.AsyncClient, anna: Applicant, server: S3Server, db: Database
) -> None:
    data, key = made.pdf(words=new_id("w")), new_id("key")
    kept_before = await send(http, anna.documents)
    server.stop()
    refused = await send(http, anna.documents, data, key=key)
    assert (refused.status_code, refused.json()["code"]) == (503, "files_unavailable")
    assert refused.headers["retry-after"]
    assert refused.json()["retryable"]
    content = await http.get(f"{kept_before.headers['location']}/content")
    assert (content.status_code, content.json()["code"]) == (503, "files_unavailable")
    listed = (await http.get(anna.documents)).json()["items"]
    assert [entry["document_id"] for entry in listed] == [kept_before.json()["document_id"]]
    async with db.transaction() as tx:
        assert await documents.types_of(tx, [anna.party_id]) == {anna.party_id: {"income_proof"}}
    server.start()
    kept = await send(http, anna.documents, data, key=key)
    assert kept.status_code == 201
    assert (await http.get(f"{kept.headers['location']}/content")).content == data


class _OneIsRefused(FolderFiles):
    """Storage that does not take one of the files that it is given."""

    async def put(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Store all but the first."""
        first = min(contents)
        return {first} | await super().put({key: data for key, data in contents.items() if key != first})


async def test_one_that_storage_does_not_take_does_not_cost_the_others_of_its_batch(
    los: httpx.AsyncClient, anna: Applicant, tmp_path: Path, db: Database, vault: Vault
) -> None:
    texts = [new_id("text").encode() for _ in range(5)]
    batch = [
        Upload(
            party_id=anna.party_id,
            type=TYPES["other"],
            application_id=None,
            content=Content.TEXT,
            filename="",
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            state=State.UNSCANNED,
            claim=Claim("los", "POST /somewhere", new_id("key"), b"same"),
        )
        for data in texts
    ]
    answers = await take_in(db, vault, _OneIsRefused(tmp_path), batch)
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refused] == ["files_unavailable"]
    assert len((await los.get(anna.documents)).json()["items"]) == 4
    again = await take_in(db, vault, FolderFiles(tmp_path), batch)
    assert all(isinstance(answer, Answer) for answer in again)
    assert len((await los.get(anna.documents)).json()["items"]) == 5


async def test_content_that_was_lost_or_changed_in_storage_is_never_served(
    los: httpx.AsyncClient, anna: Applicant, settings: Settings
) -> None:
    root = Path(settings.files_url.removeprefix("file://"))
    one, other = (await send(los, anna.documents)).json(), (await send(los, anna.documents)).json()
    first, second = (root / object_key(entry["document_id"]) for entry in (one, other))
    sealed = first.read_bytes()
    first.write_bytes(second.read_bytes())
    swapped = await los.get(f"/v1/documents/{one['document_id']}/content")
    assert (swapped.status_code, swapped.json()["code"]) == (503, "document_damaged")
    first.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert (await los.get(f"/v1/documents/{one['document_id']}/content")).status_code == 503
    first.unlink()
    assert (await los.get(f"/v1/documents/{one['document_id']}/content")).json()["code"] == "document_damaged"
    first.write_bytes(sealed)
    assert (await los.get(f"/v1/documents/{one['document_id']}/content")).status_code == 200


async def test_what_stayed_pending_is_given_up_and_its_file_removed(
    los: httpx.AsyncClient, anna: Applicant, settings: Settings, db: Database
) -> None:
    files = open_files(settings)
    document_id = (await send(los, anna.documents)).json()["document_id"]
    # As a crash leaves it: the file is there, and the row was never completed.
    await rows(db, "UPDATE document SET state = 'pending' WHERE document_id = :id RETURNING 1", id=document_id)
    assert (await los.get(f"/v1/documents/{document_id}")).status_code == 404
    assert await sweeping.lapse_pending(db, 100) == 0
    await rows(db, _AGE, party=anna.party_id)
    assert await sweeping.lapse_pending(db, 100) == 1
    assert await sweeping.remove_content(db, files, 100) >= 1
    assert document_id not in stored_files(settings)
    assert not await rows(db, _OF_PARTY, party=anna.party_id)


async def test_what_stayed_pending_is_completed_by_whoever_sends_it_again(
    los: httpx.AsyncClient, anna: Applicant, db: Database
) -> None:
    data = made.pdf(words=new_id("w"))
    document_id = (await send(los, anna.documents, data)).json()["document_id"]
    await rows(db, "UPDATE document SET state = 'pending' WHERE document_id = :id RETURNING 1", id=document_id)
    await rows(db, _AGE, party=anna.party_id)
    again = await send(los, anna.documents, data)
    assert (again.status_code, again.json()["document_id"]) == (201, document_id)
    assert await sweeping.lapse_pending(db, 100) == 0
    assert (await los.get(f"/v1/documents/{document_id}/content")).content == data


async def test_files_that_are_to_go_wait_for_storage_to_be_back(
    http: httpx.AsyncClient, anna: Applicant, server: S3Server, in_bucket: Settings, db: Database
) -> None:
    files = open_files(in_bucket)
    await send(http, anna.documents)
    (key,) = server.keys()
    async with db.transaction() as tx:
        assert await documents.discard_of_parties(tx, [anna.party_id]) == 1
    assert (await http.get(anna.documents)).json()["items"] == []
    server.stop()
    with pytest.raises(Refusal):
        await sweeping.remove_content(db, files, 100)
    assert await rows(db, "SELECT key FROM file_removal WHERE key = :key", key=key)
    server.start()
    await files.put({key: b"as before"})
    await rows(db, _REMOVAL_DUE)
    assert await sweeping.remove_content(db, files, 100) == 1
    with pytest.raises(FileGoneError):
        await files.get(key)
    assert not await rows(db, "SELECT key FROM file_removal")


async def test_without_its_key_nothing_of_a_document_can_be_opened(
    los: httpx.AsyncClient, anna: Applicant, db: Database
) -> None:
    document_id = (await send(los, anna.documents, filename="attachment; filename=anna.pdf")).json()["document_id"]
    destroy = "UPDATE data_key SET wrapped = NULL, destroyed_at = now() WHERE subject_id = :party RETURNING 1"
    await rows(db, destroy, party=anna.party_id)
    assert (await los.get(f"/v1/documents/{document_id}")).json()["filename"] is None
    assert (await los.get(f"/v1/documents/{document_id}/content")).status_code == 404
    refused = await send(los, anna.documents)
    assert (refused.status_code, refused.json()["code"]) == (409, "party_erased")


async def test_neither_names_nor_content_nor_hashes_stand_anywhere_in_the_clear(
    los: httpx.AsyncClient, anna: Applicant, db: Database, settings: Settings
) -> None:
    data = made.pdf(words="canary-content")
    kept = await send(los, anna.documents, data, filename="attachment; filename=canary-name.pdf")
    sha256 = kept.headers["etag"].strip('"')
    hidden = (b"canary", sha256.encode(), bytes.fromhex(sha256))
    for table in ("document", "document_use", "idempotency", "outbox", "application"):
        for row in await rows(db, f"SELECT row_to_json(t)::text AS found FROM {table} t"):
            found = str(row["found"]).encode()
            assert not any(secret in found or secret.hex().encode() in found for secret in hidden)
    assert not any(secret in sealed for sealed in stored_contents(settings) for secret in hidden)


async def test_a_virus_is_refused_at_the_door_and_nothing_of_it_is_kept(
    settings: Settings, tmp_path: Path, anna: Applicant, db: Database
) -> None:
    infected = made.pdf(words=made.EICAR.decode())
    async with clamd() as fake, desk(settings, tmp_path, scanner_url=fake.url) as http:
        refused = await send(http, anna.documents, infected)
        assert (refused.status_code, refused.json()["code"]) == (422, "infected_document")
        clean = await send(http, anna.documents)
        assert (clean.status_code, clean.json()["state"]) == (201, "clean")
    assert len(fake.scanned) == 2
    assert [row["state"] for row in await rows(db, _OF_PARTY, party=anna.party_id)] == ["clean"]


async def test_while_the_scanner_is_away_documents_wait_and_do_not_count(
    settings: Settings, tmp_path: Path, anna: Applicant, db: Database, vault: Vault
) -> None:
    async with clamd() as fake:
        port = fake.port
    files = open_files(settings)
    async with desk(settings, tmp_path, scanner_url=f"tcp://127.0.0.1:{port}") as http:
        clean = await send(http, anna.documents)
        infected = await send(http, anna.documents, made.pdf(words=made.EICAR.decode()), document_type="identity")
        assert {clean.json()["state"], infected.json()["state"]} == {"scanning"}
        waits = await http.get(f"{clean.headers['location']}/content")
        assert (waits.status_code, waits.json()["code"]) == (409, "document_not_scanned")
        async with db.transaction() as tx:
            assert await documents.types_of(tx, [anna.party_id]) == {}
        scanner = open_scanner(f"tcp://127.0.0.1:{port}")
        assert scanner is not None
        assert await sweeping.scan_waiting(db, vault, files, scanner, 100) == 0
        await sweeping.measure(db)
        assert DOCUMENTS_TO_SCAN._value.get() >= 2
        await rows(db, _DUE, party=anna.party_id)
        async with clamd(port):
            assert await sweeping.scan_waiting(db, vault, files, scanner, 100) == 2
        assert (await http.get(f"{clean.headers['location']}/content")).status_code == 200
        never = await http.get(f"{infected.headers['location']}/content")
        assert (never.status_code, never.json()["code"]) == (409, "document_infected")
        async with db.transaction() as tx:
            assert await documents.types_of(tx, [anna.party_id]) == {anna.party_id: {"income_proof"}}
        again = await send(http, anna.documents, made.pdf(words=made.EICAR.decode()), document_type="identity")
        assert (again.status_code, again.json()["code"]) == (422, "infected_document")
    assert await sweeping.remove_content(db, files, 100) >= 1
    assert infected.json()["document_id"] not in stored_files(settings)


async def test_the_worker_scans_and_sweeps_by_itself(
    settings: Settings, tmp_path: Path, anna: Applicant, db: Database, vault: Vault
) -> None:
    files = open_files(settings)
    async with clamd() as fake:
        port = fake.port
    async with desk(settings, tmp_path, scanner_url=f"tcp://127.0.0.1:{port}") as http:
        waiting = await send(http, anna.documents)
    async with clamd(port):
        scanner = open_scanner(f"tcp://127.0.0.1:{port}")
        tasks = [
            asyncio.create_task(consumers.scan_documents(db, vault, files, scanner)),
            asyncio.create_task(consumers.sweep_documents(db, files)),
        ]
        while [row["state"] for row in await rows(db, _OF_PARTY, party=anna.party_id)] != ["clean"]:
            await asyncio.wait(tasks, timeout=0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert waiting.json()["state"] == "scanning"
