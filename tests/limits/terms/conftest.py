"""Those who speak HTTP to limits about limits: an officer who proposes, managers who approve, and a CRM."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.limits.app import create_app
from services.limits.settings import Settings
from tests.kit.service import Urls, client_of, platform_settings
from tests.limits.terms.given import DaysPass

_OFFICER = ["limits:read", "limits:propose", "accounts:write"]
_SCOPES = {
    "crm": ["limits:read", "reservations:read", "reservations:write"],
    "officer": _OFFICER,
    "manager": [*_OFFICER, "limits:approve"],
    "other-manager": [*_OFFICER, "limits:approve"],
}


@pytest.fixture
def app(urls: Urls, tmp_path: Path) -> FastAPI:
    """The service."""
    return create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))


@pytest.fixture
async def crm(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A CRM, which may change no limit."""
    async with client_of(app, "crm") as client:
        yield client


@pytest.fixture
async def officer(crm: httpx.AsyncClient) -> httpx.AsyncClient:
    """A credit officer, who may propose."""
    return _beside(crm, "officer")


@pytest.fixture
async def manager(crm: httpx.AsyncClient) -> httpx.AsyncClient:
    """A credit manager, who may propose and approve."""
    return _beside(crm, "manager")


@pytest.fixture
async def other_manager(crm: httpx.AsyncClient) -> httpx.AsyncClient:
    """Another credit manager."""
    return _beside(crm, "other-manager")


_EARLIER = "$2::float8 * interval '1 day'"
_MOVES = (
    f"UPDATE limit_term_end e SET ends_at = ends_at - {_EARLIER}, created_at = e.created_at - {_EARLIER}"
    " FROM limit_term t WHERE t.term_id = e.term_id AND t.account_id = $1",
    f"UPDATE limit_term SET effective_from = effective_from - {_EARLIER}, effective_to = effective_to - {_EARLIER},"
    f" stated_at = stated_at - {_EARLIER}, created_at = created_at - {_EARLIER} WHERE account_id = $1",
    f"UPDATE limit_proposal SET effective_from = effective_from - {_EARLIER}, effective_to = effective_to - {_EARLIER},"
    " course_before = (SELECT jsonb_agg(jsonb_set(step, '{since}', to_jsonb("
    f"((step->>'since')::timestamptz - {_EARLIER})::text)) ORDER BY place)"
    " FROM jsonb_array_elements(course_before) WITH ORDINALITY AS steps(step, place)) WHERE account_id = $1",
    f"UPDATE account SET limit_changes_at = limit_changes_at - {_EARLIER} WHERE account_id = $1",
)


@pytest.fixture
async def days_pass(urls: Urls) -> AsyncIterator[DaysPass]:
    """Has days pass for an account: all that was agreed for it moves into the past, which the service itself can't."""
    connection = await asyncpg.connect(urls.admin)

    async def move(account_id: str, days: float) -> None:
        async with connection.transaction():
            await connection.execute("SET LOCAL search_path TO limits")
            for statement in _MOVES:
                await connection.execute(statement, account_id, days)

    yield move
    await connection.close()


def _beside(client: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    """Another client of the same running application."""
    return httpx.AsyncClient(
        transport=client._transport, base_url="http://service", headers={"Authorization": f"Bearer {key}"}
    )
