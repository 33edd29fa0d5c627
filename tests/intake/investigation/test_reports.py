"""Reports that a person pulls, over HTTP and from the sandbox, and how they lie in the database."""

import asyncio
from base64 import b64decode
from datetime import date

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.intake.domain.report import AdverseItem
from services.intake.handlers import reports as handlers
from services.intake.handlers.reports import Puller, PullReport, Windows
from services.intake.sources import Inquiry, SourceReport
from shared.errors import Refusal
from shared.idempotency import Claim
from shared.ids import new_id
from shared.money import Money
from tests.intake.investigation.given import PURPOSE, Office, Played, answer, configured, key

ADVERSE = "666000002"
TIMEOUT = "666000004"
SERVER_ERROR = "666000005"
MALFORMED = "666000006"


async def test_an_officer_pulls_a_report_and_reads_all_of_it(office: Office) -> None:
    party_id = await office.asker(ADVERSE)
    pulled = await office.pull(party_id)
    assert pulled.status_code == 201, pulled.text
    shown = await office.officer.get(pulled.headers["location"])
    assert shown.json()["adverse_items"] == len(shown.json()["adverse"]) > 0
    assert (shown.json()["facts"], shown.json()["raw"]) == (pulled.json()["facts"], None)
    whole = await office.officer.get(pulled.headers["location"], params={"raw": True})
    assert b"bureau" in b64decode(whole.json()["raw"]) or len(b64decode(whole.json()["raw"])) > 100
    reader = await office.los.get(pulled.headers["location"], params={"raw": True})
    assert (reader.status_code, reader.json()["code"]) == (403, "scope_missing")


