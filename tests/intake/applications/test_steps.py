"""What people do to an application, and what decisions and investigations do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.intake.applications.given import Desk, body

_HOUSE = {"purpose": "house"}
_INVESTIGATION: Mapping[str, Any] = {
    "investigation": {
        "purpose": "credit_assessment",
        "sources": [{"source": "consumer-bureau", "unless_known": ["bureau_score"]}],
    },
    "needs": {"facts": ["annual_income", "bureau_score"]},
}


async def test_an_amended_application_is_another_revision_that_is_decided_anew(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("amends", product))
    await desk.decide(taken, "refer")
    amended = await desk.amend(taken["application_id"], 1, requested={"amount_minor": 70_000, "currency": "EUR"})
    assert amended.status_code == 200, amended.text
    assert amended.headers["etag"] == '"2"'
    shown = amended.json()
    assert (shown["status"], shown["revision"], shown["decision"]) == ("submitted", 2, None)
    assert shown["requested"]["amount_minor"] == 70_000
    assert shown["submitted_at"] > taken["submitted_at"]
    told = await desk.events(taken["application_id"])
    assert [kind for kind, _ in told] == [
        "application_moved",
        "application_submitted",
        "application_moved",
        "application_updated",
        "application_moved",
        "application_submitted",
    ]
    assert told[-1][1]["facts"]["requested_amount"]["amount_minor"] == 70_000
    assert await desk.history(taken["application_id"]) == [
        (None, "submitted"),
        ("submitted", "decided"),
        ("decided", "submitted"),
    ]


async def test_a_late_decision_on_an_earlier_revision_changes_nothing(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("late", product))
    await desk.decide(taken, "refer")
    amended = (await desk.amend(taken["application_id"], 1, facts=_HOUSE)).json()
    await desk.decide(taken, "approve")
    assert (await desk.shown(taken["application_id"]))["status"] == "submitted"
    await desk.decide(amended, "decline")
    await desk.decide(taken, "approve", decided_at=datetime.now(UTC) + timedelta(seconds=5))
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["decision"]["outcome"]) == ("decided", "decline")


async def test_who_has_read_an_older_revision_is_told_so(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]})
    taken = await desk.taken(body("two people", product))
    path = f"/v1/applications/{taken['application_id']}"
    assert (await desk.los.get(path)).headers["etag"] == '"1"'
    assert (await desk.amend(taken["application_id"], 1, facts=_HOUSE)).status_code == 200
    assert (await desk.amend(taken["application_id"], 1, facts={"purpose": None})).status_code == 412
    assert (await desk.los.patch(path, json={"facts": _HOUSE})).status_code == 428


async def test_an_amendment_that_does_not_fit_changes_nothing(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]})
    taken = await desk.taken(body("misfit amendment", product))
    for facts in ({"shoe_size": 44}, {"bureau_score": 700}, {"purpose": "yacht"}, {"requested_amount": 1}):
        assert (await desk.amend(taken["application_id"], 1, facts=facts)).status_code == 422
    assert (await desk.amend(taken["application_id"], 1)).status_code == 422
    assert await desk.shown(taken["application_id"]) == taken


async def test_a_fact_that_is_taken_away_is_missing(desk: Desk) -> None:
    product = await desk.publish(needs={"facts": ["annual_income"], "documents": ["identity"]})
    taken = await desk.taken(body("takes back", product))
    amended = (await desk.amend(taken["application_id"], 1, facts={"annual_income": None})).json()
    assert amended["reasons"] == ["missing_fact:annual_income", "missing_document:identity"]


async def test_what_is_being_decided_is_neither_amended_nor_withdrawn(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("in flight", product))
    amended = await desk.amend(taken["application_id"], 1, facts=_HOUSE)
    withdrawn = await desk.withdraw(taken["application_id"])
    assert (amended.status_code, amended.json()["code"]) == (409, "being_decided")
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "being_decided")


async def test_what_was_granted_is_not_withdrawn(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("granted", product))
    await desk.decide(taken, "approve")
    withdrawn = await desk.withdraw(taken["application_id"])
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "application_decided")


async def test_a_referred_application_can_be_withdrawn_and_is_over_then(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("gives up", product))
    await desk.decide(taken, "refer")
    withdrawn = await desk.withdraw(taken["application_id"])
    assert (withdrawn.json()["status"], withdrawn.json()["due_at"]) == ("withdrawn", None)
    assert (await desk.withdraw(taken["application_id"])).json() == withdrawn.json()
    kinds = [kind for kind, _ in await desk.events(taken["application_id"])]
    assert kinds[-2:] == ["application_moved", "application_withdrawn"]
    amended = await desk.amend(taken["application_id"], 1, facts=_HOUSE)
    assert (amended.status_code, amended.json()["code"]) == (409, "application_withdrawn")
    await desk.found(taken["party_id"], bureau_score=700)
    assert (await desk.shown(taken["application_id"]))["status"] == "withdrawn"


async def test_new_evidence_after_a_referral_leads_to_another_decision_once(desk: Desk) -> None:
    product = await desk.publish()
    taken = await desk.taken(body("evidence", product))
    await desk.decide(taken, "refer")
    await desk.found(taken["party_id"], bureau_score=700)
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["revision"], shown["reasons"]) == ("submitted", 2, ["new_evidence"])
    await desk.decide(shown, "refer")
    await desk.found(taken["party_id"], bureau_score=700)
    assert (await desk.shown(taken["application_id"]))["revision"] == 2


async def test_sources_are_asked_once_the_application_is_complete_but_for_what_they_know(desk: Desk) -> None:
    product = await desk.publish(**_INVESTIGATION)
    incomplete = await desk.taken(body("asked late", product, facts={}))
    assert incomplete["reasons"] == ["missing_fact:annual_income"]
    taken = await desk.taken(body("asked", product))
    assert taken["status"] == "investigating"
    await desk.found(taken["party_id"], bureau_score=650)
    assert (await desk.shown(taken["application_id"]))["status"] == "investigating"
    await desk.investigated(taken)
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["reasons"]) == ("submitted", [])
    _, submitted = (await desk.events(taken["application_id"]))[-1]
    assert submitted["facts"]["bureau_score"] == 650


async def test_what_a_source_could_not_say_is_told_and_not_waited_for(desk: Desk) -> None:
    product = await desk.publish(**_INVESTIGATION)
    taken = await desk.taken(body("source away", product))
    await desk.investigated(taken, "source_unavailable:consumer-bureau")
    _, submitted = (await desk.events(taken["application_id"]))[-1]
    assert submitted["fallbacks"] == ["source_unavailable:consumer-bureau"]
    assert (await desk.shown(taken["application_id"]))["status"] == "submitted"


async def test_what_a_source_did_not_know_is_waited_for_where_the_product_needs_it(desk: Desk) -> None:
    product = await desk.publish(**_INVESTIGATION)
    taken = await desk.taken(body("thin file", product))
    await desk.investigated(taken)
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["reasons"]) == ("pend_info", ["missing_fact:bureau_score"])


async def test_the_end_of_an_investigation_of_an_earlier_revision_takes_nothing_on(desk: Desk) -> None:
    product = await desk.publish(**_INVESTIGATION)
    taken = await desk.taken(body("amended meanwhile", product))
    amended = (await desk.amend(taken["application_id"], 1, facts=_HOUSE)).json()
    assert (amended["status"], amended["revision"]) == ("investigating", 2)
    await desk.investigated(taken)
    assert (await desk.shown(taken["application_id"]))["status"] == "investigating"
    await desk.investigated(amended, "source_unavailable:consumer-bureau")
    assert (await desk.shown(taken["application_id"]))["status"] == "submitted"


async def test_an_application_that_went_straight_to_its_decision_has_a_history_too(desk: Desk) -> None:
    product = await desk.publish(name="bare")
    taken = await desk.taken({**body("straight", product)})
    await desk.decide(taken, "decline")
    assert await desk.history(taken["application_id"]) == [(None, "submitted"), ("submitted", "decided")]
    unknown = await desk.los.get("/v1/applications/app_nobody/history")
    assert unknown.status_code == 404


async def test_the_queue_shows_what_waits_and_what_is_due(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]})
    taken = await desk.taken(body("queued", product))
    other = await desk.taken(body("queued too", product))

    async def listed(**criteria: str) -> list[str]:
        items = (await desk.los.get("/v1/applications", params=criteria)).json()["items"]
        return [item["application_id"] for item in items]

    both = [other["application_id"], taken["application_id"]]
    assert await listed(product=product) == both
    assert await listed(product=product, status="pend_info", due_before=_in_days(31)) == both
    assert await listed(product=product, due_before=_in_days(29)) == []
    assert await listed(product=product, status="submitted") == []
    assert await listed(party_id=taken["party_id"]) == [taken["application_id"]]
    for name, value in (("status", "lost"), ("due_before", "0001-01-01T00:00:00+23:59"), ("due_before", "soon")):
        assert (await desk.los.get("/v1/applications", params={name: value})).status_code == 422
    assert await listed(party_id="pty_nobody") == []


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()
