"""Statements over HTTP, in a real database."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from shared.db import Database
from tests.intake.parties.given import company, key, take_in
from tests.intake.statements.given import SME, body
from tests.intake.statements.sending import facts, import_file, kept, submit


def unbalanced(year: int = 2024) -> dict[str, Any]:
    sent = body(year)
    sent["lines"]["assets"] = "15,111"
    sent["lines"]["liabilities_and_equity"] = "15,113"
    return {**sent, "scale": "units"}


async def test_a_statement_is_kept_and_its_ratios_are_facts(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    made = await kept(officer, party, body())
    assert (made["status"], made["differences"], made["period"]["months"]) == ("balanced", [], 12)
    known = await facts(db, party)
    assert known is not None
    assert known["current_ratio"] == "1.498778"
    assert known["total_assets"] == {"amount_minor": 1_511_000_000, "currency": "EUR"}
    assert "revenue_growth" not in known


async def test_a_year_that_comes_later_completes_the_facts_of_the_newest(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    await kept(officer, party, body(2024))
    await kept(officer, party, body(2023))
    known = await facts(db, party)
    assert known is not None
    assert (known["statement_date"], known["revenue_growth"]) == ("2024-12-31", "0.064407")


async def test_the_same_request_again_gets_the_first_answer(officer: httpx.AsyncClient, party: str) -> None:
    same = key()
    path = f"/v1/parties/{party}/statements"
    first = await officer.post(path, json=body(), headers=same)
    again = await officer.post(path, json=body(), headers=same)
    assert (again.status_code, again.content) == (201, first.content)


async def test_a_second_statement_of_a_period_is_refused_and_the_first_one_named(
    officer: httpx.AsyncClient, party: str
) -> None:
    made = await kept(officer, party, body())
    answer = await submit(officer, party, body())
    assert (answer.status_code, answer.json()["code"]) == (409, "statement_exists")
    assert made["statement_id"] in answer.json()["detail"]


async def test_of_rivals_with_the_same_period_one_wins(officer: httpx.AsyncClient, party: str) -> None:
    answers = await asyncio.gather(*(submit(officer, party, body()) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_a_statement_that_does_not_balance_is_kept_with_its_differences_and_gives_no_facts_until_accepted(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    made = await kept(officer, party, unbalanced())
    assert made["status"] == "unbalanced"
    (difference,) = [entry for entry in made["differences"] if entry["rule"] == "balance"]
    assert difference == {
        "rule": "balance",
        "line": "assets",
        "stated_minor": 1_511_100,
        "computed_minor": 1_511_300,
        "amount_minor": -200,
    }
    assert await facts(db, party) is None
    path = f"/v1/parties/{party}/statements/{made['statement_id']}"
    why = {"reason": "Frau Muster confirms it"}
    accepted = await officer.post(f"{path}/accept", json=why, headers={"If-Match": '"1"'})
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    known = await facts(db, party)
    assert known is not None
    assert known["statement_date"] == "2024-12-31"
    shown = (await officer.get(path)).json()
    assert (shown["acceptance"]["actor"], shown["acceptance"]["reason"]) == ("credit-officer", why["reason"])
    again = await officer.post(f"{path}/accept", json=why, headers={"If-Match": '"1"'})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_accept")


async def test_accounts_in_doubt_take_the_facts_of_older_ones_away(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    await kept(officer, party, body(2023))
    assert (await facts(db, party) or {})["statement_date"] == "2023-12-31"
    await kept(officer, party, unbalanced(2024))
    assert await facts(db, party) == {}


async def test_a_correction_is_another_version_and_the_earlier_one_stays(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    made = await kept(officer, party, unbalanced())
    path = f"/v1/parties/{party}/statements/{made['statement_id']}"
    corrected = await officer.put(path, json=body(), headers={"If-Match": '"1"'})
    assert (corrected.status_code, corrected.json()["version"], corrected.json()["status"]) == (200, 2, "balanced")
    assert corrected.headers["ETag"] == '"2"'
    shown = (await officer.get(path)).json()
    assert [entry["status"] for entry in shown["earlier_versions"]] == ["unbalanced"]
    late = await officer.put(path, json=body(), headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_changed")
    assert (await facts(db, party) or {})["net_income"] == {"amount_minor": 187_300_000, "currency": "EUR"}


async def test_a_correction_to_what_does_not_balance_takes_the_facts_away(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    made = await kept(officer, party, body())
    path = f"/v1/parties/{party}/statements/{made['statement_id']}"
    assert (await officer.put(path, json=unbalanced(), headers={"If-Match": '"1"'})).status_code == 200
    assert await facts(db, party) == {}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"period": {"start": "2090-01-01", "end": "2090-12-31"}}, "/period/end", "in_the_future"),
        ({"period": {"start": "2020-01-01", "end": "2024-12-31"}}, "/period", "too_long"),
        ({"lines": {"assets": "12 monkeys"}}, "/lines/assets", "invalid_amount"),
        ({"lines": {"assets": "1.23456789"}}, "/lines/assets", "invalid_amount"),
        ({"lines": {"bananas": "1"}}, "/lines", "unknown_line"),
        ({"period": {"start": "2024-12-31", "end": "2024-01-01"}}, "/period", "period_reversed"),
        ({"document_id": f"doc_{'0' * 32}"}, "/document_id", "unknown_document"),
        ({"standard": "invented"}, "/standard", "enum"),
    ],
)
async def test_what_can_be_no_statement_is_refused_with_its_place_and_never_quoted(
    officer: httpx.AsyncClient, party: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await submit(officer, party, {**body(), **changes})
    assert answer.status_code == 422
    assert (pointer, code) in [(entry["pointer"], entry["code"]) for entry in answer.json()["errors"]]
    assert "monkeys" not in answer.text and "bananas" not in answer.text


async def test_ratios_come_with_definitions_trends_percentiles_and_what_is_missing(
    officer: httpx.AsyncClient, feed: httpx.AsyncClient, party: str
) -> None:
    points = [{"percentile": at, "value": value} for at, value in ((10, "0.9"), (50, "1.4"), (90, "2.4"))]
    table = {"source": "made up", "ratios": [{"ratio": "current_ratio", "points": points}]}
    assert (await feed.put("/v1/industry-tables/332722/2023", json=table)).status_code == 200
    await import_file(officer, party, SME.read_bytes(), scale="thousands")
    found = (await officer.get(f"/v1/parties/{party}/ratios")).json()
    assert found["peers"] == {"code": "332722", "year": 2023, "source": "made up"}
    ratios = {entry["code"]: entry for entry in found["ratios"]}
    current = ratios["current_ratio"]
    assert current["formula"] == "current_assets / current_liabilities"
    assert [entry["value"] for entry in current["values"]] == ["1.515423", "1.531335", "1.498778"]
    assert current["trend"] == {"change": "-0.032557", "course": "mixed"}
    assert current["peers"] == {"percentile": "53.951120", "reach": "within"}
    assert ratios["altman_z2"]["values"][-1]["zone"] == "safe"
    growth = ratios["revenue_growth"]["values"]
    assert (growth[0]["value"], growth[0]["reason"]) == (None, "no_statement_of_period_before")
    assert growth[2]["value"] == "0.064407"
    assert len(found["ratios"]) == 25
    polish = (await officer.get(f"/v1/parties/{party}/ratios", params={"polish": "true"})).json()
    assert len(polish["ratios"]) == 25 + 64


async def test_statements_that_no_ratio_is_made_of_are_named(officer: httpx.AsyncClient, party: str) -> None:
    await kept(officer, party, unbalanced())
    half = body(2023, period={"start": "2023-01-01", "end": "2023-06-30"})
    assert (await kept(officer, party, half))["flags"] == ["not_a_year"]
    found = (await officer.get(f"/v1/parties/{party}/ratios")).json()
    assert [(entry["status"], entry["months"]) for entry in found["left_out"]] == [("unbalanced", 12), ("balanced", 6)]
    assert found["periods"] == []


@pytest.mark.parametrize(
    "ratios",
    [
        {"bananas": [[10, "1"], [90, "2"]]},
        {"current_ratio": [[90, "1"], [10, "2"]]},
        {"current_ratio": [[10, "2"], [90, "1"]]},
    ],
)
async def test_a_table_that_makes_no_sense_is_refused(feed: httpx.AsyncClient, ratios: dict[str, Any]) -> None:
    answer = await feed.put("/v1/industry-tables/A1/2024", json=table(ratios))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/ratios/0")
    assert "bananas" not in answer.text


def table(ratios: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a request that states percentiles."""
    stated = [
        {"ratio": code, "points": [{"percentile": at, "value": value} for at, value in pairs]}
        for code, pairs in ratios.items()
    ]
    return {"source": "made up", "ratios": stated}


