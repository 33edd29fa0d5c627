"""References over HTTP, and what becomes of them."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.intake.domain.finding import FindingKind
from services.intake.store import findings, references
from services.intake.vault import Vault
from shared.db import Database
from shared.ids import new_id
from tests.intake.references.given import TODAY, bank, days_ago, party_of, say, trade
from tests.kit.platform import money


async def test_a_reference_is_kept_and_shown_with_the_facts_it_comes_to(los: httpx.AsyncClient) -> None:
    party_id = await party_of(los)
    kept = await say(los, party_id, trade())
    assert kept.status_code == 201
    await say(los, party_id, bank())
    shown = (await los.get(kept.headers["location"])).json()
    newest, first = shown["items"]
    assert first["reference_id"] == kept.json()["reference_id"]
    assert (first["trade"]["referee"], first["trade"]["contact"]) == ("Steel Ltd", "Ms Canary, +49 30 1234567")
    assert first["trade"]["high_credit"] == money(5_000_000)
    assert newest["bank"]["average_balance"] == "medium_5"
    assert shown["facts"]["trade"]["trade_references"] == 1
    assert shown["facts"]["bank"]["bank_balance_at_least"] == money(4_000_000)


async def test_references_become_findings_that_an_application_can_use(los: httpx.AsyncClient, db: Database) -> None:
    party_id = await party_of(los)
    await say(los, party_id, trade("A", manner="slow", days_slow=12, past_due=money(1)))
    kept = await say(los, party_id, trade("B"))
    async with db.transaction() as tx:
        (found,) = (await findings.newest(tx, [party_id]))[party_id]
    assert (found.kind, found.source) == (FindingKind.REFERENCE, "trade-references")
    assert found.record_id == kept.json()["reference_id"]
    assert (found.facts["trade_references"], found.facts["trade_days_slow"]) == (2, 12)
    assert found.expires_at is not None
    assert found.expires_at.date() == TODAY + timedelta(days=364)


async def test_a_reference_that_was_put_right_counts_no_more(los: httpx.AsyncClient, db: Database) -> None:
    party_id = await party_of(los)
    wrong = (await say(los, party_id, trade(manner="slow", days_slow=90))).json()
    right = await say(los, party_id, trade(replaces=wrong["reference_id"]))
    assert right.status_code == 201
    shown = (await los.get(right.headers["location"])).json()
    assert [entry["reference_id"] for entry in shown["items"]] == [right.json()["reference_id"]]
    assert shown["facts"]["trade"]["trade_days_slow"] == 0
    again = await say(los, party_id, trade(replaces=wrong["reference_id"]))
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "/replaces")
    other_kind = await say(los, party_id, bank(replaces=right.json()["reference_id"]))
    assert other_kind.status_code == 422


async def test_when_the_only_reference_was_of_long_ago_the_file_says_there_is_none(
    los: httpx.AsyncClient, db: Database
) -> None:
    party_id = await party_of(los)
    new = (await say(los, party_id, trade())).json()
    await say(los, party_id, trade(replaces=new["reference_id"], taken_on=days_ago(400), customer_since=None))
    async with db.transaction() as tx:
        (found,) = (await findings.newest(tx, [party_id]))[party_id]
    assert found.facts == {"trade_references": 0}


async def test_a_retry_takes_nothing_down_twice(los: httpx.AsyncClient) -> None:
    party_id, key, body = await party_of(los), new_id("key"), trade()
    first, again = await say(los, party_id, body, key), await say(los, party_id, body, key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len((await los.get(first.headers["location"])).json()["items"]) == 1


async def test_of_references_that_come_at_the_same_time_none_is_forgotten(los: httpx.AsyncClient, db: Database) -> None:
    party_id = await party_of(los)
    answers = await asyncio.gather(*(say(los, party_id, trade(f"Supplier {number}")) for number in range(12)))
    assert {answer.status_code for answer in answers} == {201}
    async with db.transaction() as tx:
        (found,) = (await findings.newest(tx, [party_id]))[party_id]
    assert found.facts["trade_references"] == 12


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (trade(taken_on=days_ago(-1)), "/taken_on"),
        (trade(taken_on="2026-02-30"), "/taken_on"),
        (trade(taken_on="0001-01-01"), "/taken_on"),
        (trade(customer_since=days_ago(0)), "/customer_since"),
        (trade(past_due=money(3_000_000)), "/past_due"),
        (trade(balance=money(6_000_000)), "/balance"),
        (trade(balance=money(-1)), "/balance/amount_minor"),
        (trade(balance={"amount_minor": 1, "currency": "USD"}), "/balance/currency"),
        (trade(manner="slow"), "/days_slow"),
        (trade(manner="never"), "/manner"),
        (trade(terms_days=1.5), "/terms_days"),
        (trade(referee="zero\u200bwidth"), "/referee"),
        (trade(referee="x\u202egnp"), "/referee"),
        (trade(contact="MÃ¼ller"), "/contact"),
        (trade(shoe_size=1), "/shoe_size"),
        (bank(average_balance="huge_5"), "/average_balance"),
        (bank(account_since=days_ago(0)), "/account_since"),
        (
            bank(facility={"limit": money(1), "drawn": {"amount_minor": 1, "currency": "USD"}, "secured": True}),
            "/facility/drawn/currency",
        ),
        (bank(returned_items=-1), "/returned_items"),
        (trade(replaces="ref_none"), "/replaces"),
    ],
)
async def test_a_reference_that_can_not_be_so_is_refused_with_its_place(
    los: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    response = await say(los, await party_of(los), body)
    assert response.status_code == 422
    assert pointer in [fault["pointer"] for fault in response.json()["errors"]]


async def test_a_reference_of_an_unknown_kind_or_party_is_refused(los: httpx.AsyncClient) -> None:
    party_id = await party_of(los)
    assert (await say(los, party_id, {**trade(), "kind": "gossip"})).status_code == 422
    assert (await say(los, "pty_none", trade())).json()["code"] == "party_not_found"
    assert (await los.get("/v1/parties/pty_none/references")).json()["code"] == "party_not_found"


async def test_who_was_asked_and_what_they_said_is_kept_sealed_only(
    los: httpx.AsyncClient, db: Database, vault: Vault
) -> None:
    party_id = await party_of(los)
    await say(los, party_id, trade("Canary Metals"))
    async with db.transaction() as tx:
        for table in ("reference", "idempotency", "finding", "outbox"):
            for (found,) in await tx.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")):
                assert "anary" not in found
                assert b"anary".hex() not in found
        assert len(await references.of_party(tx, vault, party_id)) == 1
        await tx.execute(text("UPDATE data_key SET wrapped = NULL WHERE subject_id = :id"), {"id": party_id})
        assert await references.of_party(tx, vault, party_id) == []
    assert (await say(los, party_id, trade())).json()["code"] == "party_erased"
