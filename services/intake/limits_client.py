"""Asks the limits service what parties owe and may owe."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.exposure import Behaviour, GroupExposure, LimitAccount, added
from shared.money import Money

log = structlog.get_logger()

MOST_PARTIES: Final = 200
"""The exposure of a larger group is not asked for: it is unknown."""
_AT_ONCE: Final = 8
_MOST_BYTES: Final = 4 * 1024 * 1024


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


A = TypeVar("A", bound=_Answer)


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
    available: _Money | None
    review_due_on: Annotated[date | None, Field(strict=False)]


class _Accounts(_Answer):
    items: tuple[_Account, ...]


class _Bucket(_Answer):
    days_past_due: str
    open: _Money


class _Category(_Answer):
    disputed: _Money


class _Exposure(_Answer):
    categories: tuple[_Category, ...]
    ageing: tuple[_Bucket, ...]


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

    async def behaviour(self, account_ids: Collection[str]) -> Behaviour | None:
        """Return how what stands on accounts is paid; None where it is not known of every one of them."""
        paths = [f"/v1/accounts/{account_id}/exposure" for account_id in account_ids]
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answers = await _together([self._get(path, {}, _Exposure) for path in paths])
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            log.warning("limits_unavailable", cause=type(error).__name__)
            return None
        buckets: dict[str, list[Money]] = defaultdict(list)
        for bucket in (bucket for answer in answers for bucket in answer.ageing):
            buckets[bucket.days_past_due].append(bucket.open.value())
        disputed = (category.disputed.value() for answer in answers for category in answer.categories)
        known = {name: added(amounts) for name, amounts in buckets.items()}
        return Behaviour({name: amounts for name, amounts in known.items() if amounts}, added(disputed))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _all(self, party_ids: Collection[str]) -> list[LimitAccount]:
        asked = [self._get("/v1/accounts", {"party_id": party_id}, _Accounts) for party_id in party_ids]
        return [_account(one) for answer in await _together(asked) for one in answer.items]

    async def _get(self, path: str, params: Mapping[str, str], model: type[A]) -> A:
        async with self._free, self._http.stream("GET", f"{self._url}{path}", params=dict(params)) as response:
            response.raise_for_status()
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise ValueError("the answer is too large")
        return model.model_validate_json(bytes(content))


async def _together(asked: Sequence[Coroutine[Any, Any, A]]) -> list[A]:
    """Return all answers; one that failed is as bad as all, and the others are then cancelled."""
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(each) for each in asked]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in running]


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
        available=None if one.available is None else one.available.value(),
        review_due_on=one.review_due_on,
    )
