"""A possible duplicate waits for a person, who says once who it is, and is not asked again."""

import asyncio
from typing import Any

import asyncpg
import httpx
from prometheus_client import REGISTRY

from services.intake.domain.matching import Verdict
from services.intake.domain.party import Attribution, NewParty, Profile
from services.intake.handlers import match_cases as handlers
from services.intake.handlers import matching
from services.intake.handlers.parties import take_in
from services.intake.store import match_cases, parties
from services.intake.vault import Vault
from shared.db import Database
from shared.ids import new_id
from tests.intake.matching.given import BORN, HERE, PERSON, THERE, matched, profile
from tests.kit.service import Urls

_WHY = "same signature on both passports"


async def test_an_officer_says_that_two_are_one(db: Database, vault: Vault, officer: httpx.AsyncClient) -> None:
    known, new, case_id = await _moved(db, vault, "Sameperson Onefold")
    answer = await _resolve(officer, case_id, verdict="same", party_id=known)
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"resolved_at": None, "opened_at": None} == {
        "case_id": case_id,
        "party_id": new,
        "status": "resolved",
        "opened_at": None,
        "candidates": [
            {"party_id": known, "likeness": 760, "grounds": ["name_same", "born_same", "address_differs"]},
        ],
        "verdict": "same",
        "same_as": known,
        "resolved_by": "credit-officer",
        "resolved_at": None,
        "reason": None,
    }
    async with db.transaction() as tx:
        assert await parties.surviving(tx, [new]) == {new: known}
        assert await match_cases.open_cases(tx, [new]) == {}


async def test_an_officer_says_that_two_are_two_and_is_not_asked_again(
    db: Database, vault: Vault, officer: httpx.AsyncClient
) -> None:
    known, new, case_id = await _moved(db, vault, "Twopersons Twofold")
    answer = await _resolve(officer, case_id, verdict="different")
    assert answer.json()["status"] == "resolved"
    assert answer.json()["same_as"] is None
    async with db.transaction() as tx:
        for mine, place in ((new, THERE), (known, HERE)):
            again = profile("Twopersons Twofold", at=place, born=BORN)
            (found,) = await matching.match(tx, vault, PERSON, [again], [mine])
            assert found.verdict is Verdict.UNIQUE


async def test_why_is_shown_with_the_case_and_stored_sealed(
    db: Database, vault: Vault, officer: httpx.AsyncClient, urls: Urls
) -> None:
    known, _, case_id = await _moved(db, vault, "Reason Isshown")
    await _resolve(officer, case_id, verdict="same", party_id=known)
    assert (await officer.get(f"/v1/match-cases/{case_id}")).json()["reason"] == _WHY
    connection = await asyncpg.connect(urls.owner)
    try:
        dumped = [
            str(await connection.fetch(f"SELECT t::text FROM {table} t"))
            for table in ("match_case", "idempotency", "outbox")
        ]
        kept = await connection.fetchval("SELECT convert_from(body, 'UTF8') FROM idempotency LIMIT 1")
    finally:
        await connection.close()
    assert _WHY not in "".join(dumped)
    assert _WHY not in kept


async def test_the_answer_to_a_retry_is_the_first_one(db: Database, vault: Vault, officer: httpx.AsyncClient) -> None:
    known, _, case_id = await _moved(db, vault, "Retry Again")
    key = new_id("key")
    answers = [await _resolve(officer, case_id, key, verdict="same", party_id=known) for _ in range(2)]
    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content
    again = await _resolve(officer, case_id, verdict="same", party_id=known)
    assert (again.status_code, again.json()["code"]) == (409, "match_case_closed")


async def test_of_two_officers_at_once_one_says_it(db: Database, vault: Vault, officer: httpx.AsyncClient) -> None:
    known, _, case_id = await _moved(db, vault, "Officers Atonce")
    said: list[dict[str, Any]] = [{"verdict": "same", "party_id": known}, {"verdict": "different"}]
    answers = await asyncio.gather(*(_resolve(officer, case_id, **each) for each in said))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_only_a_candidate_can_be_the_same(db: Database, vault: Vault, officer: httpx.AsyncClient) -> None:
    known, new, case_id = await _moved(db, vault, "Candidate Only")
    for said, code in (
        ({"verdict": "same"}, "candidate_missing"),
        ({"verdict": "same", "party_id": new}, "not_a_candidate"),
        ({"verdict": "different", "party_id": known}, "candidate_unexpected"),
    ):
        answer = await _resolve(officer, case_id, **said)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] == "/party_id"
    assert (await officer.get(f"/v1/match-cases/{case_id}")).json()["status"] == "open"


