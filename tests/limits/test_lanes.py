"""Requests on different trees are settled at the same time: each gets its own answer, and nothing is oversold."""

import asyncio
from collections import Counter

from services.limits.domain.reservation import Release
from services.limits.handlers import accounts, settling
from services.limits.handlers.lanes import Lanes
from shared.db import Database
from shared.errors import Refusal
from tests.limits import given
from tests.limits.tree import given as trees


async def settled(lanes: Lanes, request: settling.Request) -> str:
    """What became of a request: a state or the code of a refusal."""
    try:
        return given.state_of(await lanes.submit(request))
    except Refusal as refusal:
        return refusal.code


async def test_requests_on_many_trees_get_their_own_answers(db: Database) -> None:
    opened = [await given.account_with(db, 1_000 * (place + 1)) for place in range(8)]
    lanes = Lanes(db)
    for _ in range(2):
        answers = await asyncio.gather(*(lanes.submit(given.reserve(account, 100)) for account in opened))
        held = [await settling.get_reservation(db, given.id_of(answer)) for answer in answers]
        assert [found.account_id for found in held] == [account.account_id for account in opened]


async def test_members_of_one_group_never_take_more_than_it_has_whatever_lane_they_come_by(db: Database) -> None:
    group = await trees.account(db, "group", limit_minor=1_000)
    members = [await trees.account(db, below=group, limit_minor=1_000) for _ in range(6)]
    # What is remembered of a tree is forgotten at once, so that its members come by both lanes.
    for lanes in (Lanes(db), Lanes(db, most_roots=0)):
        became = await asyncio.gather(
            *(settled(lanes, given.reserve(member, 10)) for _ in range(25) for member in members)
        )
        assert Counter(became)["declined"] > 0
    after = await accounts.get_account(db, group.account_id)
    assert after.reserved_minor == 1_000


async def test_a_reservation_is_released_once_also_where_its_account_is_in_another_lane(db: Database) -> None:
    account = await given.account_with(db, 10_000)
    lanes = Lanes(db)
    held = await asyncio.gather(*(lanes.submit(given.reserve(account, 10)) for _ in range(20)))
    twice = [given.request(Release(given.id_of(answer))) for answer in held for _ in range(2)]
    became = Counter(await asyncio.gather(*(settled(lanes, request) for request in twice)))
    assert became == {"released": 20, "already_released": 20}
