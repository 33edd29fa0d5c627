"""Sales, officers and the ERP at work on the same documents at once."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import httpx

from shared.db import Database
from tests.limits import given as limits
from tests.limits.holds import given
from tests.limits.holds.conftest import Desk
from tests.limits.holds.given import eur, in_days, key, seen

_UNDERSTOOD = {200, 403, 404, 409, 412, 422}


async def test_whatever_many_do_to_the_same_documents_at_once_each_has_one_hold_with_a_whole_history(
    desk: Desk, db: Database
) -> None:
    account = await given.limit_of(db, 50_000)
    for officer in ("anna", "boris"):
        await given.grant(desk.manager, officer, second_release_above=eur(64_000))
    orders = [await given.blocked(desk.crm, account, 60_000, version=0) for _ in range(3)]

    async def ask(chance: Random, order: dict[str, Any], version: int) -> httpx.Response:
        amount = eur(chance.choice([40_000, 60_000, 63_000, 66_000]))
        changed = {**order, "amount": amount, "document": {**order["document"], "version": version}}
        return await desk.crm.post("/v1/limit-checks", json=changed)

    async def decide(chance: Random) -> httpx.Response:
        officer = chance.choice([desk.anna, desk.boris])
        queue = (await officer.get("/v1/credit-holds", params={"limit": 200, "sort": "newest"})).json()["items"]
        mine = [item for item in queue if item["account_id"] == account.account_id]
        if not mine:
            return await officer.get("/v1/credit-holds")
        hold = chance.choice(mine)
        headers = {**key(), "If-Match": f'"{hold["version"]}"'}
        path, why = f"/v1/credit-holds/{hold['hold_id']}", {"reason": "why"}
        step = chance.choice(["release", "release", "confirm", "reject", "cancel", "recheck", "note"])
        body = {"amount": hold["amount"], "expires_at": in_days(3), **why} if step == "release" else why
        return await officer.post(f"{path}/{step}", json={} if step == "recheck" else body, headers=headers)

    async def rival(number: int) -> list[int]:
        chance = Random(number)
        answers = []
        for turn in range(12):
            order = orders[chance.randrange(3)]
            answers.append(await (ask(chance, order, turn) if number % 2 else decide(chance)))
        return [answer.status_code for answer in answers]

    statuses = Counter(status for told in await asyncio.gather(*map(rival, range(8))) for status in told)
    assert statuses.keys() <= _UNDERSTOOD, statuses
    assert statuses[200] > 48

    holds = await limits.rows(
        db,
        "SELECT h.doc_id, h.state, h.events, h.version, e.numbers, e.versions"
        " FROM credit_hold h JOIN LATERAL (SELECT array_agg(number ORDER BY number) AS numbers,"
        "   max(hold_version) AS versions FROM credit_hold_event e WHERE e.hold_id = h.hold_id) e ON true"
        " WHERE account_id = :account_id",
        account_id=account.account_id,
    )
    live = Counter(hold.doc_id for hold in holds if hold.state in ("open", "released"))
    assert all(number == 1 for number in live.values())
    for hold in holds:
        assert hold.numbers == list(range(1, hold.events + 1))
        assert hold.versions == hold.version


async def test_officers_at_once_never_take_a_group_beyond_what_each_may(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    for officer in ("anna", "boris"):
        await given.grant(desk.manager, officer, max_exposure=200_000)
    for _ in range(6):
        await given.blocked(desk.crm, account, 60_000)
    queue = (await desk.anna.get("/v1/credit-holds", params={"limit": 200, "sort": "newest"})).json()["items"]
    holds = [item for item in queue if item["account_id"] == account.account_id]
    assert len(holds) == 6

    async def release(officer: httpx.AsyncClient, hold: dict[str, Any]) -> str:
        body = {"amount": eur(60_000), "expires_at": in_days(3), "reason": "why"}
        shown = await officer.get(f"/v1/credit-holds/{hold['hold_id']}")
        answer = await officer.post(f"/v1/credit-holds/{hold['hold_id']}/release", json=body, headers=seen(shown))
        return str(answer.json().get("state", answer.json().get("code")))

    outcomes = Counter(
        await asyncio.gather(
            *(release(desk.anna if number % 2 else desk.boris, hold) for number, hold in enumerate(holds))
        )
    )
    assert outcomes == {"released": 3, "beyond_authority": 3}
