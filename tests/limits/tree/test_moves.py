"""Accounts that move in their tree with all that is committed on them."""

import httpx
import pytest

from services.limits.domain.account import Account
from services.limits.domain.reservation import Release
from services.limits.handlers import moving, settling
from shared.db import Database
from shared.errors import Refusal
from tests.limits import given as platform
from tests.limits.tree import given

WHY = "belongs to the group since May"


async def move(db: Database, account: Account, parent: Account | None) -> Account:
    parent_id = None if parent is None else parent.account_id
    return (await moving.move_account(db, account.account_id, parent_id, given.KEEPER, WHY)).account


async def refused(db: Database, account: Account, parent: Account | None) -> str:
    with pytest.raises(Refusal) as caught:
        await move(db, account, parent)
    return caught.value.code


async def test_a_customer_that_decisions_opened_joins_a_group_with_all_it_owes(db: Database) -> None:
    group = await given.account(db, "group", limit_minor=10_000)
    customer = await platform.account_with(db, 5000)
    drawn = await given.reserve(db, customer, 700)
    await given.capture(db, drawn["reservation_id"])
    await given.reserve(db, customer, 300)

    moved = await move(db, customer, group)
    assert moved.path == (group.account_id, customer.account_id)
    assert await given.balances(db, group, customer) == [(300, 700), (300, 700)]
    assert await given.balances(db, customer) == [(300, 700)]
    await given.assert_tree_balances(db, [group, customer])

    back = await move(db, customer, None)
    assert back.path == (customer.account_id,)
    assert await given.balances(db, group, customer) == [(0, 0), (300, 700)]
    await given.assert_tree_balances(db, [group, customer])


async def test_what_moved_is_captured_released_and_expired_where_it_then_stands(db: Database) -> None:
    before, after = [await given.account(db, "group", limit_minor=10_000) for _ in range(2)]
    customer = await given.account(db, below=before, limit_minor=10_000)
    segment = await given.account(db, "segment", below=customer, limit_minor=10_000)
    held = [await given.reserve(db, owner, 100) for owner in (customer, segment) for _ in range(3)]
    for made in held:
        await given.capture(db, made["reservation_id"], customer.money(40), final=False)
    await move(db, customer, after)
    assert await given.balances(db, before, after, customer, segment) == [(0, 0), *[(360, 240)] * 2, (180, 120)]
    for made in held[::3]:
        await given.capture(db, made["reservation_id"])
    for made in held[1::3]:
        await settling.carry_out(db, [platform.request(Release(made["reservation_id"]))])
    for made in held[2::3]:
        await given.capture(db, made["reservation_id"], customer.money(10))
    assert await given.balances(db, before, after, customer, segment) == [(0, 0), *[(0, 380)] * 2, (0, 190)]
    await given.assert_tree_balances(db, [before, after, customer, segment])


async def test_what_ran_out_before_a_move_is_given_back_where_it_was_held(db: Database) -> None:
    before, after = [await given.account(db, "group", limit_minor=10_000) for _ in range(2)]
    customer = await given.account(db, below=before, limit_minor=10_000)
    await given.reserve(db, customer, 100, seconds=0.001)
    kept = await given.reserve(db, customer, 50)
    await move(db, customer, after)
    assert await given.balances(db, before, after, customer) == [(0, 0), (50, 0), (50, 0)]
    await given.assert_tree_balances(db, [before, after, customer])
    await given.capture(db, kept["reservation_id"])
    assert await given.balances(db, after, customer) == [(0, 50), (0, 50)]


async def test_a_move_within_a_group_leaves_the_group_as_it_was(db: Database) -> None:
    top = await given.account(db, "group", limit_minor=10_000)
    east, west = [await given.account(db, "group", below=top) for _ in range(2)]
    customer = await given.account(db, below=east)
    await given.reserve(db, customer, 100)
    moved = await move(db, customer, west)
    assert moved.path == (top.account_id, west.account_id, customer.account_id)
    assert await given.balances(db, top, east, west) == [(100, 0), (0, 0), (100, 0)]
    await given.assert_tree_balances(db, [top, east, west, customer])


