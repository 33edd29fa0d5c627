"""The drill: a shifted population is replayed; gauge, event and report show it. An unshifted one changes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.scoring.domain.monitoring.plan import Plans, parse_plans
from services.scoring.handlers.monitoring import watch_models
from tests.scoring.monitoring.population import SHIFTED, applicants
from tests.scoring.monitoring.scene import Scene

_NOW_AND_THEN = timedelta(0)


async def test_a_shifted_population_shows_in_gauge_event_and_report(scene: Scene) -> None:
    await scene.submit(applicants(2, 700, SHIFTED))
    (report,) = await watch_models(scene.db, Plans(), _NOW_AND_THEN)
    assert scene.gauge("assay_model_psi") > 0.25
    assert scene.gauge("assay_model_csi", characteristic="checking_status") > 0.25
    assert scene.gauge("assay_model_drift_level", measure="psi", subject="") == 2
    told = {(event["measure"], event["subject"]): event for event in await scene.drift_events()}
    assert told.keys() == {("psi", ""), ("csi", "checking_status"), ("csi", "housing")}
    event = told["psi", ""]
    assert (event["level"], event["threshold"], event["report_id"]) == ("act", "0.25", report.report_id)
    assert float(event["value"]) > float(event["critical_value"]) > 0
    page = await scene.http.get(f"/v1/monitoring/{report.report_id}/report.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "the population has moved" in page.text
    assert "checking_status" in page.text


async def test_an_unshifted_population_of_the_same_size_stays_calm(scene: Scene) -> None:
    await scene.submit(applicants(3, 700))
    (report,) = await watch_models(scene.db, Plans(), _NOW_AND_THEN)
    assert scene.gauge("assay_model_psi") < scene.gauge("assay_model_psi_critical")
    assert scene.gauge("assay_model_drift_level", measure="psi", subject="") == 0
    assert await scene.drift_events() == []
    page = await scene.http.get(f"/v1/monitoring/{report.report_id}/report.html")
    assert "No figure is beyond its threshold." in page.text


async def test_a_shift_that_stays_is_told_once(scene: Scene) -> None:
    await scene.submit(applicants(2, 300, SHIFTED))
    await watch_models(scene.db, Plans(), _NOW_AND_THEN)
    first = await scene.drift_events()
    await scene.submit(applicants(4, 100, SHIFTED))
    await watch_models(scene.db, Plans(), _NOW_AND_THEN)
    assert await scene.drift_events() == first


async def test_a_model_is_measured_once_in_an_interval(scene: Scene) -> None:
    assert len(await watch_models(scene.db, Plans(), timedelta(hours=1))) == 1
    assert await watch_models(scene.db, Plans(), timedelta(hours=1)) == []
    wanted = {"scheduled": True, "model_hash": scene.artefact["content_hash"]}
    listed = (await scene.http.get("/v1/monitoring", params=wanted)).json()["items"]
    assert [report["requested_by"] for report in listed] == ["schedule"]


async def test_of_two_workers_that_look_at_once_one_measures(scene: Scene) -> None:
    await scene.submit(applicants(2, 300, SHIFTED))
    made = await asyncio.gather(*(watch_models(scene.db, Plans(), timedelta(hours=1)) for _ in range(4)))
    assert sum(len(reports) for reports in made) == 1
    events = await scene.drift_events()
    assert len(events) == len({(event["measure"], event["subject"]) for event in events}) == 3


async def test_a_shifted_segment_is_told_against_its_own_past(scene: Scene) -> None:
    await scene.score_in_the_past(applicants(24, 300), datetime.now(UTC) - timedelta(days=200))
    await scene.submit(applicants(25, 300, {"checking_status": SHIFTED["checking_status"]}))
    plans = parse_plans({"default": {"segments": ["housing"]}})
    (report,) = await watch_models(scene.db, plans, _NOW_AND_THEN)
    segments = {segment.group: segment for segment in report.figures.segments}
    own = segments["own"].shift
    assert own is not None
    assert own.value > own.critical_99
    assert sum(segment.scored for segment in segments.values()) == 300
