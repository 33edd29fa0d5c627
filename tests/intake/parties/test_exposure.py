"""What is owed as facts: exact, in the currency of the product, and missing where it isn't known."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.intake.domain.party import PartyKind
from services.intake.handlers.exposure import ExposureSource, exposure_sources, facts
from services.intake.limits_client import MOST_PARTIES, LimitsClient
from services.intake.sources.port import Inquiry, SourceError, SourceFault
from shared.db import Database
from tests.intake.parties.conftest import Limits
from tests.intake.parties.given import account, key, new_company, own


@pytest.fixture
async def client(limits: Limits) -> AsyncIterator[LimitsClient]:
    """A client of limits that doesn't wait for long."""
    opened = LimitsClient(limits.url, "intake-service", timeout_seconds=0.5)
    yield opened
    await opened.close()


def _inquiry(party_id: str) -> Inquiry:
    return Inquiry("inq_1", party_id, PartyKind.COMPANY, "", (), None, None, "credit_assessment", "cns_1")


async def test_what_a_group_owes_becomes_facts_that_fit_their_dictionary(
    officer: httpx.AsyncClient, db: Database, limits: Limits, client: LimitsClient
) -> None:
    one, two = await new_company(officer), await new_company(officer)
    await own(officer, one, two, "60")
    limits.accounts = {one: [account(one, 300)], two: [account(two, 40, reserved=2)]}
    report = await ExposureSource("limits-eur", db, client, "EUR").ask(_inquiry(two))
    assert report.facts == {
        "own_exposure": {"amount_minor": 42, "currency": "EUR"},
        "group_exposure": {"amount_minor": 342, "currency": "EUR"},
        "group_members": 2,
        "circular_ownership": False,
    }
    for name, value in report.facts.items():
        facts("EUR")[name].parse(value)
    assert report.as_of <= datetime.now(UTC)


async def test_an_amount_in_another_currency_is_missing_and_not_left_out_of_the_sum(
    officer: httpx.AsyncClient, db: Database, limits: Limits, client: LimitsClient
) -> None:
    party_id = await new_company(officer)
    limits.accounts = {party_id: [account(party_id, 300), account(party_id, 1, currency="USD")]}
    report = await ExposureSource("limits-eur", db, client, "EUR").ask(_inquiry(party_id))
    assert "group_exposure" not in report.facts
    assert "own_exposure" not in report.facts


async def test_a_limits_service_that_is_late_or_away_is_a_fault_of_the_source(
    officer: httpx.AsyncClient, db: Database, limits: Limits, client: LimitsClient
) -> None:
    party_id = await new_company(officer)
    limits.delay_seconds = 5
    with pytest.raises(SourceError) as refused:
        await ExposureSource("limits-eur", db, client, "EUR").ask(_inquiry(party_id))
    assert refused.value.fault is SourceFault.UNREACHABLE


async def test_nobody_is_there_to_ask(client: LimitsClient) -> None:
    away = LimitsClient("http://127.0.0.1:1", "intake-service")
    assert await away.exposure(["pty_1"]) is None
    assert await away.accounts(["pty_1"]) is None
    await away.close()


async def test_more_parties_than_are_asked_for_are_unknown(client: LimitsClient) -> None:
    assert await client.exposure([f"pty_{place}" for place in range(MOST_PARTIES + 1)]) is None


async def test_accounts_are_told_by_party(limits: Limits, client: LimitsClient) -> None:
    limits.accounts = {"pty_1": [account("pty_1", 300)]}
    found = await client.accounts(["pty_1", "pty_2"])
    assert found is not None
    assert [one.committed_minor for one in found["pty_1"]] == [300]
    assert found["pty_2"] == []


async def test_each_currency_is_a_source(db: Database, client: LimitsClient) -> None:
    assert sorted(exposure_sources("USD,EUR", db, client)) == ["limits-eur", "limits-usd"]
    assert exposure_sources("", db, client) == {}


async def test_an_officer_pulls_what_is_owed_like_any_report(officer: httpx.AsyncClient, limits: Limits) -> None:
    party_id, now = await new_company(officer), datetime.now(UTC)
    limits.accounts = {party_id: [account(party_id, 300)]}
    consent = {
        "purpose": "credit_assessment",
        "scope": ["limits-eur"],
        "proof": {"method": "signed_form", "sha256": "0" * 64},
        "given_at": now.isoformat(),
        "expires_at": (now + timedelta(days=1)).isoformat(),
    }
    given = await officer.post(f"/v1/parties/{party_id}/consents", json=consent, headers=key())
    assert given.status_code == 201, given.text
    asked = {"source": "limits-eur", "purpose": "credit_assessment"}
    report = await officer.post(f"/v1/parties/{party_id}/reports", json=asked, headers=key())
    assert report.status_code == 201, report.text
    assert report.json()["facts"]["group_exposure"] == {"amount_minor": 300, "currency": "EUR"}
    limits.status = 503
    away = await officer.post(f"/v1/parties/{party_id}/reports", json=asked, headers=key())
    assert (away.status_code, away.json()["code"]) == (503, "source_unavailable")
