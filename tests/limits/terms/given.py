"""What tests of limits by date start from: proposals over HTTP, and times around now."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.limits.domain.account import Account
from services.limits.handlers import accounts, granting
from shared.db import Database
from shared.ids import new_id
from tests.limits import given

DaysPass = Callable[[str, float], Awaitable[None]]


def in_days(days: float) -> str:
    """A time so many days from now, as it is sent."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def money(amount_minor: int, currency: str = "EUR") -> dict[str, Any]:
    """An amount as it is sent."""
    return {"amount_minor": amount_minor, "currency": currency}


def base(amount_minor: int | None, **times: Any) -> dict[str, Any]:
    """A change of the limit itself."""
    return {"kind": "base", "amount": None if amount_minor is None else money(amount_minor), **times}


def temporary(amount_minor: int, ends: float, **times: Any) -> dict[str, Any]:
    """An increase until so many days from now."""
    return {"kind": "temporary", "amount": money(amount_minor), "effective_to": in_days(ends), **times}


async def post(client: httpx.AsyncClient, path: str, body: Mapping[str, Any], *, key: str = "") -> httpx.Response:
    """A request with an idempotency key."""
    return await client.post(path, json=body, headers={"Idempotency-Key": key or new_id("key")})


async def propose(
    client: httpx.AsyncClient, account_id: str, change: Mapping[str, Any], reason: str = "asked for by sales"
) -> dict[str, Any]:
    """A proposal that is accepted as one, whatever becomes of it."""
    answer = await post(client, f"/v1/accounts/{account_id}/limit-proposals", {"change": change, "reason": reason})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def approve(client: httpx.AsyncClient, proposal: Mapping[str, Any]) -> httpx.Response:
    """The request to approve a proposal."""
    return await client.post(f"/v1/limit-proposals/{proposal['proposal_id']}/approve", json={"comment": "seen"})


async def agree(
    maker: httpx.AsyncClient, checker: httpx.AsyncClient, account_id: str, change: Mapping[str, Any]
) -> dict[str, Any]:
    """A change that two people make."""
    proposal = await propose(maker, account_id, change)
    if proposal["state"] == "proposed":
        answer = await approve(checker, proposal)
        assert answer.status_code == 200, answer.text
        proposal = answer.json()
    assert proposal["state"] == "approved"
    return proposal


async def limit_of(db: Database, account_id: str) -> tuple[int, int, str]:
    """The limit, the cover and the basis of an account as it stands."""
    found = await accounts.get_account(db, account_id)
    return found.limit_minor, found.cover_minor, found.basis


async def account(db: Database, limit_minor: int = 100_000, **named: Any) -> Account:
    """An account with a limit, of a product of its own unless one is named."""
    event = given.decision(limit_minor, product=named.pop("product", new_id("product")), **named)
    await granting.grant_limits(db, [event])
    (found,) = await accounts.list_accounts(db, event.data.party_id)
    return found


async def changes(db: Database, account_id: str) -> list[tuple[Any, Any, str]]:
    """The limits, covers and causes that were published of an account."""
    found = await given.rows(
        db,
        "SELECT payload FROM outbox WHERE aggregateid = :account_id AND type = 'limits.limit_changed.v1' ORDER BY seq",
        account_id=account_id,
    )
    return [
        (
            None if row.payload["limit"] is None else row.payload["limit"]["amount_minor"],
            row.payload["cover"]["amount_minor"],
            row.payload["cause"],
        )
        for row in found
    ]


async def entries(db: Database, account_id: str) -> list[Any]:
    """The entries of an account."""
    return await given.rows(
        db,
        "SELECT kind, limit_delta, cover_delta, actor, reason, decision_id, proposal_id FROM entry"
        " WHERE account_id = :account_id ORDER BY version",
        account_id=account_id,
    )
