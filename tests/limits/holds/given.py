"""What tests of holds start from: documents that a check blocked or passed, holds, officers with authority."""

from datetime import UTC, datetime, timedelta

from services.limits.domain.account import Account
from services.limits.domain.checks.result import CheckRecord, Outcome, RuleVersion, StepResult, Verdict
from services.limits.domain.document import Document
from services.limits.domain.holds import Hold
from services.limits.handlers import holds
from services.limits.store import accounts
from services.limits.store import holds as store
from shared import outbox
from shared.db import Database
from shared.ids import new_id
from shared.money import Money

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
        facts = await holds.follow(tx, records, await accounts.clock(tx))
        await outbox.put(tx, facts)
    holds.count(facts)


async def live(db: Database, of: Document) -> Hold | None:
    """The live hold of a document."""
    async with db.transaction() as tx:
        return (await store.lock_live(tx, [of])).get(of)


async def open_hold(db: Database, account: Account, amount_minor: int = 5000, *, actor: str = "crm") -> Hold:
    """The hold of a document on `account` that was just blocked."""
    of = document()
    await checked(db, record(of, account_id=account.account_id, amount_minor=amount_minor, actor=actor))
    found = await live(db, of)
    assert found is not None
    return found
