"""What tests of holds start from: documents that a check blocked or passed, holds, officers with authority."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.limits.domain.account import Account
from services.limits.domain.checks.result import CheckRecord, Outcome, RuleVersion, StepResult, Verdict
from services.limits.domain.document import Document
from services.limits.domain.holds import Hold
from services.limits.handlers import granting, holds
from services.limits.store import accounts
from services.limits.store import holds as store
from shared import outbox
from shared.db import Database, clock
from shared.ids import new_id
from shared.money import Money
from tests.limits import given as limits

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


def document(doc_id: str = "") -> Document:
    """A sales order, another one at every call."""
    return Document("erp", "order", doc_id or new_id("doc"))


def record(
    of: Document | None,
    verdict: Verdict = Verdict.BLOCK,
    *,
    account_id: str = "acc_1",
    amount_minor: int = 5000,
    currency: str = "EUR",
    version: int | None = None,
    actor: str = "crm",
    reasons: tuple[str, ...] = ("INSUFFICIENT_AVAILABLE",),
) -> CheckRecord:
    """What a check found about a document."""
    against = () if verdict is Verdict.OK else reasons
    return CheckRecord(
        check_id=new_id("chk"),
        account_id=account_id,
        document=of,
        version=version,
        amount=Money(amount_minor, currency),
        verdict=verdict,
        steps=tuple(StepResult(code, "static_utilization", verdict, code, {}, Outcome.HIT) for code in against),
        checked_at=NOW,
        actor=actor,
        rule=RuleVersion("trade-credit", 0, "0" * 64),
    )


async def checked(db: Database, *records: CheckRecord) -> None:
    """Let holds follow checks, as the transaction of the checks does."""
    async with db.transaction() as tx:
        facts = await holds.follow(tx, records, await clock(tx))
        await outbox.put(tx, facts)
    holds.count(facts)


async def live(db: Database, of: Document) -> Hold | None:
    """The live hold of a document."""
    async with db.transaction() as tx:
        return await store.lock_live(tx, of)


async def open_hold(db: Database, account: Account, amount_minor: int = 5000, *, actor: str = "crm") -> Hold:
    """The hold of a document on `account` that was just blocked."""
    of = document()
    await checked(db, record(of, account_id=account.account_id, amount_minor=amount_minor, actor=actor))
    found = await live(db, of)
    assert found is not None
    return found


def eur(amount_minor: int, currency: str = "EUR") -> dict[str, Any]:
    """Money as it is sent and shown."""
    return {"amount_minor": amount_minor, "currency": currency}


def key() -> dict[str, str]:
    """A key of a request's own."""
    return {"Idempotency-Key": new_id("key")}


def seen(answer: httpx.Response) -> dict[str, str]:
    """What a release of the hold that was just read is sent with."""
    return {**key(), "If-Match": f'"{answer.json()["version"]}"'}


def in_days(days: int) -> str:
    """That many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def blocked(crm: httpx.AsyncClient, account: Account, amount_minor: int, **changes: Any) -> dict[str, Any]:
    """Have a document checked that does not fit the account, and return its body."""
    of = {"source": "crm", "doc_type": "order", "doc_id": new_id("doc"), "version": 1, **changes}
    body = {"account_id": account.account_id, "amount": eur(amount_minor, account.currency), "document": of}
    answer = await crm.post("/v1/limit-checks", json=body)
    assert (answer.status_code, answer.json()["result"]) == (200, "block"), answer.text
    return body


async def hold_of(client: httpx.AsyncClient, account: Account, state: str = "open") -> httpx.Response:
    """The one hold of an account in a state, with all there is to see."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while cursor is not None or not items:
        page = (
            await client.get(
                "/v1/credit-holds", params={"state": state, "limit": 200, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    (found,) = [item for item in items if item["account_id"] == account.account_id]
    return await client.get(f"/v1/credit-holds/{found['hold_id']}")


def path_of(hold: httpx.Response) -> str:
    """Where a hold is."""
    return f"/v1/credit-holds/{hold.json()['hold_id']}"


async def grant(
    manager: httpx.AsyncClient,
    holder: str,
    *,
    max_amount: int = 1_000_000,
    max_exposure: int = 10_000_000,
    currency: str = "EUR",
    **changes: Any,
) -> httpx.Response:
    """Let somebody release, in the place of whatever they could before."""
    before = await manager.get(f"/v1/authorities/{holder}")
    authority = {
        "max_amount": eur(max_amount, currency),
        "max_exposure": eur(max_exposure, currency),
        "valid_from": "2026-01-01T00:00:00Z",
        **changes,
    }
    body = {"authorities": [authority], "reason": "appointed"}
    answer = await manager.put(f"/v1/authorities/{holder}", json=body, headers={"If-Match": before.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return answer


async def limit_of(db: Database, limit_minor: int, *, party_id: str = "", product: str = "trade-credit") -> Account:
    """An account on which a decision has just put this limit."""
    decided_at = datetime.now(UTC)
    event = limits.decision(limit_minor, party_id=party_id, product=product, decided_at=decided_at)
    await granting.grant_limits(db, [event])
    async with db.transaction() as tx:
        (found,) = await accounts.of_parties(tx, [event.data.party_id])
    return found
