"""Challengers of the live model: whom they score, what is counted, and what stops them."""

import asyncio
from collections import Counter

import pytest

from services.scoring.store.experiments import SCORES
from shared.db import Database
from shared.experiments.handlers.experimenting import divide
from tests.kit.catalogue import APPROVER, act
from tests.scoring.experiments.laboratory import (
    LOOK_SECONDS,
    OWNER,
    TENANT,
    Laboratory,
    curious,
    parties,
    refusing,
    stern,
)


async def test_every_application_is_scored_by_exactly_one_model_and_the_event_says_on_which_arm(
    laboratory: Laboratory,
) -> None:
    document = stern(laboratory.product)
    await laboratory.challenge(document, "all-shown", 5_000)
    scored = await laboratory.scored(dict.fromkeys(parties(60), OWNER))
    found = Counter((row["arm"], row["told_arm"], row["score"], row["model_version"]) for row in scored.values())
    assert found.keys() == {
        ("champion", "champion", 540, 1),
        ("challenger:all-shown", "challenger:all-shown", 500, 2),
    }


async def test_without_a_challenger_no_score_has_an_arm(laboratory: Laboratory) -> None:
    scored = await laboratory.scored(dict.fromkeys(parties(1), OWNER))
    assert {row["arm"] for row in scored.values()} == {None}
    assert (await laboratory.ask(party_id="pty_1")).json()["score"]["arm"] is None


async def test_a_party_gets_the_same_model_by_event_and_over_http_one_by_one_and_many_at_once(
    laboratory: Laboratory,
) -> None:
    await laboratory.challenge(stern(laboratory.product), "sticky", 5_000)
    await asyncio.sleep(LOOK_SECONDS)
    who = list(parties(20))
    by_event = {party: row["arm"] for party, row in (await laboratory.scored(dict.fromkeys(who, OWNER))).items()}
    single = {party: (await laboratory.ask(party_id=party)).json()["score"]["arm"] for party in who}
    items = [{"product": laboratory.product, "party_id": party, "facts": OWNER} for party in who]
    answer = (await laboratory.http.post("/v1/scores/batch", json={"items": items})).json()
    many = {party: item["score"]["arm"] for party, item in zip(who, answer["items"], strict=True)}
    assert by_event == single == many
    assert set(many.values()) == {"champion", "challenger:sticky"}


async def test_somebody_who_names_no_party_is_scored_by_the_live_model_and_on_no_arm(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product), "unnamed", 10_000)
    await asyncio.sleep(LOOK_SECONDS)
    score = (await laboratory.ask()).json()["score"]
    assert (score["score"], score["arm"]) == (540, None)


