"""What would be if: the same answers as the real thing gives, and nothing left behind."""

from typing import Any

import pytest

from services.limits.domain.account import Account
from services.limits.handlers import accounts
from shared.db import Database
from shared.ids import new_id
from tests.limits import given as limits
from tests.limits.checks import given
from tests.limits.checks.conftest import House


async def what_if(house: House, *changes: dict[str, Any]) -> dict[str, Any]:
    answer = await house.auditor.post("/v1/limit-what-ifs", json={"changes": list(changes)})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def group_of(house: House, db: Database, limit_minor: int, *members: int) -> tuple[str, list[Account]]:
    """A group with a limit, and customers below it with theirs, all of one product."""
    product = new_id("product")
    body = {"party_id": new_id("pty"), "product": product, "currency": "EUR", "kind": "group"}
    opened = await house.officer.post("/v1/accounts", json=body, headers=given.key())
    assert opened.status_code == 201, opened.text
    group_id = opened.json()["account_id"]
    await set_limit(house, group_id, limit_minor)
    customers = []
    for member in members:
        account = await given.account_of(db, member, product=product)
        await move(house, account.account_id, group_id)
        customers.append(await accounts.get_account(db, account.account_id))
    return group_id, customers


async def set_limit(house: House, account_id: str, limit_minor: int) -> None:
    body = {"change": {"kind": "base", "amount": given.eur(limit_minor)}, "reason": "for the year"}
    path = f"/v1/accounts/{account_id}/limit-proposals"
    proposed = await house.officer.post(path, json=body, headers=given.key())
    assert proposed.status_code == 201, proposed.text
    path = f"/v1/limit-proposals/{proposed.json()['proposal_id']}/approve"
    approved = await house.manager.post(path, json={}, headers=given.key())
    assert approved.status_code == 200, approved.text


async def move(house: House, account_id: str, parent_id: str | None) -> None:
    body = {"parent_id": parent_id, "reason": "acquired"}
    moved = await house.officer.post(f"/v1/accounts/{account_id}/move", json=body, headers=given.key())
    assert moved.status_code == 200, moved.text


def level(answer: dict[str, Any], account_id: str) -> dict[str, Any]:
    (found,) = [entry for entry in answer["levels"] if entry["account_id"] == account_id]
    assert isinstance(found, dict)
    return found


def reserve(account_id: str, amount_minor: int) -> dict[str, Any]:
    return {"change": "reserve", "account_id": account_id, "amount": given.eur(amount_minor)}


def document(account_id: str, amount_minor: int, **changes: Any) -> dict[str, Any]:
    return {"change": "document", "account_id": account_id, "amount": given.eur(amount_minor), **changes}


async def test_documents_of_a_group_share_its_limit(house: House, db: Database) -> None:
    group_id, (one, other) = await group_of(house, db, 1000, 800, 800)
    answer = await what_if(
        house, document(one.account_id, 700), document(other.account_id, 400), document(one.account_id, 90)
    )
    assert [tried["result"] for tried in answer["changes"]] == ["ok", "block", "ok"]
    (told,) = answer["changes"][1]["explanations"]
    assert told["en"] == "4.00 EUR does not fit: the group has 3.00 EUR left of 10.00 EUR."
    group = level(answer, group_id)
    assert (group["before"]["committed"], group["after"]["committed"]) == (given.eur(0), given.eur(790))
    assert (group["after"]["available"], group["after"]["utilization_percent"]) == (given.eur(210), 79)
    assert level(answer, other.account_id)["after"]["committed"] == given.eur(0)


async def test_it_answers_what_the_real_thing_answers_and_keeps_nothing(house: House, db: Database) -> None:
    _, (one, other) = await group_of(house, db, 1000, 800, 800)
    wanted = [(one, 600), (other, 300), (other, 200), (one, 100)]
    asked = await what_if(house, *(reserve(account.account_id, minor) for account, minor in wanted))
    assert (
        await limits.rows(
            db, "SELECT 1 FROM reservation WHERE account_id = ANY(:ids)", ids=[one.account_id, other.account_id]
        )
        == []
    )
    results = []
    for account, minor in wanted:
        body = {"account_id": account.account_id, "amount": given.eur(minor)}
        results.append((await house.crm.post("/v1/reservations", json=body, headers=given.key())).json()["state"])
    assert (
        [tried["result"] for tried in asked["changes"]] == results == ["reserved", "reserved", "declined", "reserved"]
    )
    for account in (one, other):
        shown = (await house.crm.get(f"/v1/accounts/{account.account_id}")).json()
        foreseen = level(asked, account.account_id)["after"]
        assert foreseen["committed"]["amount_minor"] == shown["reserved"]["amount_minor"]
        assert foreseen["available"] == shown["available"]


