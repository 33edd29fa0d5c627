"""Checks over HTTP: plain questions, documents, their holds, what counts already, and what is refused."""

import asyncio
from typing import Any

import httpx
import pytest

from services.limits.domain.account import Account
from shared.db import Database
from shared.ids import new_id
from tests.limits import given as limits
from tests.limits.checks import given
from tests.limits.checks.conftest import House


async def checks_of(db: Database, account: Account) -> int:
    (row,) = await limits.rows(
        db, "SELECT count(*) AS n FROM credit_check WHERE account_id = :account_id", account_id=account.account_id
    )
    return int(row.n)


async def hold_states(db: Database, doc_id: str) -> list[str]:
    found = await limits.rows(
        db, "SELECT state FROM credit_hold WHERE doc_id = :doc_id ORDER BY opened_at", doc_id=doc_id
    )
    return [row.state for row in found]


async def test_a_question_is_answered_with_every_step_and_leaves_nothing_behind(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    answer = await given.ask(house.crm, account, 1001)
    assert (answer["result"], answer["reasons"], answer["check_id"]) == ("block", ["INSUFFICIENT_AVAILABLE"], None)
    assert (answer["dry_run"], answer["headroom"]) == (True, given.eur(1000))
    assert [step["outcome"] for step in answer["steps"]].count("hit") == 1
    (level,) = given.step(answer, "limit")["operands"]["levels"]
    assert (level["limit"], level["utilization_percent"]) == (given.eur(1000), "100.10")
    (words,) = answer["explanations"]
    assert words["en"] == "10.01 EUR does not fit: the customer has 10.00 EUR left of 10.00 EUR."
    assert await checks_of(db, account) == 0


async def test_of_a_partys_accounts_the_one_with_most_room_is_asked(house: House, db: Database) -> None:
    party = new_id("pty")
    small = await given.account_of(db, 1000, party_id=party)
    large = await given.account_of(db, 5000, party_id=party)
    question = {"party_id": party, "amount": given.eur(3000)}
    found = (await house.crm.post("/v1/limit-checks", json=question)).json()
    assert (found["result"], found["account_id"]) == ("ok", large.account_id)
    narrowed = (await house.crm.post("/v1/limit-checks", json={**question, "product": small.product})).json()
    assert (narrowed["result"], narrowed["account_id"]) == ("block", small.account_id)
    nowhere = (await house.crm.post("/v1/limit-checks", json={**question, "segment": "unknown"})).json()
    assert (nowhere["result"], nowhere["reasons"], nowhere["account_id"]) == ("block", ["NO_LIMIT"], None)


async def test_the_check_of_a_document_is_recorded_and_read_again_as_it_was(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    order = given.order(version=3)
    answer = await house.crm.post(
        "/v1/limit-checks", json={"account_id": account.account_id, "amount": given.eur(400), "document": order}
    )
    made = answer.json()
    assert (made["result"], answer.headers["Location"]) == ("ok", f"/v1/limit-checks/{made['check_id']}")
    read = (await house.auditor.get(answer.headers["Location"])).json()
    assert read["steps"] == made["steps"]
    assert {name: read[name] for name in ("version", "actor", "result")} == {
        "version": 3,
        "actor": "crm",
        "result": "ok",
    }
    assert await hold_states(db, order["doc_id"]) == []
    missing = await house.crm.get("/v1/limit-checks/chk_none")
    assert (missing.status_code, missing.json()["code"]) == (404, "check_not_found")


async def test_checks_of_an_account_are_listed_newest_first_page_by_page(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    made = [(await given.ask(house.crm, account, 10, document=given.order()))["check_id"] for _ in range(5)]
    path, seen = f"/v1/accounts/{account.account_id}/limit-checks", []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await house.auditor.get(path, params=params)).json()
        seen += [item["check_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == made[::-1]
    missing = await house.auditor.get("/v1/accounts/acc_none/limit-checks")
    assert (missing.status_code, missing.json()["code"]) == (404, "account_not_found")


async def test_a_blocked_document_opens_one_hold_however_often_it_is_checked(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    order = given.order()
    answers = await asyncio.gather(*(given.ask(house.crm, account, 2000, document=order) for _ in range(12)))
    assert {answer["result"] for answer in answers} == {"block"}
    assert await hold_states(db, order["doc_id"]) == ["open"]
    assert await checks_of(db, account) == 12
    # Less of it passes, and with that the hold is over.
    assert (await given.ask(house.crm, account, 900, document=order))["result"] == "ok"
    assert await hold_states(db, order["doc_id"]) == ["passed"]


async def released(house: House, account: Account, order: dict[str, Any], amount_minor: int) -> None:
    """Have a document blocked, and released up to an amount."""
    assert (await given.ask(house.crm, account, amount_minor, document=order))["result"] == "block"
    listed = (await house.manager.get("/v1/credit-holds", params={"product": account.product})).json()["items"]
    (hold,) = [item for item in listed if item["document"]["doc_id"] == order["doc_id"]]
    authority = {
        "max_amount": given.eur(10**6),
        "max_exposure": given.eur(10**7),
        "valid_from": "2026-01-01T00:00:00Z",
    }
    before = await house.manager.get("/v1/authorities/officer")
    body = {"authorities": [authority], "reason": "appointed"}
    put = await house.manager.put("/v1/authorities/officer", json=body, headers={"If-Match": before.headers["ETag"]})
    assert put.status_code == 200, put.text
    answer = await house.officer.post(
        f"/v1/credit-holds/{hold['hold_id']}/release",
        json={"amount": given.eur(amount_minor), "expires_at": "2026-12-01T00:00:00Z", "reason": "paid by wire"},
        headers={**given.key(), "If-Match": f'"{hold["version"]}"'},
    )
    assert answer.status_code in (200, 201), answer.text


async def test_a_released_document_passes_and_growth_beyond_it_does_not(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    order = given.order()
    await released(house, account, order, 2000)
    passed = await given.ask(house.crm, account, 2000, document=order)
    assert (passed["result"], passed["reasons"]) == ("ok", [])
    assert passed["released_by_hold"] is not None
    assert given.step(passed, "limit")["verdict"] == "block"
    grown = await given.ask(house.crm, account, 2001, document=order)
    assert (grown["result"], grown["released_by_hold"]) == ("block", None)


async def test_a_copy_of_a_released_document_is_blocked(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    order = given.order()
    await released(house, account, order, 2000)
    copy = given.order(copied_from={name: order[name] for name in ("source", "doc_type", "doc_id")})
    found = await given.ask(house.crm, account, 2000, document=copy)
    assert (found["result"], found["released_by_hold"]) == ("block", None)
    recorded = (await house.crm.get(f"/v1/limit-checks/{found['check_id']}")).json()
    assert recorded["copied_from"]["doc_id"] == order["doc_id"]


async def test_its_own_reservation_is_not_held_against_a_document(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    body = {"account_id": account.account_id, "amount": given.eur(800)}
    reservation = (await house.crm.post("/v1/reservations", json=body, headers=given.key())).json()["reservation_id"]
    order = given.order()
    assert (await given.ask(house.crm, account, 900, document=order))["result"] == "block"
    assert (await given.ask(house.crm, account, 900, document=order, reservation_id=reservation))["result"] == "ok"
    assert (await given.ask(house.crm, account, 1001, reservation_id=reservation))["result"] == "block"
    other = await given.account_of(db, 1000)
    for account_id, named in ((other.account_id, reservation), (account.account_id, "res_none")):
        question = {"account_id": account_id, "amount": given.eur(1), "reservation_id": named}
        refused = await house.crm.post("/v1/limit-checks", json=question)
        assert (refused.status_code, refused.json()["code"]) == (422, "reservation_not_found")


async def put_item(erp: httpx.AsyncClient, account: Account, of: dict[str, Any], minor: int, **line: Any) -> None:
    """Have a document counted, as the ERP states it."""
    stated = {**of, "version": 1, "account_id": account.account_id, "amount": given.eur(minor), **line}
    answer = await erp.put("/v1/exposure-items", json={"items": [stated]}, headers=given.key())
    assert (answer.status_code, "applied" in answer.text) == (200, True), answer.text


async def test_what_a_document_counts_with_already_is_not_held_against_it(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    order = given.order()
    await put_item(house.erp, account, order, 800, category="open_order")
    assert (await given.ask(house.crm, account, 300))["result"] == "block"
    assert (await given.ask(house.crm, account, 1000, document=order))["result"] == "ok"
    assert (await given.ask(house.crm, account, 1001, document=order))["result"] == "block"


async def test_an_overdue_invoice_blocks_the_next_order(house: House, db: Database) -> None:
    account = await given.account_of(db, 10_000)
    await put_item(house.erp, account, given.order(), 100, due_on="2026-01-05", category="invoice")
    await put_item(house.erp, account, given.order(), 900, due_on="2090-01-05", category="invoice")
    found = await given.ask(house.crm, account, 10)
    assert (found["result"], found["reasons"]) == ("block", ["OLDEST_ITEM_OVERDUE"])
    assert found["explanations"][0]["en"].endswith("days overdue; 30 are allowed.")
    # Goods that were ordered in time are not held back.
    assert (await given.ask(house.crm, account, 10, checkpoint="goods_issue"))["result"] == "ok"


async def test_many_questions_at_once_are_each_answered(house: House, db: Database) -> None:
    accounts = [await given.account_of(db, 1000 * place) for place in range(1, 6)]
    asked = [(account, minor) for account in accounts for minor in (500, 2500, 4500)]
    answers = await asyncio.gather(*(given.ask(house.crm, account, minor) for account, minor in asked))
    for (account, minor), answer in zip(asked, answers, strict=True):
        assert (answer["result"] == "ok") == (minor <= account.limit_minor)


async def test_a_question_that_is_refused_costs_its_neighbours_nothing(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    bad = {"account_id": account.account_id, "amount": given.eur(1), "facts": {"colour": "red"}}
    good = {"account_id": account.account_id, "amount": given.eur(1)}
    answers = await asyncio.gather(*(house.crm.post("/v1/limit-checks", json=body) for body in [bad, good] * 5))
    assert [answer.status_code for answer in answers] == [422, 200] * 5
    assert answers[0].json()["errors"][0]["pointer"] == "/facts/colour"
    assert "red" not in answers[0].text


async def test_facts_are_read_by_the_rule_that_declares_them(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    rule = {
        "facts": {"payment_terms": {"type": "enum", "values": ["prepaid", "open"]}, "terms_days": {"type": "integer"}},
        "exclusions": [{"name": "prepaid", "if": 'payment_terms = "prepaid"'}],
        "steps": [
            {"name": "limit", "kind": "static_utilization"},
            {
                "name": "terms",
                "kind": "custom",
                "if": "terms_days > 60",
                "reason": "TERMS_TOO_LONG",
                "words": {"en": "No more than 60 days.", "zh": "账期不得超过 60 天。"},
                "on_missing": "warn",
            },
        ],
    }
    assert (await given.put(house.manager, account.product, rule)).status_code == 200
    prepaid = await given.ask(house.crm, account, 5000, facts={"payment_terms": "prepaid"})
    assert (prepaid["result"], prepaid["excluded_by"]) == ("ok", "prepaid")
    long = await given.ask(house.crm, account, 10, facts={"terms_days": 90})
    assert (long["result"], long["reasons"]) == ("block", ["TERMS_TOO_LONG"])
    assert long["explanations"][0]["zh"] == "账期不得超过 60 天。"
    unsaid = await given.ask(house.crm, account, 10)
    assert (unsaid["result"], unsaid["reasons"]) == ("warn", ["UNRESOLVED"])


async def test_a_document_is_checked_by_whom_may_check_documents(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    question = {"account_id": account.account_id, "amount": given.eur(1)}
    assert (await house.auditor.post("/v1/limit-checks", json=question)).status_code == 200
    refused = await house.auditor.post("/v1/limit-checks", json={**question, "document": given.order()})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert await checks_of(db, account) == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"account_id": None}, "/party_id"),
        ({"party_id": "pty_1"}, "/party_id"),
        ({"product": "trade-credit"}, "/product"),
        ({"segment": "wholesale"}, "/segment"),
        ({"checkpoint": "invoice"}, "/checkpoint"),
        ({"amount": given.eur(0)}, "/amount/amount_minor"),
        ({"amount": {"amount_minor": 1, "currency": "euro"}}, "/amount/currency"),
        ({"document": {"source": "erp", "doc_type": "order"}}, "/document/doc_id"),
        ({"document": {**given.order("1"), "version": -1}}, "/document/version"),
        ({"document": {**given.order("1"), "colour": "red"}}, "/document/colour"),
        ({"facts": {f"fact_{number}": 1 for number in range(51)}}, "/facts"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    house: House, db: Database, change: dict[str, Any], pointer: str
) -> None:
    account = await given.account_of(db, 1000)
    refused = await house.crm.post(
        "/v1/limit-checks", json={"account_id": account.account_id, "amount": given.eur(1), **change}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_account_that_is_not_there_is_not_found(house: House) -> None:
    refused = await house.crm.post("/v1/limit-checks", json={"account_id": "acc_none", "amount": given.eur(1)})
    assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")


async def test_an_order_in_another_currency_needs_a_rate(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    question = {"account_id": account.account_id, "amount": given.eur(10, "XTS")}
    answer = (await house.crm.post("/v1/limit-checks", json=question)).json()
    assert (answer["result"], answer["reasons"]) == ("block", ["NO_RATE"])


async def test_a_document_is_checked_again_by_the_rule_then_in_force(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    facts = {"payment_terms": {"type": "enum", "values": ["prepaid", "open"]}}
    large = {"name": "large", "kind": "maximum_document", "maximum": given.eur(100)}
    assert (await given.put(house.manager, account.product, {"facts": facts, "steps": [large]})).status_code == 200
    order = given.order()
    blocked = await given.ask(house.crm, account, 200, document=order, facts={"payment_terms": "open"})
    assert blocked["reasons"] == ["DOCUMENT_TOO_LARGE"]
    # The fact that was stated with it is not asked for any more.
    by_limit = {"name": "limit", "kind": "static_utilization"}
    assert (await given.put(house.manager, account.product, {"steps": [by_limit]})).status_code == 200
    listed = (await house.crm.get("/v1/credit-holds", params={"product": account.product})).json()["items"]
    path = f"/v1/credit-holds/{listed[0]['hold_id']}/recheck"
    checked = await house.crm.post(path, json={}, headers=given.key())
    assert (checked.status_code, checked.json()["state"]) == (200, "passed"), checked.text