async def test_a_score_of_the_challenger_stands_as_long_as_its_party_is_on_that_arm(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(stern(laboratory.product), "standing", 10_000)
    await asyncio.sleep(LOOK_SECONDS)
    first = (await laboratory.ask(application_id="app_standing", party_id="pty_1")).json()
    again = (await laboratory.ask(application_id="app_standing", party_id="pty_1")).json()
    assert (first["score"]["arm"], again["again"]) == ("challenger:standing", True)
    kept = (await laboratory.http.get("/v1/scores/app_standing")).json()
    assert (kept["score"]["arm"], kept["stale"]) == ("challenger:standing", False)
    await laboratory.act(version_id, "stop")
    await asyncio.sleep(LOOK_SECONDS)
    assert (await laboratory.http.get("/v1/scores/app_standing")).json()["stale_because"] == ["model_replaced"]


async def test_two_tests_never_share_a_party_and_a_third_that_does_not_fit_is_refused(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product, 2), "one", 4_000)
    await laboratory.challenge(stern(laboratory.product, 4), "other", 6_000)
    scored = await laboratory.scored(dict.fromkeys(parties(40), OWNER))
    assert {(row["arm"], row["model_version"]) for row in scored.values()} == {
        ("challenger:one", 2),
        ("challenger:other", 4),
    }
    third = await laboratory.approved(stern(laboratory.product, 5))
    refused = await act(laboratory.http, third, "challenge", APPROVER, test="third", share_bp=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_room")


async def test_a_stopped_challenger_scores_nobody_any_more(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(stern(laboratory.product), "stopped", 10_000)
    await laboratory.act(version_id, "stop")
    # Not even before the worker has noticed.
    scored = await laboratory.scored(dict.fromkeys(parties(5), OWNER))
    assert {(row["arm"], row["score"]) for row in scored.values()} == {(None, 540)}
    await laboratory.turn()
    ended = await laboratory.experiment("stopped")
    assert (ended["ended_at"] is not None, ended["stopped_by"]) == (True, [])


async def test_a_challenger_that_no_longer_fits_the_product_leaves_its_parties_to_the_champion(
    laboratory: Laboratory,
) -> None:
    await laboratory.hear_of_product(2, guarantor={"type": "boolean"})
    await laboratory.challenge(curious(laboratory.product), "unfit", 10_000)
    scored = await laboratory.scored({party: {**OWNER, "guarantor": True} for party in parties(2)})
    assert {(row["arm"], row["score"]) for row in scored.values()} == {("challenger:unfit", 550)}
    await laboratory.hear_of_product(3)
    scored = await laboratory.scored(dict.fromkeys(parties(2), OWNER))
    assert {(row["arm"], row["score"]) for row in scored.values()} == {(None, 540)}
    await laboratory.hear_of_product(4, guarantor={"type": "boolean"})
    scored = await laboratory.scored(dict.fromkeys(parties(2), OWNER))
    assert {row["arm"] for row in scored.values()} == {"challenger:unfit"}


async def test_the_report_counts_what_each_arm_scored_and_states_its_maturity(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product), "counted", 5_000, maturity_months=6)
    who = list(parties(40))
    owners = await laboratory.scored(dict.fromkeys(who, OWNER))
    await laboratory.scored(dict.fromkeys(who, TENANT))
    await laboratory.turn()
    found = await laboratory.experiment("counted")
    challenged = sum(row["arm"] == "challenger:counted" for row in owners.values())
    champion, challenger = found["arms"]
    assert (champion["arm"], champion["scored"], champion["failed"]) == ("champion", 2 * (40 - challenged), 0)
    assert (champion["mean_score"], challenger["mean_score"]) == ("530.000000", "510.000000")
    assert [model["version"] for model in challenger["models"]] == [2]
    assert (challenger["scored"], challenger["failure_rate"]) == (2 * challenged, "0.0000")
    assert (found["maturity"], found["is_mature"]) == ("0 of 6 months", False)
    assert (challenger["performance_known"], challenger["bad_rate"], challenger["auc"]) == (0, None, None)


async def test_counting_again_counts_nothing_twice(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product), "once", 10_000)
    await laboratory.scored(dict.fromkeys(parties(7), OWNER))
    for _ in range(3):
        await laboratory.turn()
    assert (await laboratory.experiment("once"))["arms"][1]["scored"] == 7


async def test_a_challenger_that_scores_too_few_is_stopped_and_the_figures_are_logged(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 10, "max_failure_rate": "0.20"}
    version_id = await laboratory.challenge(refusing(laboratory.product), "failing", 10_000, stop_rules=rules)
    unknown = {name: fact for name, fact in OWNER.items() if name != "debt_ratio"}
    await laboratory.scored({**dict.fromkeys(parties(3), unknown), **dict.fromkeys(parties(6), OWNER)})
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"
    await laboratory.scored(dict.fromkeys(parties(1), OWNER))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "approved"
    breach = {"rule": "max_failure_rate", "bound": "0.20", "count": 3, "out_of": 10}
    assert (await laboratory.experiment("failing"))["stopped_by"] == [breach]
    logged = (await laboratory.read(f"/v1/versions/{version_id}"))["events"][-1]
    assert (logged["actor"], logged["action"], logged["details"]["breaches"]) == ("stop-rules", "stop", [breach])


async def test_facts_that_do_not_fit_the_product_are_on_no_models_account(laboratory: Laboratory) -> None:
    rules = {"max_failure_rate": "0"}
    version_id = await laboratory.challenge(stern(laboratory.product), "misfit", 10_000, stop_rules=rules)
    await laboratory.scored({party: {**OWNER, "debt_ratio": "much"} for party in parties(3)})
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"


