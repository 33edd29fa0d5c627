"""Scoring is away: what needs an answer now is referred, what can wait waits."""

from tests.kit.invariants import assert_all_hold
from tests.kit.platform import SOLID_MINOR, Running, application, money
from tests.kit.traffic import Traffic, submissions


def _question() -> dict[str, object]:
    body = application("unused")
    del body["party"]
    return {**body, "party_id": "party-of-a-caller"}


def test_without_scoring_a_direct_decision_is_referred_and_never_approved(bed: Running) -> None:
    assert bed.post("decision", "/v1/decisions", _question()).json()["outcome"] == "approve"
    bed.platform.kill("scoring/api")
    answer = bed.post("decision", "/v1/decisions", _question())
    assert answer.status_code == 201
    decision = answer.json()
    assert (decision["outcome"], decision["reasons"], decision["limit"]) == ("refer", ["SCORE_UNAVAILABLE"], None)
    assert bed.operation("decision/api", "/readyz").json() == {
        "status": "degraded",
        "checks": {"database": "up", "scoring": "down"},
    }
    bed.heal()
    again = bed.post("decision", "/v1/decisions", _question()).json()
    assert (again["outcome"], again["limit"]) == ("approve", money(SOLID_MINOR))
    assert_all_hold(bed)


def test_applications_wait_for_scoring_and_are_decided_when_it_is_back(bed: Running) -> None:
    bed.platform.kill("scoring/worker")
    bed.platform.kill("scoring/api")
    with Traffic(bed, submissions(bed, 60, seed=61)) as traffic:
        pass
    assert traffic.unexpected == []
    for application_id in traffic.acknowledged:
        assert bed.get("intake", f"/v1/applications/{application_id}").json()["status"] == "submitted"
    bed.platform.restart_stopped()
    assert_all_hold(bed, traffic.acknowledged)
