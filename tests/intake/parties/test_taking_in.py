"""Parties are taken in once, however often and under whatever number they come."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from services.intake.domain.party import Identifier, Name, NewParty, PartyKind, Profile
from services.intake.handlers import parties as handlers
from services.intake.store import parties as store
from services.intake.vault import Vault
from shared.db import Database
from shared.ids import new_id
from tests.intake.parties.given import company, digits, ein, key, person, take_in, word
from tests.kit.platform import application


async def test_a_party_that_comes_in_is_there_with_its_place_and_its_version(officer: httpx.AsyncClient) -> None:
    answer = await officer.post("/v1/parties", json=company(identifiers=[ein()]), headers=key())
    assert answer.status_code == 201
    taken = answer.json()
    assert taken["match"] == {"verdict": "unique", "candidates": [], "case_id": None}
    assert answer.headers["location"] == f"/v1/parties/{taken['party_id']}"
    shown = await officer.get(answer.headers["location"])
    assert shown.headers["etag"] == '"1"'
    assert (shown.json()["status"], shown.json()["merged"]) == ("active", [])


async def test_a_retry_gets_the_first_answer_byte_for_byte(officer: httpx.AsyncClient) -> None:
    body, headers = company(), key()
    first = await officer.post("/v1/parties", json=body, headers=headers)
    again = await officer.post("/v1/parties", json=body, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)


async def test_the_same_identifier_is_the_same_party_and_no_second_record(officer: httpx.AsyncClient) -> None:
    body = company(identifiers=[ein()])
    party_id = await take_in(officer, body)
    again = await officer.post("/v1/parties", json=body, headers=key())
    assert again.status_code == 200
    assert again.json()["party_id"] == party_id
    assert again.json()["created"] is False
    assert again.json()["match"]["verdict"] == "exact_duplicate"
    assert [one["party_id"] for one in again.json()["match"]["candidates"]] == [party_id]


async def test_an_exact_duplicate_brings_its_customer_number_along(officer: httpx.AsyncClient) -> None:
    body, first, second = company(identifiers=[ein()]), new_id("ref"), new_id("ref")
    party_id = await take_in(officer, {**body, "external_ref": first})
    assert await take_in(officer, {**body, "external_ref": second}) == party_id
    for number in (first, second):
        assert await take_in(officer, {"kind": "company", "external_ref": number}) == party_id
        found = await officer.post("/v1/parties/search", json={"external_ref": number})
        assert [one["party_id"] for one in found.json()["items"]] == [party_id]


async def test_who_may_be_known_is_a_party_of_its_own_with_a_case_for_a_person(officer: httpx.AsyncClient) -> None:
    name = f"{word()} {word()}"
    at = {"lines": ["12 Long Street"], "city": "Leeds", "postal_code": "LS1 4AB", "country": "GB"}
    known = await take_in(officer, person(name, born_on="1984-03-05", addresses=[at]))
    alike = await officer.post("/v1/parties", json=person(name, addresses=[at]), headers=key())
    assert alike.status_code == 201
    match = alike.json()["match"]
    assert match["verdict"] == "possible_duplicate"
    assert [one["party_id"] for one in match["candidates"]] == [known]
    case = await officer.get(f"/v1/match-cases/{match['case_id']}")
    assert case.status_code == 200


async def test_a_party_known_by_its_number_only_gets_the_profile_that_comes_later(officer: httpx.AsyncClient) -> None:
    number = new_id("ref")
    party_id = await take_in(officer, {"kind": "company", "external_ref": number})
    named = company(identifiers=[ein()])
    assert await take_in(officer, {**named, "external_ref": number}) == party_id
    other = company(identifiers=[ein()])
    assert await take_in(officer, {**other, "external_ref": number}) == party_id
    shown = (await officer.get(f"/v1/parties/{party_id}")).json()
    assert shown["profile"]["names"][0]["text"] == named["profile"]["names"][0]["text"]
    assert shown["version"] == 2
    changes = (await officer.get(f"/v1/parties/{party_id}/changes")).json()["items"]
    assert [(change["action"], change["version"]) for change in changes] == [("completed", 2), ("taken_in", 1)]
    assert await take_in(officer, named) == party_id


async def test_three_hundred_at_once_are_one_party(officer: httpx.AsyncClient) -> None:
    body = company(identifiers=[ein()])
    answers = await asyncio.gather(
        *(officer.post("/v1/parties", json=body, headers=key()) for _ in range(300)),
    )
    assert len({answer.json()["party_id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 299 + [201]


@pytest.mark.parametrize("numbered", [True, False])
async def test_rivals_in_several_processes_store_one_party(db: Database, vault: Vault, numbered: bool) -> None:
    number = new_id("ref") if numbered else None
    profile = Profile((Name(f"{word()} {word()} Ltd"),), (Identifier("us-ein", digits(9)),))

    async def one() -> str:
        async with db.transaction() as tx:
            return (await handlers.take_in(tx, vault, [NewParty(PartyKind.COMPANY, number, profile)]))[0].party_id

    assert len(set(await asyncio.gather(*(one() for _ in range(6))))) == 1


async def test_what_comes_twice_in_one_batch_is_one_party(db: Database, vault: Vault) -> None:
    number, profile = new_id("ref"), Profile((Name(f"{word()} {word()} Ltd"),), (Identifier("us-ein", digits(9)),))
    entries = [
        NewParty(PartyKind.COMPANY, number),
        NewParty(PartyKind.COMPANY, number, profile),
        NewParty(PartyKind.COMPANY, number),
        NewParty(PartyKind.COMPANY, None, replace(profile, born_on=date(2001, 1, 1))),
    ]
    async with db.transaction() as tx:
        taken = await handlers.take_in(tx, vault, entries[:3])
        taken += await handlers.take_in(tx, vault, entries[3:])
        found = await store.find(tx, vault, [taken[0].party_id])
    assert len({one.party_id for one in taken}) == 1
    assert [one.created for one in taken] == [True, False, False, False]
    assert found[taken[0].party_id].profile == profile


_PROFILE_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"names": []}, "/profile/names", "too_short"),
    ({"names": [{"text": "Pаypal"}]}, "/profile/names/0/text", "mixed_scripts"),
    ({"names": [{"text": "a\u200bb"}]}, "/profile/names/0/text", "hidden_characters"),
    ({"names": [{"text": "MÃ¼ller"}]}, "/profile/names/0/text", "mojibake"),
    ({"identifiers": [{"scheme": "lei", "value": "213800KUD8LAJWSQ9D16"}]}, "/profile/identifiers/0/value",
     "invalid_identifier"),
    ({"identifiers": [{"scheme": "club-card", "value": "1"}]}, "/profile/identifiers/0/scheme", "unknown_scheme"),
    ({"contacts": [{"kind": "phone", "value": "0201234567"}]}, "/profile/contacts/0/value", "not_e164"),
    ({"contacts": [{"kind": "email", "value": "nobody"}]}, "/profile/contacts/0/value", "not_an_email"),
    ({"born_on": "2999-01-01"}, "/profile/born_on", "unfit_date"),
    ({"addresses": [{"lines": ["1"], "city": "X", "country": "UK"}]}, "/profile/addresses/0/country",
     "unknown_country"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "pointer", "code"), _PROFILE_FAULTS)
async def test_what_does_not_fit_is_refused_with_its_place_and_never_repeated(
    officer: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    body = person()
    body["profile"] |= change
    answer = await officer.post("/v1/parties", json=body, headers=key())
    assert answer.status_code == 422
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    for said in ("213800KUD8LAJWSQ9D16", "club-card", "0201234567", "nobody", "Pаypal", "MÃ¼ller", "2999"):
        assert said not in answer.text


async def test_a_party_needs_a_number_or_a_profile(officer: httpx.AsyncClient) -> None:
    answer = await officer.post("/v1/parties", json={"kind": "person"}, headers=key())
    assert answer.json()["errors"][0]["code"] == "nobody"


async def test_an_application_of_a_number_that_was_merged_is_the_survivors(
    officer: httpx.AsyncClient, los: httpx.AsyncClient
) -> None:
    number = new_id("ref")
    survivor, other = await take_in(officer, company()), await take_in(officer, {**company(), "external_ref": number})
    body = {"merged_party_id": other, "reason": "same firm"}
    assert (await officer.post(f"/v1/parties/{survivor}/merge", json=body)).status_code == 200
    taken = await los.post("/v1/applications", json=application(number), headers=key())
    assert taken.status_code == 202, taken.text
    assert taken.json()["party_id"] == survivor
