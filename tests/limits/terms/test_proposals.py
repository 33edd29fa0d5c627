"""Limits that people change: at once where nobody else need look, else by two of them."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.limits.handlers import granting
from shared.db import Database
from shared.ids import new_id
from tests.limits.given import MADE_AT, decision
from tests.limits.terms import given
from tests.limits.terms.given import DaysPass, in_days, money


async def test_a_decrease_by_one_person_is_in_force_at_once(db: Database, officer: httpx.AsyncClient) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.base(40_000), "late payer")
    assert (proposal["state"], proposal["ground"], proposal["resolved_by"]) == ("approved", "no_increase", None)
    assert await given.limit_of(db, account.account_id) == (40_000, 0, "set")
    last = (await given.entries(db, account.account_id))[-1]
    assert (last.kind, last.limit_delta, last.actor, last.reason, last.proposal_id) == (
        "limit_changed",
        -60_000,
        "officer",
        "late payer",
        proposal["proposal_id"],
    )
    assert (await given.changes(db, account.account_id))[-1] == (40_000, 0, "proposal")


async def test_an_increase_waits_for_a_second_person(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.base(150_000))
    assert proposal["state"] == "proposed"
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")
    assert [step["limit"]["amount_minor"] for step in proposal["before"] + proposal["after"]] == [100_000, 150_000]

    approved = await given.approve(manager, proposal)
    assert approved.status_code == 200
    assert (approved.json()["state"], approved.json()["ground"], approved.json()["resolved_by"]) == (
        "approved",
        "checked",
        "manager",
    )
    assert await given.limit_of(db, account.account_id) == (150_000, 0, "set")
    assert (await given.entries(db, account.account_id))[-1].actor == "manager"


async def test_nobody_approves_or_rejects_what_they_proposed(db: Database, manager: httpx.AsyncClient) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(manager, account.account_id, given.base(150_000))
    refused = await given.approve(manager, proposal)
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    path = f"/v1/limit-proposals/{proposal['proposal_id']}/reject"
    refused = await manager.post(path, json={"comment": "changed my mind"})
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")


async def test_an_officer_may_not_approve_and_a_crm_not_propose(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, crm: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(manager, account.account_id, given.base(150_000))
    assert (await given.approve(officer, proposal)).status_code == 403
    body = {"change": given.base(1), "reason": "no"}
    path = f"/v1/accounts/{account.account_id}/limit-proposals"
    assert (await given.post(crm, path, body)).status_code == 403


async def test_of_two_who_approve_at_once_one_does(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, other_manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    for amount in range(110_000, 160_000, 10_000):
        proposal = await given.propose(officer, account.account_id, given.base(amount))
        answers = await asyncio.gather(*(given.approve(who, proposal) for who in (manager, other_manager)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_approved"}
        assert (await given.limit_of(db, account.account_id))[0] == amount
    assert len(await given.entries(db, account.account_id)) == 6


async def test_a_proposal_lapses_when_the_limit_has_changed_since(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    first = await given.propose(officer, account.account_id, given.base(150_000))
    second = await given.propose(officer, account.account_id, given.base(120_000))
    assert (await given.approve(manager, second)).status_code == 200
    refused = await given.approve(manager, first)
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_changed_meanwhile")
    again = await given.approve(manager, first)
    assert (again.status_code, again.json()["code"]) == (409, "already_lapsed")
    shown = (await manager.get(f"/v1/limit-proposals/{first['proposal_id']}")).json()
    assert (shown["state"], shown["ground"]) == ("lapsed", "limit_changed")
    assert (await given.limit_of(db, account.account_id))[0] == 120_000


async def test_a_change_to_come_that_nobody_has_seen_is_a_conflict_too(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.base(150_000))
    await given.propose(officer, account.account_id, given.base(0, effective_from=in_days(3)))
    refused = await given.approve(manager, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_changed_meanwhile")


async def test_what_was_foreseen_is_no_conflict(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    account = await given.account(db, 100_000)
    await given.agree(officer, manager, account.account_id, given.temporary(20_000, 5))
    proposal = await given.propose(officer, account.account_id, given.base(150_000, effective_from=in_days(10)))
    await days_pass(account.account_id, 6)
    assert (await given.approve(manager, proposal)).status_code == 200
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")
    await days_pass(account.account_id, 5)
    assert await given.limit_of(db, account.account_id) == (150_000, 0, "set")


async def test_what_would_be_over_by_now_can_not_be_approved(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.temporary(20_000, 5))
    await days_pass(account.account_id, 6)
    refused = await given.approve(manager, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "out_of_date")
    shown = (await manager.get(f"/v1/limit-proposals/{proposal['proposal_id']}")).json()
    assert (shown["state"], shown["ground"]) == ("lapsed", "out_of_date")


@pytest.mark.parametrize(("asked", "state"), [(119_999, "approved"), (120_000, "approved"), (120_001, "proposed")])
async def test_up_to_its_threshold_a_product_lets_one_person_raise_a_limit(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, asked: int, state: str
) -> None:
    account = await given.account(db, 100_000)
    terms = {"currencies": {"EUR": {"people_need_checker_above_minor": 120_000}}, "reason": "small raises"}
    said = await manager.put(f"/v1/limit-terms/{account.product}", json=terms, headers={"If-Match": '"0"'})
    assert said.status_code == 200
    proposal = await given.propose(officer, account.account_id, given.base(asked))
    assert (proposal["state"], proposal["ground"]) == (state, "within_threshold" if state == "approved" else None)


async def test_only_whoever_proposed_withdraws(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.base(150_000))
    path = f"/v1/limit-proposals/{proposal['proposal_id']}/withdraw"
    refused = await manager.post(path, json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_proposer")
    assert (await officer.post(path, json={})).json()["state"] == "withdrawn"
    refused = await given.approve(manager, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_withdrawn")


async def test_a_rejected_proposal_changes_nothing_and_says_why(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    proposal = await given.propose(officer, account.account_id, given.base(150_000))
    path = f"/v1/limit-proposals/{proposal['proposal_id']}/reject"
    rejected = (await manager.post(path, json={"comment": "no statements"})).json()
    assert (rejected["state"], rejected["resolved_by"], rejected["comment"]) == ("rejected", "manager", "no statements")
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")


async def test_a_retried_proposal_is_one(db: Database, officer: httpx.AsyncClient) -> None:
    account = await given.account(db, 100_000)
    path, key = f"/v1/accounts/{account.account_id}/limit-proposals", new_id("key")
    body = {"change": given.base(150_000), "reason": "growth"}
    first, again = [await given.post(officer, path, body, key=key) for _ in range(2)]
    assert (first.status_code, first.content) == (201, again.content)
    listed = await officer.get("/v1/limit-proposals", params={"account_id": account.account_id})
    assert len(listed.json()["items"]) == 1


async def test_a_term_ends_early(db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
    account = await given.account(db, 100_000)
    await given.agree(officer, manager, account.account_id, given.temporary(20_000, 5))
    limits = (await officer.get(f"/v1/accounts/{account.account_id}/limits")).json()
    assert limits["in_force"]["limit"] == money(120_000)
    (term,) = [term for term in limits["terms"] if term["kind"] == "temporary"]
    ended = await given.propose(officer, account.account_id, {"kind": "end", "term_id": term["term_id"]})
    assert ended["state"] == "approved"
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")
    again = await given.post(
        officer,
        f"/v1/accounts/{account.account_id}/limit-proposals",
        {"change": {"kind": "end", "term_id": term["term_id"]}, "reason": "twice"},
    )
    assert (again.status_code, again.json()["code"]) == (404, "term_not_found")


async def test_a_cover_counts_beside_the_limit(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    cover = {
        "kind": "cover",
        "amount": money(50_001),
        "security": "insurance",
        "eligible_share": "0.9",
        "cap": money(45_000),
        "effective_to": in_days(30),
    }
    await given.agree(officer, manager, account.account_id, cover)
    assert await given.limit_of(db, account.account_id) == (100_000, 45_000, "set")
    assert (await given.entries(db, account.account_id))[-1].kind == "cover_changed"
    assert (await given.changes(db, account.account_id))[-1] == (100_000, 45_000, "cover")


async def test_a_review_may_be_brought_forward_by_one_and_put_off_by_two(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    for due_on, state in (("2030-06-30", "approved"), ("2030-01-31", "approved"), ("2030-03-31", "proposed")):
        proposal = await given.propose(officer, account.account_id, {"kind": "review", "review_due_on": due_on})
        assert proposal["state"] == state
    assert (await given.approve(manager, proposal)).status_code == 200
    shown = (await officer.get(f"/v1/accounts/{account.account_id}")).json()
    assert shown["review_due_on"] == "2030-03-31"
    assert [entry.kind for entry in await given.entries(db, account.account_id)][1:] == ["terms_changed"] * 3


async def test_a_review_cycle_counts_from_later_decisions(db: Database, officer: httpx.AsyncClient) -> None:
    account = await given.account(db, 100_000)
    await given.propose(officer, account.account_id, {"kind": "review", "review_every_days": 90})
    later = decision(
        50_000, party_id=account.party_id, product=account.product, decided_at=MADE_AT + timedelta(hours=1)
    )
    await granting.grant_limits(db, [later])
    shown = (await officer.get(f"/v1/accounts/{account.account_id}")).json()
    assert shown["review_due_on"] == (MADE_AT + timedelta(days=90)).date().isoformat()


_SOON = in_days(1)


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        (given.base(1, effective_from=in_days(-1)), 422, "invalid_change", "/change/effective_from"),
        (given.temporary(1, -1), 422, "invalid_change", "/change/effective_to"),
        (given.temporary(1, 2, effective_from=in_days(3)), 422, "invalid_change", "/change/effective_to"),
        (given.base(1) | {"amount": money(1, "USD")}, 422, "wrong_currency", "/change/amount/currency"),
        (given.base(None, effective_to=_SOON), 422, "invalid_body", "/change"),
        (given.base(-1), 422, "invalid_body", "/change/amount/amount_minor"),
        (given.base(2**53), 422, "invalid_body", "/change/amount/amount_minor"),
        (given.base(1, effective_from="0001-01-01T00:00:00+14:00"), 422, "invalid_body", "/change/effective_from"),
        (given.base(1, effective_from="9999-12-31T23:59:59-14:00"), 422, "invalid_body", "/change/effective_from"),
        (given.base(1, effective_from="2030-01-01T00:00:00"), 422, "invalid_body", "/change/effective_from"),
        (given.base(1, effective_from=1_900_000_000), 422, "invalid_body", "/change/effective_from"),
        ({"kind": "temporary", "amount": money(1)}, 422, "invalid_body", "/change/effective_to"),
        ({"kind": "review"}, 422, "invalid_body", "/change"),
        ({"kind": "review", "review_every_days": 0}, 422, "invalid_body", "/change/review_every_days"),
        ({"kind": "end", "term_id": "trm_none"}, 404, "term_not_found", None),
        (
            {"kind": "cover", "amount": money(1), "security": "collateral", "eligible_share": "1.1"},
            422,
            "invalid_body",
            "/change/eligible_share",
        ),
        ({"kind": "gift"}, 422, "invalid_body", "/change"),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_with_its_place(
    db: Database, officer: httpx.AsyncClient, change: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    account = await given.account(db, 100_000)
    path = f"/v1/accounts/{account.account_id}/limit-proposals"
    refused = await given.post(officer, path, {"change": change, "reason": "why not"})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (status, code)
    assert ([fault["pointer"] for fault in problem.get("errors", [])] or [None]) == [pointer]
    assert len(await given.entries(db, account.account_id)) == 1


async def test_a_proposal_without_a_reason_or_for_nothing_is_refused(officer: httpx.AsyncClient) -> None:
    path = "/v1/accounts/acc_none/limit-proposals"
    refused = await given.post(officer, path, {"change": given.base(1), "reason": "why not"})
    assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")
    for body in ({"change": given.base(1)}, {"change": given.base(1), "reason": ""}, {"reason": "x" * 501}):
        assert (await given.post(officer, path, body)).status_code == 422
    for action, said in (("approve", {}), ("reject", {"comment": "no"}), ("withdraw", {})):
        answer = await officer.post(f"/v1/limit-proposals/prp_none/{action}", json=said)
        assert answer.status_code in (403, 404)
    assert (await officer.get("/v1/limit-proposals/prp_none")).status_code == 404


async def test_an_account_has_so_many_terms_and_no_more(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 0, product=new_id("product"))
    path = f"/v1/accounts/{account.account_id}/limit-proposals"
    for number in range(49):
        await given.propose(officer, account.account_id, given.temporary(1, 30 + number))
    refused = await given.post(officer, path, {"change": given.temporary(1, 99), "reason": "one more"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_terms")


async def test_proposals_are_listed_newest_first_page_by_page(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    account = await given.account(db, 100_000)
    made = [await given.propose(officer, account.account_id, given.base(100_000 + add)) for add in range(1, 6)]
    await given.approve(manager, made[4])
    wanted: dict[str, Any] = {"account_id": account.account_id, "state": "proposed", "limit": 3}
    first = (await officer.get("/v1/limit-proposals", params=wanted)).json()
    second = (await officer.get("/v1/limit-proposals", params={**wanted, "cursor": first["next_cursor"]})).json()
    found = [item["proposal_id"] for item in first["items"] + second["items"]]
    assert found == [proposal["proposal_id"] for proposal in made[3::-1]]
    assert second["next_cursor"] is None