async def test_nobody_pulls_a_report_without_a_consent(office: Office) -> None:
    party_id = await office.person()
    refused = await office.pull(party_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_consent")
    await office.consents(party_id, scope=["company-registry"])
    refused = await office.pull(party_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_consent")


@pytest.mark.parametrize("ssn", [TIMEOUT, SERVER_ERROR, MALFORMED])
async def test_a_source_that_gives_no_answer_is_told_with_503_and_noted(office: Office, ssn: str) -> None:
    party_id = await office.asker(ssn)
    failed = await office.pull(party_id)
    assert (failed.status_code, failed.json()["code"]) == (503, "source_unavailable")
    assert failed.json()["retryable"]
    inquiry = (await office.inquiries(party_id))[0]
    assert inquiry["asked_by"] == "client:credit-officer"
    assert inquiry["attempts"][-1]["outcome"] in {"timeout", "server_error", "malformed"}
    assert inquiry["attempts"][-1]["cost"] is None


async def test_the_same_key_pulls_once_and_is_paid_for_once(office: Office) -> None:
    party_id = await office.asker()
    before = (await office.counted("consumer-bureau"))["cost_minor"]
    once = key()
    answers = await asyncio.gather(*(office.pull(party_id, **once) for _ in range(3)))
    again = await office.pull(party_id, **once)
    assert {each.content for each in (*answers, again) if each.status_code == 201} == {again.content}
    assert len(await office.reports(party_id)) == 1
    assert (await office.counted("consumer-bureau"))["cost_minor"] - before == 250


async def test_another_source_is_named_or_refused_with_its_place(office: Office) -> None:
    party_id = await office.asker()
    unknown = await office.pull(party_id, "no-such-source")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/source")
    company_only = await office.pull(party_id, "company-registry")
    assert company_only.status_code == 422


async def test_what_identifies_anybody_lies_sealed_and_is_gone_with_the_key(office: Office) -> None:
    name = f"Zebulon{new_id('x')[-6:]}"

    async def tells(_inquiry: Inquiry) -> SourceReport:
        item = AdverseItem("judgment", f"{name} owes a landlord", date(2025, 1, 1), Money(100, "USD"), settled=False)
        return SourceReport(True, {"bureau_score": 500}, (item,), answer().as_of, f"no. {name}", name.encode())

    party_id = await office.asker()
    played = Played(f"bureau-{new_id('s')[-8:]}", tells)
    sources = {played.name: configured(played)}
    puller = Puller(office.db, office.vault, sources, Windows(sources))
    claim = Claim("officer", "POST /reports", new_id("key"), b"1")
    stored = await handlers.pull(puller, PullReport(party_id, played.name, PURPOSE, "officer"), claim)
    assert name.encode() not in stored.body
    async with office.db.transaction() as tx:
        for table in ("report", "finding", "inquiry", "inquiry_attempt", "idempotency", "outbox"):
            rows = (await tx.execute(text(f"SELECT {table}::text FROM {table}"))).scalars()
            assert not any(name in row or name.encode().hex() in row for row in rows)
    (found,) = await handlers.list_reports(office.db, office.vault, party_id, "~", 10)
    assert found.contents is not None
    assert (found.contents.reference, found.adverse[0].description) == (f"no. {name}", f"{name} owes a landlord")
    async with office.db.transaction() as tx:
        destroy = text("UPDATE data_key SET wrapped = NULL, destroyed_at = now() WHERE subject_id = :id")
        await tx.execute(destroy, {"id": party_id})
    (erased,) = await handlers.list_reports(office.db, office.vault, party_id, "~", 10)
    _, raw = await handlers.get_raw(office.db, office.vault, party_id, erased.report_id)
    assert (erased.contents, raw, erased.facts) == (None, None, {"bureau_score": 500})


async def test_who_finds_all_places_at_a_source_taken_is_told_at_once(office: Office) -> None:
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_inquiry: Inquiry) -> SourceReport:
        is_asked.set()
        await may_answer.wait()
        return answer(bureau_score=700)

    played = Played(f"bureau-{new_id('s')[-8:]}", waits)
    sources = {played.name: configured(played, concurrency=1)}
    puller = Puller(office.db, office.vault, sources, Windows(sources))
    command = PullReport(await office.asker(), played.name, PURPOSE, "officer")
    first = asyncio.create_task(handlers.pull(puller, command, Claim("officer", "r", new_id("key"), b"1")))
    await is_asked.wait()
    with pytest.raises(Refusal, match="under way"):
        await handlers.pull(puller, command, Claim("officer", "r", new_id("key"), b"1"))
    may_answer.set()
    assert (await first).status == 201


async def test_the_reports_on_another_party_are_not_shown_as_this_ones(office: Office) -> None:
    report_id = (await office.pull(await office.asker())).json()["report_id"]
    other = await office.person()
    assert (await office.officer.get(f"/v1/parties/{other}/reports/{report_id}")).status_code == 404
    assert (await office.officer.get("/v1/parties/pty_none/reports")).status_code == 404
    assert (await office.officer.get("/v1/parties/pty_none/inquiries")).status_code == 404


async def test_pages_of_reports_and_inquiries_hang_together(office: Office) -> None:
    party_id = await office.asker()
    ids = [(await office.pull(party_id)).json()["report_id"] for _ in range(3)]
    for what, name in (("reports", "report_id"), ("inquiries", "inquiry_id")):
        found: list[str] = []
        cursor = "~"
        while cursor:
            page = await office.officer.get(f"/v1/parties/{party_id}/{what}", params={"limit": 2, "cursor": cursor})
            found += [item[name] for item in page.json()["items"]]
            cursor = page.json()["next_cursor"]
        assert len(found) == len(set(found)) == 3
        assert what == "inquiries" or found == ids[::-1]


async def test_sources_are_shown_with_what_they_did_and_cost(office: Office) -> None:
    await office.pull(await office.asker())
    await office.pull(await office.asker(SERVER_ERROR))
    shown = await office.officer.get("/v1/sources")
    assert shown.status_code == 200, shown.text
    by_name = {item["name"]: item for item in shown.json()["items"]}
    assert by_name.keys() == {"company-registry", "consumer-bureau", "employment-check"}
    bureau = by_name["consumer-bureau"]
    assert bureau["cost"] == {"amount_minor": 250, "currency": "USD"}
    assert bureau["breaker"]["state"] in {"closed", "open", "half_open"}
    assert "bureau_score" in bureau["facts"]
    paid = next(day for day in bureau["days"] if day["cost"] is not None)
    assert paid["cost"]["amount_minor"] == 250 * (paid["hits"] + paid["misses"] + paid["discarded"])
    assert bureau["hit_rate"] is not None
    assert bureau["fault_rate"] is not None


async def test_metrics_tell_what_sources_did(office: Office, app: FastAPI) -> None:
    await office.pull(await office.asker())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as anybody:
        shown = (await anybody.get("/metrics")).text
    assert 'assay_source_tries_total{outcome="hit",source="consumer-bureau"}' in shown
    assert 'assay_source_cost_minor_total{currency="USD",source="consumer-bureau"}' in shown
    assert 'assay_source_seconds_bucket{le="0.05",source="consumer-bureau"}' in shown
