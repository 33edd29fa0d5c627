"""Shadow runs: they answer everything the live policy decided, once, and have no part in it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.decision.handlers.shadowing import PAGE_SIZE, shadowing
from services.decision.rulebooks import Rulebooks
from services.decision.store.experiments import DECISIONS
from shared.db import Database
from shared.experiments.handlers.shadowing import shadow_once
from shared.ids import new_id
from tests.decision.experiments.laboratory import MIDDLING, NO_SKEW, SOUND, Laboratory, cautious, direct, parties
from tests.kit.catalogue import APPROVER


async def _report(laboratory: Laboratory, version_id: str) -> dict[str, Any]:
    return await laboratory.read(f"/v1/shadows/{version_id}")


async def test_a_shadow_answers_every_decision_and_gives_none(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    who = list(parties(6))
    made = await laboratory.decided({party: (MIDDLING if place < 4 else SOUND) for place, party in enumerate(who)})
    made["direct"] = (await laboratory.ask(direct())).json()
    await laboratory.turn()
    assert {decision["policy"]["version"] for decision in made.values()} == {"2"}
    assert {decision["arm"] for decision in made.values()} == {None}
    found = await _report(laboratory, version_id)
    assert (found["decided"], found["same"], found["different"], found["failed"]) == (7, 3, 4, 0)
    cells = {
        (cell["live_outcome"], cell["shadow_outcome"]): (cell["decided"], cell["differing"])
        for cell in found["outcomes"]
    }
    assert cells == {("approve", "approve"): (2, 0), ("approve", "refer"): (4, 4), ("refer", "refer"): (1, 0)}


async def test_the_report_shows_the_newest_differences_with_both_answers(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    made = await laboratory.decided(dict.fromkeys(parties(5), MIDDLING))
    await laboratory.turn()
    found = await laboratory.read(f"/v1/shadows/{version_id}", examples=2)
    newest = sorted((decision["decision_id"] for decision in made.values()), reverse=True)[:2]
    assert [example["decision_id"] for example in found["examples"]] == newest
    example = found["examples"][0]
    assert example["differs"] == ["outcome", "approved_minor", "rate", "reasons", "queue", "other_terms"]
    assert (example["live"]["outcome"], example["shadow"]["outcome"]) == ("approve", "refer")
    assert (example["live"]["rate"], example["shadow"]["rate"]) == ("0.0990", None)
    assert (example["live"]["reasons"], example["shadow"]["reasons"]) == ([], ["AMOUNT_TOO_HIGH"])


async def test_what_was_decided_before_a_version_became_a_shadow_is_not_asked_of_it(laboratory: Laboratory) -> None:
    await laboratory.decided(dict.fromkeys(parties(3), MIDDLING))
    version_id = await laboratory.shadow(cautious())
    await laboratory.turn()
    assert (await _report(laboratory, version_id))["decided"] == 0


async def test_a_shadow_catches_up_after_the_worker_was_away(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    number = PAGE_SIZE + 50
    who = list(parties(number))
    for start in range(0, number, 50):
        await laboratory.decided(dict.fromkeys(who[start : start + 50], SOUND))
    await laboratory.turn()
    assert (await _report(laboratory, version_id))["same"] == number


async def test_looking_again_answers_nothing_twice(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    await laboratory.decided(dict.fromkeys(parties(4), MIDDLING))
    for _ in range(3):
        await laboratory.turn()
    assert (await _report(laboratory, version_id))["decided"] == 4


async def test_a_decision_that_commits_late_is_not_passed_over(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    template = (await laboratory.ask(direct())).json()["decision_id"]
    late = await asyncpg.connect(laboratory.urls.app)
    try:
        transaction = late.transaction()
        await transaction.start()
        await late.execute("SELECT 1")
        late_id = new_id("dec")
        # It has its id, and is about to be stored; meanwhile another one is made, committed and looked at.
        other = (await laboratory.ask(direct())).json()["decision_id"]
        assert late_id < other
        await laboratory.turn()
        await late.execute(_COPY, late_id, template)
        await transaction.commit()
    finally:
        await late.close()
    await laboratory.turn()
    assert await _answered(laboratory.urls.admin, version_id) >= {template, late_id, other}


_COPY = """
    INSERT INTO decision SELECT (jsonb_populate_record(d, jsonb_build_object('decision_id', $1::text))).*
    FROM decision d WHERE decision_id = $2
