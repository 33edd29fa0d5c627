"""What tests start from: decisions that were made, accounts with a limit, commands from a client."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.limits.domain.account import Account
from services.limits.domain.books import Command
from services.limits.domain.checks.result import Verdict
from services.limits.domain.reservation import Capture, Release, Reserve
from services.limits.handlers import accounts, granting, settling
from services.limits.handlers.checks import Answered
from shared.contracts.decision import Decided
from shared.contracts.envelope import Amount, Event
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
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
    application_id: str = "",
) -> Event[Decided]:
    """A decision as it arrives; every call makes another event."""
    decision_id = decision_id or new_id("dec")
    data = Decided.model_validate(
        {
            "decision_id": decision_id,
            "application_id": application_id or new_id("app"),
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
    await granting.grant_limits(db, [event])
    found = await accounts.list_accounts(db, event.data.party_id)
    return next(account for account in found if account.currency == currency)


def reserve(account: Account, amount_minor: int, *, seconds: float = 3600, key: str = "") -> settling.Request:
    """A request to reserve."""
    command = Reserve(
        new_id("res"), account.account_id, Money(amount_minor, account.currency), timedelta(seconds=seconds)
    )
    return request(command, key)


def request(command: Command, key: str = "") -> settling.Request:
    """A request of a client, each under its own idempotency key unless one is given."""
    claim = Claim("crm", type(command).__name__, key or new_id("key"), b"fingerprint")
    return settling.Request((command,), claim, None)


async def rows(db: Database, sql: str, **parameters: Any) -> list[Any]:
    """What the database holds."""
    async with db.transaction() as tx:
        return list((await tx.execute(text(sql), parameters)).all())


def capture(answer: Answer | Refusal, amount_minor: int | None = None, *, key: str = "") -> settling.Request:
    """A request to capture what an earlier answer reserved."""
    amount = None if amount_minor is None else Money(amount_minor, "EUR")
    return request(Capture(id_of(answer), amount), key)


def release(answer: Answer | Refusal, *, key: str = "") -> settling.Request:
    """A request to release what an earlier answer reserved."""
    return request(Release(id_of(answer)), key)


def id_of(answer: Answer | Refusal) -> str:
    """The id of the reservation that was answered with."""
    return str(_body(answer)["reservation_id"])


def state_of(answer: Answer | Refusal) -> str:
    """The state of the reservation that was answered with, or the code of the refusal."""
    return answer.code if isinstance(answer, Refusal) else str(_body(answer)["state"])


def _body(answer: Answer | Refusal) -> dict[str, Any]:
    assert isinstance(answer, Answer)
    body: dict[str, Any] = json.loads(answer.body)
    return body


async def assert_books_balance(db: Database, account_id: str) -> None:
    """The entries, the reservations and the account say the same, to the minor unit, and no limit is overrun."""
    (found,) = await rows(
        db,
        """
        SELECT a.limit_minor, a.posted_minor, a.reserved_minor, a.version, e.limits, e.posted, e.reserved, e.entries,
               e.last, r.captured, r.open
        FROM account a,
             LATERAL (SELECT sum(limit_delta) AS limits, sum(posted_delta) AS posted, sum(reserved_delta) AS reserved,
                             count(*) AS entries, max(version) AS last FROM entry WHERE account_id = a.account_id) e,
             LATERAL (SELECT coalesce(sum(captured_minor), 0) AS captured,
                             coalesce(sum(amount_minor - captured_minor) FILTER (WHERE state = 'reserved'), 0)
                                 AS open
                      FROM reservation WHERE a.account_id = ANY(path)) r
        WHERE a.account_id = :account_id
        """,
        account_id=account_id,
    )
    assert (found.limits, found.posted, found.reserved) == (found.limit_minor, found.posted_minor, found.reserved_minor)
    assert (found.captured, found.open) == (found.posted_minor, found.reserved_minor)
    assert found.entries == found.last == found.version
    assert found.posted_minor + found.reserved_minor <= found.limit_minor


def passed(check: Answered | Refusal) -> bool:
    """Whether a check found nothing against the amount."""
    assert isinstance(check, Answered)
    return check.verdict is Verdict.OK
