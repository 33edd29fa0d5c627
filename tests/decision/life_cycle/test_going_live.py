"""What is live: one version at a time, that loads with all it stands on and all that stands on it."""

import asyncio
from datetime import datetime

import asyncpg
import httpx
import pytest

from tests.decision.governed import policy, product, reasons
from tests.decision.life_cycle.kit import (
    APPROVER,
    FUTURE,
    refusal_of,
    settled,
    version_of,
    what_is_live,
)
from tests.kit.catalogue import act, approved, bearing, make_live
from tests.kit.service import Urls


async def test_nothing_is_live_before_it_is_promoted(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    version_id = await approved(desk, "policy", policy(name, 2_000))
    assert await settled(desk, name) == "1000"
    assert (await act(desk, version_id, "promote", APPROVER)).status_code == 200
    assert await settled(desk, name) == "2000"


async def test_going_live_retires_what_was_live(desk: httpx.AsyncClient, name: str) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await make_live(desk, "policy", policy(name, 2_000))
    retired = await version_of(desk, first)
    assert (retired["state"], retired["events"][-1]["action"]) == ("retired", "give_way")


async def test_of_two_versions_promoted_at_once_one_is_live_in_the_end(desk: httpx.AsyncClient, name: str) -> None:
    ids = [await approved(desk, "policy", policy(name, most)) for most in (1_000, 2_000, 3_000)]
    answers = await asyncio.gather(*(act(desk, version_id, "promote", APPROVER) for version_id in ids))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    states = [(await version_of(desk, version_id))["state"] for version_id in ids]
    assert sorted(states) == ["live", "retired", "retired"]
    assert (await what_is_live(desk, name))["version_id"] == ids[states.index("live")]


async def test_a_policy_that_no_longer_fits_its_product_can_not_go_live(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "product", product(name, rating={"type": "integer"}))
    version_id = await approved(desk, "policy", policy(name, fact="rating"))
    await make_live(desk, "product", product(name))
    answer = await act(desk, version_id, "promote", APPROVER)
    assert refusal_of(answer) == (409, "no_longer_valid")
    assert answer.json()["errors"][0]["pointer"].startswith("/knock_outs")
    assert (await version_of(desk, version_id))["state"] == "approved"


@pytest.mark.parametrize("state", ["live", "scheduled", "shadow"])
async def test_a_product_that_would_break_a_policy_which_runs_or_will_can_not_go_live(
    desk: httpx.AsyncClient, name: str, state: str
) -> None:
    await make_live(desk, "product", product(name, rating={"type": "integer"}))
    version_id = await approved(desk, "policy", policy(name, fact="rating"))
    how = {"live": "promote", "scheduled": "schedule", "shadow": "shadow"}[state]
    body = {"effective_from": FUTURE} if state == "scheduled" else {}
    assert (await act(desk, version_id, how, APPROVER, **body)).json()["state"] == state
    narrower = await approved(desk, "product", product(name))
    answer = await act(desk, narrower, "promote", APPROVER)
    assert refusal_of(answer) == (409, "breaks_dependent")
    assert (await act(desk, version_id, "retire", APPROVER)).status_code == 200
    assert (await act(desk, narrower, "promote", APPROVER)).status_code == 200


async def test_reason_codes_that_a_live_policy_gives_stay(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "reasons", reasons(name, "WEATHER"))
    await make_live(desk, "policy", policy(name, reason="WEATHER"))
    fewer = await approved(desk, "reasons", reasons(name))
    assert refusal_of(await act(desk, fewer, "promote", APPROVER)) == (409, "breaks_dependent")
    live = await what_is_live(desk, name, "reasons")
    assert refusal_of(await act(desk, live["version_id"], "retire", APPROVER)) == (409, "still_needed")


async def test_a_retired_policy_leaves_everything_to_people(desk: httpx.AsyncClient, name: str) -> None:
    version_id = await make_live(desk, "policy", policy(name))
    assert (await act(desk, version_id, "retire", APPROVER, comment="withdrawn from sale")).status_code == 200
    assert await settled(desk, name) is None
    live = await what_is_live(desk, name)
    assert (live["version_id"], live["since"]) == (None, None)


async def test_challengers_share_the_traffic_and_only_policies_can_be_tried(desk: httpx.AsyncClient, name: str) -> None:
    live = await make_live(desk, "policy", policy(name, 1_000))
    one, two = [await approved(desk, "policy", policy(name, most)) for most in (2_000, 3_000)]
    terms = {"test": "autumn", "share_bp": 1_000, "maturity_months": 6, "stop_rules": {"max_bad_rate": "0.08"}}
    challenger = await act(desk, one, "challenge", APPROVER, **terms)
    assert (challenger.status_code, challenger.json()["state"]) == (200, "challenger")
    assert challenger.json()["trial"]["stop_rules"]["max_bad_rate"] == "0.08"
    taken = await act(desk, two, "challenge", APPROVER, test="autumn", share_bp=100)
    assert refusal_of(taken) == (409, "test_taken")
    assert refusal_of(await act(desk, two, "challenge", APPROVER, test="b", share_bp=9_001)) == (409, "no_room")
    assert (await act(desk, two, "shadow", APPROVER)).json()["state"] == "shadow"
    raised = await act(desk, one, "challenge", APPROVER, **{**terms, "share_bp": 2_000})
    assert raised.json()["trial"]["share_bp"] == 2_000
    found = await what_is_live(desk, name)
    assert (found["version_id"], [entry["version_id"] for entry in found["challengers"]]) == (live, [one])
    assert [entry["version_id"] for entry in found["shadows"]] == [two]
    assert (await act(desk, one, "stop", APPROVER)).json()["trial"] is None
    bigger = await approved(desk, "product", product(name, "Another title"))
    assert refusal_of(await act(desk, bigger, "shadow", APPROVER)) == (409, "not_tried")


@pytest.mark.parametrize("share_bp", [0, 10_001, -5, "10"])
async def test_a_share_is_more_than_nothing_and_at_most_everything(desk: httpx.AsyncClient, share_bp: object) -> None:
    answer = await act(desk, "ver_none", "challenge", APPROVER, test="a", share_bp=share_bp)
    assert answer.status_code == 422


async def test_a_product_is_told_to_others_when_it_becomes_live_and_again_when_it_is_put_back(
    desk: httpx.AsyncClient, name: str, urls: Urls
) -> None:
    await make_live(desk, "product", product(name, "Second"))
    await approved(desk, "product", product(name, "Third"))
    path = f"/v1/catalogue/product/{name}/rollback"
    assert (await desk.post(path, json={"comment": "typo"}, headers=bearing(APPROVER))).status_code == 200
    admin = await asyncpg.connect(urls.admin)
    rows = await admin.fetch(
        "SELECT payload ->> 'revision' AS revision, payload ->> 'effective_at' AS at FROM decision.outbox "
        "WHERE type = 'decision.product_published.v1' AND aggregateid = $1 ORDER BY seq",
        name,
    )
    await admin.close()
    assert [row["revision"] for row in rows] == ["1", "2", "1"]
    moments = [datetime.fromisoformat(row["at"]) for row in rows]
    assert moments == sorted(set(moments))
