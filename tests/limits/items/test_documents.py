"""Documents over HTTP, as an ERP states them and people look at what they add up to."""

from datetime import date
from itertools import pairwise

import httpx
import pytest

from services.limits.handlers import items as handlers
from shared.db import Database
from shared.ids import new_id
from tests.limits import given as accounts
from tests.limits.items import given


async def test_an_order_becomes_a_delivery_and_an_invoice_and_counts_once(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    order, delivery, invoice = (new_id("doc") for _ in range(3))

    (stated,) = await given.put(erp, given.line(account_id, order, 60_000, category="open_order"))
    assert (stated["result"], stated["standing"], stated["counted"]) == ("applied", "counted", given.money(60_000))
    assert await given.posted(erp, account_id) == (60_000, 0)

    await given.put(erp, given.line(account_id, delivery, 25_000, category="delivery", follows=order))
    assert await given.counted(erp, account_id) == {order: 35_000, delivery: 25_000}
    await given.put(erp, given.line(account_id, invoice, 25_000, follows=delivery))
    assert await given.counted(erp, account_id) == {order: 35_000, delivery: 0, invoice: 25_000}
    assert await given.posted(erp, account_id) == (60_000, 0)

    part = given.line(account_id, invoice, 25_000, follows=delivery, version=2, paid=given.money(10_000))
    await given.put(erp, part)
    assert await given.posted(erp, account_id) == (50_000, 0)
    paid = given.line(account_id, invoice, 25_000, follows=delivery, version=3, category="paid")
    await given.put(erp, paid)
    assert await given.counted(erp, account_id) == {order: 35_000, delivery: 0, invoice: 0}
    assert await given.posted(erp, account_id) == (35_000, 0)
    await given.assert_documents_add_up(db, account_id)


async def test_an_older_version_is_ignored_and_the_answer_says_so(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    invoice = new_id("doc")
    await given.put(erp, given.line(account_id, invoice, 500, version=7))
    for version in (6, 7):
        (result,) = await given.put(erp, given.line(account_id, invoice, 900, version=version))
        assert (result["result"], result["version"], result["counted"]) == ("ignored_older", 7, given.money(500))
    assert await given.posted(erp, account_id) == (500, 0)


async def test_documents_count_even_beyond_the_limit(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 1_000)).account_id
    await given.put(erp, given.line(account_id, new_id("doc"), 1_500))
    account = (await erp.get(f"/v1/accounts/{account_id}")).json()
    assert (account["posted"], account["available"]) == (given.money(1_500), given.money(-500))
    body = {"account_id": account_id, "amount": given.money(1)}
    declined = (await erp.post("/v1/reservations", json=body, headers=given.key())).json()
    assert (declined["state"], declined["reason"]) == ("declined", "INSUFFICIENT_AVAILABLE")


async def test_one_poisoned_line_does_not_fail_its_neighbours(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    good, other = new_id("doc"), new_id("doc")
    results = await given.put(
        erp,
        given.line(account_id, good, 100),
        given.line(account_id, new_id("doc"), -1),
        given.line("acc_unknown", new_id("doc"), 100),
        given.line(account_id, new_id("doc"), 100, currency="XTS"),
        {"surprise": 1},
        given.line(account_id, new_id("doc"), 100, reservation_id="res_unknown"),
        given.line(account_id, new_id("doc"), 100, paid=given.money(101)),
        given.line(account_id, other, 200),
    )
    assert [result["result"] for result in results] == ["applied", *["refused"] * 6, "applied"]
    found = [(result["code"], [fault["pointer"] for fault in result["errors"]]) for result in results[1:-1]]
    assert found[0] == ("invalid_body", ["/items/1/amount/amount_minor"])
    assert found[1] == ("account_not_found", ["/items/2/account_id"])
    assert found[2] == ("no_rate", ["/items/3/amount/currency"])
    assert found[3][0] == "invalid_body"
    assert found[4] == ("reservation_not_found", ["/items/5/reservation_id"])
    assert found[5] == ("invalid_line", ["/items/6/paid/amount_minor"])
    assert await given.posted(erp, account_id) == (300, 0)


@pytest.mark.parametrize(
    "body",
    [{}, {"items": []}, {"items": [{}] * 1001}, {"items": [1]}, {"items": [{}], "more": 1}, {"items": {"a": 1}}],
)
async def test_a_request_that_is_no_list_of_lines_is_refused(erp: httpx.AsyncClient, body: dict[str, object]) -> None:
    refused = await erp.put("/v1/exposure-items", json=body, headers=given.key())
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")


async def test_the_same_key_gets_the_first_answer_byte_for_byte(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    body = {"items": [given.line(account_id, new_id("doc"), 500)]}
    key = given.key()
    first, again = [await erp.put("/v1/exposure-items", json=body, headers=key) for _ in range(2)]
    assert first.content == again.content
    other = await erp.put("/v1/exposure-items", json={"items": [*body["items"], {}]}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await given.posted(erp, account_id) == (500, 0)


async def test_a_line_cannot_follow_itself_or_go_round_in_a_circle(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    one, two, three = (new_id("doc") for _ in range(3))
    results = await given.put(
        erp,
        given.line(account_id, one, 10, follows=one),
        given.line(account_id, one, 10, follows=three),
        given.line(account_id, two, 10, follows=one),
        given.line(account_id, three, 10, follows=two),
    )
    assert [result.get("code") for result in results] == ["follows_itself", None, None, "follows_in_circle"]
    assert await given.posted(erp, account_id) == (10, 0)


async def test_a_line_that_moves_to_another_account_takes_its_amount_along(
    erp: httpx.AsyncClient, db: Database
) -> None:
    first = (await accounts.account_with(db, 100_000)).account_id
    second = (await accounts.account_with(db, 100_000)).account_id
    order, delivery = new_id("doc"), new_id("doc")
    await given.put(erp, given.line(first, order, 100, category="open_order"))
    await given.put(erp, given.line(first, delivery, 40, category="delivery", follows=order))
    await given.put(erp, given.line(second, order, 100, category="open_order", version=2))
    assert await given.posted(erp, first) == (40, 0)
    assert await given.posted(erp, second) == (100, 0)
    await given.put(erp, given.line(second, delivery, 40, category="delivery", follows=order, version=2))
    assert await given.posted(erp, first) == (0, 0)
    assert await given.posted(erp, second) == (100, 0)
    await given.assert_documents_add_up(db, first, second)


async def test_an_account_is_found_by_what_it_was_opened_for(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 100_000)
    line = given.line(account.account_id, new_id("doc"), 70)
    del line["account_id"]
    owner = {"party_id": account.party_id, "product": account.product, "currency": "EUR"}
    elsewhere = {**line, "doc_id": new_id("doc"), "owner": {**owner, "currency": "USD"}}
    results = await given.put(erp, {**line, "owner": owner}, elsewhere, line)
    assert [result.get("code") for result in results] == [None, "account_not_found", "invalid_line"]
    assert await given.posted(erp, account.account_id) == (70, 0)


async def test_an_order_beyond_the_horizon_counts_from_the_day_it_comes_within_it(
    erp: httpx.AsyncClient, db: Database, today: date
) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    far, near = new_id("doc"), new_id("doc")
    results = await given.put(
        erp,
        given.line(account_id, far, 300, category="open_order", ship_on=given.days(today, 31)),
        given.line(account_id, near, 200, category="open_order", ship_on=given.days(today, 30)),
    )
    assert [result["standing"] for result in results] == ["beyond_horizon", "counted"]
    assert await given.posted(erp, account_id) == (200, 0)
    await handlers.count_due(db, 100)
    assert await given.posted(erp, account_id) == (200, 0)

    # What a day that passes does: the day from which it counts is today.
    await accounts.rows(
        db,
        "UPDATE exposure_item SET counts_from = :today, ship_on = ship_on - 1 WHERE doc_id = :doc_id RETURNING 1",
        today=today,
        doc_id=far,
    )
    await handlers.count_due(db, 100)
    assert await given.posted(erp, account_id) == (500, 0)
    await given.assert_documents_add_up(db, account_id)


async def test_what_an_account_is_exposed_with_is_told_by_category_and_age(
    erp: httpx.AsyncClient, db: Database, today: date
) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    await given.put(
        erp,
        given.line(account_id, new_id("doc"), 1_000, due_on=given.days(today, 5)),
        given.line(account_id, new_id("doc"), 200, due_on=given.days(today, -1)),
        given.line(account_id, new_id("doc"), 300, due_on=given.days(today, -30), disputed=True),
        given.line(account_id, new_id("doc"), 50, due_on=given.days(today, -121)),
        given.line(account_id, new_id("doc"), 400, category="open_order", ship_on=given.days(today, 90)),
        given.line(account_id, new_id("doc"), 70, category="unapplied_credit"),
        given.line(account_id, new_id("doc"), 900, category="special", statistical=True),
    )
    found = (await erp.get(f"/v1/accounts/{account_id}/exposure")).json()
    totals = {entry["category"]: entry for entry in found["categories"]}
    assert (totals["invoice"]["counted"], totals["invoice"]["disputed"]) == (given.money(1_550), given.money(300))
    assert (totals["open_order"]["counted"], totals["open_order"]["beyond_horizon"]) == (
        given.money(0),
        given.money(400),
    )
    assert totals["unapplied_credit"]["counted"] == given.money(-70)
    assert (totals["special"]["counted"], totals["special"]["statistical"]) == (given.money(0), given.money(900))
    ages = {entry["days_past_due"]: entry["open"]["amount_minor"] for entry in found["ageing"]}
    assert ages == {"current": 1_000, "1-30": 500, "31-60": 0, "61-90": 0, "91-120": 0, "over_120": 50}
    assert found["documents"] == found["posted"] == given.money(1_480)
    assert (found["other"], found["available"]) == (given.money(0), given.money(98_520))


async def test_lines_are_listed_page_by_page(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    documents = [new_id("doc") for _ in range(5)]
    await given.put(erp, *(given.line(account_id, doc_id, 10) for doc_id in documents))
    await given.put(erp, given.line(account_id, documents[0], 10, category="paid", version=2))
    seen: list[str] = []
    cursor: str | None = "itm_"
    while cursor is not None:
        parameters = {"account_id": account_id, "limit": "2", "cursor": cursor}
        page = (await erp.get("/v1/exposure-items", params=parameters)).json()
        seen += [item["doc_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(documents[1:])


async def test_a_line_that_would_make_exposure_too_large_to_keep_is_refused(
    erp: httpx.AsyncClient, db: Database
) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    most = 2**53 - 1
    lines = [given.line(account_id, new_id("doc"), amount_minor) for amount_minor in (most, 1, most)]
    results = await given.put(erp, *lines)
    assert [result.get("code") for result in results] == [None, "amount_too_large", "amount_too_large"]
    assert await given.posted(erp, account_id) == (most, 0)


async def test_a_chain_that_is_stated_from_its_end_has_bounded_stages(erp: httpx.AsyncClient, db: Database) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    documents = [new_id("doc") for _ in range(60)]
    lines = [given.line(account_id, documents[0], 10, category="open_order")]
    lines += [
        given.line(account_id, after, 10, category="delivery", follows=before) for before, after in pairwise(documents)
    ]
    results = await given.put(erp, *lines)
    assert {result.get("code") for result in results} == {None, "chain_too_long"}
    # The line after one that was refused follows what is not known, and counts by itself.
    assert await given.posted(erp, account_id) == (20, 0)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("PUT", "/v1/exposure-items", "items:write"),
        ("GET", "/v1/exposure-items?account_id=acc_1", "items:read"),
        ("GET", "/v1/accounts/acc_1/exposure", "limits:read"),
        ("GET", "/v1/exposure-rules/loan", "limits:read"),
        ("GET", "/v1/exposure-rules/loan/versions", "limits:read"),
        ("PUT", "/v1/exposure-rules/loan", "limits:approve"),
        ("POST", "/v1/exposure-rebuilds", "exposure:rebuild"),
        ("POST", "/v1/exposure-rebuilds/reb_1/apply", "exposure:rebuild"),
        ("GET", "/v1/exposure-rebuilds", "limits:read"),
        ("GET", "/v1/exposure-rebuilds/reb_1", "limits:read"),
        ("GET", "/v1/exposure-rebuilds/reb_1/differences", "limits:read"),
    ],
)
async def test_every_route_needs_its_scope(erp: httpx.AsyncClient, method: str, path: str, scope: str) -> None:
    stranger = await erp.request(method, path, headers={"Authorization": "Bearer nobody"})
    assert (stranger.status_code, stranger.json()["code"]) == (401, "unauthenticated")
    auditor = await erp.request(method, path, headers={"Authorization": "Bearer auditor"})
    assert (auditor.status_code == 403) is (scope != "limits:read")
