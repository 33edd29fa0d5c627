"""A person is shown everything that is held of them, and who looked."""

import httpx

from services.intake.store import holdings
from services.intake.store.tables import metadata
from tests.intake.privacy import given
from tests.intake.privacy.conftest import Clients


def test_every_table_is_in_the_inventory_or_holds_nothing_about_a_person() -> None:
    listed = [holding.table for holding in holdings.HELD]
    digests = [table for table, _ in holdings.DIGESTS]
    assert sorted([*listed, *digests, *holdings.NOT_PERSONAL]) == sorted(metadata.tables)


def test_every_sealed_column_is_opened_or_hidden_and_nothing_else_is_sealed() -> None:
    for holding in holdings.HELD:
        table = metadata.tables[holding.table]
        kept_as_bytes = {column.name for column in table.columns if column.type.python_type is bytes}
        assert kept_as_bytes == set(holding.sealed) | set(holding.hidden), holding.table


async def test_a_person_is_shown_all_records_in_clear_with_purpose_source_and_retention(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient
) -> None:
    person = await given.person(los)
    party_id = person["party_id"]
    accepted = await given.applies(los, person["ref"])
    consent_id = await given.consent(los, party_id, text="Yes, ask the bureau about me")
    await given.hold(privacy, party_id, "a quarrel with a neighbour")
    answer = await privacy.get(f"/v1/parties/{party_id}/privacy-export")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["party_id"], shown["merged_records"], shown["jurisdiction"]) == (party_id, [], "eu")
    sections = shown["sections"]
    (record,) = sections["party"]["records"]
    assert record["external_ref"] == person["ref"]
    assert record["profile"]["names"][0]["text"] == person["name"]
    assert {contact["value"] for contact in record["profile"]["contacts"]} == {person["phone"], person["email"]}
    (application,) = sections["applications"]["records"]
    assert application["application_id"] == accepted["application_id"]
    assert application["facts"]["requested_amount"]["currency"] == "DEM"
    (consent,) = sections["consents"]["records"]
    assert (consent["consent_id"], consent["proof"]["text"]) == (consent_id, "Yes, ask the bureau about me")
    assert sections["legal_holds"]["records"][0]["reason"] == "a quarrel with a neighbour"
    assert "40 of Directive (EU) 2015/849" in sections["consents"]["retention"]["basis"]
    assert all(section["purpose"] and section["source"] for section in sections.values())


async def test_who_looked_is_entered_and_shown_to_the_person(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, clients: Clients
) -> None:
    person = await given.person(los)
    path = f"/v1/parties/{person['party_id']}/privacy-export"
    await privacy.get(path)
    accesses = (await privacy.get(path)).json()["sections"]["accesses"]["records"]
    assert [entry["actor"] for entry in accesses] == ["privacy-officer", "privacy-officer"]
    for client in ("los", "credit-officer", "credit-manager"):
        assert (await clients(client).get(path)).status_code == 403
    assert (await privacy.get("/v1/parties/pty_none/privacy-export")).status_code == 404


async def test_records_that_were_merged_are_shown_together_whichever_is_asked_for(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, clients: Clients
) -> None:
    first, second = await given.person(los), await given.person(los)
    merged = await clients("credit-officer").post(
        f"/v1/parties/{first['party_id']}/merge",
        json={"merged_party_id": second["party_id"], "reason": "one person"},
        headers=given.key(),
    )
    assert merged.status_code == 200, merged.text
    for asked in (first, second):
        shown = (await privacy.get(f"/v1/parties/{asked['party_id']}/privacy-export")).json()
        assert (shown["party_id"], shown["merged_records"]) == (first["party_id"], [second["party_id"]])
        names = {record["profile"]["names"][0]["text"] for record in shown["sections"]["party"]["records"]}
        assert names == {first["name"], second["name"]}


async def test_of_an_erased_person_the_facts_are_left_and_nothing_that_names_them(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient
) -> None:
    person = await given.person(los)
    await given.consent(los, person["party_id"])
    assert (await given.erase(privacy, person["party_id"])).status_code == 200
    answer = await privacy.get(f"/v1/parties/{person['party_id']}/privacy-export")
    assert answer.status_code == 200
    (record,) = answer.json()["sections"]["party"]["records"]
    assert (record["status"], record["profile"], record["external_ref"]) == ("erased", None, None)
    assert answer.json()["sections"]["consents"]["records"][0]["proof"] is None
    for name in ("name", "ssn", "phone", "email", "street", "ref"):
        assert person[name] not in answer.text
