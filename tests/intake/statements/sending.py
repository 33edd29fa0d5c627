"""How statements are sent in, and what the credit file says of them."""

from typing import Any

import httpx

from services.intake.store import findings
from shared.db import Database
from tests.intake.parties.given import key

IMPORT: dict[str, Any] = {"format": "csv", "currency": "EUR", "standard": "ifrs", "assurance": "audited"}
CSV = {"Content-Type": "text/csv"}


async def submit(officer: httpx.AsyncClient, party: str, sent: dict[str, Any]) -> httpx.Response:
    return await officer.post(f"/v1/parties/{party}/statements", json=sent, headers=key())


async def kept(officer: httpx.AsyncClient, party: str, sent: dict[str, Any]) -> dict[str, Any]:
    answer = await submit(officer, party, sent)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def import_file(officer: httpx.AsyncClient, party: str, raw: bytes, **query: Any) -> httpx.Response:
    path = f"/v1/parties/{party}/statements/import"
    return await officer.post(path, content=raw, params={**IMPORT, **query}, headers={**CSV, **key()})


async def facts(db: Database, party: str) -> dict[str, Any] | None:
    """What the credit file says of the party's statements now."""
    async with db.transaction() as tx:
        found = await findings.newest(tx, [party])
    return dict(found[party][0].facts) if party in found else None
