"""References as suppliers and banks give them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.ids import new_id
from tests.kit.platform import application, money

TODAY = datetime.now(UTC).date()


def days_ago(days: int) -> str:
    """Return a day as it is sent."""
    return (TODAY - timedelta(days=days)).isoformat()


def trade(referee: str = "Steel Ltd", **changes: Any) -> dict[str, Any]:
    """Return what a supplier says."""
    return {
        "kind": "trade",
        "taken_on": days_ago(1),
        "referee": referee,
        "contact": "Ms Canary, +49 30 1234567",
        "customer_since": days_ago(801),
        "terms_days": 30,
        "high_credit": money(5_000_000),
        "balance": money(2_000_000),
        "past_due": money(0),
        "manner": "prompt",
        **changes,
    }


def bank(referee: str = "City Bank", **changes: Any) -> dict[str, Any]:
    """Return what a bank says."""
    return {
        "kind": "bank",
        "taken_on": days_ago(1),
        "referee": referee,
        "account_since": days_ago(801),
        "currency": "DEM",
        "average_balance": "medium_5",
        "facility": {"limit": money(9_000_000), "drawn": money(4_000_000), "secured": True},
        "returned_items": 0,
        **changes,
    }


async def party_of(los: httpx.AsyncClient) -> str:
    """Let somebody new apply; return the id of the party."""
    headers = {"Idempotency-Key": new_id("key")}
    response = await los.post("/v1/applications", json=application(new_id("ref")), headers=headers)
    return str(response.json()["party_id"])


async def say(los: httpx.AsyncClient, party_id: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    """Send a reference in."""
    headers = {"Idempotency-Key": key or new_id("key")}
    return await los.post(f"/v1/parties/{party_id}/references", json=body, headers=headers)
