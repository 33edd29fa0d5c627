"""What tests of parties start from: people and companies that nobody else has, and what limits answers."""

import random
from collections.abc import Mapping
from typing import Any

import httpx
from sqlalchemy import text

from shared.db import Database
from shared.ids import new_id

_SYLLABLES = ("bo", "dra", "fen", "gu", "hal", "ji", "kor", "lem", "mi", "nor", "pa", "qui", "ros", "sel", "tu", "vex")


def word() -> str:
    """A word that no other test has."""
    return "".join(random.choices(_SYLLABLES, k=5)).capitalize()


def digits(length: int) -> str:
    """As many digits, the first not zero."""
    return str(random.randrange(10 ** (length - 1), 10**length))


def key(value: str = "") -> dict[str, str]:
    """The header of a request that is sent once."""
    return {"Idempotency-Key": value or new_id("key")}


def company(name: str = "", **more: Any) -> dict[str, Any]:
    """The body of a company of its own."""
    name = name or f"{word()} {word()} Trading Ltd"
    return {"kind": "company", "profile": {"names": [{"text": name}], **more}}


def person(name: str = "", **more: Any) -> dict[str, Any]:
    """The body of a person of their own."""
    name = name or f"{word()} {word()}"
    return {"kind": "person", "profile": {"names": [{"text": name}], **more}}


def ein(value: str = "") -> dict[str, str]:
    """An identifier of a company."""
    return {"scheme": "us-ein", "value": value or digits(9)}


async def take_in(http: httpx.AsyncClient, body: Mapping[str, Any]) -> str:
    """The id of the party that a body is."""
    answer = await http.post("/v1/parties", json=body, headers=key())
    assert answer.status_code in (200, 201), answer.text
    party_id: str = answer.json()["party_id"]
    return party_id


async def new_company(http: httpx.AsyncClient) -> str:
    """The id of a company of its own."""
    return await take_in(http, company(identifiers=[ein()]))


async def own(
    http: httpx.AsyncClient, owner: str, owned: str, share: str | None = None, /, **more: Any
) -> httpx.Response:
    """What is answered to a statement of who owns whom; control where no share is given."""
    kind = "control" if share is None else "ownership"
    body = {"owner_party_id": owner, "kind": kind, "share": share, "valid_from": "2020-01-01", "source": "registry"}
    return await http.post(f"/v1/parties/{owned}/owners", json={**body, **more}, headers=key())


async def group(http: httpx.AsyncClient, party_id: str, on: str = "") -> dict[str, Any]:
    """The group of a party."""
    answer = await http.get(f"/v1/parties/{party_id}/group", params={"on": on} if on else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def members(http: httpx.AsyncClient, party_id: str, on: str = "") -> set[str]:
    """Who belongs together with a party."""
    return {member["party_id"] for member in (await group(http, party_id, on))["members"]}


async def events_of(db: Database, event_type: str, *party_ids: str) -> list[dict[str, Any]]:
    """The events of a type that name one of the parties."""
    query = text("SELECT payload FROM outbox WHERE type = :type AND payload::text ~ :ids ORDER BY seq")
    async with db.transaction() as tx:
        rows = await tx.execute(query, {"type": event_type, "ids": "|".join(party_ids)})
        return [row.payload for row in rows]


def account(party_id: str, posted: int, *, reserved: int = 0, currency: str = "EUR", **more: Any) -> dict[str, Any]:
    """An account as limits shows it."""
    account_id = more.pop("account_id", new_id("acc"))
    return {
        "account_id": account_id,
        "party_id": party_id,
        "product": "trade-credit",
        "kind": "customer",
        "status": "open",
        "path": [account_id],
        "limit": {"amount_minor": 1_000_000, "currency": currency},
        "posted": {"amount_minor": posted, "currency": currency},
        "reserved": {"amount_minor": reserved, "currency": currency},
        "available": None,
        "review_due_on": None,
        "opened_at": "2026-01-01T00:00:00Z",
        **more,
    }
