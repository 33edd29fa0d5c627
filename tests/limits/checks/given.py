"""What tests of checks start from: figures of an account, rules as people write them, documents that are checked."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import httpx

from services.limits.domain.account import Account, Basis, Kind
from services.limits.domain.checks.check import check
from services.limits.domain.checks.figures import Figures, Orders
from services.limits.domain.checks.question import Question
from services.limits.domain.checks.result import CheckRecord
from services.limits.domain.checks.rule import Rule
from services.limits.domain.document import Document
from services.limits.domain.holds import Release
from services.limits.domain.items.receivables import Receivables
from services.limits.domain.rates import Rates
from services.limits.handlers import accounts, granting
from services.limits.replies import check_rules
from shared.db import Database
from shared.ids import new_id
from shared.money import Money
from tests.limits import given as limits

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDER = Document("erp", "order", "4711")
RATES = Rates({("USD", "EUR"): Fraction(9, 10)})


def account(account_id: str = "acc_own", limit_minor: int | None = 1000, **changes: Any) -> Account:
    """An account with a limit in euros, at the root of a tree unless a path says otherwise."""
    fields: dict[str, Any] = {
        "party_id": "pty_1",
        "product": "trade-credit",
        "currency": "EUR",
        "opened_at": NOW,
        "path": (account_id,),
        "limit_minor": limit_minor or 0,
        "basis": Basis.UNSET if limit_minor is None else Basis.SET,
    }
    return Account(account_id, **{**fields, **changes})


def group(limit_minor: int | None = 10_000, **changes: Any) -> Account:
    """The account of a group."""
    return account("acc_group", limit_minor, kind=Kind.GROUP, **changes)


def items(**changes: Any) -> Receivables:
    """What a customer owes by its documents: nothing, but for what is said."""
    nothing: dict[str, Any] = {
        "open_minor": 0,
        "overdue_minor": 0,
        "oldest_overdue_days": 0,
        "dunning_level": 0,
        "average_days_late": None,
        "paid_items": 0,
        "disputed_minor": 0,
    }
    return Receivables(**{**nothing, **changes})


def figures(amount_minor: int = 100, *levels: Account, currency: str = "EUR", **changes: Any) -> Figures:
    """The figures of a check on the last of `levels`, with no items to speak of."""
    fields: dict[str, Any] = {
        "levels": levels or (account(),),
        "rates": Rates(),
        "now": NOW,
        "receivables": items(),
        "orders": {days: Orders() for days in (0, 30, 60)},
    }
    return Figures(Money(amount_minor, currency), **{**fields, **changes})


def rule(*steps: Mapping[str, Any], **document: Any) -> Rule:
    """A rule as somebody writes it; a step without a name is called by its kind."""
    named = [{"name": f"{step['kind']}_{place}", **step} for place, step in enumerate(steps)]
    text = json.dumps({"steps": named, **document})
    return check_rules.rule_of(check_rules.RuleDocument.model_validate_json(text), "trade-credit", 1)


def built_in() -> Rule:
    """The rule of products that have none of their own."""
    return check_rules.read_rule(check_rules.BUILT_IN, "trade-credit", 0)


def checked(of: Figures, by: Rule, document: Document | None = ORDER, release: Release | None = None) -> CheckRecord:
    """What a check of a document finds."""
    question = Question("chk_1", "crm", of.amount, account_id=of.account.account_id, document=document)
    return check(question, by, of, release)


def eur(amount_minor: int, currency: str = "EUR") -> dict[str, Any]:
    """Money as it is sent and shown."""
    return {"amount_minor": amount_minor, "currency": currency}


def key() -> dict[str, str]:
    """A key of a request's own."""
    return {"Idempotency-Key": new_id("key")}


def order(doc_id: str = "", **changes: Any) -> dict[str, Any]:
    """A sales order, another one at every call."""
    return {"source": "erp", "doc_type": "order", "doc_id": doc_id or new_id("doc"), **changes}


async def ask(crm: httpx.AsyncClient, on: Account | str, amount_minor: int, **changes: Any) -> dict[str, Any]:
    """The answer to a question about an account."""
    account_id = on if isinstance(on, str) else on.account_id
    answer = await crm.post("/v1/limit-checks", json={"account_id": account_id, "amount": eur(amount_minor), **changes})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def put(manager: httpx.AsyncClient, product: str, document: Mapping[str, Any]) -> httpx.Response:
    """Put a rule in the place of the one in force."""
    before = await manager.get(f"/v1/check-rules/{product}")
    body = {"rule": document, "reason": "as the committee decided"}
    return await manager.put(f"/v1/check-rules/{product}", json=body, headers={"If-Match": before.headers["ETag"]})


def step(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One step of an answer."""
    (found,) = [entry for entry in answer["steps"] if entry["step"] == name]
    assert isinstance(found, dict)
    return found


async def account_of(db: Database, limit_minor: int, *, product: str = "", party_id: str = "") -> Account:
    """An account on which a decision has just put this limit, of a product of its own unless one is named."""
    name = product or new_id("product")
    event = limits.decision(limit_minor, party_id=party_id, product=name, decided_at=datetime.now(UTC))
    await granting.grant_limits(db, [event])
    found = await accounts.list_accounts(db, event.data.party_id)
    return next(entry for entry in found if entry.product == name)