async def test_the_last_table_of_a_year_counts(feed: httpx.AsyncClient) -> None:
    for value in ("0.1", "0.2"):
        sent = table({"net_margin": [[10, "0"], [90, value]]})
        assert (await feed.put("/v1/industry-tables/C25/2022", json=sent)).status_code == 200
    found = (await feed.get("/v1/industry-tables/C25/2022")).json()
    assert found["ratios"][0]["points"][1] == {"percentile": 90, "value": "0.2"}
    assert (await feed.get("/v1/industry-tables/C25/2021")).status_code == 404


async def test_nobody_sees_statements_of_a_party_that_is_not_there(officer: httpx.AsyncClient, party: str) -> None:
    made = await kept(officer, party, body())
    other = await take_in(officer, company())
    assert (await officer.get(f"/v1/parties/{other}/statements/{made['statement_id']}")).status_code == 404
    for path in ("statements", "ratios"):
        assert (await officer.get(f"/v1/parties/pty_none/{path}")).status_code == 404
    assert (await submit(officer, "pty_none", body())).status_code == 404


async def test_who_may_only_read_may_not_write(app: Any, officer: httpx.AsyncClient, feed: httpx.AsyncClient) -> None:
    answer = await feed.post("/v1/parties/pty_x/statements", json=body(), headers=key())
    assert answer.status_code == 403
    assert (await officer.put("/v1/industry-tables/A/2024", json={})).status_code == 403


