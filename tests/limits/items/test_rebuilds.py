"""When rules or rates change: what documents come to is worked out beside what stands, and entered on demand."""

import asyncio

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.limits.handlers import accounts as opened
from services.limits.handlers import granting, rebuilding
from shared.db import Database, async_url
from shared.ids import new_id
from tests.kit.service import Urls
from tests.limits import given as accounts
from tests.limits.items import given


async def advance_all(db: Database) -> None:
    """Do what the worker does."""
    while await rebuilding.advance(db):
        pass


async def put_rules(manager: httpx.AsyncClient, product: str, **rules: object) -> httpx.Response:
    """Put rules in force in place of those that are."""
    etag = (await manager.get(f"/v1/exposure-rules/{product}")).headers["ETag"]
    body = {"categories": ["open_order", "delivery", "billing", "invoice", "special"], "reason": "tests", **rules}
    return await manager.put(f"/v1/exposure-rules/{product}", json=body, headers={"If-Match": etag})


async def account_of(db: Database, product: str) -> str:
    """An account of a product that no other test uses."""
    event = accounts.decision(100_000, product=product)
    await granting.grant_limits(db, [event])
    (found,) = await opened.list_accounts(db, event.data.party_id)
    return found.account_id


async def start(manager: httpx.AsyncClient, body: dict[str, str]) -> str:
    """Begin a rebuild and return where it is."""
    started = await manager.post("/v1/exposure-rebuilds", json=body, headers=given.key())
    assert (started.status_code, started.json()["state"]) == (202, "running")
    return started.headers["Location"]


async def test_new_rules_hold_for_what_is_known_after_a_rebuild(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database
) -> None:
    product = new_id("product")
    account_id = await account_of(db, product)
    order, invoice = new_id("doc"), new_id("doc")
    await given.put(
        erp, given.line(account_id, order, 300, category="open_order"), given.line(account_id, invoice, 200)
    )
    changed = await put_rules(manager, product, categories=["invoice"])
    assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 1, '"1"')
    assert await given.posted(erp, account_id) == (500, 0)

    location = await start(manager, {"product": product})
    await advance_all(db)
    found = (await manager.get(location)).json()
    assert (found["state"], found["accounts"], found["items"]) == ("finished", 1, 2)
    (difference,) = (await manager.get(f"{location}/differences")).json()["items"]
    assert (difference["category"], difference["stood"], difference["should_be"], difference["entered"]) == (
        "open_order",
        given.money(300),
        given.money(0),
        None,
    )
    assert await given.posted(erp, account_id) == (500, 0)

    applied = await manager.post(f"{location}/apply", json={})
    assert (applied.status_code, applied.json()["state"]) == (202, "applying")
    await advance_all(db)
    assert (await manager.get(location)).json()["state"] == "applied"
    assert await given.posted(erp, account_id) == (200, 0)
    (difference,) = (await manager.get(f"{location}/differences")).json()["items"]
    assert difference["entered"] == given.money(-300)
    again = await manager.post(f"{location}/apply", json={})
    assert (again.status_code, again.json()["code"]) == (409, "already_applied")
    await given.assert_documents_add_up(db, account_id)


async def test_what_changed_between_report_and_application_is_not_undone(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database
) -> None:
    product = new_id("product")
    account_id = await account_of(db, product)
    order = new_id("doc")
    await given.put(erp, given.line(account_id, order, 300, category="open_order"))
    await put_rules(manager, product, categories=["invoice"])
    location = await start(manager, {"account_id": account_id})
    await advance_all(db)
    await given.put(erp, given.line(account_id, new_id("doc"), 70))
    await given.put(erp, given.line(account_id, order, 350, category="open_order", version=2))
    assert await given.posted(erp, account_id) == (70, 0)
    await manager.post(f"{location}/apply", json={})
    await advance_all(db)
    assert await given.posted(erp, account_id) == (70, 0)
    (difference,) = (await manager.get(f"{location}/differences")).json()["items"]
    assert (difference["difference"], difference["entered"]) == (given.money(-300), given.money(0))
    await given.assert_documents_add_up(db, account_id)


