"""Applications in, decisions out: submits applicants, waits for their decisions, and reads what came of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from services.demo.applicants import Applicant
from services.demo.figures import Acknowledged, Decided, Grant
from services.demo.site import Caller
from shared.money import Money
from shared.products import Product

WAIT_SECONDS: Final = 10
STALLED_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.5

Count = Callable[[int], None]
"""Told how many more are done."""

T = TypeVar("T")
R = TypeVar("R")


async def submit_all(
    caller: Caller, product: Product, applicants: Sequence[Applicant], run: str, submitted: Count, decided: Count
) -> list[Acknowledged]:
    """Submit every applicant, each under its own Idempotency-Key.

    `run` sets the customers and keys of this run apart from those of any other. Raises `DemoError` when an
    application is refused or intake does not answer in time.
    """

    async def submit(applicant: Applicant) -> Acknowledged:
        reference = f"{run}-{applicant.number:05d}"
        body = {
            "product": product.name,
            "party": {"external_ref": reference},
            "requested": {"amount_minor": applicant.requested.amount_minor, "currency": applicant.requested.currency},
            "facts": applicant.facts,
        }
        reply = await caller.post("intake", "/v1/applications", body, key=reference, wait_seconds=WAIT_SECONDS)
        submitted(1)
        if reply["decision"] is not None:
            decided(1)
        return Acknowledged(applicant.number, reply["application_id"], reply["party_id"])

    return await _each(applicants, submit)


async def wait_for_decisions(
    caller: Caller, acknowledged: Iterable[Acknowledged], since: datetime, progress: Count
) -> list[Decided]:
    """Return all decisions on the applications, waiting as long as more of them arrive; `progress` gets the total."""
    expected = {entry.application_id for entry in acknowledged}
    best, patience = -1, time.monotonic() + STALLED_SECONDS
    while True:
        decisions = [entry async for entry in _decisions(caller, since) if entry.application_id in expected]
        count = len({entry.application_id for entry in decisions})
        progress(count)
        if count > best:
            best, patience = count, time.monotonic() + STALLED_SECONDS
        if count == len(expected) or time.monotonic() > patience:
            return decisions
        await asyncio.sleep(_POLL_SECONDS)


async def wait_for_limits(
    caller: Caller, approved: Iterable[Acknowledged], product: Product, found: Count
) -> list[Grant]:
    """Return what limits holds for each applicant that was granted credit, waiting for the limits on their way."""
    deadline = time.monotonic() + STALLED_SECONDS

    async def look_up(entry: Acknowledged) -> Grant:
        while True:
            accounts = (await caller.get("limits", "/v1/accounts", party_id=entry.party_id))["items"]
            if accounts or time.monotonic() > deadline:
                found(1)
                return _grant(entry.party_id, accounts, product)
            await asyncio.sleep(_POLL_SECONDS)

    return await _each(approved, look_up)


def money(reply: dict[str, Any]) -> Money:
    """Return an amount as the APIs write it."""
    return Money(reply["amount_minor"], reply["currency"])


def _grant(party_id: str, accounts: Sequence[dict[str, Any]], product: Product) -> Grant:
    # Nothing was drawn yet, so every entry of an account is a limit that was set; `version` counts them.
    limits_set = sum(account["version"] for account in accounts)
    limit = next((money(account["limit"]) for account in accounts if account["product"] == product.name), None)
    return Grant(party_id, limits_set, limit)


async def _decisions(caller: Caller, since: datetime) -> AsyncIterator[Decided]:
    """Yield the decisions of this run; what is older belongs to others."""
    async for item in caller.pages("decision", "/v1/decisions"):
        decided_at = datetime.fromisoformat(item["decided_at"])
        if decided_at < since:
            return
        yield Decided(
            decision_id=item["decision_id"],
            application_id=item["application_id"] or "",
            outcome=item["outcome"],
            reasons=tuple(item["reasons"]),
            score=None if item["score"] is None else item["score"]["score"],
            submitted_at=datetime.fromisoformat(item["submitted_at"]),
            decided_at=decided_at,
        )


async def _each(items: Iterable[T], act: Callable[[T], Coroutine[Any, Any, R]]) -> list[R]:
    """Return what `act` gives for each item, in order; the first failure ends all."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(act(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
