"""What a monitoring report says of performance, decisions, failures and fairness, on mature outcomes only."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.ids import new_id
from tests.scoring.monitoring.population import applicants, score_of
from tests.scoring.monitoring.scene import Scene, outcome

NOW = datetime.now(UTC)
TODAY = NOW.date().isoformat()
TWO_YEARS_AGO = NOW - timedelta(days=730)
WOMEN = "female: divorced/separated/married"
HALF_A_YEAR_AGO = NOW - timedelta(days=180)


def since(moment: datetime) -> dict[str, Any]:
    """Return a window from a moment to now."""
    return {"from": (moment - timedelta(days=1)).isoformat(), "to": datetime.now(UTC).isoformat()}


async def test_only_mature_outcomes_count_and_the_report_says_how_many(scene: Scene) -> None:
    old = await scene.score_in_the_past(applicants(11, 60), TWO_YEARS_AGO)
    young = await scene.score_in_the_past(applicants(12, 30), HALF_A_YEAR_AGO)
    early = (TWO_YEARS_AGO + timedelta(days=100)).date().isoformat()
    await scene.report([outcome(each, TODAY, bad=place < 10) for place, each in enumerate(old[:40])])
    await scene.report([outcome(each, early, bad=False) for each in old[40:50]])
    await scene.report([outcome(each, TODAY, bad=place < 5) for place, each in enumerate(young[:20])])
    known = (await scene.measure(**since(TWO_YEARS_AGO)))["figures"]["performance"]
    assert (known["scored"], known["known"], known["matured"], known["complete"]) == (90, 70, 45, 40)
    assert known["bads"] == 15
    assert known["calibration"]["count"] == 40, "bads of a window that is not over have no goods beside them yet"


async def test_a_correction_changes_what_is_measured(scene: Scene) -> None:
    old = await scene.score_in_the_past(applicants(13, 20), TWO_YEARS_AGO)
    await scene.report([outcome(each, TODAY, bad=False) for each in old])
    await scene.report([outcome(old[0], TODAY, bad=True)])
    assert (await scene.measure(**since(TWO_YEARS_AGO)))["figures"]["performance"]["bads"] == 1


async def test_a_score_that_orders_goods_and_bads_has_the_auc_of_that_order(scene: Scene) -> None:
    people = applicants(14, 200)
    ranked = sorted(people, key=lambda facts: score_of(scene.artefact, facts).score)
    ids = await scene.score_in_the_past(ranked, TWO_YEARS_AGO)
    await scene.report([outcome(each, TODAY, bad=place < 60) for place, each in enumerate(ids)])
    known = (await scene.measure(**since(TWO_YEARS_AGO)))["figures"]["performance"]
    assert Decimal(known["auc"]["value"]) > Decimal("0.99")
    assert Decimal(known["ks"]["value"]) > Decimal("0.9")
    assert sum(band["bads"] for band in known["calibration"]["bands"]) == 60


async def test_other_definitions_of_bad_do_not_mix(scene: Scene) -> None:
    (application,) = await scene.score_in_the_past(applicants(15, 1), TWO_YEARS_AGO)
    await scene.report([{**outcome(application, TODAY, bad=True), "window_months": 6}])
    assert (await scene.measure(**since(TWO_YEARS_AGO)))["figures"]["performance"]["known"] == 0


async def test_the_last_decision_on_an_application_counts_and_revisions_are_told(scene: Scene) -> None:
    ids = await scene.submit(applicants(16, 40))
    await scene.decide(ids[:30], "approve")
    await scene.decide(ids[30:], "refer")
    await scene.decide(ids[30:34], "approve", datetime.now(UTC) + timedelta(minutes=1))
    mix = (await scene.measure())["figures"]["mix"]
    outcomes = {name: sum(band["outcomes"].get(name, 0) for band in mix) for name in ("approve", "refer")}
    assert outcomes == {"approve": 34, "refer": 6}
    assert sum(band["revised"] for band in mix) == 4
    assert sum(band["scored"] for band in mix) == 40


async def test_the_last_of_several_scores_of_an_application_counts(scene: Scene) -> None:
    first, second = applicants(17, 2)
    (application,) = await scene.score_in_the_past([first], HALF_A_YEAR_AGO)
    await scene.score_in_the_past([second], HALF_A_YEAR_AGO + timedelta(hours=1), [application])
    figures = (await scene.measure(**since(HALF_A_YEAR_AGO)))["figures"]
    assert figures["scored"] == 1
    assert Decimal(figures["mean_score"]) == score_of(scene.artefact, second).score


async def test_applications_without_a_score_are_told_by_reason(scene: Scene) -> None:
    start = datetime.now(UTC)
    good, *others = applicants(18, 4)
    await scene.submit([good, *({**facts, "purpose": "a yacht"} for facts in others)])
    window = {"from": start.isoformat(), "to": datetime.now(UTC).isoformat()}
    figures = (await scene.measure(**window))["figures"]
    assert (figures["failures"], figures["failure_share"]) == ({"invalid_facts": 3}, "0.750000")


async def test_a_group_that_is_approved_less_often_is_named(scene: Scene) -> None:
    people = applicants(19, 200)
    ids = await scene.submit(people)
    women = [one for one, facts in zip(ids, people, strict=True) if facts["personal_status_and_sex"] == WOMEN]
    await scene.decide([one for one in ids if one not in women], "approve")
    await scene.decide(women[:30], "approve")
    await scene.decide(women[30:], "decline")
    report = await scene.measure()
    (fact,) = [each for each in report["figures"]["fairness"] if each["fact"] == "personal_status_and_sex"]
    groups = {group["group"]: group for group in fact["groups"]}
    assert fact["reference"] == "male: single"
    assert Decimal(groups[WOMEN]["impact_ratio"]["high"]) < Decimal("0.8")
    (reading,) = [each for each in report["figures"]["readings"] if each["measure"] == "impact_ratio"]
    assert (reading["subject"], reading["level"]) == (f"personal_status_and_sex: {WOMEN}", "act")


async def test_a_protected_number_without_edges_is_left_out_and_named(scene: Scene) -> None:
    report = await scene.measure()
    assert any("age_years" in caution for caution in report["figures"]["cautions"])


async def test_an_asked_for_report_raises_no_alarm_and_is_found_again(scene: Scene) -> None:
    made = await scene.measure()
    again = (await scene.http.get(f"/v1/monitoring/{made['report_id']}")).json()
    assert again == made
    assert made["scheduled"] is False
    assert await scene.drift_events() == []


async def test_what_cannot_be_measured_is_refused_with_words(scene: Scene) -> None:
    async def ask(**body: Any) -> tuple[int, str]:
        answer = await scene.http.post("/v1/monitoring", json=body, headers={"Idempotency-Key": new_id("key")})
        return answer.status_code, answer.json()["code"]

    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert await ask(product="nothing") == (404, "model_not_found")
    assert await ask(product="consumer-loan", model_version=99) == (404, "model_not_found")
    assert await ask(product="consumer-loan", to=later) == (422, "impossible_window")
    assert (await scene.http.get("/v1/monitoring/mon_nothing")).status_code == 404
