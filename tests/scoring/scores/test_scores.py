"""Scores over HTTP: graded, valid for a while, kept per application, and given again for as long as they stand."""

import asyncio
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest

from shared.canonical import content_hash as document_hash
from shared.ids import new_id
from tests.kit.catalogue import AUTHOR, attempt, bearing, make_live
from tests.kit.service import Urls
from tests.scoring.scores.kit import FACTS, Change, ask, expire, graded, kept, protected, refusing, rows_of, scorecard


async def test_a_score_comes_with_grade_pd_reasons_model_and_the_end_of_its_validity(
    desk: httpx.AsyncClient, product: str
) -> None:
    document = scorecard(product, graded)
    await make_live(desk, "scorecard", document)

    answer = await ask(desk, product, None)

    score = answer["score"]
    assert (score["score"], score["pd"], score["grade"]) == (540, "0.210526", "B")
    assert score["reasons"] == [
        {"code": "AMOUNT_TOO_HIGH", "characteristic": "requested_amount", "shortfall": "20.000"},
        {"code": "PURPOSE_RISK", "characteristic": "purpose", "shortfall": "10.000"},
    ]
    assert (score["model"], score["model_version"], score["model_hash"]) == ("small", 1, document["content_hash"])
    given, until = (datetime.fromisoformat(each) for each in (answer["scored_at"], score["valid_until"]))
    assert (until - given).days == 30
    assert (answer["failure"], answer["again"], answer["anew_because"]) == (None, False, [])


async def test_a_score_without_an_application_is_not_kept(desk: httpx.AsyncClient, product: str) -> None:
    await make_live(desk, "scorecard", scorecard(product))
    await ask(desk, product, None)

    missing = await desk.get(f"/v1/scores/{new_id('app')}")

    assert (missing.status_code, missing.json()["code"]) == (404, "score_not_found")


async def test_the_score_of_an_application_is_given_again_while_it_stands(
    desk: httpx.AsyncClient, product: str, urls: Urls
) -> None:
    await make_live(desk, "scorecard", scorecard(product, graded))
    application_id = new_id("app")
    first = await ask(desk, product, application_id)

    second = await ask(desk, product, application_id)

    assert (first["again"], second["again"]) == (False, True)
    assert second == first | {"again": True}
    assert await rows_of(urls, application_id) == 1
    recalled = await kept(desk, application_id)
    assert recalled["score"] == first["score"]
    assert (recalled["scored_at"], recalled["stale"], recalled["stale_because"]) == (first["scored_at"], False, [])


@pytest.mark.parametrize("facts", [{"age_years": 44}, {"debt_ratio": "0.340"}, {"started_on": "2020-01-01"}])
async def test_a_fact_that_the_model_does_not_read_or_another_way_to_write_one_changes_nothing(
    desk: httpx.AsyncClient, product: str, facts: dict[str, Any]
) -> None:
    await make_live(desk, "scorecard", scorecard(product))
    application_id = new_id("app")
    first = await ask(desk, product, application_id)

    assert await ask(desk, product, application_id, **facts) == first | {"again": True}


@pytest.mark.parametrize("facts", [{"debt_ratio": "0.33"}, {"purpose": None}, {"home_owner": False}])
async def test_any_changed_input_forces_a_new_score(
    desk: httpx.AsyncClient, product: str, urls: Urls, facts: dict[str, Any]
) -> None:
    await make_live(desk, "scorecard", scorecard(product))
    application_id = new_id("app")
    first = await ask(desk, product, application_id)

    second = await ask(desk, product, application_id, **facts)

    assert (second["again"], second["anew_because"]) == (False, ["inputs_changed"])
    assert second["score"]["inputs_hash"] != first["score"]["inputs_hash"]
    assert second["scored_at"] > first["scored_at"]
    assert await rows_of(urls, application_id) == 2
    assert (await kept(desk, application_id))["score"] == second["score"]


async def test_an_expired_score_is_stale_and_the_next_one_says_why_it_is_new(
    desk: httpx.AsyncClient, product: str, urls: Urls
) -> None:
    await make_live(desk, "scorecard", scorecard(product, graded))
    application_id = new_id("app")
    await ask(desk, product, application_id)
    await expire(urls, application_id)

    before = await kept(desk, application_id)
    anew = await ask(desk, product, application_id)

    assert (before["stale"], before["stale_because"]) == (True, ["expired"])
    assert (anew["again"], anew["anew_because"]) == (False, ["expired"])
    assert (await kept(desk, application_id))["stale"] is False


