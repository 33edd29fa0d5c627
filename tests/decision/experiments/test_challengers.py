"""Challengers: who is decided by them, what is counted, and what stops them."""

import asyncio
from collections import Counter

from services.decision.store.experiments import DECISIONS
from shared.db import Database
from shared.experiments.handlers.experimenting import divide
from tests.decision.experiments.laboratory import (
    LOOK_SECONDS,
    MIDDLING,
    SOUND,
    Laboratory,
    cautious,
    direct,
    parties,
)
from tests.kit.catalogue import APPROVER, act


async def test_every_decision_is_made_by_exactly_one_version_and_says_which(laboratory: Laboratory) -> None:
    document = cautious()
    await laboratory.challenge(document, "all-shown", 5_000)
    decisions = await laboratory.decided(dict.fromkeys(parties(60), MIDDLING))
    by_arm = Counter((made["arm"], made["policy"]["version"], made["outcome"]) for made in decisions.values())
    assert by_arm.keys() == {
        ("champion", "2", "approve"),
        ("challenger:all-shown", str(document["version"]), "refer"),
    }


async def test_a_party_gets_the_same_arm_by_event_and_over_http(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "sticky", 5_000)
    who = list(parties(20))
    by_event = await laboratory.decided(dict.fromkeys(who, MIDDLING))
    answers = {party: (await laboratory.ask(direct(party))).json() for party in who}
    assert {party: made["arm"] for party, made in by_event.items()} == {
        party: made["arm"] for party, made in answers.items()
    }
    assert len({made["arm"] for made in answers.values()}) == 2


async def test_without_a_challenger_no_decision_has_an_arm(laboratory: Laboratory) -> None:
    made = (await laboratory.ask(direct())).json()
    assert (made["arm"], made["pinned"]) == (None, False)


