"""Sending documents in over HTTP, and getting them back."""

import asyncio
import hashlib
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.intake.settings import Settings
from services.intake.store import documents
from shared.db import Database
from shared.ids import new_id
from tests.intake.documents import contents as made
from tests.intake.documents.given import Applicant, applicant, desk, rows, send, stored_files


async def test_a_document_comes_back_as_it_was_sent(los: httpx.AsyncClient, anna: Applicant) -> None:
    data = made.pdf(words=new_id("w"))
    kept = await send(
        los, anna.documents, data, filename="attachment; filename*=UTF-8''%E5%B7%A5%E8%B5%84%E5%8D%95.pdf"
    )
    assert kept.status_code == 201
    document = kept.json()
    sha256 = hashlib.sha256(data).hexdigest()
    assert kept.headers["location"] == f"/v1/documents/{document['document_id']}"
    assert kept.headers["etag"] == f'"{sha256}"'
    assert (document["party_id"], document["type"], document["state"]) == (anna.party_id, "income_proof", "unscanned")
    shown = (await los.get(kept.headers["location"])).json()
    assert shown == {**document, "filename": "工资单.pdf", "sha256": sha256}
    got = await los.get(f"{kept.headers['location']}/content")
    assert got.content == data
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["etag"] == f'"{sha256}"'
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E5%B7%A5%E8%B5%84%E5%8D%95.pdf"
    )


