"""What a product needs before an application is decided: waited for by name, and gone on with once it is there."""

import asyncio
from typing import Any

import pytest

from tests.intake.applications.given import Desk, body

_INCOME = {"annual_income": {"amount_minor": 4_000_000, "currency": "EUR"}}


async def test_an_application_without_a_fact_that_the_product_needs_waits_and_says_for_what(desk: Desk) -> None:
    product = await desk.publish(needs={"facts": ["annual_income"], "documents": ["identity"]})
    taken = await desk.taken(body("incomplete", product, facts={"purpose": "car"}))
    assert taken["status"] == "pend_info"
    assert taken["submitted_at"] is None
    assert taken["due_at"] is not None
    assert taken["missing"] == [
        {"kind": "fact", "name": "annual_income", "label": {"en": "Income a year", "zh": "年收入"}},
        {"kind": "document", "name": "identity", "label": {"en": "", "zh": ""}},
    ]
    assert taken["reasons"] == ["missing_fact:annual_income", "missing_document:identity"]
    ((kind, moved),) = await desk.events(taken["application_id"])
    assert (kind, moved["from_state"], moved["to_state"]) == ("application_moved", None, "pend_info")
    assert await desk.shown(taken["application_id"]) == taken


async def test_it_goes_on_by_itself_once_everything_is_there(desk: Desk) -> None:
    product = await desk.publish(needs={"facts": ["annual_income"], "documents": ["identity"]})
    taken = await desk.taken(body("resumed", product, facts={}))
    amended = (await desk.amend(taken["application_id"], 1, facts=_INCOME)).json()
    assert amended["status"] == "pend_info"
    assert amended["reasons"] == ["missing_document:identity"]
    await desk.add_document(taken["party_id"], "identity")
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["revision"], shown["missing"]) == ("submitted", 2, [])
    assert await desk.history(taken["application_id"]) == [
        (None, "pend_info"),
        ("pend_info", "pend_info"),
        ("pend_info", "submitted"),
    ]
    kinds = [kind for kind, _ in await desk.events(taken["application_id"])]
    assert kinds == [
        "application_moved",
        "application_updated",
        "application_moved",
        "application_moved",
        "application_submitted",
    ]


async def test_a_document_that_is_there_already_is_not_asked_for_again(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]})
    first = await desk.taken(body("has papers", product))
    await desk.add_document(first["party_id"], "identity")
    second = await desk.taken(body("has papers", product))
    assert second["status"] == "submitted"


async def test_a_fact_of_the_credit_file_goes_along_with_its_source_and_date(desk: Desk) -> None:
    product = await desk.publish(needs={"facts": ["bureau_score"]})
    taken = await desk.taken(body("scored", product))
    assert taken["reasons"] == ["missing_fact:bureau_score"]
    await desk.found(taken["party_id"], bureau_score=700)
    kind, submitted = (await desk.events(taken["application_id"]))[-1]
    assert kind == "application_submitted"
    assert submitted["facts"]["bureau_score"] == 700
    source = submitted["fact_sources"]["bureau_score"]
    assert (source["kind"], source["source"]) == ("bureau", "consumer-bureau")
    evidence = (await desk.los.get(f"/v1/applications/{taken['application_id']}/evidence")).json()
    items = {item["name"]: item for item in evidence["items"]}
    assert (items["bureau_score"]["value"], items["bureau_score"]["kind"]) == (700, "bureau")
    assert items["bureau_score"]["as_of"] == source["as_of"]
    assert items["annual_income"]["kind"] == "application"


async def test_a_fact_of_the_file_that_does_not_fit_is_missing_and_named(desk: Desk) -> None:
    product = await desk.publish()
    party_id = (await desk.taken(body("unfit", product)))["party_id"]
    await desk.found(party_id, bureau_score=700, age_days=3)
    await desk.found(party_id, source="other-bureau", bureau_score=100_000)
    taken = await desk.taken(body("unfit", product))
    _, submitted = (await desk.events(taken["application_id"]))[-1]
    assert "bureau_score" not in submitted["facts"]
    assert submitted["fallbacks"] == ["unfit_fact:bureau_score"]


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ({"bureau_score": 800}, "/facts/bureau_score", "not_an_applicants_fact"),
        ({"shoe_size": 44}, "/facts/shoe_size", "unknown_fact"),
        ({"annual_income": "much"}, "/facts/annual_income", "invalid_fact"),
    ],
)
async def test_a_fact_that_does_not_belong_there_is_refused_and_not_waited_for(
    desk: Desk, facts: dict[str, Any], pointer: str, code: str
) -> None:
    product = await desk.publish(needs={"facts": ["annual_income"]})
    answer = await desk.submit(body("misfit", product, facts=facts))
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert "800" not in answer.text


async def test_a_party_is_known_by_its_id_and_an_unknown_one_is_refused(desk: Desk) -> None:
    product = await desk.publish()
    first = await desk.taken(body("by id", product))
    second = await desk.taken(body("", product, party={"party_id": first["party_id"]}))
    assert (second["party_id"], second["status"]) == (first["party_id"], "submitted")
    unknown = await desk.submit(body("", product, party={"party_id": "pty_nobody"}))
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/party/party_id"
    for party in ({}, {"party_id": first["party_id"], "external_ref": "by id"}, {"attribution": {"channel": "web"}}):
        assert (await desk.submit(body("", product, party=party))).status_code == 422


async def test_refused_applications_of_a_batch_leave_the_others_their_places(desk: Desk) -> None:
    product = await desk.publish(needs={"facts": ["annual_income"]})
    plain = await desk.publish()
    bodies = [
        body("one", product),
        body("two", product, facts={"shoe_size": 44}),
        body("three", product, facts={}),
        body("four", "no-such-product"),
        body("five", plain),
    ]
    answers = await desk.together(*bodies)
    assert [answer.status_code for answer in answers] == [202, 422, 202, 422, 202]
    assert [answer.json().get("status") for answer in (answers[0], answers[2], answers[4])] == [
        "submitted",
        "pend_info",
        "submitted",
    ]
    assert answers[2].json()["external_ref"] == "three"


async def test_a_document_that_arrives_together_with_the_application_is_not_waited_for(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]})
    parties = [(await desk.taken(body(f"together-{n}", product)))["party_id"] for n in range(12)]
    taken = await asyncio.gather(
        *(desk.taken(body(f"together-{n}", product)) for n in range(12)),
        *(desk.add_document(party_id, "identity") for party_id in parties),
    )
    for entry in taken[:12]:
        assert entry is not None
        assert (await desk.shown(entry["application_id"]))["status"] == "submitted"
