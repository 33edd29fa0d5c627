"""Asks the limits service what parties owe and may owe."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog
from pydantic import BaseModel, ConfigDict

from services.intake.domain.exposure import GroupExposure, LimitAccount
from shared.money import Money

log = structlog.get_logger()

MOST_PARTIES: Final = 200
"""The exposure of a larger group is not asked for: it is unknown."""
_AT_ONCE: Final = 8
_MOST_BYTES: Final = 4 * 1024 * 1024


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Money(_Answer):
    amount_minor: int
    currency: str

    def value(self) -> Money:
        return Money(self.amount_minor, self.currency)


class _Account(_Answer):
    account_id: str
    party_id: str
    product: str
    kind: str
    status: str
    path: tuple[str, ...]
    limit: _Money | None
    posted: _Money
    reserved: _Money


class _Accounts(_Answer):
    items: tuple[_Account, ...]


class LimitsClient:
    """HTTP client of limits. An answer that is late, wrong or missing is none, and nobody takes none for zero."""

    def __init__(self, url: str, key: str, timeout_seconds: float = 3.0) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=timeout_seconds)
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def exposure(self, party_ids: Collection[str]) -> GroupExposure | None:
        """Return what parties owe together; None where it is not known for every one of them."""
        if len(party_ids) > MOST_PARTIES:
            return None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                accounts = await self._all(party_ids)
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            log.warning("limits_unavailable", cause=type(error).__name__)
            return None
        return GroupExposure(tuple(accounts), datetime.now(UTC))

    async def accounts(self, party_ids: Collection[str]) -> Mapping[str, list[LimitAccount]] | None:
        """Return the accounts of parties, by party; None where they are not known for every one of them."""
        found = await self.exposure(party_ids)
        if found is None:
            return None
        return {party_id: [one for one in found.accounts if one.party_id == party_id] for party_id in party_ids}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _all(self, party_ids: Collection[str]) -> list[LimitAccount]:
        try:
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(self._accounts(party_id)) for party_id in party_ids]
        except ExceptionGroup as failed:
            # One that failed is as bad as all: the group has cancelled the others.
            raise failed.exceptions[0] from None
        return [one for task in asked for one in task.result()]

    async def _accounts(self, party_id: str) -> list[LimitAccount]:
        async with (
            self._free,
            self._http.stream("GET", f"{self._url}/v1/accounts", params={"party_id": party_id}) as response,
        ):
            response.raise_for_status()
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise ValueError("the answer is too large")
        return [_account(one) for one in _Accounts.model_validate_json(bytes(content)).items]


def _account(one: _Account) -> LimitAccount:
    return LimitAccount(
        account_id=one.account_id,
        party_id=one.party_id,
        product=one.product,
        kind=one.kind,
        status=one.status,
        path=one.path,
        limit=None if one.limit is None else one.limit.value(),
        posted=one.posted.value(),
        reserved=one.reserved.value(),
    )