async def test_a_candidate_that_became_part_of_another_stands_for_it(
    db: Database, vault: Vault, officer: httpx.AsyncClient
) -> None:
    known, new, case_id = await _moved(db, vault, "Chain Ofmerges")
    async with db.transaction() as tx:
        (other,) = await take_in(tx, vault, [_entry(profile("Chain Otherwise", at=HERE))])
    merged = await officer.post(
        f"/v1/parties/{other.party_id}/merge",
        json={"merged_party_id": known, "reason": "one person"},
        headers={"Idempotency-Key": new_id("key")},
    )
    assert merged.is_success, merged.text
    assert (await _resolve(officer, case_id, verdict="same", party_id=known)).status_code == 200
    async with db.transaction() as tx:
        assert await parties.surviving(tx, [new]) == {new: other.party_id}


async def test_what_nobody_can_resolve_any_more_is_void(db: Database, vault: Vault, officer: httpx.AsyncClient) -> None:
    known, new, case_id = await _moved(db, vault, "Void Vanishing")
    async with db.transaction() as tx:
        await matching.unindex(tx, [new])
    answer = await _resolve(officer, case_id, verdict="same", party_id=known)
    assert (answer.status_code, answer.json()["code"]) == (409, "match_case_closed")
    assert (await officer.get(f"/v1/match-cases/{case_id}")).json()["status"] == "void"


async def test_cases_are_listed_page_by_page_the_oldest_first(
    db: Database, vault: Vault, officer: httpx.AsyncClient
) -> None:
    opened = [(await _moved(db, vault, f"Listed {name}"))[2] for name in ("Alpha", "Bravo", "Charlie")]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await officer.get("/v1/match-cases", params=query)).json()
        seen += [case["case_id"] for case in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(seen)
    assert [case_id for case_id in seen if case_id in opened] == opened
    resolved = (await officer.get("/v1/match-cases", params={"status": "resolved", "limit": 200})).json()["items"]
    assert not {case["case_id"] for case in resolved} & set(opened)


async def test_a_case_that_is_open_takes_new_candidates(db: Database, vault: Vault) -> None:
    _, new, case_id = await _moved(db, vault, "Several Candidates")
    match = (await matched(db, vault, PERSON, profile("Several Candidates", at=HERE, born=BORN)))[0]
    async with db.transaction() as tx:
        assert await match_cases.open_for(tx, {new: match.candidates}) == {new: case_id}


async def test_who_may_not_resolve_is_refused(db: Database, vault: Vault, los: httpx.AsyncClient) -> None:
    known, _, case_id = await _moved(db, vault, "Loan Origination")
    assert (await los.get(f"/v1/match-cases/{case_id}")).status_code == 200
    answer = await _resolve(los, case_id, verdict="same", party_id=known)
    assert answer.status_code == 403


async def test_a_case_that_is_not_there_is_not_found(officer: httpx.AsyncClient) -> None:
    assert (await officer.get("/v1/match-cases/mcs_none")).json()["code"] == "match_case_not_found"
    assert (await _resolve(officer, "mcs_none", verdict="different")).status_code == 404


async def test_what_waits_is_counted(db: Database, vault: Vault) -> None:
    await handlers.measure(db)
    before = REGISTRY.get_sample_value("assay_match_cases_open")
    assert before is not None
    await _moved(db, vault, "Counted Once")
    await handlers.measure(db)
    assert REGISTRY.get_sample_value("assay_match_cases_open") == before + 1


async def _moved(db: Database, vault: Vault, name: str) -> tuple[str, str, str]:
    """A person who comes again from another address: the known party, the new one, and the case."""
    async with db.transaction() as tx:
        (known,) = await take_in(tx, vault, [_entry(profile(name, at=HERE, born=BORN))])
        (new,) = await take_in(tx, vault, [_entry(profile(name, at=THERE, born=BORN))])
    assert new.case_id is not None
    return known.party_id, new.party_id, new.case_id


def _entry(of: Profile) -> NewParty:
    return NewParty(PERSON, None, of, Attribution())


async def _resolve(client: httpx.AsyncClient, case_id: str, key: str | None = None, **said: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key or new_id("key")}
    return await client.post(f"/v1/match-cases/{case_id}/resolve", json={**said, "reason": _WHY}, headers=headers)
