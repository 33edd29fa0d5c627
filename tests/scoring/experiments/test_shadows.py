"""Shadows of the live model: they score all that it scored, once, and have no part in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.handlers.shadowing import PAGE_SIZE, shadowing
from services.scoring.store.shadows import score_pairs
from shared.db import Database
from shared.experiments.handlers.shadowing import shadow_once
from tests.kit.catalogue import APPROVER
from tests.scoring.experiments.laboratory import NO_SKEW, OWNER, TENANT, Laboratory, parties, refusing, stern

NINETY_DAYS = BadDefinition("90+ dpd", 12)


async def _report(laboratory: Laboratory, version_id: str, **params: Any) -> dict[str, Any]:
    return await laboratory.read(f"/v1/shadows/{version_id}", **params)


async def test_a_shadow_scores_every_application_and_gives_no_score(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    scored = await laboratory.scored({**dict.fromkeys(parties(4), OWNER), **dict.fromkeys(parties(2), TENANT)})
    await laboratory.ask(application_id="app_by_http", party_id="pty_1")
    await laboratory.turn()
    assert {(row["arm"], row["model_version"]) for row in scored.values()} == {(None, 1)}
    found = await _report(laboratory, version_id)
    assert (found["answered"], found["same"], found["different"], found["failed"]) == (7, 2, 5, 0)
    assert (found["scored"], found["live_mean"], found["shadow_mean"]) == (7, "534.285714", "505.714286")
    assert found["mean_distance"] == "28.571429"
    bands = {(band["score_from"], band["below"]): (band["live"], band["shadow"]) for band in found["bands"]}
    assert bands == {(500, 520): (0, 5), (520, 540): (2, 2), (540, 560): (5, 0)}
    assert float(found["shift"]["value"]) > float(found["shift"]["critical_99"])


async def test_the_report_tells_how_often_both_give_the_same_reasons(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.scored({**dict.fromkeys(parties(3), OWNER), **dict.fromkeys(parties(1), TENANT)})
    await laboratory.turn()
    found = await _report(laboratory, version_id, examples=1)
    assert (found["same_reasons"], found["same_first_reason"]) == ("0.2500", "0.2500")
    (example,) = found["examples"]
    assert example["differs"] == ["score", "reasons"]
    assert (example["live"]["score"], example["shadow"]["score"]) == (540, 500)
    assert example["live"]["reasons"] == ["AMOUNT_TOO_HIGH", "PURPOSE_RISK"]
    assert example["shadow"]["reasons"] == ["HOUSING_TENURE", "AMOUNT_TOO_HIGH", "PURPOSE_RISK"]


async def test_what_the_shadow_gives_no_score_is_told_apart(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(refusing(laboratory.product))
    unknown = {name: fact for name, fact in OWNER.items() if name != "debt_ratio"}
    misfit = {**OWNER, "debt_ratio": "much"}
    who = [(OWNER, 2), (unknown, 3), (misfit, 1)]
    await laboratory.scored({party: facts for facts, number in who for party in parties(number)})
    await laboratory.turn()
    found = await _report(laboratory, version_id)
    assert (found["answered"], found["same"], found["different"], found["failed"]) == (6, 3, 0, 3)
    assert {example["shadow"]["failure"] for example in found["examples"]} == {"characteristic_missing"}


async def test_a_shadow_is_compared_with_the_champion_and_not_with_its_challengers(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product, 2))
    await laboratory.challenge(stern(laboratory.product, 3), "beside", 5_000)
    scored = await laboratory.scored(dict.fromkeys(parties(40), OWNER))
    await laboratory.turn()
    on_champion = sum(row["arm"] == "champion" for row in scored.values())
    assert 0 < on_champion < 40
    assert (await _report(laboratory, version_id))["answered"] == on_champion


async def test_where_outcomes_are_known_the_difference_in_auc_is_told_with_its_significance(
    laboratory: Laboratory,
) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    owners = await laboratory.scored(dict.fromkeys(parties(12), OWNER))
    tenants = await laboratory.scored(dict.fromkeys(parties(12), TENANT))
    await laboratory.turn()
    assert (await _report(laboratory, version_id))["discrimination"] is None
    ids = [[row["application_id"] for row in scored.values()] for scored in (owners, tenants)]
    # Owners are the better ones: the live model knows, the shadow has it the wrong way round.
    bad = {each: place < 2 for place, each in enumerate(ids[0])} | {
        each: place < 9 for place, each in enumerate(ids[1])
    }
    await laboratory.report_outcomes(bad)
    # Bads are known early, goods are not: nothing is concluded from those.
    assert (await _report(laboratory, version_id))["discrimination"] is None
    await laboratory.let_a_year_pass()
    found = await _report(laboratory, version_id)
    told = found["discrimination"]
    assert (found["outcome"], told["applications"], told["bads"]) == ("90+ dpd within 12 months", 24, 11)
    assert told["live_auc"]["estimate"] == "0.793706"
    assert told["shadow_auc"]["estimate"] == "0.206294"
    assert told["difference"]["estimate"] == "-0.587413"
    assert float(told["difference"]["high"]) < 0
    assert float(told["difference"]["p_value"]) < 0.01


async def test_pairs_of_scores_have_an_application_once_and_only_mature_outcomes(laboratory: Laboratory) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.ask(application_id="app_pair", party_id="pty_1")
    await laboratory.ask(application_id="app_pair", party_id="pty_1", facts=dict(TENANT))
    await laboratory.turn()
    pairs = await _pairs(laboratory, version_id, before)
    assert [(pair.application_id, pair.live, pair.shadow, pair.bad) for pair in pairs] == [("app_pair", 520, 520, None)]
    await laboratory.report_outcomes({"app_pair": False})
    # A good is not known before its window is over.
    assert [pair.bad for pair in await _pairs(laboratory, version_id, before)] == [None]
    await laboratory.let_a_year_pass()
    assert await _pairs(laboratory, version_id, before) == []
    long_ago = before - timedelta(days=500)
    assert [pair.bad for pair in await _pairs(laboratory, version_id, long_ago)] == [False]


async def _pairs(laboratory: Laboratory, version_id: str, since: datetime) -> list[Any]:
    async with laboratory.db.transaction() as tx:
        return list(await score_pairs(tx, version_id, since, NINETY_DAYS))


async def test_what_was_scored_before_a_version_became_a_shadow_is_not_asked_of_it(laboratory: Laboratory) -> None:
    await laboratory.scored(dict.fromkeys(parties(3), OWNER))
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.turn()
    found = await _report(laboratory, version_id)
    assert (found["answered"], found["live_mean"], found["shift"], found["bands"]) == (0, None, None, [])


async def test_a_shadow_catches_up_after_the_worker_was_away(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    number = PAGE_SIZE + 50
    await laboratory.scored(dict.fromkeys(parties(number), OWNER))
    for _ in range(2):
        await laboratory.turn()
    assert (await _report(laboratory, version_id))["different"] == number


async def test_two_workers_score_each_application_once(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.scored(dict.fromkeys(parties(30), OWNER))
    second = Database(laboratory.urls.app)
    try:
        await asyncio.gather(
            *(shadow_once(db, shadowing(), NO_SKEW) for db in (laboratory.db, second) for _ in range(3))
        )
        await laboratory.turn()
    finally:
        await second.close()
    assert (await _report(laboratory, version_id))["answered"] == 30


async def test_a_shadow_that_does_not_load_any_more_fails_and_the_live_model_does_not_notice(
    laboratory: Laboratory,
) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.query(
        "UPDATE scoring.catalogue_entry SET document = '{}' WHERE hash = $1", await _hash(laboratory, version_id)
    )
    scored = await laboratory.scored(dict.fromkeys(parties(2), OWNER))
    await laboratory.turn()
    assert {row["score"] for row in scored.values()} == {540}
    found = await _report(laboratory, version_id)
    assert (found["answered"], found["failed"]) == (2, 2)
    assert {example["shadow"]["failure"] for example in found["examples"]} == {"model_unusable"}


async def _hash(laboratory: Laboratory, version_id: str) -> str:
    return str((await laboratory.read(f"/v1/versions/{version_id}"))["hash"])


async def test_a_shadow_that_is_stopped_scores_no_more_and_its_report_stays(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    await laboratory.scored(dict.fromkeys(parties(1), OWNER))
    await laboratory.turn()
    await laboratory.act(version_id, "stop")
    await laboratory.turn()
    await laboratory.scored(dict.fromkeys(parties(2), OWNER))
    await laboratory.turn()
    found = await _report(laboratory, version_id)
    assert (found["answered"], found["ended_at"] is not None) == (1, True)


async def test_the_role_of_the_service_cannot_change_what_a_shadow_scored(laboratory: Laboratory) -> None:
    connection = await asyncpg.connect(laboratory.urls.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE shadow_score SET score = 900")
    finally:
        await connection.close()


async def test_a_version_that_never_was_a_shadow_has_no_report(laboratory: Laboratory) -> None:
    answer = await laboratory.http.get("/v1/shadows/ver_none", headers={"Authorization": f"Bearer {APPROVER}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "shadow_not_found")
