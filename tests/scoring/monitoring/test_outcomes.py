"""What became of applications is kept, corrected, and never lost."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.ids import new_id
from tests.scoring.monitoring.population import applicants
from tests.scoring.monitoring.scene import Scene, outcome

TODAY = datetime.now(UTC).date().isoformat()


async def history(scene: Scene, application_id: str) -> list[dict[str, object]]:
    """Return all that was kept of an application's outcomes."""
    answer = await scene.http.get("/v1/outcomes", params={"application_id": application_id})
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_a_later_report_supersedes_the_former_and_both_are_kept(scene: Scene) -> None:
    (application,) = await scene.submit(applicants(5, 1))
    first = await scene.report([outcome(application, TODAY, bad=False, days_past_due=12)])
    assert first.json()["items"][0] | {"detail": None} == {
        "result": "recorded",
        "application_id": application,
        "version": 1,
        "code": None,
        "detail": None,
    }
    second = await scene.report([outcome(application, TODAY, days_past_due=95)])
    assert (second.json()["corrected"], second.json()["items"][0]["version"]) == (1, 2)
    assert [(kept["version"], kept["bad"]) for kept in await history(scene, application)] == [(1, False), (2, True)]


async def test_the_same_report_again_says_nothing_new(scene: Scene) -> None:
    (application,) = await scene.submit(applicants(6, 1))
    said = outcome(application, TODAY, bad=True)
    await scene.report([said])
    assert (await scene.report([said])).json()["unchanged"] == 1
    assert len(await history(scene, application)) == 1


async def test_what_is_wrong_with_one_item_costs_the_others_nothing(scene: Scene) -> None:
    first, second = await scene.submit(applicants(7, 2))
    tomorrow_and_more = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    items = [
        outcome(first, TODAY, bad=False),
        outcome("app_nobody", TODAY, bad=False),
        outcome(second, tomorrow_and_more, bad=False),
        outcome(second, "2020-01-01", bad=False),
        outcome(second, TODAY, bad=False, days_past_due=91),
        outcome(second, TODAY),
        {**outcome(second, TODAY, days_past_due=91), "definition": "charged off"},
        outcome(second, TODAY, bad=True),
    ]
    answer = (await scene.report(items)).json()
    assert [item["code"] for item in answer["items"]] == [
        None,
        "unknown_application",
        "in_the_future",
        "before_score",
        "undefined_outcome",
        "undefined_outcome",
        "undefined_outcome",
        None,
    ]
    assert (answer["recorded"], answer["refused"]) == (2, 6)
    assert len(await history(scene, second)) == 1


async def test_an_older_observation_does_not_take_back_a_later_one(scene: Scene) -> None:
    (application,) = await scene.score_in_the_past(applicants(8, 1), datetime.now(UTC) - timedelta(days=90))
    await scene.report([outcome(application, TODAY, bad=True)])
    earlier = (datetime.now(UTC).date() - timedelta(days=30)).isoformat()
    refused = (await scene.report([outcome(application, earlier, bad=False)])).json()["items"][0]
    assert (refused["result"], refused["code"]) == ("refused", "older_than_known")


async def test_an_application_can_be_named_by_a_decision_on_it(scene: Scene) -> None:
    (application,) = await scene.submit(applicants(9, 1))
    (decision,) = await scene.decide([application], "approve")
    said = {**outcome(application, TODAY, bad=True), "decision_id": decision}
    del said["application_id"]
    unknown = {**said, "decision_id": "dec_nobody"}
    answer = (await scene.report([said, unknown])).json()["items"]
    assert (answer[0]["application_id"], answer[0]["result"]) == (application, "recorded")
    assert answer[1]["code"] == "unknown_decision"


async def test_a_retry_with_the_same_key_gets_the_first_answer(scene: Scene) -> None:
    (application,) = await scene.submit(applicants(10, 1))
    key = new_id("key")
    first = await scene.report([outcome(application, TODAY, bad=False)], key)
    again = await scene.report([outcome(application, TODAY, bad=False)], key)
    other = await scene.report([outcome(application, TODAY, bad=True)], key)
    assert (first.content, again.status_code) == (again.content, 200)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "said",
    [
        {"observed_on": "yesterday"},
        {"observed_on": 1_700_000_000},
        {"window_months": 0},
        {"days_past_due": -1},
        {"bad": "no"},
        {"decision_id": "dec_1"},
        {"application_id": None},
        {"surprise": 1},
    ],
)
async def test_a_report_that_makes_no_sense_is_refused_whole(scene: Scene, said: dict[str, object]) -> None:
    item = {**outcome("app_1", TODAY, bad=False), **said}
    answer = await scene.report([item])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert answer.json()["errors"][0]["pointer"].startswith("/items/0")


async def test_reports_of_more_than_a_thousand_items_are_refused(scene: Scene) -> None:
    answer: httpx.Response = await scene.report([outcome("app_1", TODAY, bad=False)] * 1_001)
    assert answer.status_code == 422
