"""What tests of the life cycle do over HTTP, and ask of the service."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx

from shared.ids import new_id
from tests.kit.catalogue import act, bearing, draft
from tests.kit.service import Urls

AUTHOR, APPROVER = "policy-author", "policy-approver"
FUTURE: Final = (datetime.now(UTC) + timedelta(days=400)).isoformat()
LATER: Final = (datetime.now(UTC) + timedelta(days=500)).isoformat()


async def version_of(desk: httpx.AsyncClient, version_id: str) -> dict[str, Any]:
    """Return a version with its document and log."""
    answer = await desk.get(f"/v1/versions/{version_id}", headers=bearing("reader"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def what_is_live(desk: httpx.AsyncClient, name: str, kind: str = "policy") -> dict[str, Any]:
    """Return what runs under a name."""
    found: dict[str, Any] = (await desk.get(f"/v1/catalogue/{kind}/{name}", headers=bearing("reader"))).json()
    return found


async def deciding(desk: httpx.AsyncClient, name: str) -> str | None:
    """Return the version (its limit) of the policy that decides an application now, None when none does."""
    body = {
        "product": name,
        "party_id": "pty_1",
        "requested": {"amount_minor": 100_00, "currency": "EUR"},
        "facts": {"months": 12},
    }
    headers = bearing("los", **{"Idempotency-Key": new_id("key")})
    answer = await desk.post("/v1/decisions", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found = answer.json()["policy"]
    return None if found is None else found["version"]


async def settled(desk: httpx.AsyncClient, name: str) -> str | None:
    """Return the same once every process must have noticed: what was live is kept for a quarter of a second."""
    await asyncio.sleep(0.3)
    return await deciding(desk, name)


async def handed_in(desk: httpx.AsyncClient, document: dict[str, Any], kind: str = "policy") -> dict[str, Any]:
    """Return a new version that waits for its second pair of eyes."""
    version_id = (await draft(desk, kind, document)).json()["version_id"]
    for action in ("validate", "submit"):
        answer = await act(desk, version_id, action, AUTHOR)
        assert answer.status_code == 200, answer.text
    return await version_of(desk, version_id)


def refusal_of(answer: httpx.Response) -> tuple[int, str]:
    """Return how an answer refuses."""
    return answer.status_code, answer.json()["code"]


async def as_administrator(urls: Urls, statement: str, *arguments: Any) -> None:
    """Do in the database what no service can."""
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(statement, *arguments)
    await admin.close()


async def let_time_pass(urls: Urls, version_id: str, *, begin: str, end: str | None = None) -> None:
    """Move what a version is scheduled for, relative to now, as if it had been said so in time."""
    for table in ("activation", "version"):
        await as_administrator(
            urls,
            f"UPDATE decision.{table} SET effective_from = now() + $2::text::interval, "
            "effective_to = now() + $3::text::interval WHERE version_id = $1",
            version_id,
            begin,
            end,
        )


async def roll_back(desk: httpx.AsyncClient, name: str, **body: Any) -> httpx.Response:
    """Put a policy back in an emergency."""
    path = f"/v1/catalogue/policy/{name}/rollback"
    return await desk.post(path, json={"comment": "it declines everybody", **body}, headers=bearing(APPROVER))