async def test_a_large_document_comes_back_as_it_was_sent(los: httpx.AsyncClient, anna: Applicant) -> None:
    data = made.pdf(b"8 0 obj\n<< >>\nstream\n" + bytes(range(256)) * 40_000 + b"\nendstream\nendobj\n")
    kept = await send(los, anna.documents, data)
    assert kept.status_code == 201
    assert (await los.get(f"{kept.headers['location']}/content")).content == data


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (made.png(), "image/png"),
        (made.jpeg(), "image/jpg"),
        (made.tiff(), "image/tiff"),
        (made.CSV, "text/csv; charset=utf-8"),
        (made.GB_TEXT, "text/plain"),
        (made.XBRL, "text/xml"),
        (made.XHTML, "application/xhtml+xml"),
        (made.xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (made.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
async def test_documents_of_every_kind_are_taken(
    los: httpx.AsyncClient, anna: Applicant, data: bytes, content_type: str
) -> None:
    kept = await send(los, anna.documents, data, document_type="other", content_type=content_type)
    assert kept.status_code == 201
    assert (await los.get(f"{kept.headers['location']}/content")).content == data


async def test_the_same_document_again_is_the_one_that_is_there(los: httpx.AsyncClient, anna: Applicant) -> None:
    data = made.pdf(words=new_id("w"))
    first, again = await send(los, anna.documents, data), await send(los, anna.documents, data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["document_id"] == first.json()["document_id"]
    other_type = await send(los, anna.documents, data, document_type="identity")
    assert other_type.status_code == 201
    of_another_party = await send(los, (await applicant(los)).documents, data)
    assert of_another_party.status_code == 201


async def test_three_hundred_times_the_same_at_once_is_one_document_and_one_file(
    los: httpx.AsyncClient, anna: Applicant, db: Database, settings: Settings
) -> None:
    data, before = made.pdf(words=new_id("w")), stored_files(settings)
    answers = await asyncio.gather(*(send(los, anna.documents, data) for _ in range(300)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    (document_id,) = {answer.json()["document_id"] for answer in answers}
    assert stored_files(settings) - before == {document_id}
    assert len(await rows(db, "SELECT state FROM document WHERE party_id = :party", party=anna.party_id)) == 1
    assert (await los.get(f"/v1/documents/{document_id}/content")).content == data


async def test_a_retry_gets_the_first_answer_and_another_document_needs_another_key(
    los: httpx.AsyncClient, anna: Applicant
) -> None:
    data, key = made.pdf(words=new_id("w")), new_id("key")
    first, again = await send(los, anna.documents, data, key=key), await send(los, anna.documents, data, key=key)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    other = await send(los, anna.documents, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    other_type = await send(los, anna.documents, data, key=key, document_type="identity")
    assert (other_type.status_code, other_type.json()["code"]) == (422, "idempotency_key_reused")


async def test_documents_are_listed_newest_first_and_by_application(los: httpx.AsyncClient, anna: Applicant) -> None:
    sent = [(await send(los, anna.documents)).json()["document_id"] for _ in range(3)]
    data = made.pdf(words=new_id("w"))
    for_it = await send(los, anna.documents, data, application_id=anna.application_id)
    again = await send(los, anna.documents, data, application_id=anna.application_id)
    assert (for_it.status_code, again.status_code) == (201, 200)
    page = (await los.get(anna.documents, params={"limit": 2})).json()
    assert [entry["document_id"] for entry in page["items"]] == [for_it.json()["document_id"], sent[2]]
    rest = (await los.get(anna.documents, params={"cursor": page["next_cursor"]})).json()
    assert [entry["document_id"] for entry in rest["items"]] == [sent[1], sent[0]]
    assert rest["next_cursor"] is None
    of_it = (await los.get(anna.documents, params={"application_id": anna.application_id})).json()
    assert [entry["document_id"] for entry in of_it["items"]] == [for_it.json()["document_id"]]


async def test_a_document_counts_for_the_party_it_is_of(los: httpx.AsyncClient, anna: Applicant, db: Database) -> None:
    await send(los, anna.documents)
    await send(los, anna.documents, document_type="identity")
    async with db.transaction() as tx:
        assert await documents.types_of(tx, [anna.party_id, "pty_none"]) == {
            anna.party_id: {"income_proof", "identity"}
        }


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"content_type": "application/octet-stream"}, 415, "unsupported_media_type"),
        ({"content_type": "text/csv"}, 415, "unsupported_media_type"),
        ({"content_type": ""}, 415, "unsupported_media_type"),
        ({"content_type": "image/png"}, 422, "content_mismatch"),
        ({"document_type": "selfie"}, 422, "invalid_parameters"),
        ({"application_id": "app_none"}, 422, "invalid_parameters"),
        ({"application_id": ""}, 422, "invalid_parameters"),
        ({"data": b""}, 422, "empty_document"),
        ({"data": made.pdf(trailer=b"/Encrypt 5 0 R ")}, 422, "encrypted_document"),
        ({"data": made.pdf(b"5 0 obj << /S /JavaScript >> endobj\n")}, 422, "active_content"),
        ({"data": made.pdf() + made.archive({"a": b"b"})}, 422, "ambiguous_content"),
    ],
)
async def test_what_can_not_be_a_document_is_refused_and_nothing_is_kept(
    los: httpx.AsyncClient, anna: Applicant, db: Database, change: dict[str, str], status: int, code: str
) -> None:
    response = await send(los, anna.documents, **change)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not await rows(db, "SELECT state FROM document WHERE party_id = :party", party=anna.party_id)


async def test_a_refusal_says_what_the_content_looks_like(los: httpx.AsyncClient, anna: Applicant) -> None:
    response = await send(los, anna.documents, made.png())
    assert "image/png" in response.json()["detail"]


async def test_nothing_is_kept_for_a_party_that_nobody_knows(los: httpx.AsyncClient) -> None:
    for party_id in ("pty_none", "%00", "pty_%F0"):
        response = await send(los, f"/v1/parties/{party_id}/documents")
        assert response.status_code == 404
    assert (await los.get("/v1/parties/pty_none/documents")).status_code == 404
    for path in ("/v1/documents/doc_none", "/v1/documents/doc_none/content"):
        assert (await los.get(path)).json()["code"] == "document_not_found"


async def test_a_document_for_the_application_of_somebody_else_is_refused(
    los: httpx.AsyncClient, anna: Applicant
) -> None:
    ben = await applicant(los)
    response = await send(los, anna.documents, application_id=ben.application_id)
    assert response.json()["errors"][0]["pointer"] == "/query/application_id"


async def test_one_document_that_is_refused_does_not_hold_up_those_beside_it(
    los: httpx.AsyncClient, anna: Applicant
) -> None:
    answers = await asyncio.gather(
        send(los, anna.documents),
        send(los, "/v1/parties/pty_none/documents"),
        send(los, anna.documents, application_id="app_none"),
        send(los, anna.documents),
    )
    assert [answer.status_code for answer in answers] == [201, 404, 422, 201]


async def test_a_body_that_is_too_large_is_refused_with_or_without_its_length(
    settings: Settings, tmp_path: Path, los: httpx.AsyncClient, anna: Applicant, app: FastAPI
) -> None:
    async def pieces(count: int) -> object:
        for _ in range(count):
            yield bytes(1_000_000)

    headers = {"Idempotency-Key": new_id("key"), "Content-Type": "application/pdf"}
    where = f"{anna.documents}?type=other"
    for body in (bytes(25_000_001), pieces(30), pieces(100)):
        response = await los.post(where, content=body, headers=headers)
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


async def test_a_packed_body_is_refused(los: httpx.AsyncClient, anna: Applicant) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/pdf", "Content-Encoding": "gzip"}
    response = await los.post(f"{anna.documents}?type=other", content=b"x", headers=headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_content_encoding")


async def test_a_document_without_a_key_for_retries_is_refused(los: httpx.AsyncClient, anna: Applicant) -> None:
    response = await los.post(
        f"{anna.documents}?type=other", content=made.pdf(), headers={"Content-Type": "application/pdf"}
    )
    assert response.json()["code"] == "idempotency_key_missing"


async def test_a_client_that_goes_away_half_way_leaves_nothing(
    app: FastAPI, los: httpx.AsyncClient, anna: Applicant, db: Database
) -> None:
    messages = [
        {"type": "http.request", "body": made.pdf()[:100], "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def keep(message: object) -> None:
        assert isinstance(message, dict)
        answers.append(message)

    headers = {"authorization": "Bearer los", "idempotency-key": "half", "content-type": "application/pdf"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": anna.documents,
        "query_string": b"type=other",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, keep)
    assert answers[0]["status"] == 400
    assert not await rows(db, "SELECT state FROM document WHERE party_id = :party", party=anna.party_id)


async def test_there_is_room_for_so_many_bodies_at_a_time_and_then_for_the_next(
    settings: Settings, tmp_path: Path, los: httpx.AsyncClient, anna: Applicant
) -> None:
    data = made.pdf(b"8 0 obj\n<< >>\nstream\n" + bytes(400_000) + b"\nendstream\nendobj\n")
    sizes = {"document_max_bytes": 500_000, "document_room_bytes": 1_000_000}
    async with desk(settings, tmp_path, **sizes) as http:
        answers = await asyncio.gather(*(send(http, anna.documents, data) for _ in range(6)))
        turned_away = [answer for answer in answers if answer.status_code == 503]
        assert turned_away
        assert {answer.json()["code"] for answer in turned_away} == {"busy"}
        assert all(answer.headers["retry-after"] for answer in turned_away)
        assert (await send(http, anna.documents, data)).status_code == 200


async def test_names_that_were_garbled_or_hostile_do_not_cost_the_document(
    los: httpx.AsyncClient, anna: Applicant
) -> None:
    names = {
        'attachment; filename="payslip.pdf"': "payslip.pdf",
        "attachment; filename=payslip.pdf": "payslip.pdf",
        'attachment; filename="../../x\\"y.pdf"': "xy.pdf",
        "attachment; filename*=UTF-8''%ff%fe%00.pdf": "income_proof.pdf",
        "attachment; filename*=utf-7''abc": "income_proof.pdf",
        "attachment; filename*=UTF-8''%E2%80%AEfdp.exe": "fdp.pdf",
        "nonsense": "income_proof.pdf",
    }
    for header, expected in names.items():
        kept = await send(los, anna.documents, filename=header)
        assert kept.status_code == 201
        assert (await los.get(kept.headers["location"])).json()["filename"] == expected


async def test_a_name_in_plain_utf_8_is_read(los: httpx.AsyncClient, anna: Applicant) -> None:
    headers: list[tuple[bytes, bytes]] = [
        (b"Idempotency-Key", new_id("key").encode()),
        (b"Content-Type", b"application/pdf"),
        (b"Content-Disposition", 'attachment; filename="工资单.pdf"'.encode()),
    ]
    kept = await los.post(f"{anna.documents}?type=income_proof", content=made.pdf(words="u"), headers=headers)
    assert (await los.get(kept.headers["location"])).json()["filename"] == "工资单.pdf"


async def test_documents_are_for_those_who_may_read_and_write_them(
    settings: Settings, tmp_path: Path, anna: Applicant
) -> None:
    async with desk(settings, tmp_path, "crm") as crm:
        assert (await send(crm, anna.documents)).status_code == 403
        for path in (anna.documents, "/v1/documents/doc_1", "/v1/documents/doc_1/content", "/v1/document-types"):
            assert (await crm.get(path)).status_code == 403


async def test_the_types_of_documents_are_listed_in_two_languages(los: httpx.AsyncClient) -> None:
    items = (await los.get("/v1/document-types")).json()["items"]
    (identity,) = [entry for entry in items if entry["type"] == "identity"]
    assert identity["label"] == {"en": "Identity document", "zh": "身份证件"}
    assert identity["content_types"] == ["application/pdf", "image/png", "image/jpeg", "image/tiff"]
