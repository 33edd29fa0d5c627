"""Rules as people put them: sound ones only, one after the other, each with who and why."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from shared.db import Database
from shared.ids import new_id
from tests.limits import given as limits
from tests.limits.checks import given
from tests.limits.checks.conftest import House

STEP = {"name": "limit", "kind": "static_utilization"}
STRICT = {"steps": [STEP, {"name": "large", "kind": "maximum_document", "maximum": given.eur(500)}]}
CUSTOM = {
    "name": "own",
    "kind": "custom",
    "if": "amount > 5",
    "reason": "HOUSE_RULE",
    "words": {"en": "No.", "zh": "不。"},
}


def product() -> str:
    return new_id("product")


async def test_a_product_without_a_rule_goes_by_the_one_that_is_built_in(house: House) -> None:
    answer = await house.auditor.get(f"/v1/check-rules/{product()}")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    assert (answer.json()["revision"], answer.json()["actor"]) == (0, None)
    assert "static_utilization" in {step["kind"] for step in answer.json()["rule"]["steps"]}


async def test_a_rule_is_put_for_a_product_and_its_checks_go_by_it(house: House, db: Database) -> None:
    account, other = await given.account_of(db, 100_000), await given.account_of(db, 100_000)
    put = await given.put(house.manager, account.product, STRICT)
    assert put.status_code == 200, put.text
    blocked = await given.ask(house.crm, account, 501)
    assert (blocked["result"], blocked["reasons"]) == ("block", ["DOCUMENT_TOO_LARGE"])
    assert blocked["rule"] == {"product": account.product, "revision": 1, "hash": put.json()["hash"]}
    assert (await given.ask(house.crm, account, 500))["result"] == "ok"
    assert (await given.ask(house.crm, other, 501))["result"] == "ok"


async def test_history_says_who_put_which_rule_and_why(house: House) -> None:
    name = product()
    first = await given.put(house.manager, name, STRICT)
    second = await given.put(house.manager, name, {"steps": [STEP]})
    assert (first.json()["revision"], second.json()["revision"]) == (1, 2)
    page = (await house.auditor.get(f"/v1/check-rules/{name}/revisions", params={"limit": 1})).json()
    assert [entry["revision"] for entry in page["items"]] == [2]
    rest = await house.auditor.get(f"/v1/check-rules/{name}/revisions", params={"cursor": page["next_cursor"]})
    (oldest,) = rest.json()["items"]
    assert (oldest["actor"], oldest["reason"]) == ("manager", "as the committee decided")
    assert oldest == (await house.auditor.get(f"/v1/check-rules/{name}/revisions/1")).json()
    assert oldest["hash"] != page["items"][0]["hash"]
    for unknown in ("3", "x", "-1", "9" * 12):
        missing = await house.auditor.get(f"/v1/check-rules/{name}/revisions/{unknown}")
        assert (missing.status_code, missing.json()["code"]) == (404, "rule_not_found")


async def test_a_rule_can_be_put_back_as_it_was_shown(house: House) -> None:
    name = product()
    rule = {
        "currency": "EUR",
        "facts": {"payment_terms": {"type": "enum", "values": ["prepaid", "open"]}},
        "exclusions": [{"name": "prepaid", "if": 'payment_terms = "prepaid"', "skips": ["limit"]}],
        "steps": [STEP, CUSTOM],
    }
    first = await given.put(house.manager, name, rule)
    assert first.status_code == 200, first.text
    again = await given.put(house.manager, name, first.json()["rule"])
    assert (again.status_code, again.json()["hash"]) == (200, first.json()["hash"])


async def test_whoever_read_an_older_rule_replaces_nothing(house: House) -> None:
    name = product()
    body = {"rule": STRICT, "reason": "stricter"}
    path = f"/v1/check-rules/{name}"
    bare = await house.manager.put(path, json=body)
    assert (bare.status_code, bare.json()["code"]) == (428, "if_match_missing")
    rivals = await asyncio.gather(*(house.manager.put(path, json=body, headers={"If-Match": '"0"'}) for _ in range(8)))
    assert sorted(answer.status_code for answer in rivals) == [200] + [412] * 7
    assert (await house.manager.get(path)).headers["ETag"] == '"1"'


async def test_only_a_manager_puts_rules(house: House) -> None:
    for client in (house.crm, house.officer, house.auditor):
        body = {"rule": STRICT, "reason": "stricter"}
        refused = await client.put(f"/v1/check-rules/{product()}", json=body, headers={"If-Match": '"0"'})
        assert refused.status_code == 403


def named(**changes: Any) -> dict[str, Any]:
    return {**CUSTOM, **changes}


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"steps": []}, "/rule/steps"),
        ({"steps": [STEP] * 51}, "/rule/steps"),
        ({"steps": [STEP], "colour": "red"}, "/rule/colour"),
        ({"steps": [{**STEP, "colour": "red"}]}, "/rule/steps/0/colour"),
        ({"steps": [{"name": "x", "kind": "horoscope"}]}, "/rule/steps/0"),
        ({"steps": [{**STEP, "max_percent": "0"}]}, "/rule/steps/0/max_percent"),
        ({"steps": [{**STEP, "max_percent": "1001"}]}, "/rule/steps/0/max_percent"),
        ({"steps": [{**STEP, "max_percent": 80}]}, "/rule/steps/0/max_percent"),
        ({"steps": [{**STEP, "max_percent": "1e2"}]}, "/rule/steps/0/max_percent"),
        ({"steps": [{**STEP, "at": []}]}, "/rule/steps/0/at"),
        ({"steps": [{**STEP, "on_hit": "ok"}]}, "/rule/steps/0/on_hit"),
        ({"steps": [{"name": "d", "kind": "oldest_overdue", "max_days": -1}]}, "/rule/steps/0/max_days"),
        ({"steps": [STEP, STEP]}, "/rule/steps/1/name"),
        ({"steps": [CUSTOM]}, "/rule/steps/0/if"),
        ({"steps": [named(**{"if": "amout > 5"})], "currency": "EUR"}, "/rule/steps/0/if"),
        ({"steps": [named(**{"if": "amount >"})], "currency": "EUR"}, "/rule/steps/0/if"),
        ({"steps": [named(**{"if": "amount"})], "currency": "EUR"}, "/rule/steps/0/if"),
        ({"steps": [named(**{"if": "some x in [1, 2] satisfies x > 1"})]}, "/rule/steps/0/if"),
        ({"steps": [named(reason="NO_LIMIT")], "currency": "EUR"}, "/rule/steps/0/reason"),
        ({"steps": [STEP], "facts": {"amount": {"type": "integer"}}}, "/rule/facts/amount"),
        ({"steps": [STEP], "facts": {"price": {"type": "money"}}}, "/rule/facts/price"),
        ({"steps": [STEP], "facts": {"terms": {"type": "enum"}}}, "/rule/facts/terms"),
        (
            {"steps": [STEP], "exclusions": [{"name": "x", "if": "true", "skips": ["other"]}]},
            "/rule/exclusions/0/skips/0",
        ),
        ({"steps": [STEP], "exclusions": [{"name": "x", "if": "terms = 1"}]}, "/rule/exclusions/0/if"),
    ],
)
async def test_an_unsound_rule_is_refused_where_it_is_unsound(
    house: House, document: dict[str, Any], pointer: str
) -> None:
    name = product()
    refused = await given.put(house.manager, name, document)
    assert refused.status_code == 422, refused.text
    assert pointer in [fault["pointer"] for fault in refused.json()["errors"]], refused.text
    assert (await house.manager.get(f"/v1/check-rules/{name}")).json()["revision"] == 0


@pytest.mark.parametrize("reason", [None, "", "x" * 501, "two\nlines"])
async def test_a_rule_is_put_for_a_reason(house: House, reason: str | None) -> None:
    body = {"rule": STRICT} | ({} if reason is None else {"reason": reason})
    refused = await house.manager.put(f"/v1/check-rules/{product()}", json=body, headers={"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE check_rule SET reason = ''", "DELETE FROM credit_check", "UPDATE credit_check SET verdict = 'ok'"],
)
async def test_what_was_recorded_cannot_be_rewritten(db: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await limits.rows(db, statement)