async def test_a_change_is_seen_by_what_comes_after_it(house: House, db: Database) -> None:
    account = await given.account_of(db, 1000)
    answer = await what_if(
        house,
        reserve(account.account_id, 900),
        {"change": "limit", "account_id": account.account_id, "limit": given.eur(500)},
        reserve(account.account_id, 1),
        {"change": "limit", "account_id": account.account_id, "limit": given.eur(500), "cover": given.eur(600)},
        reserve(account.account_id, 1),
        {"change": "status", "account_id": account.account_id, "status": "suspended"},
        document(account.account_id, 1),
    )
    assert [(tried["result"], tried["reasons"]) for tried in answer["changes"]] == [
        ("reserved", []),
        ("applied", []),
        ("declined", ["INSUFFICIENT_AVAILABLE"]),
        ("applied", []),
        ("reserved", []),
        ("applied", []),
        ("block", ["ACCOUNT_SUSPENDED"]),
    ]
    (only,) = answer["levels"]
    assert (only["before"]["status"], only["after"]["status"]) == ("open", "suspended")
    assert (await accounts.get_account(db, account.account_id)).limit_minor == 1000


async def test_a_customer_that_would_join_a_group_brings_what_it_owes(house: House, db: Database) -> None:
    group_id, (member,) = await group_of(house, db, 1000, 800)
    joining = await given.account_of(db, 900, product=member.product)
    body = {"account_id": joining.account_id, "amount": given.eur(600)}
    await house.crm.post("/v1/reservations", json=body, headers=given.key())
    answer = await what_if(
        house,
        {"change": "move", "account_id": joining.account_id, "parent_id": group_id},
        reserve(member.account_id, 401),
        reserve(member.account_id, 400),
        {"change": "move", "account_id": joining.account_id, "parent_id": None},
    )
    assert [tried["result"] for tried in answer["changes"]] == ["applied", "declined", "reserved", "applied"]
    assert level(answer, group_id)["after"]["committed"] == given.eur(400)
    moved = await what_if(house, {"change": "move", "account_id": joining.account_id, "parent_id": group_id})
    assert level(moved, joining.account_id)["after"]["path"] == [group_id, joining.account_id]
    await move(house, joining.account_id, group_id)
    real = (await house.crm.get(f"/v1/accounts/{group_id}")).json()
    assert level(moved, group_id)["after"]["available"] == real["available"]


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"change": "reserve", "account_id": "acc_none", "amount": given.eur(1)}, 422, "/changes/1/account_id"),
        ({"change": "reserve", "amount": given.eur(1, "XTS")}, 422, "/changes/1/amount/currency"),
        ({"change": "limit", "limit": given.eur(1, "XTS")}, 422, "/changes/1/limit/currency"),
        ({"change": "limit", "limit": given.eur(-1)}, 422, "/changes/1/limit/amount_minor"),
        ({"change": "move", "parent_id": "acc_none"}, 422, "/changes/1/parent_id"),
        ({"change": "move", "parent_id": "own"}, 409, "/changes/1"),
        ({"change": "status", "status": "asleep"}, 422, "/changes/1/status"),
        ({"change": "document", "amount": given.eur(1), "facts": {"colour": 1}}, 422, "/changes/1/facts/colour"),
        ({"change": "dance"}, 422, "/changes/1"),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(
    house: House, db: Database, change: dict[str, Any], status: int, pointer: str
) -> None:
    account = await given.account_of(db, 1000)
    change = {"account_id": account.account_id, **change}
    if change.get("parent_id") == "own":
        change["parent_id"] = account.account_id
    first = reserve(account.account_id, 1)
    refused = await house.auditor.post("/v1/limit-what-ifs", json={"changes": [first, change]})
    assert refused.status_code == status, refused.text
    assert refused.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("count", [0, 101])
async def test_there_is_at_least_one_change_and_not_too_many(house: House, count: int) -> None:
    refused = await house.auditor.post("/v1/limit-what-ifs", json={"changes": [reserve("acc_1", 1)] * count})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/changes")