"""


async def _answered(url: str, version_id: str) -> set[str]:
    admin = await asyncpg.connect(url)
    try:
        query = "SELECT decision_id FROM decision.shadow_result WHERE version_id = $1"
        return {row["decision_id"] for row in await admin.fetch(query, version_id)}
    finally:
        await admin.close()


async def test_a_decision_that_cannot_be_read_fails_alone_and_is_counted(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    made = await laboratory.decided(dict.fromkeys(parties(3), MIDDLING))
    broken = next(iter(made.values()))["decision_id"]
    admin = await asyncpg.connect(laboratory.urls.admin)
    await admin.execute("UPDATE decision.decision SET outcome = 'perhaps' WHERE decision_id = $1", broken)
    await laboratory.turn()
    # Other tests list decisions too.
    await admin.execute("UPDATE decision.decision SET outcome = 'approve' WHERE decision_id = $1", broken)
    await admin.close()
    found = await _report(laboratory, version_id)
    assert (found["decided"], found["different"], found["failed"]) == (3, 2, 1)
    (example,) = [example for example in found["examples"] if example["decision_id"] == broken]
    assert (example["shadow"], example["error"]) == (None, "unreadable")


async def test_a_shadow_that_is_promoted_or_stopped_answers_no_more(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    await laboratory.act(version_id, "stop")
    await laboratory.turn()
    await laboratory.decided(dict.fromkeys(parties(2), MIDDLING))
    await laboratory.turn()
    found = await _report(laboratory, version_id)
    assert found["decided"] == 0
    assert found["ended_at"] is not None


async def test_a_version_that_becomes_a_shadow_again_goes_on_from_then(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(cautious())
    await laboratory.decided(dict.fromkeys(parties(2), MIDDLING))
    await laboratory.turn()
    await laboratory.act(version_id, "stop")
    await laboratory.turn()
    await laboratory.decided(dict.fromkeys(parties(5), MIDDLING))
    await laboratory.act(version_id, "shadow")
    await laboratory.turn()
    await laboratory.decided(dict.fromkeys(parties(1), MIDDLING))
    await laboratory.turn()
    found = await _report(laboratory, version_id)
    assert (found["decided"], found["ended_at"]) == (3, None)


async def test_two_workers_answer_each_decision_once(laboratory: Laboratory, own_urls: Any) -> None:
    version_id = await laboratory.shadow(cautious())
    await laboratory.decided(dict.fromkeys(parties(30), MIDDLING))
    second = Database(own_urls.app)
    try:
        await asyncio.gather(
            *(shadow_once(db, shadowing(Rulebooks()), NO_SKEW) for db in (laboratory.db, second) for _ in range(3))
        )
        await laboratory.turn()
    finally:
        await second.close()
    assert (await _report(laboratory, version_id))["decided"] == 30


async def test_the_role_of_the_service_cannot_change_what_a_shadow_answered(laboratory: Laboratory) -> None:
    connection = await asyncpg.connect(laboratory.urls.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE shadow_result SET outcome = 'approve'")
    finally:
        await connection.close()


async def test_a_version_that_never_was_a_shadow_has_no_report(laboratory: Laboratory) -> None:
    answer = await laboratory.http.get("/v1/shadows/ver_none", headers={"Authorization": f"Bearer {APPROVER}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "shadow_not_found")


def test_a_position_lies_between_the_ids_before_a_moment_and_those_after_it() -> None:
    before = new_id("dec")
    now = DECISIONS.position_at(datetime.now(UTC))
    assert before[:16] <= now
    assert (
        DECISIONS.position_at(datetime(2020, 1, 1, tzinfo=UTC))
        < before
        < DECISIONS.position_at(datetime(2100, 1, 1, tzinfo=UTC))
    )
