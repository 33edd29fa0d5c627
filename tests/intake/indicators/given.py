"""Series and parties as the tests of indicators need them."""

import secrets
from collections.abc import Mapping
from typing import Any

import httpx
from sqlalchemy import text

from shared.db import Database


def unique(word: str = "series") -> str:
    """Return a code that no other test uses."""
    return f"{word}-{secrets.token_hex(4)}"


async def series(feed: httpx.AsyncClient, code: str | None = None, **fields: Any) -> str:
    """Define a monthly series of everybody with two digits after the point; return its code."""
    code = code or unique()
    body = {
        "label": "Purchasing managers' index",
        "label_zh": "采购经理指数",
        "unit": "index points",
        "frequency": "monthly",
        "scope": "global",
        "source": "statistics office",
        "scale": 2,
        **fields,
    }
    answer = await feed.put(f"/v1/indicators/{code}", json=body)
    assert answer.status_code == 200, answer.text
    return code


async def observe(feed: httpx.AsyncClient, code: str, values: Mapping[str, str], **fields: str) -> dict[str, int]:
    """Observe values of a series by day."""
    items = [{"series": code, "observed_on": day, "value": value, **fields} for day, value in values.items()]
    answer = await feed.put("/v1/indicator-observations", json={"items": items})
    assert answer.status_code == 200, answer.text
    told: dict[str, int] = answer.json()
    return told


async def trigger(feed: httpx.AsyncClient, code: str, name: str = "low", **fields: Any) -> dict[str, Any]:
    """Have a series watched for falling to 50, with a review within 14 days."""
    body = {
        "kind": "level",
        "direction": "down",
        "threshold": "50",
        "hysteresis": "1",
        "review_within_days": 14,
        **fields,
    }
    answer = await feed.put(f"/v1/indicators/{code}/triggers/{name}", json=body)
    assert answer.status_code == 200, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


async def parties(db: Database, count: int, **where: str) -> list[str]:
    """Add parties of a country or industry; return their ids in order."""
    ids = [f"pty_{secrets.token_hex(16)}" for _ in range(count)]
    columns = "".join(f", {name}" for name in where)
    values = "".join(f", CAST(:{name} AS text)" for name in where)
    query = (
        f"INSERT INTO party (party_id, kind{columns}) SELECT id, 'company'{values} FROM unnest(CAST(:ids AS text[])) id"
    )
    async with db.transaction() as tx:
        await tx.execute(text(query), {"ids": ids, **where})
    return sorted(ids)


async def told(db: Database, event_type: str, key: str) -> list[dict[str, Any]]:
    """Return the events of a type with a key, oldest first."""
    query = text("SELECT payload FROM outbox WHERE type = :type AND aggregateid = :key ORDER BY seq")
    async with db.transaction() as tx:
        return [row.payload for row in await tx.execute(query, {"type": event_type, "key": key})]
