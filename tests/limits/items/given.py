"""What tests of documents start from: lines of orders, deliveries and invoices, and what they then count with."""

from datetime import date
from typing import Any

import httpx

from services.limits.handlers.reconciling import reconcile_books
from shared.db import Database
from shared.ids import new_id
from tests.limits import given


def key() -> dict[str, str]:
    """A new idempotency key."""
    return {"Idempotency-Key": new_id("key")}


def money(amount_minor: int, currency: str = "EUR") -> dict[str, Any]:
    """An amount as it is sent."""
    return {"amount_minor": amount_minor, "currency": currency}


def line(
    account_id: str,
    doc_id: str,
    amount_minor: int,
    *,
    category: str = "invoice",
    version: int = 1,
    currency: str = "EUR",
    follows: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A line of a document of the ERP as it is sent."""
    found = {
        "source": "erp",
        "doc_type": "document",
        "doc_id": doc_id,
        "line": "10",
        "version": version,
        "account_id": account_id,
        "category": category,
        "amount": money(amount_minor, currency),
        **more,
    }
    if follows is not None:
        found["follows"] = {"doc_type": "document", "doc_id": follows, "line": "10"}
    return {name: value for name, value in found.items() if value is not None}


async def put(erp: httpx.AsyncClient, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    """State lines, and return what became of each."""
    answer = await erp.put("/v1/exposure-items", json={"items": list(lines)}, headers=key())
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def posted(erp: httpx.AsyncClient, account_id: str) -> tuple[int, int]:
    """What is posted and reserved on an account."""
    account = (await erp.get(f"/v1/accounts/{account_id}")).json()
    return account["posted"]["amount_minor"], account["reserved"]["amount_minor"]


async def counted(erp: httpx.AsyncClient, account_id: str) -> dict[str, int]:
    """What each line of an account counts with, by document."""
    answer = await erp.get("/v1/exposure-items", params={"account_id": account_id, "state": "all", "limit": 200})
    return {item["doc_id"]: item["counted"]["amount_minor"] for item in answer.json()["items"]}


async def assert_documents_add_up(db: Database, *account_ids: str) -> None:
    """Entries, documents and reservations say what the account says, and every level has its share."""
    for account_id in account_ids:
        (found,) = await given.rows(
            db,
            """
            SELECT a.posted_minor, a.reserved_minor, a.version, e.posted, e.reserved, e.entries, i.counted, r.captured,
                   r.itemised, i.drawn
            FROM account a,
                 LATERAL (SELECT coalesce(sum(posted_delta), 0) AS posted, coalesce(sum(reserved_delta), 0) AS reserved,
                                 count(*) AS entries FROM entry WHERE account_id = a.account_id) e,
                 LATERAL (SELECT coalesce(sum(posted_minor[array_position(path, a.account_id)]), 0) AS counted,
                                 coalesce(sum(drawn_minor) FILTER (WHERE account_id = a.account_id), 0) AS drawn
                          FROM exposure_item WHERE a.account_id = ANY(path)) i,
                 LATERAL (SELECT coalesce(sum(coalesce(unitemised_minor[array_position(path, a.account_id)],
                                                       captured_minor - itemised_minor)), 0) AS captured,
                                 coalesce(sum(itemised_minor) FILTER (WHERE account_id = a.account_id), 0) AS itemised
                          FROM reservation WHERE a.account_id = ANY(path)) r
            WHERE a.account_id = :account_id
            """,
            account_id=account_id,
        )
        assert (found.posted, found.reserved) == (found.posted_minor, found.reserved_minor)
        assert found.entries == found.version
        assert found.counted + found.captured == found.posted_minor
        assert found.drawn == found.itemised
        assert (await reconcile_books(db, account_id)).differences == []


def days(today: date, number: int) -> str:
    """A day as it is sent: so many days from today."""
    return date.fromordinal(today.toordinal() + number).isoformat()
