"""Two records that are one party are read as one, and taking that back leaves both as they were."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.merging import merged, unmerged
from services.intake.domain.party import Attribution, Party, PartyKind, PartyStatus
from services.intake.store import parties as store
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Refusal
from shared.ids import new_id
from tests.intake.parties.given import company, ein, events_of, new_company, person, take_in


async def _merge(http: httpx.AsyncClient, survivor: str, other: str) -> httpx.Response:
    body = {"merged_party_id": other, "reason": "same address and owner"}
    return await http.post(f"/v1/parties/{survivor}/merge", json=body)


async def _unmerge(http: httpx.AsyncClient, survivor: str, other: str) -> httpx.Response:
    body = {"unmerged_party_id": other, "reason": "they are brothers"}
    return await http.post(f"/v1/parties/{survivor}/unmerge", json=body)


async def _record(http: httpx.AsyncClient, party_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/v1/parties/{party_id}")).json()
    return {name: value for name, value in found.items() if name not in ("version", "merged")}


async def test_a_merged_record_is_read_as_part_of_the_survivor(officer: httpx.AsyncClient) -> None:
    survivor, other = await new_company(officer), await new_company(officer)
    answer = await _merge(officer, survivor, other)
    assert answer.status_code == 200
    assert [one["party_id"] for one in answer.json()["merged"]] == [other]
    assert answer.json()["merged"][0]["profile"] is not None
    part = (await officer.get(f"/v1/parties/{other}")).json()
    assert (part["status"], part["merged_into"]) == ("merged", survivor)


async def test_unmerging_leaves_both_records_as_they_were(officer: httpx.AsyncClient) -> None:
    survivor = await take_in(officer, {**company(identifiers=[ein()]), "external_ref": new_id("ref")})
    other = await take_in(officer, {**company(identifiers=[ein()]), "external_ref": new_id("ref")})
    before = [await _record(officer, party_id) for party_id in (survivor, other)]
    await _merge(officer, survivor, other)
    assert (await _unmerge(officer, survivor, other)).status_code == 200
    assert [await _record(officer, party_id) for party_id in (survivor, other)] == before


async def test_a_merge_and_its_undoing_are_told_and_entered_with_their_reasons(
    officer: httpx.AsyncClient, db: Database
) -> None:
    survivor, other = await new_company(officer), await new_company(officer)
    await _merge(officer, survivor, other)
    await _unmerge(officer, survivor, other)
    (told,) = await events_of(db, "intake.party_merged.v1", other)
    assert (told["party_id"], told["merged_party_id"]) == (survivor, other)
    (taken_back,) = await events_of(db, "intake.party_unmerged.v1", other)
    assert (taken_back["party_id"], taken_back["unmerged_party_id"]) == (survivor, other)
    for party_id, actions in ((survivor, ["released", "absorbed"]), (other, ["unmerged", "merged"])):
        changes = (await officer.get(f"/v1/parties/{party_id}/changes")).json()["items"]
        assert [change["action"] for change in changes][:2] == actions
        assert [change["reason"] for change in changes][:2] == ["they are brothers", "same address and owner"]


async def test_a_merge_that_is_asked_for_again_is_there_already(officer: httpx.AsyncClient, db: Database) -> None:
    survivor, other = await new_company(officer), await new_company(officer)
    answers = [await _merge(officer, survivor, other) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await events_of(db, "intake.party_merged.v1", other)) == 1


async def test_a_merged_identifier_leads_to_the_survivor(officer: httpx.AsyncClient) -> None:
    identifier = ein()
    body = company(identifiers=[identifier])
    survivor, other = await new_company(officer), await take_in(officer, body)
    await _merge(officer, survivor, other)
    found = (await officer.post("/v1/parties/search", json={"identifier": identifier})).json()
    assert [one["party_id"] for one in found["items"]] == [survivor]
    assert await take_in(officer, body) == survivor


async def test_what_cannot_be_merged_is_refused_by_its_reason(officer: httpx.AsyncClient) -> None:
    one, two, three = [await new_company(officer) for _ in range(3)]
    somebody = await take_in(officer, person())
    await _merge(officer, one, two)
    for survivor, other, status, code in (
        (one, one, 422, "merge_with_itself"),
        (two, one, 409, "party_merged"),
        (two, three, 409, "party_merged"),
        (three, two, 409, "party_merged"),
        (one, somebody, 409, "different_kinds"),
        (one, "pty_nobody", 404, "party_not_found"),
        ("pty_nobody", one, 404, "party_not_found"),
    ):
        answer = await _merge(officer, survivor, other)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await _unmerge(officer, three, two)).json()["code"] == "not_merged"
    assert (await _unmerge(officer, one, three)).json()["code"] == "not_merged"


async def test_a_survivor_that_is_merged_itself_takes_its_records_along_and_brings_them_back(
    officer: httpx.AsyncClient, db: Database
) -> None:
    one, two, three = [await new_company(officer) for _ in range(3)]
    await _merge(officer, two, three)
    await _merge(officer, one, two)
    async with db.transaction() as tx:
        assert await store.surviving(tx, [one, two, three]) == dict.fromkeys((one, two, three), one)
        assert await store.of_one_party(tx, three) == {one, two, three}
    await _unmerge(officer, one, two)
    async with db.transaction() as tx:
        assert await store.surviving(tx, [one, two, three]) == {one: one, two: two, three: two}
        assert await store.of_one_party(tx, one) == {one}


async def test_rivals_that_merge_two_parties_into_each_other_make_no_circle(
    officer: httpx.AsyncClient, db: Database
) -> None:
    one, two = await new_company(officer), await new_company(officer)
    answers = await asyncio.gather(_merge(officer, one, two), _merge(officer, two, one))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    async with db.transaction() as tx:
        assert len(set((await store.surviving(tx, [one, two])).values())) == 1


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_whatever_is_merged_and_taken_back_every_record_is_part_of_one_party(
    officer: httpx.AsyncClient, db: Database, vault: Vault, seed: int
) -> None:
    chance = random.Random(seed)
    records = [await new_company(officer) for _ in range(4)]
    before = {party_id: await _record(officer, party_id) for party_id in records}
    into: dict[str, str] = {}
    for _ in range(10):
        one, two = chance.sample(records, 2)
        if into.get(two) == one:
            assert (await _unmerge(officer, one, two)).status_code == 200
            del into[two]
            continue
        fits = one not in into and two not in into
        assert ((await _merge(officer, one, two)).status_code == 200) == fits
        if fits:
            into[two] = one

    def root(party_id: str) -> str:
        return root(into[party_id]) if party_id in into else party_id

    async with db.transaction() as tx:
        assert await store.surviving(tx, records) == {party_id: root(party_id) for party_id in records}
        found = await store.records(tx, [party_id for party_id in records if party_id not in into])
        assert sorted(record for part in found.values() for record in part) == sorted(records)
    for two in [two for two in records if two in into]:
        await _unmerge(officer, into[two], two)
    assert {party_id: await _record(officer, party_id) for party_id in records} == before


def _party(party_id: str, status: PartyStatus = PartyStatus.ACTIVE, into: str | None = None) -> Party:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Party(party_id, PartyKind.PERSON, status, None, None, Attribution(), 3, moment, into)


def test_who_was_erased_is_merged_with_nobody() -> None:
    gone = _party("b", PartyStatus.ERASED)
    for pair in ((_party("a"), gone), (gone, _party("a"))):
        refused = merged(*pair)
        assert isinstance(refused, Refusal)
        assert refused.code == "party_erased"
    refused = unmerged(gone, "a")
    assert isinstance(refused, Refusal)
    assert refused.code == "party_erased"


def test_only_the_version_tells_that_a_merge_was_taken_back() -> None:
    one, two = _party("a"), _party("b")
    part = merged(one, two)
    assert isinstance(part, Party)
    assert unmerged(part, "a") == replace(two, version=two.version + 2)
