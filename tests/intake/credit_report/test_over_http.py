"""An officer reads the credit report of a party, and gives an opinion that is kept with what was read."""

import hashlib
from typing import Any

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI

from shared.ids import new_id
from tests.kit.service import client_of

PROFILE: dict[str, Any] = {
    "names": [{"text": "Harbour Lane Fixings, Inc."}, {"text": "海港路五金公司", "use": "trade"}],
    "identifiers": [{"scheme": "us-ein", "value": "04-2103594"}],
    "addresses": [{"lines": ["48 Harbour Lane"], "city": "Oakland", "postal_code": "94607", "country": "US"}],
    "born_on": "2011-04-18",
}


async def party(officer: httpx.AsyncClient, key: str) -> str:
    body = {"kind": "company", "external_ref": f"customer-{key}", "profile": PROFILE}
    answer = await officer.post("/v1/parties", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["party_id"])


OPINION: dict[str, Any] = {
    "recommendation": "grant_less",
    "limit": {"amount_minor": 15_000_000, "currency": "USD"},
    "words": "The open judgment is disputed.",
}


async def test_a_report_shows_who_it_is_and_says_that_exposure_could_not_be_looked_up(
    officer: httpx.AsyncClient,
) -> None:
    party_id = await party(officer, "report-1")
    report = (await officer.get(f"/v1/parties/{party_id}/credit-report")).json()
    assert report["subject"]["names"] == ["Harbour Lane Fixings, Inc.", "海港路五金公司"]
    assert report["subject"]["identifiers"] == [["us-ein", "***3594"]]
    assert (report["exposure"], report["group"]["exposure"], report["unknown"]) == (None, None, ["exposure"])
    assert report["accounts"] == {"periods": [], "ratios": [], "peers": None}


@pytest.mark.parametrize(("lang", "words"), [("en", "Identity"), ("zh", "身份信息")])
async def test_a_report_can_be_read_as_a_page_and_printed(officer: httpx.AsyncClient, lang: str, words: str) -> None:
    party_id = await party(officer, "report-2")
    page = await officer.get(f"/v1/parties/{party_id}/credit-report.html?lang={lang}")
    assert page.headers["content-type"].startswith("text/html")
    assert words in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    printed = await officer.get(f"/v1/parties/{party_id}/credit-report.pdf?lang={lang}")
    document = pypdfium2.PdfDocument(printed.content)
    assert words in document[0].get_textpage().get_text_range()
    document.close()


async def test_an_opinion_is_kept_with_the_report_that_its_author_saw(officer: httpx.AsyncClient) -> None:
    party_id = await party(officer, "report-3")
    path, headers = f"/v1/parties/{party_id}/opinions", {"Idempotency-Key": "opinion-1"}
    given = await officer.post(path, json=OPINION, headers=headers)
    assert given.status_code == 201, given.text
    opinion = given.json()
    kept = (await officer.get(f"/v1/opinions/{opinion['opinion_id']}")).json()
    assert (kept["author"], kept["words"]) == ("credit-officer", OPINION["words"])
    seen = await officer.get(f"/v1/opinions/{opinion['opinion_id']}/credit-report")
    assert hashlib.sha256(seen.content).hexdigest() == opinion["report_hash"]
    assert seen.json()["subject"]["party_id"] == party_id
    again = await officer.post(path, json=OPINION, headers=headers)
    assert again.content == given.content
    later = (await officer.get(f"/v1/parties/{party_id}/credit-report")).json()
    assert [entry["opinion_id"] for entry in later["opinions"]] == [opinion["opinion_id"]]


async def test_percentiles_are_those_of_the_year_that_was_reported(
    officer: httpx.AsyncClient, feed: httpx.AsyncClient
) -> None:
    industry = new_id("i")[:20]
    for year, median in ((2024, "2"), (2025, "9")):
        points = [{"percentile": 10, "value": "0"}, {"percentile": 50, "value": median}]
        table = {"source": "made up", "ratios": [{"ratio": "current_ratio", "points": points}]}
        assert (await feed.put(f"/v1/industry-tables/{industry}/{year}", json=table)).status_code == 200
    named = {"names": [{"text": f"{industry} Works"}]}
    body = {"kind": "company", "profile": named, "attribution": {"industry": industry}}
    taken = await officer.post("/v1/parties", json=body, headers={"Idempotency-Key": industry})
    path = f"/v1/parties/{taken.json()['party_id']}"
    statement = {
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
        "currency": "EUR",
        "standard": "ifrs",
        "assurance": "audited",
        "is_consolidated": False,
        "scale": "units",
        "lines": {"current_assets": "200", "current_liabilities": "100"},
    }
    kept = await officer.post(f"{path}/statements", json=statement, headers={"Idempotency-Key": industry})
    assert kept.status_code == 201, kept.text
    accounts = (await officer.get(f"{path}/credit-report")).json()["accounts"]
    assert accounts["peers"] == f"{industry}, 2024 (made up)"
    assert [line["percentile"] for line in accounts["ratios"] if line["code"] == "current_ratio"] == [50]


async def test_there_is_no_report_of_nobody(officer: httpx.AsyncClient) -> None:
    for suffix in ("", ".html", ".pdf"):
        answer = await officer.get(f"/v1/parties/pty_none/credit-report{suffix}")
        assert (answer.status_code, answer.json()["code"]) == (404, "party_not_found")


async def test_whoever_may_not_read_reports_gets_none(app: FastAPI) -> None:
    async with client_of(app, "crm") as crm:
        assert (await crm.get("/v1/parties/pty_none/credit-report")).status_code == 403
