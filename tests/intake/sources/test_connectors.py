"""What the connectors ask, and what they make of answers that are not as agreed."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.sources import SourceError, SourceFault
from services.sandbox import companies, people
from services.sandbox.identities import Story
from tests.intake.sources.given import (
    BUREAU,
    COMPANY,
    MAPPING,
    NOW,
    PERSON,
    REGISTRY,
    configured,
    fault_of,
    http,
    inquiry,
    provider,
    reading,
)

FILE = people.credit_file("us-ssn", "1", Story.ADVERSE, NOW)
RECORD = companies.record("us-ein", "1", Story.ADVERSE, NOW)


@pytest.fixture
async def bureau(tmp_path: Path) -> Any:
    return configured(tmp_path, BUREAU, "http://127.0.0.1:1").source


@pytest.fixture
async def registry(tmp_path: Path) -> Any:
    return configured(tmp_path, REGISTRY, "http://127.0.0.1:1").source


def changed(place: str, value: Any) -> bytes:
    """Return the file with another value at a place."""
    document: Any = copy.deepcopy(FILE)
    *way, last = place.split("/")[1:]
    found = document
    for name in way:
        found = found[int(name) if isinstance(found, list) else name]
    found[last] = value
    return json.dumps(document).encode()


async def test_the_bureau_is_told_purpose_and_consent_and_nothing_in_the_path(tmp_path: Path) -> None:
    async with provider([http(json.dumps(FILE).encode())]) as found:
        source = configured(tmp_path, BUREAU, found.url + "/base/").source
        await source.ask(PERSON)
        await source.close()
    head, _, body = found.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/v1/credit-files HTTP/1.1\r\n")
    assert b"x-bureau-key: a key of the bureau" in head.lower()
    assert json.loads(body) == {
        "reference": "inq_1",
        "permissible_purpose": "credit_assessment",
        "consent_reference": "cns_1",
        "subject": {
            "identifier": {"scheme": "us-ssn", "value": "123456789"},
            "name": "Ada Example",
            "date_of_birth": "1980-02-29",
            "address": {"lines": ["1 Main Street"], "city": "Springfield", "postal_code": "12345", "country": "US"},
        },
    }


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/hit", "maybe"),
        ("/hit", None),
        ("/as_of", "2027-01-01T00:00:00Z"),
        ("/as_of", None),
        ("/file_number", ""),
        ("/file_number", 17),
        ("/score/value", "good"),
        ("/score/value", 900),
        ("/score/value", True),
        ("/score/value", [782]),
        ("/currency", "EUR"),
        ("/tradelines/revolving_balance", "8730.001"),
        ("/tradelines/oldest_opened_on", "2027-01-01"),
        ("/tradelines/open", -1),
        ("/delinquencies/last_24_months", {}),
        ("/public_records", {}),
        ("/public_records", [{}] * 1_000),
        ("/public_records/0/kind", "gossip"),
        ("/public_records/0/filed_on", "2026-13-01"),
        ("/public_records/0/amount", "much"),
        ("/public_records/0/amount", "99999999999999.00"),
        ("/public_records/0/satisfied", "perhaps"),
    ],
)
def test_one_wrong_value_makes_a_file_malformed(bureau: Any, place: str, value: Any) -> None:
    assert reading(bureau.read, changed(place, value)) is SourceFault.MALFORMED


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"{}", b"7"])
def test_a_document_of_another_shape_is_malformed(bureau: Any, body: bytes) -> None:
    assert reading(bureau.read, body) is SourceFault.MALFORMED


def test_a_file_without_a_limit_has_no_utilization(bureau: Any) -> None:
    report = bureau.read(changed("/tradelines/revolving_limit", "0.00"))
    assert "utilization" not in report.facts


async def test_a_person_without_a_number_of_the_scheme_is_not_asked_about(tmp_path: Path) -> None:
    async with provider([http(b"{}")]) as found:
        without = await fault_of(configured(tmp_path, BUREAU, found.url), inquiry(("cn-ric", "1")))
        company = await fault_of(configured(tmp_path, BUREAU, found.url), COMPANY)
        person = await fault_of(configured(tmp_path, REGISTRY, found.url), PERSON)
    assert {without.fault, company.fault, person.fault} == {SourceFault.REFUSED}
    assert found.asked == []


async def test_the_registry_is_asked_by_the_first_scheme_that_the_company_has(tmp_path: Path) -> None:
    async with provider([http(RECORD.encode(), media_type="application/xml; charset=utf-8")]) as found:
        source = configured(tmp_path, REGISTRY, found.url).source
        asked = inquiry(("lei", "000000SANDBOX0000199"), ("us-ein", "000000001"), kind=PartyKind.COMPANY)
        report = await source.ask(asked)
        await source.close()
    head = found.asked[0]
    assert head.startswith(b"GET /v1/companies/us-ein/000000001?reference=inq_1&purpose=credit_assessment HTTP/1.1")
    assert b"authorization: Basic YSB1c2VyOmEga2V5IG9mIHRoZSBidXJlYXU=" in head
    assert report.facts["judgments"] == 2


async def test_a_company_that_the_registry_does_not_know_is_an_answer(tmp_path: Path) -> None:
    body = companies.unknown("us-ein", "1", NOW).encode()
    async with provider([http(body, status="404 Not Found", media_type="application/xml")]) as found:
        source = configured(tmp_path, REGISTRY, found.url).source
        report = await source.ask(COMPANY)
        await source.close()
    assert (report.found, report.facts) == (False, {"registry_found": False})


async def test_a_404_that_the_registry_did_not_write_is_no_answer(tmp_path: Path) -> None:
    async with provider([http(b"<html/>", status="404 Not Found", media_type="application/xml")]) as found:
        error = await fault_of(configured(tmp_path, REGISTRY, found.url), COMPANY)
    assert error.fault is SourceFault.MALFORMED


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("report", "raport"),
        ('as-of="2026', 'as-of="2036'),
        (' number="', ' no="'),
        ("<status>active</status>", ""),
        ("<status>active</status>", "<status>perhaps</status>"),
        ("<status>active</status>", "<status>active</status><status>dissolved</status>"),
        ("<directors>1<", "<directors>many<"),
        ("<index>21<", "<index>101<"),
        ('currency="USD">0.00', 'currency="EUR">0.00'),
        ('currency="USD">0.00', ">0.00"),
        ("18400.00", "18400.005"),
        ("18400.00", "90071992547409.00"),
        ("18400.00", "-1.00"),
        ('kind="judgment"', 'kind="rumour"'),
        ("<satisfied>false<", "<satisfied>no<"),
    ],
)
def test_one_wrong_value_makes_a_record_malformed(registry: Any, was: str, becomes: str) -> None:
    assert was in RECORD
    body = RECORD.replace(was, becomes)
    assert reading(registry.read, body.encode()) is SourceFault.MALFORMED


ANSWER: dict[str, Any] = {
    "found": {"pointer": "/result", "values": ["OK", 1]},
    "not_found_statuses": [404],
    "as_of": "/at",
    "reference": "/id",
    "facts": {
        "income": {"pointer": "/income", "type": "money", "currency": "USD", "minor_units": True},
        "share": {"pointer": "/parts/0/share", "type": "decimal", "scale": 2},
        "confirmed": {"pointer": "/confirmed", "type": "boolean", "values": {"Y": True, "N": False}},
        "contract": {"pointer": "/contract", "type": "enum", "values": {"P": "permanent", "T": "temporary"}},
    },
    "adverse": {"items": "/alerts", "code": "/t", "codes": {"X": "fraud_alert"}, "occurred_on": "/on"},
}
TOLD: dict[str, Any] = {
    "result": "OK",
    "at": "2026-11-01",
    "id": "E-1",
    "income": 1_250,
    "parts": [{"share": 0.25}],
    "confirmed": "Y",
    "contract": "P",
    "alerts": [{"t": "X", "on": "2026-10-01"}],
}


def mapped(folder: Path) -> Any:
    entry = {**MAPPING, "kind": "registry", "answer": ANSWER}
    return configured(folder, entry, "http://127.0.0.1:1").source


def test_a_mapping_reads_what_it_names(tmp_path: Path) -> None:
    source = mapped(tmp_path)
    report = source.read(json.dumps(TOLD).encode(), "inq_1")
    assert source.kind is FindingKind.REGISTRY
    assert report.facts == {
        "income": {"amount_minor": 1_250, "currency": "USD"},
        "share": "0.25",
        "confirmed": True,
        "contract": "permanent",
    }
    assert [(item.code, item.description, item.amount) for item in report.adverse] == [
        ("fraud_alert", "fraud_alert", None)
    ]
    assert (report.provider_reference, report.as_of.date().isoformat()) == ("E-1", "2026-11-01")


@pytest.mark.parametrize(("result", "found"), [("OK", True), (1, True), (True, False), ("no", False), (None, False)])
def test_a_mapping_says_who_is_found(result: Any, found: bool, tmp_path: Path) -> None:
    report = mapped(tmp_path).read(json.dumps({**TOLD, "result": result}).encode(), "inq_1")
    assert report.found is found
    assert bool(report.facts) is found


@pytest.mark.parametrize(
    "difference",
    [
        {"income": 12.5},
        {"parts": [{"share": 0.255}]},
        {"confirmed": "maybe"},
        {"confirmed": True},
        {"contract": "permanent"},
        {"alerts": {}},
        {"alerts": [{"t": "Z", "on": "2026-10-01"}]},
        {"alerts": [{"t": "X", "on": "2036-10-01"}]},
        {"alerts": [7]},
        {"at": "2036-01-01"},
        {"id": "\u202e"},
    ],
)
def test_one_wrong_value_makes_a_mapped_answer_malformed(difference: dict[str, Any], tmp_path: Path) -> None:
    body = json.dumps({**TOLD, **difference}).encode()
    assert reading(lambda given: mapped(tmp_path).read(given, "inq_1"), body) is SourceFault.MALFORMED


def test_no_fault_tells_what_a_provider_wrote(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        mapped(tmp_path).read(json.dumps({**TOLD, "contract": "a secret of Ada's"}).encode(), "inq_1")
    assert "secret" not in str(caught.value)
