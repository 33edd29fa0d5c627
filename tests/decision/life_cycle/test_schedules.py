"""Versions that come and go by the clock."""

import httpx
import pytest

from services.decision.handlers.publishing import GOVERNANCE
from shared.db import Database
from shared.governance.handlers.following import follow_clock
from tests.decision.governed import policy
from tests.decision.life_cycle.kit import (
    APPROVER,
    FUTURE,
    LATER,
    as_administrator,
    let_time_pass,
    refusal_of,
    roll_back,
    settled,
    version_of,
    what_is_live,
)
from tests.kit.catalogue import act, approved, make_live
from tests.kit.service import Urls


async def test_a_scheduled_version_is_live_when_its_time_has_come_even_if_nothing_noticed(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await let_time_pass(urls, first, begin="-1 day")
    second = await approved(desk, "policy", policy(name, 2_000))
    scheduled = await act(desk, second, "schedule", APPROVER, effective_from=FUTURE)
    assert scheduled.json()["state"] == "scheduled"
    assert (await what_is_live(desk, name))["coming"][0]["version_id"] == second
    await follow_clock(db, GOVERNANCE)
    assert await settled(desk, name) == "1000"
    await let_time_pass(urls, second, begin="-1 second")
    assert await settled(desk, name) == "2000"
    assert (await what_is_live(desk, name))["version_id"] == second
    await follow_clock(db, GOVERNANCE)
    states = [(await version_of(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["retired", "live"]
    assert (await version_of(desk, second))["events"][-1]["actor"] == "platform"


async def test_what_was_live_before_returns_when_a_version_ends(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await let_time_pass(urls, first, begin="-1 day")
    second = await approved(desk, "policy", policy(name, 2_000))
    await act(desk, second, "schedule", APPROVER, effective_from=FUTURE, effective_to=LATER)
    await let_time_pass(urls, second, begin="-2 hours", end="1 hour")
    await follow_clock(db, GOVERNANCE)
    assert await settled(desk, name) == "2000"
    await let_time_pass(urls, second, begin="-2 hours", end="-1 hour")
    assert await settled(desk, name) == "1000"
    await follow_clock(db, GOVERNANCE)
    states = [(await version_of(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["live", "retired"]


async def test_a_time_that_went_by_unnoticed_leaves_the_live_version_alone(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await approved(desk, "policy", policy(name, 2_000))
    await act(desk, second, "schedule", APPROVER, effective_from=FUTURE, effective_to=LATER)
    await let_time_pass(urls, second, begin="-2 hours", end="-1 hour")
    await follow_clock(db, GOVERNANCE)
    states = [(await version_of(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["live", "retired"]


async def test_a_schedule_that_is_taken_back_never_comes_due(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    second = await approved(desk, "policy", policy(name, 2_000))
    for _ in range(2):
        await act(desk, second, "schedule", APPROVER, effective_from=FUTURE)
    assert (await act(desk, second, "stop", APPROVER)).json()["state"] == "approved"
    await as_administrator(urls, "UPDATE decision.activation SET effective_from = now() WHERE version_id = $1", second)
    await follow_clock(db, GOVERNANCE)
    assert await settled(desk, name) == "1000"


async def test_a_scheduled_version_that_was_promoted_and_rolled_back_does_not_come_due_again(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    second = await approved(desk, "policy", policy(name, 2_000))
    await act(desk, second, "schedule", APPROVER, effective_from=FUTURE)
    assert (await act(desk, second, "promote", APPROVER)).json()["state"] == "live"
    assert (await roll_back(desk, name)).status_code == 200
    assert (await what_is_live(desk, name))["coming"] == []
    await as_administrator(
        urls, "UPDATE decision.activation SET effective_from = now() WHERE effective_from > now() AND name = $1", name
    )
    await follow_clock(db, GOVERNANCE)
    assert await settled(desk, name) == "1000"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"effective_from": "2020-01-01T00:00:00Z"}, "not_in_the_future"),
        ({"effective_from": "2090-01-01T00:00:00"}, "time_zone_missing"),
        ({"effective_from": LATER, "effective_to": FUTURE}, "ends_before_it_begins"),
    ],
)
async def test_a_schedule_that_can_not_be_kept_is_refused(
    desk: httpx.AsyncClient, name: str, body: dict[str, str], code: str
) -> None:
    version_id = await approved(desk, "policy", policy(name))
    assert refusal_of(await act(desk, version_id, "schedule", APPROVER, **body)) == (422, code)
