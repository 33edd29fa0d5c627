"""What is answered by what was applied for before, without asking anybody for anything."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from services.embedded.credentials import CLIENTS
from services.intake.app import create_app
from services.intake.settings import Settings
from tests.intake.applications.given import Desk, body, key
from tests.kit.service import client_of, platform_settings

_RULES = {"duplicate_days": 30, "cooling_off_days": 90}


async def test_the_same_wish_while_it_is_under_way_is_answered_with_the_first(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES)
    first = await desk.taken(body("twice", product))
    second = await desk.taken(body("twice", product))
    assert (second["status"], second["reasons"]) == ("screened_out", ["duplicate"])
    assert second["earlier_application_id"] == first["application_id"]
    assert second["submitted_at"] is None
    ((kind, moved),) = await desk.events(second["application_id"])
    assert (kind, moved["to_state"], moved["reasons"]) == ("application_moved", "screened_out", ["duplicate"])


async def test_the_same_wish_soon_after_an_answer_is_a_duplicate_and_later_it_is_not(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES)
    first = await desk.taken(body("returns", product))
    await desk.decide(first, "approve")
    await desk.days_pass(first["application_id"], 29)
    assert (await desk.taken(body("returns", product)))["reasons"] == ["duplicate"]
    await desk.days_pass(first["application_id"], 2)
    assert (await desk.taken(body("returns", product)))["status"] == "submitted"


async def test_another_product_or_another_party_is_no_duplicate(desk: Desk) -> None:
    product, other = await desk.publish(screening=_RULES), await desk.publish(screening=_RULES)
    await desk.taken(body("one thing", product))
    assert (await desk.taken(body("one thing", other)))["status"] == "submitted"
    assert (await desk.taken(body("somebody else", product)))["status"] == "submitted"


async def test_after_a_decline_the_same_wish_is_answered_with_that_decision(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES)
    first = await desk.taken(body("declined", product))
    decision_id = await desk.decide(first, "decline")
    await desk.days_pass(first["application_id"], 60)
    second = await desk.taken(body("declined", product))
    assert (second["status"], second["reasons"]) == ("screened_out", ["cooling_off"])
    assert (second["earlier_application_id"], second["earlier_decision_id"]) == (first["application_id"], decision_id)
    _, moved = (await desk.events(second["application_id"]))[0]
    assert moved["earlier_decision_id"] == decision_id
    await desk.days_pass(first["application_id"], 31)
    assert (await desk.taken(body("declined", product)))["status"] == "submitted"


async def test_another_purpose_is_exempt_from_cooling_off_where_both_say_what_they_are_for(desk: Desk) -> None:
    product = await desk.publish(screening={"cooling_off_days": 90})
    first = await desk.taken(body("purposes", product, facts={"purpose": "car"}))
    await desk.decide(first, "decline")
    assert (await desk.taken(body("purposes", product, facts={})))["reasons"] == ["cooling_off"]
    assert (await desk.taken(body("purposes", product, facts={"purpose": "house"})))["status"] == "submitted"


async def test_a_withdrawn_application_stands_in_nobodys_way(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES, needs={"documents": ["identity"]})
    first = await desk.taken(body("changed mind", product))
    assert (await desk.withdraw(first["application_id"])).status_code == 200
    assert (await desk.taken(body("changed mind", product)))["status"] == "pend_info"


async def test_a_telephone_that_many_apply_with_is_noticed_whoever_they_are(desk: Desk) -> None:
    product = await desk.publish(screening={"velocity": [{"key": "phone", "days": 7, "at_most": 2}]})
    signals = {"phone": "+4930123456"}
    first = await desk.taken(body("a", product, signals=signals))
    await desk.taken(body("b", product, signals=signals))
    third = await desk.taken(body("c", product, signals=signals))
    assert (third["status"], third["reasons"]) == ("screened_out", ["velocity:phone"])
    assert third["earlier_application_id"] is None
    await desk.days_pass(first["application_id"], 8)
    await desk.days_pass(third["application_id"], 8)
    assert (await desk.taken(body("d", product, signals=signals)))["status"] == "submitted"
    assert (await desk.taken(body("e", product, signals={"phone": "+4930999999"})))["status"] == "submitted"


async def test_a_party_that_applies_often_is_noticed_whatever_became_of_its_applications(desk: Desk) -> None:
    product = await desk.publish(
        screening={"velocity": [{"key": "party", "days": 30, "at_most": 3}]}, needs={"documents": ["identity"]}
    )
    other = await desk.publish(name="other")
    first = await desk.taken(body("often", product))
    await desk.withdraw(first["application_id"])
    await desk.taken(body("often", other))
    assert (await desk.taken(body("often", product)))["status"] == "pend_info"
    fourth = await desk.taken(body("often", product))
    assert (fourth["status"], fourth["reasons"]) == ("screened_out", ["velocity:party"])


async def test_the_applications_of_one_batch_are_counted_in_their_order(desk: Desk) -> None:
    product = await desk.publish(screening={"velocity": [{"key": "device", "days": 1, "at_most": 2}]})
    sent = [body(f"batch-{number}", product, signals={"device_id": "d-1"}) for number in range(6)]
    answers = [answer.json() for answer in await desk.together(*sent)]
    assert Counter(entry["status"] for entry in answers) == {"submitted": 2, "screened_out": 4}


async def test_no_signal_is_kept_in_clear(desk: Desk) -> None:
    product = await desk.publish(screening={"velocity": [{"key": "bank_account", "days": 7, "at_most": 2}]})
    taken = await desk.taken(body("sealed", product, signals={"bank_account": "DE89370400440532013000"}))
    assert "DE8937" not in str(await desk.events(taken["application_id"]))
    assert "DE8937" not in str(await desk.shown(taken["application_id"]))


async def test_somebody_else_than_who_sent_it_may_take_it_on(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES)
    await desk.taken(body("overridden", product))
    second = await desk.taken(body("overridden", product))
    refused = await desk.override(second["application_id"], desk.los)
    assert refused.status_code == 403
    taken_on = (await desk.override(second["application_id"])).json()
    assert (taken_on["status"], taken_on["reasons"]) == ("submitted", ["overridden"])
    history = (await desk.los.get(f"/v1/applications/{second['application_id']}/history")).json()["items"]
    assert (history[-1]["actor"], history[-1]["note"]) == ("credit-manager", "New job since")
    assert "New job" not in str(await desk.events(second["application_id"]))
    again = await desk.override(second["application_id"])
    assert (again.status_code, again.json()["code"]) == (409, "not_screened_out")


async def test_who_may_override_does_not_override_what_they_sent_themselves(desk: Desk) -> None:
    product = await desk.publish(screening=_RULES)
    await desk.taken(body("own", product))
    sent = await desk.manager.post("/v1/applications", json=body("own", product), headers=key())
    refused = await desk.override(sent.json()["application_id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "own_application")


async def test_of_three_hundred_at_once_of_one_party_one_goes_on(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    product = await desk.publish(screening=_RULES)
    sent = body("storm", product)

    async def storm(client: httpx.AsyncClient) -> list[dict[str, Any]]:
        answers = await asyncio.gather(*(client.post("/v1/applications", json=sent, headers=key()) for _ in range(150)))
        return [answer.json() for answer in answers]

    folder = tmp_path / "other"
    folder.mkdir()
    # A second process of the same service, so that it isn't one batch that keeps them apart.
    async with client_of(create_app(settings, platform_settings(folder, CLIENTS)), "los") as other:
        answers = [entry for found in await asyncio.gather(storm(desk.los), storm(other)) for entry in found]
    assert Counter(entry["status"] for entry in answers) == {"submitted": 1, "screened_out": 299}
    (first,) = [entry["application_id"] for entry in answers if entry["status"] == "submitted"]
    assert {entry["earlier_application_id"] for entry in answers if entry["status"] == "screened_out"} == {first}
