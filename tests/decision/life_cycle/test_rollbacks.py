"""Going back in an emergency, and the story that states and history tell of it."""

import random
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from services.decision.handlers.publishing import GOVERNANCE
from shared import catalogue
from shared.catalogue import EntryKind
from shared.db import Database
from shared.governance.handlers.following import follow_clock
from tests.decision.governed import policy
from tests.decision.life_cycle.kit import (
    APPROVER,
    FUTURE,
    handed_in,
    refusal_of,
    roll_back,
    settled,
    version_of,
    what_is_live,
)
from tests.kit.catalogue import act, approved, bearing, make_live


async def test_an_emergency_rollback_takes_one_person_and_waits_for_a_review_by_another(
    desk: httpx.AsyncClient, name: str
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await make_live(desk, "policy", policy(name, 2_000))
    back = await roll_back(desk, name)
    assert (back.status_code, back.json()["version_id"], back.json()["state"]) == (200, first, "live")
    assert back.json()["review_due"] is True
    assert await settled(desk, name) == "1000"
    bad = await version_of(desk, second)
    assert (bad["state"], bad["events"][-1]["comment"]) == ("rolled_back", "it declines everybody")
    assert (await what_is_live(desk, name))["review_due"] is True
    assert refusal_of(await act(desk, first, "review", APPROVER)) == (403, "four_eyes")
    reviewed = await act(desk, first, "review", "second-approver", comment="was right")
    assert reviewed.json()["review_due"] is False
    assert refusal_of(await act(desk, second, "promote", APPROVER)) == (409, "wrong_state")


async def test_whoever_watches_the_metrics_learns_of_a_rollback_that_waits_for_its_review(
    desk: httpx.AsyncClient, name: str, db: Database
) -> None:
    async def reviews_due() -> float:
        await follow_clock(db, GOVERNANCE)
        return REGISTRY.get_sample_value("assay_reviews_due", {"kind": "policy"}) or 0.0

    first = await make_live(desk, "policy", policy(name, 1_000))
    await make_live(desk, "policy", policy(name, 2_000))
    before = await reviews_due()
    await roll_back(desk, name)
    assert await reviews_due() == before + 1
    await act(desk, first, "review", "second-approver")
    assert await reviews_due() == before


async def test_a_rollback_goes_past_what_was_rolled_back_before_and_to_any_approved_version(
    desk: httpx.AsyncClient, name: str
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await make_live(desk, "policy", policy(name, 2_000))
    third = await make_live(desk, "policy", policy(name, 3_000))
    assert (await roll_back(desk, name)).json()["version_id"] == second
    assert (await roll_back(desk, name)).json()["version_id"] == first
    assert (await roll_back(desk, name, version_id=third)).json()["version_id"] == third
    assert await settled(desk, name) == "3000"


async def test_a_rollback_to_what_was_never_approved_or_is_not_there_is_refused(
    desk: httpx.AsyncClient, name: str
) -> None:
    assert refusal_of(await roll_back(desk, name)) == (404, "nothing_to_go_back_to")
    await make_live(desk, "policy", policy(name, 1_000))
    assert refusal_of(await roll_back(desk, name)) == (404, "nothing_to_go_back_to")
    version = await handed_in(desk, policy(name, 2_000))
    assert refusal_of(await roll_back(desk, name, version_id=version["version_id"])) == (409, "wrong_state")
    another = (await what_is_live(desk, name, "product"))["version_id"]
    assert refusal_of(await roll_back(desk, name, version_id=another)) == (404, "version_not_found")
    answer = await desk.post(f"/v1/catalogue/policy/{name}/rollback", json={}, headers=bearing(APPROVER))
    assert answer.status_code == 422


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_done_in_whatever_order_states_and_history_tell_the_same_story(
    desk: httpx.AsyncClient, name: str, db: Database, seed: int
) -> None:
    chance = random.Random(seed)
    ids = [await approved(desk, "policy", policy(name, most)) for most in (1_000, 2_000, 3_000)]
    terms: dict[str, dict[str, Any]] = {
        "schedule": {"effective_from": FUTURE},
        "challenge": {"test": f"test-{seed}", "share_bp": 5_000},
    }
    succeeded = 0
    for _ in range(40):
        action = chance.choice(["promote", "schedule", "shadow", "challenge", "stop", "retire", "roll back", "review"])
        version_id = chance.choice(ids)
        if action == "roll back":
            answer = await roll_back(desk, name, version_id=chance.choice([None, version_id]))
        elif action == "review":
            answer = await act(desk, version_id, action, "second-approver")
        else:
            answer = await act(desk, version_id, action, APPROVER, **terms.get(action, {}))
        assert answer.status_code in (200, 404, 409), answer.text
        succeeded += answer.is_success
        await _assert_one_story(desk, name, db, ids)
    assert succeeded > 3


async def _assert_one_story(desk: httpx.AsyncClient, name: str, db: Database, ids: Sequence[str]) -> None:
    found = await what_is_live(desk, name)
    states = {version_id: (await version_of(desk, version_id))["state"] for version_id in ids}
    live = [version_id for version_id, state in states.items() if state == "live"]
    assert live == ([] if found.get("version_id") is None else [found["version_id"]])
    coming = {change["version_id"] for change in found.get("coming", [])}
    assert coming == {version_id for version_id, state in states.items() if state == "scheduled"}
    challengers = [entry["version_id"] for entry in found.get("challengers", [])]
    assert sorted(challengers) == sorted(version_id for version_id in ids if states[version_id] == "challenger")
    assert len(challengers) <= 1
    async with db.transaction() as tx:
        entry = (await catalogue.live(tx, [(EntryKind.POLICY, name)])).get((EntryKind.POLICY, name))
    assert (None if entry is None else entry.version_id) == found.get("version_id")