async def test_the_taxonomy_is_listed_in_both_languages(officer: httpx.AsyncClient) -> None:
    (first, *_) = (await officer.get("/v1/statement-lines")).json()["items"]
    expected = {"code": "assets", "section": "balance_sheet", "label": "Total assets", "label_zh": "资产总计"}
    assert first == expected
    assert json.dumps(first)


async def test_statements_of_a_merged_record_are_the_partys_and_go_back_with_it(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    other = await take_in(officer, company())
    await kept(officer, party, body(2023))
    made = await kept(officer, other, body(2024))

    async def step(name: str, field: str) -> None:
        version = (await officer.get(f"/v1/parties/{party}")).headers["ETag"]
        sent = {field: other, "reason": "the same company"}
        answer = await officer.post(f"/v1/parties/{party}/{name}", json=sent, headers={"If-Match": version})
        assert answer.status_code == 200, answer.text

    await step("merge", "merged_party_id")
    ratios = (await officer.get(f"/v1/parties/{party}/ratios")).json()
    assert [entry["period_end"] for entry in ratios["periods"]] == ["2023-12-31", "2024-12-31"]
    known = await facts(db, party) or {}
    assert (known["statement_date"], known["revenue_growth"]) == ("2024-12-31", "0.064407")
    assert (await submit(officer, party, body(2024))).json()["code"] == "statement_exists"
    assert (await officer.get(f"/v1/parties/{party}/statements/{made['statement_id']}")).status_code == 200
    await step("unmerge", "unmerged_party_id")
    for record, year in ((party, 2023), (other, 2024)):
        assert len((await officer.get(f"/v1/parties/{record}/statements")).json()["items"]) == 1
        known = await facts(db, record) or {}
        assert known["statement_date"] == f"{year}-12-31"
        assert "revenue_growth" not in known