async def test_a_challenger_on_another_scale_is_stopped_by_the_shift_of_its_mean(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 5, "max_mean_shift": "25"}
    version_id = await laboratory.challenge(stern(laboratory.product), "shifted", 5_000, stop_rules=rules)
    scored = await laboratory.scored(dict.fromkeys(parties(60), OWNER))
    challenged = sum(row["arm"] == "challenger:shifted" for row in scored.values())
    await laboratory.turn()
    assert await laboratory.state(version_id) == "approved"
    assert (await laboratory.experiment("shifted"))["stopped_by"] == [
        {"rule": "max_mean_shift", "bound": "25", "count": 40 * challenged, "out_of": challenged}
    ]


async def test_a_challenger_whose_applications_go_bad_is_stopped(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 4, "max_bad_rate": "0.25"}
    version_id = await laboratory.challenge(stern(laboratory.product), "going-bad", 10_000, stop_rules=rules)
    scored = await laboratory.scored(dict.fromkeys(parties(5), OWNER))
    ids = [row["application_id"] for row in scored.values()]
    await laboratory.turn()
    await laboratory.let_a_year_pass()
    await laboratory.report_outcomes(dict(zip(ids[:3], [True, True, False], strict=True)))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"
    await laboratory.report_outcomes({ids[3]: False})
    await laboratory.turn()
    assert await laboratory.state(version_id) == "approved"
    found = await laboratory.experiment("going-bad")
    assert found["stopped_by"] == [{"rule": "max_bad_rate", "bound": "0.25", "count": 2, "out_of": 4}]
    challenger = found["arms"][1]
    assert (challenger["scored"], challenger["performance_known"], challenger["bad_rate"]) == (5, 4, "0.5000")
    # Everybody has the same score, which tells nothing.
    assert challenger["auc"]["estimate"] == "0.500000"


async def test_bads_that_come_before_their_window_is_over_stop_nothing_since_no_good_is_known_yet(
    laboratory: Laboratory,
) -> None:
    rules = {"max_bad_rate": "0.25"}
    version_id = await laboratory.challenge(stern(laboratory.product), "early-bads", 10_000, stop_rules=rules)
    scored = await laboratory.scored(dict.fromkeys(parties(5), OWNER))
    await laboratory.report_outcomes({row["application_id"]: place < 2 for place, row in enumerate(scored.values())})
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"
    assert (await laboratory.experiment("early-bads"))["arms"][1]["performance_known"] == 0


@pytest.mark.parametrize("rule", ["min_approval_rate", "max_referral_rate"])
async def test_a_stop_rule_without_figures_is_refused_with_its_place(laboratory: Laboratory, rule: str) -> None:
    version_id = await laboratory.approved(stern(laboratory.product))
    terms = {"test": "unmeasured", "share_bp": 100, "stop_rules": {rule: "0.5", "max_bad_rate": "0.1"}}
    refused = await act(laboratory.http, version_id, "challenge", APPROVER, **terms)
    assert (refused.status_code, refused.json()["code"]) == (422, "unusable_stop_rules")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [f"/stop_rules/{rule}"]
    assert await laboratory.state(version_id) == "approved"


async def test_two_workers_that_notice_a_challenger_begin_one_experiment(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(stern(laboratory.product))
    await laboratory.act(version_id, "challenge", test="noticed-twice", share_bp=10_000)
    second = Database(laboratory.urls.app)
    try:
        await asyncio.gather(*(divide(db, SCORES) for db in (laboratory.db, second, laboratory.db, second)))
    finally:
        await second.close()
    listed = (await laboratory.read("/v1/experiments", product=laboratory.product))["items"]
    assert [entry["version_id"] for entry in listed] == [version_id]


async def test_an_unknown_experiment_is_not_found(laboratory: Laboratory) -> None:
    answer = await laboratory.http.get("/v1/experiments/exp_none", headers={"Authorization": f"Bearer {APPROVER}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "experiment_not_found")
