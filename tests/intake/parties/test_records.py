"""Records of parties: shown with care, changed by one person at a time, with a history that stays."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.ids import new_id
from tests.intake.parties.given import company, digits, ein, key, new_company, person, take_in, word
from tests.kit.catalogue import bearing


async def _actions(http: httpx.AsyncClient, party_id: str) -> list[tuple[str, str]]:
    page = (await http.get(f"/v1/parties/{party_id}/changes")).json()
    return [(change["action"], change["actor"]) for change in page["items"]]


async def test_an_identifier_is_shown_by_its_last_characters_only(officer: httpx.AsyncClient) -> None:
    number = digits(9)
    party_id = await take_in(officer, company(identifiers=[ein(number)]))
    shown = await officer.get(f"/v1/parties/{party_id}")
    (identifier,) = shown.json()["profile"]["identifiers"]
    assert identifier == {"scheme": "us-ein", "value": f"***{number[-4:]}", "masked": True}
    assert number not in shown.text


async def test_whoever_sees_an_identifier_whole_is_entered(officer: httpx.AsyncClient) -> None:
    number = digits(9)
    party_id = await take_in(officer, company(identifiers=[ein(number)]))
    shown = (await officer.get(f"/v1/parties/{party_id}", params={"reveal": True})).json()
    assert shown["profile"]["identifiers"] == [{"scheme": "us-ein", "value": number, "masked": False}]
    assert await _actions(officer, party_id) == [("revealed", "credit-officer"), ("taken_in", "credit-officer")]


async def test_who_may_not_resolve_duplicates_sees_no_identifier_whole(officer: httpx.AsyncClient) -> None:
    party_id = await new_company(officer)
    params = {"reveal": "true"}
    answer = await officer.get(f"/v1/parties/{party_id}", params=params, headers=bearing("los"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_party_is_found_by_an_identifier_however_it_is_written(officer: httpx.AsyncClient) -> None:
    number = digits(9)
    party_id = await take_in(officer, company(identifiers=[ein(number)]))
    written = {"scheme": "us-ein", "value": f"{number[:2]}-{number[2:]}"}
    found = await officer.post("/v1/parties/search", json={"identifier": written})
    assert [one["party_id"] for one in found.json()["items"]] == [party_id]
    nobody = await officer.post("/v1/parties/search", json={"identifier": ein()})
    assert nobody.json() == {"items": []}


@pytest.mark.parametrize(
    "body", [{}, {"external_ref": "C-1", "identifier": {"scheme": "us-ein", "value": "123456789"}}]
)
async def test_a_search_is_by_one_thing(officer: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await officer.post("/v1/parties/search", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_one")


async def test_a_change_replaces_the_profile_and_is_kept_with_what_was_before(officer: httpx.AsyncClient) -> None:
    party_id = await take_in(officer, company("Long Gone Trading Ltd " + word(), identifiers=[ein()]))
    profile = {"names": [{"text": "Here To Stay Ltd"}], "identifiers": [ein()]}
    body = {"profile": profile, "attribution": {"channel": "branch", "country": "GB"}, "reason": "renamed"}
    changed = await officer.patch(f"/v1/parties/{party_id}", json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["profile"]["names"] == [{"text": "Here To Stay Ltd", "use": "legal"}]
    assert changed.json()["attribution"]["channel"] == "branch"
    change = (await officer.get(f"/v1/parties/{party_id}/changes")).json()["items"][0]
    assert (change["action"], change["version"], change["reason"]) == ("updated", 2, "renamed")
    assert change["before"]["profile"]["names"][0]["text"].startswith("Long Gone")
    assert change["after"]["profile"]["names"][0]["text"] == "Here To Stay Ltd"
    assert all(one["masked"] for one in change["before"]["profile"]["identifiers"])


async def test_a_changed_party_is_found_by_what_identifies_it_now(officer: httpx.AsyncClient) -> None:
    old, new = ein(), ein()
    body = company(identifiers=[old])
    party_id = await take_in(officer, body)
    changed = {"profile": {**body["profile"], "identifiers": [new]}}
    await officer.patch(f"/v1/parties/{party_id}", json=changed, headers={"If-Match": '"1"'})
    for identifier, found in ((old, []), (new, [party_id])):
        answer = await officer.post("/v1/parties/search", json={"identifier": identifier})
        assert [one["party_id"] for one in answer.json()["items"]] == found


async def test_a_party_that_turns_into_another_is_put_to_a_person(officer: httpx.AsyncClient) -> None:
    body = company(identifiers=[ein()])
    known, other = await take_in(officer, body), await new_company(officer)
    headers = {"If-Match": '"1"'}
    changed = await officer.patch(f"/v1/parties/{other}", json={"profile": body["profile"]}, headers=headers)
    assert changed.status_code == 200
    cases = (await officer.get("/v1/match-cases", params={"limit": 200})).json()["items"]
    (case,) = [one for one in cases if one["party_id"] == other]
    assert [one["party_id"] for one in case["candidates"]] == [known]


@pytest.mark.parametrize(("tag", "status"), [('"7"', 412), ("", 428), ("*", 428), ("yesterday", 412)])
async def test_a_change_is_based_on_what_is_there(officer: httpx.AsyncClient, tag: str, status: int) -> None:
    party_id = await new_company(officer)
    headers = {"If-Match": tag} if tag else {}
    answer = await officer.patch(f"/v1/parties/{party_id}", json={"reason": "late"}, headers=headers)
    assert answer.status_code == status


async def test_the_history_is_read_page_by_page_without_gaps(officer: httpx.AsyncClient) -> None:
    party_id = await new_company(officer)
    for version in range(1, 6):
        await officer.patch(f"/v1/parties/{party_id}", json={"reason": "again"}, headers={"If-Match": f'"{version}"'})
    seen: list[int] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await officer.get(f"/v1/parties/{party_id}/changes", params=params)).json()
        seen += [change["version"] for change in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == [6, 5, 4, 3, 2, 1]


async def test_nothing_that_identifies_a_party_lies_open_in_the_database(
    officer: httpx.AsyncClient, db: Database
) -> None:
    name, number, street = f"{word()} {word()}", digits(9), f"{word()} Street"
    at = {"lines": [street], "city": "Leeds", "country": "GB"}
    told = person(name, identifiers=[{"scheme": "us-ssn", "value": number}], addresses=[at], born_on="1984-03-05")
    party_id = await take_in(officer, told)
    body = {"profile": told["profile"], "reason": f"{name} said so"}
    await officer.patch(f"/v1/parties/{party_id}", json=body, headers={"If-Match": '"1"'})
    async with db.transaction() as tx:
        for table in ("party", "party_change", "match_key", "match_case", "outbox", "idempotency"):
            query = text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            lying: str = (await tx.execute(query)).scalar_one()
            for secret in (name, number, street, "1984-03-05"):
                assert secret not in lying
                assert secret.encode().hex() not in lying


async def test_the_history_stays_whatever_the_application_role_tries(officer: httpx.AsyncClient, db: Database) -> None:
    await new_company(officer)
    for statement in ("UPDATE party_change SET actor = 'nobody'", "DELETE FROM party_change", "DELETE FROM party"):
        with pytest.raises(Exception, match="permission denied"):
            async with db.transaction() as tx:
                await tx.execute(text(statement))


@pytest.mark.parametrize("path", ["", "/changes", "/group", "/ownership"])
async def test_an_unknown_party_is_not_found(officer: httpx.AsyncClient, path: str) -> None:
    answer = await officer.get(f"/v1/parties/pty_nobody{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "party_not_found")


async def test_the_schemes_are_listed_with_their_names(officer: httpx.AsyncClient) -> None:
    items = {one["scheme"]: one for one in (await officer.get("/v1/identifier-schemes")).json()["items"]}
    assert items["cn-uscc"]["label_zh"] == "统一社会信用代码"
    assert (items["lei"]["strong"], items["de-vat"]["strong"]) == (True, False)


async def test_attribution_has_no_room_for_a_name(officer: httpx.AsyncClient) -> None:
    body = {"kind": "company", "external_ref": new_id("ref"), "attribution": {"channel": "Jane Doe of Leeds"}}
    answer = await officer.post("/v1/parties", json=body, headers=key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/attribution/channel")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/parties"), ("PATCH", "/v1/parties/x"), ("POST", "/v1/parties/x/merge"),
     ("POST", "/v1/parties/x/owners"), ("GET", "/v1/parties/x"), ("POST", "/v1/parties/search")],
)  # fmt: skip
async def test_nobody_without_the_scope_gets_in(officer: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await officer.request(method, path, json={}, headers=bearing("data-feed"))
    assert answer.status_code == 403
