"""People and what is kept of them, as the tests of privacy need it."""

import secrets
from typing import Any

import httpx
from sqlalchemy import text

from shared.db import Database
from shared.ids import new_id
from tests.kit.platform import application, money


def key() -> dict[str, str]:
    """Return the header of a new idempotency key."""
    return {"Idempotency-Key": new_id("key")}


def ssn() -> str:
    """Return a social security number in the range of those that may be issued."""
    return f"{secrets.randbelow(600) + 1:03}-{secrets.randbelow(98) + 1:02}-{secrets.randbelow(9998) + 1:04}"


async def person(los: httpx.AsyncClient, country: str | None = "DE", **profile: Any) -> dict[str, str]:
    """Take a person in with everything that identifies one; return what was said, and the id."""
    said = {
        "name": f"Ottilie {secrets.token_hex(4).translate(str.maketrans('0123456789', 'ghijklmnop'))}",
        "ssn": ssn(),
        "phone": f"+4930{secrets.randbelow(10**7):07}",
        "email": f"{secrets.token_hex(6)}@example.org",
        "street": f"{secrets.token_hex(5)} Lane",
        "ref": f"customer-{secrets.token_hex(6)}",
    }
    body = {
        "kind": "person",
        "external_ref": said["ref"],
        "profile": {
            "names": [{"text": said["name"]}],
            "identifiers": [{"scheme": "us-ssn", "value": said["ssn"]}],
            "addresses": [{"lines": [said["street"]], "city": "Berlin", "postal_code": "10115", "country": "DE"}],
            "contacts": [{"kind": "phone", "value": said["phone"]}, {"kind": "email", "value": said["email"]}],
            "born_on": "1980-02-29",
            **profile,
        },
        "attribution": {"country": country} if country else None,
    }
    body = {name: value for name, value in body.items() if value is not None}
    answer = await los.post("/v1/parties", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return {**said, "party_id": answer.json()["party_id"]}


async def applies(los: httpx.AsyncClient, reference: str) -> dict[str, Any]:
    """Have somebody apply; return the acknowledgement."""
    answer = await los.post("/v1/applications", json=application(reference), headers=key())
    assert answer.status_code == 202, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


async def document(los: httpx.AsyncClient, party_id: str, filename: str = "passport.pdf") -> str:
    """Hand in a document; return its id."""
    answer = await los.post(
        f"/v1/parties/{party_id}/documents",
        params={"type": "identity"},
        content=b"%PDF-1.7\n" + secrets.token_hex(64).encode() + b"\n%%EOF\n",
        headers={
            **key(),
            "content-type": "application/pdf",
            "content-disposition": f'attachment; filename="{filename}"',
        },
    )
    assert answer.status_code == 201, answer.text
    document_id: str = answer.json()["document_id"]
    return document_id


async def consent(los: httpx.AsyncClient, party_id: str, text: str = "I agree") -> str:
    """Have a party consent to be asked about; return the consent's id."""
    body = {
        "purpose": "credit_assessment",
        "scope": ["bureau"],
        "proof": {"method": "signed_form", "sha256": "0" * 64, "text": text},
        "given_at": "2026-11-01T09:00:00Z",
        "expires_at": "2027-11-01T09:00:00Z",
    }
    answer = await los.post(f"/v1/parties/{party_id}/consents", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    consent_id: str = answer.json()["consent_id"]
    return consent_id


async def reference(los: httpx.AsyncClient, party_id: str) -> str:
    """Take down what a supplier says of a party; return the reference's id."""
    sums = {"high_credit": money(300), "balance": money(200), "past_due": money(100)}
    said = {"kind": "trade", "taken_on": "2026-01-31", "terms_days": 30, "manner": "slow", "days_slow": 5, **sums}
    body = {**said, "referee": "Steel Ltd", "contact": "Ms Weber"}
    answer = await los.post(f"/v1/parties/{party_id}/references", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    reference_id: str = answer.json()["reference_id"]
    return reference_id


async def statement(officer: httpx.AsyncClient, party_id: str) -> None:
    """Take in a statement of a party."""
    body = {
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
        "currency": "EUR",
        "standard": "ifrs",
        "assurance": "audited",
        "lines": {"assets": "100", "liabilities": "60", "equity": "40"},
    }
    answer = await officer.post(f"/v1/parties/{party_id}/statements", json=body, headers=key())
    assert answer.status_code == 201, answer.text


async def erase(privacy: httpx.AsyncClient, party_id: str, reason: str = "consent_withdrawn") -> httpx.Response:
    """Ask for the erasure of a party."""
    return await privacy.post(f"/v1/parties/{party_id}/erase", json={"reason": reason}, headers=key())


async def hold(privacy: httpx.AsyncClient, party_id: str, reason: str = "proceedings of a neighbour") -> str:
    """Place a legal hold; return its id."""
    answer = await privacy.post(f"/v1/parties/{party_id}/legal-holds", json={"reason": reason}, headers=key())
    assert answer.status_code == 201, answer.text
    hold_id: str = answer.json()["hold_id"]
    return hold_id


async def ended(db: Database, application_id: str, status: str, outcome: str | None = None, days_ago: int = 0) -> None:
    """Let an application have ended some days ago."""
    query = text("""
        UPDATE application SET status = :status, outcome = CAST(:outcome AS text),
               decided_at = now() - make_interval(days => :days), submitted_at = now() - make_interval(days => :days)
        WHERE application_id = :id
    """)
    async with db.transaction() as tx:
        await tx.execute(query, {"id": application_id, "status": status, "outcome": outcome, "days": days_ago})