async def test_a_customer_joins_a_group_that_has_no_room_and_then_nothing_more_fits(db: Database) -> None:
    group = await given.account(db, "group", limit_minor=100)
    customer = await given.account(db, limit_minor=1000)
    await given.reserve(db, customer, 500)
    await move(db, customer, group)
    made = await given.reserve(db, customer, 1)
    assert (made["reason"], made["obstacle_account_id"]) == ("INSUFFICIENT_AVAILABLE", group.account_id)
    await move(db, customer, None)
    assert (await given.reserve(db, customer, 1))["state"] == "reserved"
    await given.assert_tree_balances(db, [group, customer])


async def test_a_move_is_told_of_every_account_that_moves_and_entered_with_actor_and_reason(db: Database) -> None:
    group = await given.account(db, "group")
    customer = await given.account(db)
    segment = await given.account(db, "segment", below=customer)
    await move(db, customer, group)
    told = await platform.rows(
        db,
        "SELECT DISTINCT ON (aggregateid) aggregateid, payload->'path' AS path FROM outbox "
        "WHERE aggregateid = ANY(:ids) AND type LIKE '%account_changed%' ORDER BY aggregateid, seq DESC",
        ids=[customer.account_id, segment.account_id],
    )
    assert {row.aggregateid: row.path for row in told} == {
        customer.account_id: [group.account_id, customer.account_id],
        segment.account_id: [group.account_id, customer.account_id, segment.account_id],
    }
    entered = await platform.rows(
        db,
        "SELECT account_id, actor, reason FROM entry WHERE kind = 'attached' AND account_id = ANY(:ids)",
        ids=[group.account_id, customer.account_id],
    )
    assert {(row.account_id, row.actor, row.reason) for row in entered} == {
        (group.account_id, given.KEEPER, WHY),
        (customer.account_id, given.KEEPER, WHY),
    }


async def test_a_move_that_makes_no_tree_is_refused(db: Database) -> None:
    top = await given.account(db, "group")
    group = await given.account(db, "group", below=top)
    customer = await given.account(db, below=group)
    segment = await given.account(db, "segment", below=customer)
    other = await given.account(db)
    assert await refused(db, top, top) == "tree_cycle"
    assert await refused(db, top, group) == "tree_cycle"
    assert await refused(db, top, None) == "already_there"
    assert await refused(db, customer, group) == "already_there"
    assert await refused(db, customer, other) == "kinds_do_not_nest"
    assert await refused(db, segment, None) == "kinds_do_not_nest"
    assert await refused(db, segment, other) == "another_party"
    nobody = Account("acc_none", "", "", "EUR", top.opened_at)
    assert await refused(db, customer, nobody) == "parent_not_found"
    assert await refused(db, nobody, None) == "account_not_found"
    await given.assert_tree_balances(db, [top, group, customer, segment, other])


async def test_a_subtree_moves_only_where_all_of_it_fits_the_depth(db: Database) -> None:
    deep = await given.account(db, "group")
    for _ in range(2):
        deep = await given.account(db, "group", below=deep)
    customer = await given.account(db)
    segment = await given.account(db, "segment", below=customer)
    await given.account(db, "segment", below=segment)
    assert await refused(db, customer, deep) == "tree_too_deep"


async def test_what_is_too_much_to_move_at_once_is_refused_and_stays(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = await given.account(db, "group", limit_minor=1000)
    customer = await given.account(db)
    monkeypatch.setattr(moving, "MAX_RESERVATIONS", 2)
    await move(db, customer, group)
    for _ in range(3):
        await given.reserve(db, customer, 10)
    assert await refused(db, customer, None) == "too_many_reservations"
    await given.account(db, "segment", below=customer)
    monkeypatch.setattr(moving, "MAX_MOVED", 1)
    assert await refused(db, customer, None) == "tree_too_large"
    assert await given.balances(db, group, customer) == [(30, 0), (30, 0)]


async def test_an_officer_attaches_and_detaches_a_customer(officer: httpx.AsyncClient) -> None:
    group = await given.opened(officer, kind="group")
    customer = await given.opened(officer)
    path = f"/v1/accounts/{customer['account_id']}/move"
    moved = await officer.post(path, json={"parent_id": group["account_id"], "reason": WHY})
    assert (moved.status_code, moved.json()["path"]) == (200, [group["account_id"], customer["account_id"]])
    assert moved.json() == (await officer.get(f"/v1/accounts/{customer['account_id']}")).json()
    # To leave a group is said, not left out.
    assert (await officer.post(path, json={"reason": WHY})).status_code == 422
    detached = await officer.post(path, json={"parent_id": None, "reason": WHY})
    assert detached.json()["path"] == [customer["account_id"]]
