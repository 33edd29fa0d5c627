"""The sandbox's providers, asked by the connectors themselves through the development platform's file of sources."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from stdnum import lei

from services.intake.domain.identifiers import normalise
from services.intake.domain.party import PartyKind
from services.intake.sources import Inquiry, SourceError, SourceFault
from services.sandbox.identities import COMPANIES, PEOPLE, Story
from shared.money import Money
from tests.intake.sources.given import inquiry
from tests.sandbox import given

FAULTS = {
    Story.TIMEOUT: SourceFault.TIMEOUT,
    Story.SERVER_ERROR: SourceFault.SERVER_ERROR,
    Story.MALFORMED: SourceFault.MALFORMED,
}
SOURCES = ("consumer-bureau", "company-registry", "employment-check")


def somebody(source: str, story: Story) -> Inquiry:
    if source == "company-registry":
        return company(next(key for key, of in COMPANIES.items() if of is story))
    return inquiry(next(key for key, of in PEOPLE.items() if of is story))


def company(identifier: tuple[str, str]) -> Inquiry:
    return inquiry(identifier, kind=PartyKind.COMPANY, name="Example Corporation")


async def ask(url: str, source: str, asked: Inquiry) -> Any:
    async with given.sources(url) as sources:
        return await sources[source].source.ask(asked)


@pytest.mark.parametrize("story", FAULTS)
@pytest.mark.parametrize("source", SOURCES)
async def test_each_provider_fails_as_its_identity_says(sandbox: str, source: str, story: Story) -> None:
    with pytest.raises(SourceError) as caught:
        await ask(sandbox, source, somebody(source, story))
    assert caught.value.fault is FAULTS[story]


@pytest.mark.parametrize("source", SOURCES)
async def test_the_slow_identity_is_answered_late_and_well(sandbox: str, source: str) -> None:
    started = time.monotonic()
    report = await ask(sandbox, source, somebody(source, Story.SLOW))
    assert time.monotonic() - started >= 0.3
    assert report.found


async def test_a_clean_person_has_a_file_with_nothing_against_them(sandbox: str) -> None:
    report = await ask(sandbox, "consumer-bureau", somebody("consumer-bureau", Story.CLEAN))
    assert report.facts == {
        "bureau_found": True,
        "bureau_thin_file": False,
        "bureau_score": 782,
        "open_tradelines": 9,
        "oldest_account_months": 187,
        "revolving_balance": {"amount_minor": 184_025, "currency": "USD"},
        "revolving_limit": {"amount_minor": 2_000_000, "currency": "USD"},
        "utilization": "0.0920",
        "delinquencies_24m": 0,
        "worst_delinquency_days": 0,
        "inquiries_6m": 1,
        "public_records": 0,
    }
    assert report.adverse == ()
    assert report.provider_reference.startswith("CB-")
    assert report.as_of <= datetime.now(UTC)


async def test_an_adverse_person_has_records_with_their_amounts(sandbox: str) -> None:
    report = await ask(sandbox, "consumer-bureau", somebody("consumer-bureau", Story.ADVERSE))
    assert (report.facts["bureau_score"], report.facts["public_records"]) == (512, 2)
    assert [(item.code, item.amount, item.settled) for item in report.adverse] == [
        ("judgment", Money(320_000, "USD"), False),
        ("collection", Money(64_010, "USD"), False),
    ]


async def test_a_thin_file_is_found_and_has_no_score(sandbox: str) -> None:
    report = await ask(sandbox, "consumer-bureau", somebody("consumer-bureau", Story.THIN))
    assert report.found
    assert report.facts["bureau_thin_file"] is True
    assert "bureau_score" not in report.facts


async def test_a_clean_company_pays_on_time_and_has_a_limit(sandbox: str) -> None:
    report = await ask(sandbox, "company-registry", somebody("company-registry", Story.CLEAN))
    assert report.facts["registry_status"] == "active"
    assert report.facts["days_beyond_terms"] == 2
    assert report.facts["recommended_limit"] == {"amount_minor": 15_000_000, "currency": "USD"}
    assert report.facts["judgments_amount"] == {"amount_minor": 0, "currency": "USD"}


async def test_an_adverse_company_has_judgments_that_add_up(sandbox: str) -> None:
    report = await ask(sandbox, "company-registry", somebody("company-registry", Story.ADVERSE))
    assert report.facts["judgments"] == 2
    assert report.facts["judgments_amount"] == {"amount_minor": 2_565_050, "currency": "USD"}
    assert {item.code for item in report.adverse} == {"judgment"}


async def test_the_mapped_source_tells_what_its_mapping_names(sandbox: str) -> None:
    report = await ask(sandbox, "employment-check", somebody("employment-check", Story.ADVERSE))
    assert report.facts["verified_annual_income"] == {"amount_minor": 2_100_000, "currency": "USD"}
    assert report.facts["employment_contract"] == "temporary"
    assert [(item.code, item.description, item.settled) for item in report.adverse] == [
        ("garnishment", "Wages are garnished", False)
    ]


@pytest.mark.parametrize("source", SOURCES)
async def test_anybody_else_has_the_same_sound_report_every_time(sandbox: str, source: str) -> None:
    found = 0
    kind, scheme = (company, "us-ein") if source == "company-registry" else (inquiry, "us-ssn")
    async with given.sources(sandbox) as sources:
        connector = sources[source].source
        for number in range(60):
            asked = kind((scheme, f"{123_450_000 + number}"))
            first, again = await connector.ask(asked), await connector.ask(asked)
            assert (first.facts, first.adverse, first.found) == (again.facts, again.adverse, again.found)
            found += first.found
    assert 45 <= found <= 60


@pytest.mark.parametrize("source", SOURCES)
async def test_a_caller_without_the_key_is_refused(sandbox: str, source: str) -> None:
    async with given.sources(sandbox, key="another") as sources:
        with pytest.raises(SourceError) as caught:
            await sources[source].source.ask(somebody(source, Story.CLEAN))
    assert caught.value.fault is SourceFault.REFUSED


@pytest.mark.parametrize("identity", [*PEOPLE, *COMPANIES])
def test_magic_identities_are_numbers_that_intake_takes_in(identity: tuple[str, str]) -> None:
    assert normalise(*identity).value == identity[1]
    assert identity[0] != "lei" or lei.is_valid(identity[1])


def test_each_story_has_a_number_in_each_scheme() -> None:
    for known, schemes in ((PEOPLE, {"us-ssn"}), (COMPANIES, {"us-ein", "lei"})):
        assert {scheme for scheme, _ in known} == schemes
        assert all(
            {of for (own, _), of in known.items() if own == scheme} == set(Story) - {Story.PLAUSIBLE}
            for scheme in schemes
        )


async def test_the_sandbox_says_that_it_is_well(sandbox: str) -> None:
    async with httpx.AsyncClient(base_url=sandbox) as http:
        assert [(await http.get(path)).json() for path in ("/healthz", "/readyz")] == [{"status": "ready"}] * 2
