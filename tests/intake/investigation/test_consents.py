"""Consents over HTTP, and how they lie in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.intake.handlers import consents
from shared.db import clock
from tests.intake.investigation.given import PURPOSE, Office, key


def at(**shift: float) -> str:
    """A moment from now."""
    return (datetime.now(UTC) + timedelta(**shift)).isoformat()


async def listed(office: Office, party_id: str) -> list[dict[str, Any]]:
    shown = await office.los.get(f"/v1/parties/{party_id}/consents")
    assert shown.status_code == 200, shown.text
    items: list[dict[str, Any]] = shown.json()["items"]
    return items


async def test_a_consent_is_shown_with_what_proves_it(office: Office) -> None:
    party_id = await office.person()
    given = await office.consents(party_id)
    assert (given.status_code, given.json()["state"]) == (201, "valid")
    (found,) = await listed(office, party_id)
    assert found["proof"] == {
        "method": "signed_form",
        "document_id": None,
        "sha256": "0" * 64,
        "text": "I agree, Ada Example",
    }
    assert (found["scope"], found["purpose"], found["recorded_by"]) == (["bureau", "report"], PURPOSE, "los")


async def test_what_proves_a_consent_and_why_it_was_revoked_lie_sealed(office: Office) -> None:
    party_id = await office.person()
    consent_id = (await office.consents(party_id)).json()["consent_id"]
    await office.los.post(f"/v1/consents/{consent_id}/revoke", json={"reason": "moved to Wonderland"})
    (found,) = await listed(office, party_id)
    assert (found["state"], found["revoked_why"], found["revoked_by"]) == ("revoked", "moved to Wonderland", "los")
    async with office.db.transaction() as tx:
        for table in ("consent", "idempotency", "outbox"):
            rows = (await tx.execute(text(f"SELECT {table}::text FROM {table}"))).scalars()
            assert not any("Wonderland" in row or "I agree" in row for row in rows)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"given_at": at(hours=1)}, "/given_at"),
        ({"expires_at": at(days=-1), "given_at": at(days=-2)}, "/expires_at"),
        ({"expires_at": at(days=-3)}, "/expires_at"),
        ({"expires_at": at(days=5000)}, "/expires_at"),
        ({"scope": ["consumer-bureau", "no-such-source"]}, "/scope/1"),
        ({"scope": []}, "/scope"),
        ({"proof": {"method": "signed_form"}}, "/proof"),
        ({"given_at": "2026-01-01T00:00:00"}, "/given_at"),
        ({"given_at": "0001-01-01T00:00:00Z"}, "/given_at"),
        ({"purpose": "Credit Assessment"}, "/purpose"),
    ],
)
async def test_what_can_be_no_consent_is_refused_with_its_place(
    office: Office, changes: dict[str, Any], pointer: str
) -> None:
    party_id = await office.person()
    refused = await office.consents(party_id, **changes)
    assert refused.status_code == 422
    assert pointer in {fault["pointer"] for fault in refused.json()["errors"]}
    assert await listed(office, party_id) == []


async def test_a_consent_is_revoked_once(office: Office) -> None:
    party_id = await office.person()
    consent_id = (await office.consents(party_id)).json()["consent_id"]
    path = f"/v1/consents/{consent_id}/revoke"
    first = await office.los.post(path, json={"reason": "no more"})
    second = await office.los.post(path, json={"reason": "no more"})
    unknown = await office.los.post("/v1/consents/cns_none/revoke", json={"reason": "no more"})
    assert [first.status_code, second.status_code, unknown.status_code] == [200, 409, 404]


async def test_the_same_key_records_a_consent_once(office: Office) -> None:
    party_id = await office.person()
    now = datetime.now(UTC)
    body = {
        "purpose": PURPOSE,
        "scope": ["bureau"],
        "proof": {"method": "signed_form", "document_id": "doc_1"},
        "given_at": now.isoformat(),
        "expires_at": (now + timedelta(days=1)).isoformat(),
    }
    once = key()
    answers = [await office.los.post(f"/v1/parties/{party_id}/consents", json=body, headers=once) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(await listed(office, party_id)) == 1


async def test_a_consent_counts_for_its_purpose_its_scope_and_its_time(office: Office) -> None:
    party_id = await office.person()
    await office.consents(party_id, scope=["bureau"], expires_at=at(days=2))
    async with office.db.transaction() as tx:
        now = await clock(tx)

        async def counts(purpose: str, *scope: str, days: int = 0) -> bool:
            moment = now + timedelta(days=days)
            return await consents.valid(tx, party_id, purpose, scope, moment) is not None

        assert await counts(PURPOSE, "consumer-bureau", "bureau")
        assert not await counts(PURPOSE, "company-registry", "registry")
        assert not await counts("marketing", "consumer-bureau", "bureau")
        assert not await counts(PURPOSE, "consumer-bureau", "bureau", days=3)


async def test_a_consent_of_a_record_that_was_merged_is_one_of_the_party(office: Office) -> None:
    survivor, merged = await office.person(), await office.person()
    await office.consents(merged)
    body = {"merged_party_id": merged, "reason": "the same person"}
    version = (await office.officer.get(f"/v1/parties/{survivor}")).headers["etag"]
    done = await office.officer.post(f"/v1/parties/{survivor}/merge", json=body, headers={**key(), "If-Match": version})
    assert done.status_code in (200, 201), done.text
    assert len(await listed(office, survivor)) == 1
    assert (await office.pull(survivor)).status_code == 201


async def test_nobody_consents_for_a_party_that_is_not_there(office: Office) -> None:
    assert (await office.consents("pty_none")).status_code == 404
    assert (await office.los.get("/v1/parties/pty_none/consents")).status_code == 404


async def test_who_may_only_read_records_nothing(office: Office) -> None:
    office.los.headers["Authorization"] = "Bearer privacy-officer"
    assert (await office.consents("pty_none")).status_code == 403
