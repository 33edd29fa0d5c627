"""A person who is erased is gone for good, unless something says that they must be kept."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from services.intake.files import open_files
from services.intake.handlers.documents import sweeping
from services.intake.settings import Settings
from services.intake.store import keys, parties
from services.intake.vault import Vault
from shared.contracts.intake import PartyErased
from shared.db import Database
from tests.intake.privacy import given
from tests.intake.privacy.conftest import Clients
from tests.intake.privacy.leaks import found_in_clear


async def _events(db: Database, party_id: str) -> list[str]:
    query = text("SELECT type FROM outbox WHERE aggregateid = :id ORDER BY seq")
    async with db.transaction() as tx:
        return [row.type for row in await tx.execute(query, {"id": party_id})]


def _stored(settings: Settings, document_id: str) -> Path:
    (found,) = Path(urlsplit(settings.files_url).path).rglob(f"*{document_id}*")
    return found


async def test_nothing_that_identified_an_erased_person_can_be_read_or_found(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, clients: Clients, db: Database, vault: Vault
) -> None:
    person = await given.person(los)
    party_id = person["party_id"]
    await given.consent(los, party_id)
    erased = await given.erase(privacy, party_id)
    assert erased.status_code == 200, erased.text
    shown = (await privacy.get(f"/v1/parties/{party_id}")).json()
    assert (shown["status"], shown["profile"], shown["external_ref"]) == ("erased", None, None)
    searched = await los.post("/v1/parties/search", json={"identifier": {"scheme": "us-ssn", "value": person["ssn"]}})
    assert (searched.status_code, searched.json()["items"]) == (200, [])
    async with db.transaction() as tx:
        assert await keys.existing(tx, vault, [party_id]) == {}
        assert (await parties.find(tx, vault, [party_id]))[party_id].profile is None
        left = await tx.execute(text("SELECT count(*) FROM match_key WHERE party_id = :id"), {"id": party_id})
        assert left.scalar_one() == 0
    assert PartyErased.type in await _events(db, party_id)
    again = await given.person(los, names=[{"text": person["name"]}])
    assert again["party_id"] != party_id


async def test_the_same_person_who_comes_back_is_somebody_new(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, db: Database
) -> None:
    accepted = await given.applies(los, "returning-customer")
    await given.ended(db, accepted["application_id"], "withdrawn")
    erased = await given.erase(privacy, accepted["party_id"])
    assert erased.status_code == 200, erased.text
    assert (await given.applies(los, "returning-customer"))["party_id"] != accepted["party_id"]


def _counted() -> float:
    return REGISTRY.get_sample_value("assay_erasures_total", {"grounds": "objection"}) or 0


async def test_an_erasure_that_is_sent_again_is_answered_as_before_and_a_second_one_is_refused(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient
) -> None:
    person, before = await given.person(los), _counted()
    path, same = f"/v1/parties/{person['party_id']}/erase", given.key()
    first = await privacy.post(path, json={"reason": "objection"}, headers=same)
    again = await privacy.post(path, json={"reason": "objection"}, headers=same)
    assert (first.status_code, first.content) == (200, again.content)
    other = await given.erase(privacy, person["party_id"])
    assert (other.status_code, other.json()["code"]) == (409, "party_erased")
    assert (await given.erase(privacy, "pty_none")).status_code == 404
    assert _counted() == before + 1


async def test_documents_go_from_storage_even_when_the_process_dies_in_between(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, settings: Settings, db: Database
) -> None:
    person = await given.person(los)
    document_id = await given.document(los, person["party_id"])
    stored = _stored(settings, document_id)
    assert (await given.erase(privacy, person["party_id"])).status_code == 200
    assert (await privacy.get(f"/v1/parties/{person['party_id']}/privacy-export")).json()["sections"]["documents"][
        "records"
    ] == []
    # The API process is gone by now; whichever worker comes next finds what is to be removed.
    assert stored.exists()
    while await sweeping.remove_content(db, open_files(settings), 100):
        pass
    assert not stored.exists()


async def test_what_is_left_of_an_erasure_names_nobody(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, db: Database
) -> None:
    person = await given.person(los)
    await given.erase(privacy, person["party_id"], "unlawful")
    query = text("SELECT grounds, actor, records, to_jsonb(erasure)::text AS row FROM erasure WHERE party_id = :id")
    async with db.transaction() as tx:
        row = (await tx.execute(query, {"id": person["party_id"]})).one()
    assert (row.grounds, row.actor, row.records) == ("unlawful", "privacy-officer", [person["party_id"]])
    assert json.loads(row.row).keys() == {"erasure_id", "party_id", "records", "grounds", "actor", "erased_at"}
    canaries = {name: person[name] for name in ("name", "ssn", "phone", "email", "street")}
    assert await found_in_clear(db, canaries, without={"idempotency"}) == []


@pytest.mark.parametrize("body", [{"reason": "because Ottilie asked"}, {}, {"reason": "objection", "name": "Ottilie"}])
async def test_only_a_code_is_taken_as_a_reason(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, body: dict[str, str]
) -> None:
    person = await given.person(los)
    answer = await privacy.post(f"/v1/parties/{person['party_id']}/erase", json=body, headers=given.key())
    assert answer.status_code == 422
    assert "Ottilie" not in answer.text


async def test_nobody_but_the_privacy_officer_erases(los: httpx.AsyncClient, clients: Clients) -> None:
    person = await given.person(los)
    for client in ("los", "credit-officer", "credit-manager", "data-feed"):
        assert (await given.erase(clients(client), person["party_id"])).status_code == 403


async def test_a_legal_hold_keeps_a_person_until_it_is_released(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient
) -> None:
    person = await given.person(los)
    party_id = person["party_id"]
    hold_id = await given.hold(privacy, party_id)
    refused = await given.erase(privacy, party_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
    (shown,) = (await privacy.get(f"/v1/parties/{party_id}/legal-holds")).json()["items"]
    assert (shown["reason"], shown["released_at"]) == ("proceedings of a neighbour", None)
    path = f"/v1/legal-holds/{hold_id}/release"
    released = await privacy.post(path, json={"reason": "settled"})
    assert (released.status_code, released.json()["release_reason"]) == (200, "settled")
    again = await privacy.post(path, json={"reason": "settled"})
    assert (again.status_code, again.json()["code"]) == (409, "already_released")
    assert (await given.erase(privacy, party_id)).status_code == 200
    (emptied,) = (await privacy.get(f"/v1/parties/{party_id}/legal-holds")).json()["items"]
    assert (emptied["reason"], emptied["release_reason"]) == (None, None)


async def test_an_application_under_way_keeps_its_person(los: httpx.AsyncClient, privacy: httpx.AsyncClient) -> None:
    accepted = await given.applies(los, "under-way")
    refused = await given.erase(privacy, accepted["party_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "application_under_way")


async def test_what_the_law_wants_kept_puts_an_erasure_off_and_says_until_when(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, db: Database
) -> None:
    american = await given.person(los, "US")
    accepted = await given.applies(los, american["ref"])
    assert accepted["party_id"] == american["party_id"]
    await given.ended(db, accepted["application_id"], "decided", "decline")
    refused = await given.erase(privacy, american["party_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "must_be_kept")
    assert "12 CFR 1002.12(b)(1)" in refused.json()["detail"]
    await given.ended(db, accepted["application_id"], "decided", "decline", days_ago=762)
    assert (await given.erase(privacy, american["party_id"])).status_code == 200


async def test_a_person_is_erased_with_all_records_that_were_merged(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, clients: Clients, db: Database, vault: Vault
) -> None:
    first, second = await given.person(los), await given.person(los)
    merged = await clients("credit-officer").post(
        f"/v1/parties/{first['party_id']}/merge",
        json={"merged_party_id": second["party_id"], "reason": "one person"},
        headers=given.key(),
    )
    assert merged.status_code == 200, merged.text
    refused = await given.erase(privacy, second["party_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "party_merged")
    await given.hold(privacy, second["party_id"])
    held = await given.erase(privacy, first["party_id"])
    assert (held.status_code, held.json()["code"]) == (409, "legal_hold")
    (hold,) = (await privacy.get(f"/v1/parties/{first['party_id']}/legal-holds")).json()["items"]
    await privacy.post(f"/v1/legal-holds/{hold['hold_id']}/release", json={"reason": "settled"})
    erased = await given.erase(privacy, first["party_id"])
    assert erased.json()["records"] == sorted([first["party_id"], second["party_id"]])
    async with db.transaction() as tx:
        assert await keys.existing(tx, vault, [first["party_id"], second["party_id"]]) == {}