async def test_a_wrong_document_total_is_found_and_put_right(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database, urls: Urls
) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    invoice = new_id("doc")
    await given.put(erp, given.line(account_id, invoice, 200))
    # What no path of the service does: a document counts one unit less than it should, and the ledger with it.
    await accounts.rows(
        db,
        "UPDATE exposure_item SET posted_minor = ARRAY[199]::bigint[] WHERE doc_id = :doc_id RETURNING 1",
        doc_id=invoice,
    )
    engine = create_async_engine(async_url(urls.owner))
    async with engine.begin() as tx:
        await tx.execute(text("UPDATE account SET posted_minor = 199 WHERE account_id = :id"), {"id": account_id})
        await tx.execute(
            text(
                "UPDATE entry SET posted_delta = 199, available_delta = -199, available_minor = 99801 "
                "WHERE account_id = :id AND kind = 'item'"
            ),
            {"id": account_id},
        )
    await engine.dispose()
    location = await start(manager, {"account_id": account_id})
    await advance_all(db)
    (difference,) = (await manager.get(f"{location}/differences")).json()["items"]
    assert difference["difference"] == given.money(1)
    await manager.post(f"{location}/apply", json={})
    await advance_all(db)
    assert await given.posted(erp, account_id) == (200, 0)
    await given.assert_documents_add_up(db, account_id)


async def test_documents_can_be_stated_while_a_rebuild_is_under_way(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database
) -> None:
    product = new_id("product")
    account_ids = [await account_of(db, product) for _ in range(3)]
    for account_id in account_ids:
        await given.put(erp, *(given.line(account_id, new_id("doc"), 10, category="open_order") for _ in range(20)))
    await put_rules(manager, product, categories=["invoice"])
    location = await start(manager, {"product": product})
    await advance_all(db)
    await manager.post(f"{location}/apply", json={})

    async def state_more() -> None:
        for _ in range(10):
            lines = [given.line(account_id, new_id("doc"), 7) for account_id in account_ids]
            results = await given.put(erp, *lines)
            assert {result["result"] for result in results} == {"applied"}

    await asyncio.gather(advance_all(db), advance_all(db), state_more())
    await advance_all(db)
    for account_id in account_ids:
        assert await given.posted(erp, account_id) == (70, 0)
    await given.assert_documents_add_up(db, *account_ids)


async def test_whoever_dies_in_a_rebuild_leaves_it_to_another(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database
) -> None:
    product = new_id("product")
    account_ids = [await account_of(db, product) for _ in range(3)]
    for account_id in account_ids:
        await given.put(erp, given.line(account_id, new_id("doc"), 10, category="open_order"))
    await put_rules(manager, product, categories=[])
    location = await start(manager, {"product": product})
    assert await rebuilding.advance(db, accounts_at_once=1)
    worker = asyncio.create_task(rebuilding.advance(db, accounts_at_once=1))
    await asyncio.sleep(0)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    await advance_all(db)
    found = (await manager.get(location)).json()
    assert (found["state"], found["accounts"]) == ("finished", 3)
    assert len((await manager.get(f"{location}/differences")).json()["items"]) == 3


async def test_rules_are_changed_by_who_has_read_them_and_their_history_is_kept(manager: httpx.AsyncClient) -> None:
    product = new_id("product")
    built_in = await manager.get(f"/v1/exposure-rules/{product}")
    assert (built_in.headers["ETag"], built_in.json()["horizon_days"]) == ('"0"', 30)
    body = {"categories": ["invoice"], "count_disputed": False, "horizon_days": 7, "reason": "invoices only"}
    path = f"/v1/exposure-rules/{product}"
    assert (await manager.put(path, json=body)).status_code == 428
    assert (await manager.put(path, json=body, headers={"If-Match": '"1"'})).status_code == 412
    rivals = await asyncio.gather(*(manager.put(path, json=body, headers={"If-Match": '"0"'}) for _ in range(8)))
    assert sorted(answer.status_code for answer in rivals) == [200, *[412] * 7]
    (version,) = (await manager.get(f"{path}/versions")).json()["items"]
    assert (version["version"], version["actor"], version["reason"]) == (1, "manager", "invoices only")
    refused = await manager.put(path, json={**body, "categories": ["paid"]}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/categories/0")
