"""Who applies: known again by an identifier, held until a person has said so where it is only likely."""

from typing import Any

from tests.intake.applications.given import Desk, body, key


def _named(
    name: str, *, born_on: str = "1979-05-14", street: str = "Lindenstr. 7", identifier: str | None = None
) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "names": [{"text": name}],
        "born_on": born_on,
        "addresses": [{"lines": [street], "city": "Berlin", "postal_code": "10969", "country": "DE"}],
    }
    if identifier is not None:
        profile["identifiers"] = [{"scheme": "us-ssn", "value": identifier}]
    return {"profile": profile, "attribution": {"channel": "broker"}}


async def test_whoever_has_the_same_identifier_is_the_same_party(desk: Desk) -> None:
    product = await desk.publish(screening={"duplicate_days": 30})
    first = await desk.taken(body("", product, party=_named("Erika Mustermann", identifier="536-90-4399")))
    second = await desk.taken(body("", product, party=_named("Mustermann, Erika", identifier="536904399")))
    assert second["party_id"] == first["party_id"]
    assert (second["status"], second["earlier_application_id"]) == ("screened_out", first["application_id"])
    assert "Mustermann" not in str(await desk.events(first["application_id"]))


async def _resolve(desk: Desk, party_id: str, verdict: str, same_as: str | None) -> None:
    cases = (await desk.manager.get("/v1/match-cases", params={"limit": 200})).json()["items"]
    (case,) = [entry for entry in cases if entry["party_id"] == party_id]
    said = {"verdict": verdict, "reason": "Spoke to her", **({} if same_as is None else {"party_id": same_as})}
    path = f"/v1/match-cases/{case['case_id']}/resolve"
    answer = await desk.manager.post(path, json=said, headers=key())
    assert answer.status_code == 200, answer.text


async def test_whoever_may_be_somebody_known_waits_until_a_person_has_said_so(desk: Desk) -> None:
    product = await desk.publish(screening={"duplicate_days": 30})
    await desk.taken(body("", product, party=_named("Johanna Kirchhoff", born_on="1981-03-09")))
    second = await desk.taken(
        body("", product, party=_named("Johana Kirchhoff", street="Hauptstr. 112", born_on="1981-03-09"))
    )
    assert (second["status"], second["reasons"], second["missing"]) == ("pend_info", ["possible_duplicate"], [])
    await _resolve(desk, second["party_id"], "different", None)
    assert (await desk.shown(second["application_id"]))["status"] == "submitted"


async def test_who_turns_out_to_be_known_is_screened_by_what_is_known_then(desk: Desk) -> None:
    product = await desk.publish(screening={"duplicate_days": 30})
    first = await desk.taken(body("", product, party=_named("Friedrich Zumthor", born_on="1969-11-30")))
    second = await desk.taken(
        body("", product, party=_named("Friederich Zumthor", street="Hauptstr. 112", born_on="1969-11-30"))
    )
    assert second["reasons"] == ["possible_duplicate"]
    await _resolve(desk, second["party_id"], "same", first["party_id"])
    shown = await desk.shown(second["application_id"])
    assert (shown["status"], shown["reasons"]) == ("screened_out", ["duplicate"])
    assert shown["earlier_application_id"] == first["application_id"]
    listed = (await desk.los.get("/v1/applications", params={"party_id": first["party_id"]})).json()["items"]
    assert [entry["application_id"] for entry in listed] == [second["application_id"], first["application_id"]]


async def test_new_applications_of_a_merged_record_are_its_survivor_s(desk: Desk) -> None:
    plain = await desk.publish()
    first = await desk.taken(body("", plain, party={"external_ref": "kept", **_named("Beate Oltmanns")}))
    second = await desk.taken(
        body("", plain, party={"external_ref": "merged", **_named("Beate Oltmans", street="Hauptstr. 112")})
    )
    assert second["reasons"] == ["possible_duplicate"]
    await _resolve(desk, second["party_id"], "same", first["party_id"])
    third = await desk.taken(body("merged", plain))
    assert third["party_id"] == first["party_id"]
