"""Who owns whom, and what follows: groups as of a day, with what they owe together, and events when they change."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.intake.handlers import groups
from shared.db import Database
from tests.intake.parties.conftest import Limits
from tests.intake.parties.given import (
    account,
    company,
    events_of,
    group,
    key,
    members,
    new_company,
    own,
    person,
    take_in,
)


async def _end(http: httpx.AsyncClient, ownership_id: str, valid_to: str, tag: str = '"1"') -> httpx.Response:
    path = f"/v1/ownership/{ownership_id}/end"
    return await http.post(path, json={"valid_to": valid_to}, headers={"If-Match": tag})


async def test_a_majority_makes_a_group_with_the_way_to_each_member(officer: httpx.AsyncClient) -> None:
    owner = await take_in(officer, person())
    holding, works = await new_company(officer), await new_company(officer)
    await own(officer, owner, holding, "75.5")
    await own(officer, holding, works, "50.0001")
    found = await group(officer, works)
    assert {one["party_id"]: one["path"] for one in found["members"]} == {
        works: [works],
        holding: [works, holding],
        owner: [works, holding, owner],
    }
    assert [(one["controlled_party_id"], one["share"], one["through"]) for one in found["controls"]] == sorted(
        [(holding, "75.5000", [owner]), (works, "50.0001", [holding])]
    )
    assert (found["complete"], found["circles"]) == (True, [])


async def test_a_group_is_as_of_a_day(officer: httpx.AsyncClient) -> None:
    one, two = await new_company(officer), await new_company(officer)
    stated = await own(officer, one, two, "60", valid_from="2021-03-01")
    assert (await _end(officer, stated.json()["ownership_id"], "2023-01-01")).status_code == 200
    assert await members(officer, one, "2021-02-28") == {one}
    assert await members(officer, one, "2021-03-01") == {one, two}
    assert await members(officer, one, "2022-12-31") == {one, two}
    assert await members(officer, one, "2023-01-01") == {one}
    assert await members(officer, one) == {one}


async def test_stated_control_needs_no_share(officer: httpx.AsyncClient) -> None:
    one, two = await new_company(officer), await new_company(officer)
    stated = await own(officer, one, two)
    assert (stated.status_code, stated.json()["share"]) == (201, None)
    assert await members(officer, two) == {one, two}


async def test_small_shares_of_controlled_companies_add_up_wherever_one_begins(officer: httpx.AsyncClient) -> None:
    top, left, right, below = [await new_company(officer) for _ in range(4)]
    await own(officer, top, left, "100")
    await own(officer, top, right, "100")
    await own(officer, left, below, "30")
    await own(officer, right, below, "30")
    for party_id in (top, left, right, below):
        assert await members(officer, party_id) == {top, left, right, below}


async def test_cross_holdings_are_named_and_nothing_hangs(officer: httpx.AsyncClient) -> None:
    ring = [await new_company(officer) for _ in range(3)]
    for owner, owned in zip(ring, [*ring[1:], ring[0]], strict=True):
        assert (await own(officer, owner, owned, "20")).status_code == 201
    found = await group(officer, ring[0])
    assert found["circles"] == [sorted(ring)]
    assert [one["party_id"] for one in found["members"]] == [ring[0]]


async def test_a_day_never_has_more_than_the_whole(officer: httpx.AsyncClient) -> None:
    owned = await new_company(officer)
    owners = [await new_company(officer) for _ in range(3)]
    assert (await own(officer, owners[0], owned, "60", valid_to="2022-01-01")).status_code == 201
    assert (await own(officer, owners[1], owned, "60", valid_from="2022-01-01")).status_code == 201
    too_much = await own(officer, owners[2], owned, "40.0001", valid_from="2021-01-01")
    assert too_much.status_code == 422
    assert too_much.json()["errors"][0] == {
        "pointer": "/share",
        "code": "more_than_the_whole",
        "detail": "the shares held on 2021-01-01 would add up to more than 100 %",
    }
    assert (await own(officer, owners[2], owned, "40", valid_from="2021-01-01")).status_code == 201


async def test_rivals_never_own_more_than_the_whole_together(officer: httpx.AsyncClient) -> None:
    owned = await new_company(officer)
    owners = [await new_company(officer) for _ in range(6)]
    answers = await asyncio.gather(*(own(officer, owner, owned, "30") for owner in owners))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 422, 422, 422]


_TOMORROW = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"share": "0"}, "unfit_share"),
        ({"share": "100.0001"}, "unfit_share"),
        ({"share": "33.33333"}, "string_pattern_mismatch"),
        ({"share": 51}, "string_type"),
        ({"kind": "control"}, "share_and_kind"),
        ({"share": None}, "share_and_kind"),
        ({"valid_from": _TOMORROW}, "future_date"),
        ({"valid_to": _TOMORROW}, "future_date"),
        ({"valid_to": "2019-12-31"}, "dates_reversed"),
        ({"owner_party_id": "pty_nobody"}, "unknown_party"),
        ({"source": "told by Jane Doe"}, "string_pattern_mismatch"),
    ],
)
async def test_what_does_not_fit_is_refused(officer: httpx.AsyncClient, change: dict[str, Any], code: str) -> None:
    owner, owned = await new_company(officer), await new_company(officer)
    answer = await own(officer, owner, owned, "20", **change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


async def test_nobody_owns_themselves_or_a_person_or_what_was_merged(officer: httpx.AsyncClient) -> None:
    one, two = await new_company(officer), await new_company(officer)
    somebody = await take_in(officer, person())
    assert (await own(officer, one, one, "20")).json()["errors"][0]["code"] == "owns_itself"
    assert (await own(officer, one, somebody, "20")).json()["code"] == "person_owned"
    assert (await own(officer, one, "pty_nobody", "20")).status_code == 404
    await officer.post(f"/v1/parties/{one}/merge", json={"merged_party_id": two, "reason": "same"})
    assert (await own(officer, two, await new_company(officer), "20")).json()["code"] == "party_merged"


async def test_an_end_is_set_once_by_whoever_read_last(officer: httpx.AsyncClient) -> None:
    stated = (await own(officer, await new_company(officer), await new_company(officer), "20")).json()
    ownership_id = stated["ownership_id"]
    read = await officer.get(f"/v1/ownership/{ownership_id}")
    assert (read.json(), read.headers["etag"]) == (stated, '"1"')
    assert (await _end(officer, ownership_id, "2019-12-31")).json()["errors"][0]["code"] == "unfit_date"
    assert (await _end(officer, ownership_id, _TOMORROW)).json()["errors"][0]["code"] == "unfit_date"
    assert (await _end(officer, ownership_id, "2022-01-01", '"7"')).status_code == 412
    assert (await _end(officer, ownership_id, "2022-01-01")).headers["etag"] == '"2"'
    assert (await _end(officer, ownership_id, "2022-01-01", '"2"')).json()["code"] == "ownership_ended"
    assert (await _end(officer, "own_nothing", "2022-01-01")).status_code == 404


async def test_a_retried_statement_is_one_statement(officer: httpx.AsyncClient) -> None:
    owner, owned = await new_company(officer), await new_company(officer)
    body = {"owner_party_id": owner, "kind": "ownership", "share": "20", "valid_from": "2020-01-01", "source": "r"}
    headers = key()
    first, again = [await officer.post(f"/v1/parties/{owned}/owners", json=body, headers=headers) for _ in range(2)]
    assert first.content == again.content
    items = (await officer.get(f"/v1/parties/{owner}/ownership")).json()["items"]
    assert [one["ownership_id"] for one in items] == [first.json()["ownership_id"]]


async def test_a_group_that_changes_is_told_with_its_members(officer: httpx.AsyncClient, db: Database) -> None:
    one, two, three = [await new_company(officer) for _ in range(3)]
    await own(officer, two, three, "40")
    assert await events_of(db, "intake.group_changed.v1", two, three) == []
    await own(officer, one, two, "60")
    stated = (await own(officer, one, three, "20")).json()
    await _end(officer, stated["ownership_id"], "2022-01-01")
    told = [set(event["members"]) for event in await events_of(db, "intake.group_changed.v1", one, two, three)]
    assert told == [{one, two}, {one, two, three}, *([{one, two}, {three}] if one < three else [{three}, {one, two}])]


async def test_a_merge_joins_two_groups_and_its_undoing_parts_them(officer: httpx.AsyncClient, db: Database) -> None:
    owner, again, left, right = [await new_company(officer) for _ in range(4)]
    await own(officer, owner, left, "60")
    await own(officer, again, right, "60")
    await officer.post(f"/v1/parties/{owner}/merge", json={"merged_party_id": again, "reason": "same"})
    assert await members(officer, right) == {owner, left, right}
    assert await members(officer, again) == {owner, left, right}
    await officer.post(f"/v1/parties/{owner}/unmerge", json={"unmerged_party_id": again, "reason": "no"})
    assert await members(officer, right) == {again, right}
    told = [frozenset(event["members"]) for event in await events_of(db, "intake.group_changed.v1", left, right)]
    assert set(told[2:]) == {frozenset({owner, left, right}), frozenset({owner, left}), frozenset({again, right})}


async def test_a_group_too_large_to_look_at_says_so_and_its_exposure_is_unknown(
    officer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_EDGES", 2)
    top, *below = [await new_company(officer) for _ in range(4)]
    for owned in below:
        await own(officer, top, owned, "100")
    found = await group(officer, top)
    assert found["complete"] is False
    assert found["exposure"] == {"known": False, "as_of": None, "group": [], "own": []}


async def test_what_is_known_already_takes_no_room_from_what_is_not(
    officer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, *below = [await new_company(officer) for _ in range(5)]
    for owned in below:
        await own(officer, top, owned, "100")
    for most in range(1, 6):
        monkeypatch.setattr(groups, "MOST_EDGES", most)
        for party_id in (top, below[0]):
            found = await group(officer, party_id)
            everybody = {member["party_id"] for member in found["members"]} == {top, *below}
            assert found["complete"] is (most >= 4)
            assert everybody or not found["complete"]


async def test_an_investors_many_small_shares_are_not_looked_at(officer: httpx.AsyncClient, db: Database) -> None:
    investor, owned = await new_company(officer), await new_company(officer)
    for _ in range(3):
        await own(officer, investor, await new_company(officer), "5")
    await own(officer, investor, owned, "5")
    async with db.transaction() as tx:
        found = await groups.members(tx, owned, date(2026, 1, 1))
    assert found.members == (owned,)


async def test_what_a_group_owes_counts_every_account_once(officer: httpx.AsyncClient, limits: Limits) -> None:
    top, below = await new_company(officer), await new_company(officer)
    await own(officer, top, below, "100")
    roof = account(top, 900, kind="group", account_id="acc_roof")
    customer = account(below, 600, reserved=50, account_id="acc_c", path=["acc_roof", "acc_c"])
    segment = account(below, 100, kind="segment", account_id="acc_s", path=["acc_roof", "acc_c", "acc_s"])
    limits.accounts = {top: [roof, account(top, 70, currency="USD")], below: [customer, segment]}
    exposure = (await group(officer, below))["exposure"]
    assert exposure["known"] is True
    assert exposure["group"] == [
        {"amount_minor": 900, "currency": "EUR"},
        {"amount_minor": 70, "currency": "USD"},
    ]
    assert exposure["own"] == [{"amount_minor": 650, "currency": "EUR"}]
    assert limits.keys == {"Bearer intake-service"}


async def test_a_party_without_accounts_owes_nothing_and_that_is_known(officer: httpx.AsyncClient) -> None:
    exposure = (await group(officer, await new_company(officer)))["exposure"]
    assert (exposure["known"], exposure["group"], exposure["own"]) == (True, [], [])


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 403},
        {"body": b""},
        {"body": b'{"items": [{"account_id": "acc_1"}]}'},
        {"body": b'{"items": [' + b" " * 5_000_000 + b"]}"},
        {"body": b"[" * 100_000},
    ],
)
async def test_what_limits_does_not_tell_is_unknown_and_never_zero(
    officer: httpx.AsyncClient, limits: Limits, fault: dict[str, Any]
) -> None:
    party_id = await take_in(officer, company())
    for name, value in fault.items():
        setattr(limits, name, value)
    exposure = (await group(officer, party_id))["exposure"]
    assert exposure == {"known": False, "as_of": None, "group": [], "own": []}