async def test_a_score_that_an_earlier_release_kept_can_be_read_and_is_replaced_by_a_whole_one(
    desk: httpx.AsyncClient, product: str, urls: Urls
) -> None:
    document = scorecard(product)
    await make_live(desk, "scorecard", document)
    application_id = new_id("app")
    connection = await asyncpg.connect(urls.admin)
    await connection.execute(
        "INSERT INTO scoring.score (score_id, application_id, product, facts, model, model_version, model_hash, score,"
        " pd, points, reasons) VALUES ($1, $2, $3, '{}', 'small', 1, $4, 540, 0.210526, '[]', $5)",
        new_id("scr"),
        application_id,
        product,
        document["content_hash"],
        '[["AMOUNT_TOO_HIGH", 20000]]',
    )
    await connection.close()

    recalled = await kept(desk, application_id)
    anew = await ask(desk, product, application_id)

    assert (recalled["score"]["score"], recalled["score"]["pd"], recalled["stale"]) == (540, "0.210526", False)
    assert recalled["score"]["reasons"] == [{"code": "AMOUNT_TOO_HIGH", "characteristic": "", "shortfall": "20.000"}]
    assert anew["anew_because"] == ["inputs_changed"]


async def test_a_score_of_a_model_that_was_replaced_is_stale(desk: httpx.AsyncClient, product: str) -> None:
    await make_live(desk, "scorecard", scorecard(product))
    application_id = new_id("app")
    await ask(desk, product, application_id)
    await make_live(desk, "scorecard", scorecard(product, lambda document: document.update(version=2)))
    await asyncio.sleep(0.3)  # A process goes on with what was live for a quarter of a second.

    before = await kept(desk, application_id)
    anew = await ask(desk, product, application_id)

    assert (before["stale"], before["stale_because"]) == (True, ["model_replaced"])
    assert (anew["anew_because"], anew["score"]["model_version"]) == (["model_replaced"], 2)


async def test_facts_that_leave_no_score_lose_nothing(desk: httpx.AsyncClient, product: str) -> None:
    await make_live(desk, "scorecard", scorecard(product, refusing))
    application_id = new_id("app")
    first = await ask(desk, product, application_id)

    refused = await ask(desk, product, application_id, purpose=None)
    unreadable = await ask(desk, product, application_id, debt_ratio="a third")

    assert (refused["score"], refused["failure"]) == (None, "characteristic_missing")
    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [
        ("/facts/purpose", "characteristic_missing")
    ]
    assert (unreadable["score"], unreadable["failure"]) == (None, "invalid_facts")
    assert [each["pointer"] for each in unreadable["errors"]] == ["/facts/debt_ratio"]
    assert "a third" not in str(unreadable)
    assert (await kept(desk, application_id))["score"] == first["score"]


async def test_a_batch_answers_what_single_requests_do(desk: httpx.AsyncClient, product: str) -> None:
    await make_live(desk, "scorecard", scorecard(product, refusing))
    asked = [FACTS, FACTS | {"purpose": None}, FACTS | {"home_owner": "yes"}]

    answer = await desk.post(
        "/v1/scores/batch", json={"items": [{"product": product, "facts": each} for each in asked]}
    )

    items = [{key: value for key, value in item.items() if key != "scored_at"} for item in answer.json()["items"]]
    for facts, item in zip(asked, items, strict=True):
        alone = await ask(desk, product, None, **facts)
        assert item == {key: value for key, value in alone.items() if key != "scored_at"}
    assert [item["failure"] for item in items] == [None, "characteristic_missing", "invalid_facts"]


async def test_who_may_only_ask_for_scores_can_not_read_those_of_others(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/v1/scores/app_1", headers=bearing("writer"))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        (lambda d: d.update(format="assay.scorecard/2"), "unknown_format", "assay.scorecard/1"),
        (lambda d: d["characteristics"][0]["bins"][1].update(points=170), "not_reproduced", ""),
        (lambda d: d.update(grades=[{"grade": "A", "from": 500}]), "invalid_grades", ""),
        (protected, "protected_fact", ""),
    ],
)
async def test_a_scorecard_that_can_not_be_trusted_is_refused_and_nothing_of_it_is_registered(
    desk: httpx.AsyncClient, product: str, change: Change, code: str, detail: str
) -> None:
    document = scorecard(product, change)

    refused = await attempt(desk, "scorecard", document)

    assert (refused.status_code, refused.json()["code"]) == (422, "unsound_scorecard")
    assert code in {error["code"] for error in refused.json()["errors"]}
    assert detail in refused.text
    listed = (await desk.get("/v1/catalogue", headers=bearing(AUTHOR))).json()["items"]
    assert document_hash(document) not in {item["hash"] for item in listed}
    assert (await ask(desk, product, None))["failure"] == "no_model"


async def test_a_scorecard_that_was_tampered_with_is_refused(desk: httpx.AsyncClient, product: str) -> None:
    document = scorecard(product) | {"title": "Another title"}

    refused = await attempt(desk, "scorecard", document)

    assert [error["code"] for error in refused.json()["errors"]] == ["hash_mismatch"]
