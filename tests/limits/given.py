"""What tests start from: decisions that were made, accounts with a limit, commands from a client."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.limits import handlers
from services.limits.domain.account import Account
from services.limits.domain.reservation import Capture, Release, Reserve
from shared.contracts.decision import Decided
from shared.contracts.envelope import Amount, Event
from shared.db import Database
from shared.idempotency import Claim
from shared.ids import new_id
from shared.money import Money

MADE_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def decision(
    limit_minor: int | None = 100_000,
    *,
    party_id: str = "",
    outcome: str = "approve",
    currency: str = "EUR",
    decided_at: datetime = MADE_AT,
    product: str = "trade-credit",
    decision_id: str = "",
) -> Event[Decided]:
    """A decision as it arrives; every call makes another event."""
    decision_id = decision_id or new_id("dec")
    data = Decided.model_validate(
        {
            "decision_id": decision_id,
            "application_id": new_id("app"),
            "party_id": party_id or new_id("pty"),
            "product": product,
            "outcome": outcome,
            "requested": Amount(amount_minor=100_000, currency=currency),
            "limit": None if limit_minor is None else Amount(amount_minor=limit_minor, currency=currency),
            "grade": "B",
            "score": 640,
            "reasons": (),
            "policy": None,
            "submitted_at": decided_at,
            "decided_at": decided_at,
        }
    )
    return Event(new_id("evt"), Decided.type, "/assay/decision", decision_id, decided_at, None, data)


async def account_with(db: Database, limit_minor: int, *, party_id: str = "", currency: str = "EUR") -> Account:
    """An account with this limit, opened by an approval."""
    event = decision(limit_minor, party_id=party_id, currency=currency)
    await handlers.grant_limits(db, [event])
    found = await handlers.list_accounts(db, event.data.party_id)
    return next(account for account in found if account.currency == currency)


def reserve(account: Account, amount_minor: int, *, seconds: float = 3600, key: str = "") -> handlers.Request:
    """A request to reserve."""
    command = Reserve(
        new_id("res"), account.account_id, Money(amount_minor, account.currency), timedelta(seconds=seconds)
    )
    return request(command, key)


def request(command: Reserve | Capture | Release, key: str = "") -> handlers.Request:
    """A request of a client, each under its own idempotency key unless one is given."""
    claim = Claim("crm", type(command).__name__, key or new_id("key"), b"fingerprint")
    return handlers.Request(command, claim, None)


async def rows(db: Database, sql: str, **parameters: Any) -> list[Any]:
    """What the database holds."""
    async with db.transaction() as tx:
        return list((await tx.execute(text(sql), parameters)).all())