async def test_raising_a_share_keeps_those_who_are_in(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(cautious(), "growing", 2_000)
    who = list(parties(40))
    before = await laboratory.decided(dict.fromkeys(who, MIDDLING))
    await laboratory.act(version_id, "challenge", test="growing", share_bp=6_000)
    await laboratory.turn()
    await asyncio.sleep(LOOK_SECONDS)
    after = await laboratory.decided(dict.fromkeys(who, MIDDLING))
    challenged = {party for party, made in before.items() if made["arm"] == "challenger:growing"}
    assert challenged < {party for party, made in after.items() if made["arm"] == "challenger:growing"}


async def test_two_tests_never_share_a_party_and_a_third_that_does_not_fit_is_refused(laboratory: Laboratory) -> None:
    one, other = cautious(), cautious()
    await laboratory.challenge(one, "one", 4_000)
    await laboratory.challenge(other, "other", 6_000)
    decisions = await laboratory.decided(dict.fromkeys(parties(40), MIDDLING))
    assert {made["arm"] for made in decisions.values()} == {"challenger:one", "challenger:other"}
    assert {(made["arm"], made["policy"]["version"]) for made in decisions.values()} == {
        ("challenger:one", str(one["version"])),
        ("challenger:other", str(other["version"])),
    }
    third = await laboratory.approved(cautious())
    refused = await act(laboratory.http, third, "challenge", APPROVER, test="third", share_bp=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_room")


async def test_a_decision_of_a_challenger_replays_under_it(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "replayed", 10_000)
    ((_, made),) = (await laboratory.decided(dict.fromkeys(parties(1), MIDDLING))).items()
    assert made["arm"] == "challenger:replayed"
    replayed = await laboratory.http.post(f"/v1/decisions/{made['decision_id']}/replay", json={})
    assert replayed.json()["verdict"] == "identical", replayed.text


async def test_a_stopped_challenger_decides_nobody_any_more(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(cautious(), "stopped", 10_000)
    await laboratory.act(version_id, "stop")
    await asyncio.sleep(LOOK_SECONDS)
    # Not even before the worker has noticed.
    decisions = await laboratory.decided(dict.fromkeys(parties(5), MIDDLING))
    assert {made["policy"]["version"] for made in decisions.values()} == {"2"}
    await laboratory.turn()
    ended = await laboratory.experiment("stopped")
    assert ended["ended_at"] is not None
    assert ended["stopped_by"] == []


async def test_the_report_counts_what_each_arm_decided_and_states_its_maturity(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "counted", 5_000, maturity_months=6)
    who = list(parties(40))
    middling = await laboratory.decided(dict.fromkeys(who, MIDDLING))
    sound = await laboratory.decided(dict.fromkeys(who, SOUND))
    await laboratory.turn()
    found = await laboratory.experiment("counted")
    challenged = sum(made["arm"] == "challenger:counted" for made in middling.values())
    champion, challenger = found["arms"]
    assert (champion["arm"], champion["outcomes"]) == ("champion", {"approve": 2 * (40 - challenged)})
    assert (challenger["arm"], challenger["outcomes"]) == (
        "challenger:counted",
        {"approve": challenged, "refer": challenged},
    )
    assert (champion["approval_rate"], challenger["approval_rate"]) == ("1.0000", "0.5000")
    assert challenger["referral_rate"] == "0.5000"
    granted = sum(made["limit"]["amount_minor"] for made in sound.values() if made["arm"] == "challenger:counted")
    assert challenger["limit_sum"] == {"amount_minor": granted, "currency": "DEM"}
    assert (found["maturity"], found["is_mature"]) == ("0 of 6 months", False)
    assert (challenger["performance_known"], challenger["bad_rate"]) == (0, None)


async def test_what_was_decided_just_before_the_end_is_counted_after_it(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(cautious(), "to-the-end", 10_000)
    await laboratory.decided(dict.fromkeys(parties(6), MIDDLING))
    await laboratory.act(version_id, "stop")
    await laboratory.turn()
    assert (await laboratory.experiment("to-the-end"))["arms"][1]["decided"] == 6


async def test_counting_again_counts_nothing_twice(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "once", 10_000)
    await laboratory.decided(dict.fromkeys(parties(7), MIDDLING))
    for _ in range(3):
        await laboratory.turn()
    assert (await laboratory.experiment("once"))["arms"][1]["decided"] == 7


async def test_a_challenger_that_refers_too_much_is_stopped_and_the_figures_are_logged(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 10, "max_referral_rate": "0.20"}
    version_id = await laboratory.challenge(cautious(), "tripped", 10_000, stop_rules=rules)
    await laboratory.decided(dict.fromkeys(parties(9), MIDDLING))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"
    await laboratory.decided(dict.fromkeys(parties(1), MIDDLING))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "approved"
    breach = {"rule": "max_referral_rate", "bound": "0.20", "count": 10, "out_of": 10}
    assert (await laboratory.experiment("tripped"))["stopped_by"] == [breach]
    logged = (await laboratory.read(f"/v1/versions/{version_id}"))["events"][-1]
    assert (logged["actor"], logged["action"], logged["details"]["breaches"]) == ("stop-rules", "stop", [breach])
    await asyncio.sleep(LOOK_SECONDS)
    after = await laboratory.decided(dict.fromkeys(parties(3), MIDDLING))
    assert {made["policy"]["version"] for made in after.values()} == {"2"}


async def test_a_challenger_within_its_rules_goes_on_and_is_never_promoted(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 1, "min_approval_rate": "0.5", "max_referral_rate": "0.5"}
    version_id = await laboratory.challenge(cautious(), "sound", 10_000, stop_rules=rules)
    await laboratory.decided(dict.fromkeys(parties(20), SOUND))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"


async def test_a_stop_rule_of_models_is_refused_with_its_place(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(cautious())
    terms = {"test": "shifted", "share_bp": 100, "stop_rules": {"max_mean_shift": "15", "max_bad_rate": "0.1"}}
    refused = await act(laboratory.http, version_id, "challenge", APPROVER, **terms)
    assert (refused.status_code, refused.json()["code"]) == (422, "unusable_stop_rules")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/stop_rules/max_mean_shift"]


async def test_a_test_that_is_started_again_counts_from_the_start(laboratory: Laboratory) -> None:
    version_id = await laboratory.challenge(cautious(), "again", 10_000)
    await laboratory.decided(dict.fromkeys(parties(4), MIDDLING))
    await laboratory.act(version_id, "stop")
    await laboratory.turn()
    await laboratory.act(version_id, "challenge", test="again", share_bp=10_000)
    await laboratory.turn()
    await asyncio.sleep(LOOK_SECONDS)
    await laboratory.decided(dict.fromkeys(parties(3), MIDDLING))
    await laboratory.turn()
    assert (await laboratory.experiment("again"))["arms"][1]["decided"] == 3


async def test_two_workers_that_notice_a_challenger_begin_one_experiment(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(cautious())
    await laboratory.act(version_id, "challenge", test="noticed-twice", share_bp=10_000)
    second = Database(laboratory.urls.app)
    try:
        await asyncio.gather(*(divide(db, DECISIONS) for db in (laboratory.db, second, laboratory.db, second)))
    finally:
        await second.close()
    listed = (await laboratory.read("/v1/experiments"))["items"]
    assert [entry["version_id"] for entry in listed if entry["test"] == "noticed-twice"] == [version_id]


async def test_experiments_are_listed_page_by_page(laboratory: Laboratory) -> None:
    for number in range(3):
        version_id = await laboratory.challenge(cautious(), f"listed-{number}", 100)
        await laboratory.act(version_id, "stop")
        await laboratory.turn()
    seen: list[str] = []
    cursor: str | None = "exp_~"
    while cursor is not None:
        page = await laboratory.read("/v1/experiments", limit=2, cursor=cursor)
        seen += [entry["test"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:3] == ["listed-2", "listed-1", "listed-0"]
    assert (await laboratory.read("/v1/experiments", product="sme-loan"))["items"] == []


async def test_an_unknown_experiment_is_not_found(laboratory: Laboratory) -> None:
    answer = await laboratory.http.get("/v1/experiments/exp_none", headers={"Authorization": f"Bearer {APPROVER}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "experiment_not_found")
