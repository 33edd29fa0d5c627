"""Scores of applications that arrive as events: the one that stands is given again, the last facts count."""

import httpx

from shared.consumer import Consumer
from shared.ids import new_id
from tests.kit.catalogue import make_live
from tests.kit.service import Urls
from tests.scoring.scores.kit import graded, kept, refusing, rows_of, scorecard, submitted, told


async def test_an_application_submitted_again_gets_the_score_that_stands_and_another_one_for_other_facts(
    desk: httpx.AsyncClient, product: str, urls: Urls, consumer: Consumer
) -> None:
    await make_live(desk, "scorecard", scorecard(product, graded))
    application_id = new_id("app")
    for facts in ({}, {"age_years": 30}, {"home_owner": False}):
        await consumer.handle([submitted(product, application_id, **facts)])

    first, again, changed = await told(urls, application_id)

    assert first.score is not None
    assert (first.score.grade, first.score.valid_until is not None) == ("B", True)
    assert (again.score, again.scored_at) == (first.score, first.scored_at)
    assert changed.score is not None
    assert (changed.score.score, changed.score.grade) == (520, "B")
    assert changed.scored_at > first.scored_at
    assert await rows_of(urls, application_id) == 2
    assert (await kept(desk, application_id))["score"] == changed.score.model_dump(mode="json")


async def test_an_application_that_changes_to_and_fro_in_one_batch_ends_with_its_last_facts(
    desk: httpx.AsyncClient, product: str, urls: Urls, consumer: Consumer
) -> None:
    await make_live(desk, "scorecard", scorecard(product, graded))
    application_id = new_id("app")
    await consumer.handle([submitted(product, application_id)])
    await consumer.handle([submitted(product, application_id, home_owner=False), submitted(product, application_id)])

    first, _, last = await told(urls, application_id)

    assert first.score is not None
    assert last.score is not None
    assert last.score.score == first.score.score
    assert (await kept(desk, application_id))["score"] == last.score.model_dump(mode="json")


async def test_an_application_that_the_model_refuses_to_score_is_passed_on_without_a_score(
    desk: httpx.AsyncClient, product: str, urls: Urls, consumer: Consumer
) -> None:
    await make_live(desk, "scorecard", scorecard(product, refusing))
    application_id = new_id("app")
    await consumer.handle([submitted(product, application_id, purpose=None)])

    (passed_on,) = await told(urls, application_id)

    assert (passed_on.score, passed_on.failure) == (None, "characteristic_missing")
    recalled = await kept(desk, application_id)
    assert (recalled["failure"], recalled["stale_because"]) == ("characteristic_missing", ["no_score"])
