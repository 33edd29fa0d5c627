"""Decisions become limits: each approval once, whatever is delivered twice, late or broken."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.limits.consumers import subscription
from services.limits.domain.product_terms import CurrencyTerms, ProductTerms
from services.limits.domain.status import Action
from services.limits.handlers import accounts, granting, product_terms, proposals, settling
from shared.bus import Bus, Delivery
from shared.bus.embedded import EmbeddedBus
from shared.consumer import Consumer
from shared.contracts import decision
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.db import Database
from shared.errors import Refusal
from shared.ids import new_id
from tests.kit.service import delivery
from tests.limits import given
from tests.limits.given import MADE_AT


async def granted_events(db: Database, party_id: str) -> list[Any]:
    return await given.rows(
        db,
        "SELECT aggregateid, payload FROM outbox WHERE type = 'limits.limit_granted.v1'"
        " AND payload->>'party_id' = :party_id ORDER BY seq",
        party_id=party_id,
    )


async def grant_entries(db: Database, party_id: str) -> list[tuple[int, int]]:
    found = await given.rows(
        db,
        "SELECT e.version, e.limit_delta FROM entry e JOIN account a USING (account_id)"
        " WHERE a.party_id = :party_id AND e.kind = 'limit_granted' ORDER BY e.version",
        party_id=party_id,
    )
    return [(row.version, row.limit_delta) for row in found]


@pytest.mark.parametrize("outcome", ["approve", "counter_offer"])
async def test_an_approval_opens_an_account_and_says_so(db: Database, outcome: str) -> None:
    event = given.decision(250_000, outcome=outcome)
    await granting.grant_limits(db, [event])
    (account,) = await accounts.list_accounts(db, event.data.party_id)
    assert (account.limit_minor, account.available_minor, account.currency) == (250_000, 250_000, "EUR")
    (published,) = await granted_events(db, event.data.party_id)
    assert published.aggregateid == account.account_id
    assert published.payload["decision_id"] == event.data.decision_id
    assert published.payload["application_id"] == event.data.application_id
    assert published.payload["limit"] == {"amount_minor": 250_000, "currency": "EUR"}


@pytest.mark.parametrize("outcome", ["decline", "refer", "pend_info"])
async def test_what_is_not_approved_opens_nothing(db: Database, outcome: str) -> None:
    event = given.decision(None, outcome=outcome)
    await granting.grant_limits(db, [event])
    assert await accounts.list_accounts(db, event.data.party_id) == []
    assert await granted_events(db, event.data.party_id) == []


async def test_a_later_approval_replaces_the_limit_and_enters_the_difference(db: Database) -> None:
    party_id = new_id("pty")
    account = await given.account_with(db, 100_000, party_id=party_id)
    later = given.decision(40_000, party_id=party_id, decided_at=MADE_AT + timedelta(days=1))
    await granting.grant_limits(db, [later])
    (after,) = await accounts.list_accounts(db, party_id)
    assert (after.account_id, after.limit_minor) == (account.account_id, 40_000)
    assert await grant_entries(db, party_id) == [(1, 100_000), (2, -60_000)]


@pytest.mark.parametrize("later_limit", [40_000, 160_000])
async def test_of_two_decisions_on_an_amended_application_the_later_one_is_the_limit(
    db: Database, later_limit: int
) -> None:
    party_id, application_id = new_id("pty"), new_id("app")
    later = MADE_AT + timedelta(days=1)
    first = given.decision(100_000, party_id=party_id, application_id=application_id)
    second = given.decision(later_limit, party_id=party_id, application_id=application_id, decided_at=later)
    for event in (first, second, first):
        await granting.grant_limits(db, [event])
    (account,) = await accounts.list_accounts(db, party_id)
    assert account.limit_minor == later_limit
    assert await grant_entries(db, party_id) == [(1, 100_000), (2, later_limit - 100_000)]
    granted = await granted_events(db, party_id)
    assert [told.payload["application_id"] for told in granted] == [application_id] * 2


async def test_what_was_referred_first_becomes_a_limit_once_the_amended_application_is_approved(db: Database) -> None:
    party_id, application_id = new_id("pty"), new_id("app")
    later = MADE_AT + timedelta(days=1)
    referred = given.decision(None, party_id=party_id, application_id=application_id, outcome="refer")
    approved = given.decision(70_000, party_id=party_id, application_id=application_id, decided_at=later)
    for event in (referred, approved):
        await granting.grant_limits(db, [event])
    (account,) = await accounts.list_accounts(db, party_id)
    assert account.limit_minor == 70_000


async def test_an_older_approval_that_comes_late_is_entered_and_changes_nothing(db: Database) -> None:
    party_id = new_id("pty")
    newer = given.decision(40_000, party_id=party_id, decided_at=MADE_AT + timedelta(days=1))
    older = given.decision(100_000, party_id=party_id)
    for event in (newer, older):
        await granting.grant_limits(db, [event])
    (after,) = await accounts.list_accounts(db, party_id)
    assert after.limit_minor == 40_000
    assert await grant_entries(db, party_id) == [(1, 40_000), (2, 0)]


async def test_products_and_currencies_have_accounts_of_their_own(db: Database) -> None:
    party_id = new_id("pty")
    await granting.grant_limits(
        db,
        [
            given.decision(1, party_id=party_id, product="loan", currency="EUR"),
            given.decision(2, party_id=party_id, product="loan", currency="USD"),
            given.decision(3, party_id=party_id, product="lease", currency="EUR"),
        ],
    )
    found = await accounts.list_accounts(db, party_id)
    assert {(account.product, account.currency, account.limit_minor) for account in found} == {
        ("loan", "EUR", 1),
        ("loan", "USD", 2),
        ("lease", "EUR", 3),
    }


async def test_an_approval_delivered_three_times_is_one_limit(db: Database) -> None:
    event = given.decision(100_000)
    await granting.grant_limits(db, [event, event])
    await granting.grant_limits(db, [event])
    assert await grant_entries(db, event.data.party_id) == [(1, 100_000)]
    assert len(await granted_events(db, event.data.party_id)) == 1


async def test_a_decision_published_twice_as_two_events_is_one_limit(db: Database) -> None:
    party_id, decision_id = new_id("pty"), new_id("dec")
    first, second, third = [given.decision(100_000, party_id=party_id, decision_id=decision_id) for _ in range(3)]
    await granting.grant_limits(db, [first, second])
    await granting.grant_limits(db, [third])
    assert await grant_entries(db, party_id) == [(1, 100_000)]


async def test_two_consumers_that_open_the_same_accounts_at_once_open_each_once(
    db: Database, rival_db: Database
) -> None:
    parties = [new_id("pty") for _ in range(40)]
    forwards = [given.decision(1000, party_id=party, decided_at=MADE_AT) for party in parties]
    backwards = [given.decision(2000, party_id=party, decided_at=MADE_AT + timedelta(1)) for party in parties[::-1]]
    await asyncio.gather(
        *(granting.grant_limits(db, forwards[start : start + 10]) for start in range(0, 40, 10)),
        *(granting.grant_limits(rival_db, backwards[start : start + 10]) for start in range(0, 40, 10)),
    )
    found = await given.rows(
        db, "SELECT limit_minor, version FROM account WHERE party_id = ANY(:parties)", parties=parties
    )
    assert [(row.limit_minor, row.version) for row in found] == [(2000, 2)] * 40


async def test_a_cut_below_what_is_committed_stands_beside_the_commitments(db: Database) -> None:
    party_id = new_id("pty")
    account = await given.account_with(db, 100_000, party_id=party_id)
    (held,) = await settling.carry_out(db, [given.reserve(account, 80_000)])
    assert not isinstance(held, Refusal)
    await granting.grant_limits(db, [given.decision(50_000, party_id=party_id, decided_at=MADE_AT + timedelta(1))])

    cut = await accounts.get_account(db, account.account_id)
    assert cut.available_minor == -30_000
    (declined,) = await settling.carry_out(db, [given.reserve(account, 1)])
    assert given.state_of(declined) == "declined"
    (captured,) = await settling.carry_out(db, [given.capture(held)])
    assert given.state_of(captured) == "captured"


async def standing(db: Database, party_id: str) -> tuple[int, str]:
    (account,) = await accounts.list_accounts(db, party_id)
    return account.limit_minor, account.status


async def test_an_approved_limit_of_nothing_closes_the_account_and_a_later_one_opens_it_again(db: Database) -> None:
    party_id = new_id("pty")
    account = await given.account_with(db, 1000, party_id=party_id)
    for day, limit, status in ((1, 0, "closed"), (2, 500, "open")):
        later = given.decision(limit, party_id=party_id, decided_at=MADE_AT + timedelta(hours=day))
        await granting.grant_limits(db, [later])
        assert await standing(db, party_id) == (limit, status)
    told = await given.rows(
        db,
        "SELECT payload->>'status' AS status FROM outbox"
        " WHERE aggregateid = :account_id AND type = 'limits.account_changed.v1' ORDER BY seq",
        account_id=account.account_id,
    )
    assert [row.status for row in told] == ["closed", "open"]


@pytest.mark.parametrize("action", [Action.BLOCK, Action.SUSPEND])
async def test_what_an_officer_has_stopped_no_decision_opens(db: Database, action: Action) -> None:
    party_id = new_id("pty")
    account = await given.account_with(db, 1000, party_id=party_id)
    await accounts.change_status(db, account.account_id, action, "credit-officer", "fraud")
    stopped = (await standing(db, party_id))[1]
    for hour, limit in ((1, 0), (2, 500)):
        later = given.decision(limit, party_id=party_id, decided_at=MADE_AT + timedelta(hours=hour))
        await granting.grant_limits(db, [later])
        assert await standing(db, party_id) == (limit, stopped)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_decisions_end_in_the_same_state_in_whatever_order_and_batches_they_arrive(
    db: Database, order: tuple[int, ...]
) -> None:
    party_id = new_id("pty")
    made = [
        given.decision(limit, party_id=party_id, decided_at=MADE_AT + timedelta(minutes=minute), decision_id=name)
        # The last two were made in the same instant: their ids, which are time-ordered, tell which came later.
        for limit, minute, name in (
            (900, 0, f"dec_a{party_id}"),
            (0, 5, f"dec_b{party_id}"),
            (300, 9, f"dec_c{party_id}"),
            (500, 9, f"dec_d{party_id}"),
        )
    ]
    first, *others = [made[place] for place in order]
    await granting.grant_limits(db, [first])
    await granting.grant_limits(db, others)
    await granting.grant_limits(db, made)
    assert await standing(db, party_id) == (500, "open")
    deltas = [delta for _, delta in await grant_entries(db, party_id)]
    assert (len(deltas), sum(deltas)) == (4, 500)


async def test_a_decision_from_a_clock_that_is_ahead_is_in_force_at_once_and_remains_the_latest(db: Database) -> None:
    party_id = new_id("pty")
    now = datetime.now(UTC)
    ahead = given.decision(500, party_id=party_id, decided_at=now + timedelta(days=2))
    await granting.grant_limits(db, [ahead])
    assert await standing(db, party_id) == (500, "open")
    await granting.grant_limits(db, [given.decision(900, party_id=party_id, decided_at=now)])
    assert await standing(db, party_id) == (500, "open")


async def test_a_decision_is_followed_by_a_change_of_limit_only_where_the_limit_changed(db: Database) -> None:
    party_id = new_id("pty")
    for hour, limit in ((0, 1000), (1, 1000), (-1, 700), (2, 1200)):
        event = given.decision(limit, party_id=party_id, decided_at=MADE_AT + timedelta(hours=hour))
        await granting.grant_limits(db, [event])
    told = await given.rows(
        db,
        "SELECT payload->'limit'->>'amount_minor' AS minor, payload->>'cause' AS cause FROM outbox"
        " WHERE payload->>'party_id' = :party_id AND type = 'limits.limit_changed.v1' ORDER BY seq",
        party_id=party_id,
    )
    assert [(row.minor, row.cause) for row in told] == [("1000", "decision"), ("1200", "decision")]
    assert len(await granted_events(db, party_id)) == 4


async def test_a_product_says_when_the_next_review_is_due_after_a_decision(db: Database) -> None:
    product = new_id("product")
    said = ProductTerms(product, review_every_days=180, actor="manager", reason="yearly is too rare")
    await product_terms.put_product_terms(db, said, 0)
    event = given.decision(1000, product=product)
    await granting.grant_limits(db, [event])
    (account,) = await accounts.list_accounts(db, event.data.party_id)
    assert account.review_due_on == (MADE_AT + timedelta(days=180)).date()


@pytest.fixture
async def careful(db: Database) -> str:
    """A product of which decisions set limits of up to 1,000 by themselves."""
    product = new_id("product")
    held = {"EUR": CurrencyTerms(decisions_need_checker_above_minor=1000)}
    said = ProductTerms(product, currencies=held, actor="manager", reason="large ones are looked at")
    await product_terms.put_product_terms(db, said, 0)
    return product


async def test_a_decision_above_the_threshold_waits_for_somebody_and_is_told_when_it_is_granted(
    db: Database, careful: str
) -> None:
    event = given.decision(1001, product=careful)
    await granting.grant_limits(db, [event])
    await granting.grant_limits(db, [replace(event, id=new_id("evt"))])
    (account,) = await accounts.list_accounts(db, event.data.party_id)
    assert (account.limit_minor, account.is_bounded, account.version) == (0, False, 0)
    assert await granted_events(db, event.data.party_id) == []

    (proposal,) = await proposals.list_proposals(db, "prp_~", 10, None, account.account_id)
    assert proposal.approval is not None
    assert (proposal.proposed_by, proposal.approval.decision_id) == (None, event.data.decision_id)
    await proposals.approve(db, proposal.proposal_id, "credit-manager", "known for years")
    await granting.grant_limits(db, [replace(event, id=new_id("evt"))])
    assert await standing(db, event.data.party_id) == (1001, "open")
    assert await grant_entries(db, event.data.party_id) == [(1, 1001)]
    (published,) = await granted_events(db, event.data.party_id)
    assert published.payload["application_id"] == event.data.application_id


async def test_a_decision_that_waits_lapses_when_a_later_one_sets_the_limit(db: Database, careful: str) -> None:
    event = given.decision(5000, product=careful)
    later = given.decision(800, product=careful, party_id=event.data.party_id, decided_at=MADE_AT + timedelta(hours=1))
    await granting.grant_limits(db, [event, later])
    assert await standing(db, event.data.party_id) == (800, "open")
    (account,) = await accounts.list_accounts(db, event.data.party_id)
    (proposal,) = await proposals.list_proposals(db, "prp_~", 10, None, account.account_id)
    with pytest.raises(Refusal, match="propose it again"):
        await proposals.approve(db, proposal.proposal_id, "credit-manager", None)
    assert await standing(db, event.data.party_id) == (800, "open")


async def test_a_decision_above_the_threshold_that_comes_late_changes_nothing(db: Database, careful: str) -> None:
    newer = given.decision(800, product=careful)
    older = given.decision(5000, product=careful, party_id=newer.data.party_id, decided_at=MADE_AT - timedelta(hours=1))
    await granting.grant_limits(db, [newer])
    await granting.grant_limits(db, [older])
    assert await standing(db, newer.data.party_id) == (800, "open")
    assert await grant_entries(db, newer.data.party_id) == [(1, 800), (2, 0)]


async def test_a_broken_approval_goes_to_the_dead_letters_and_its_neighbours_through(db: Database) -> None:
    good, broken, negative, also_good = (
        given.decision(1000),
        given.decision(None),
        given.decision(-1),
        given.decision(2000),
    )
    buried: list[None] = []
    bus: Bus = EmbeddedBus("postgresql://nobody@127.0.0.1:1/nowhere")
    consumer = Consumer(subscription(db), db, bus, lambda: buried.append(None))
    await consumer.handle([arriving(event, place) for place, event in enumerate([good, broken, negative, also_good])])

    assert len(buried) == 2
    for event, limits in ((good, [1000]), (broken, []), (negative, []), (also_good, [2000])):
        found = await accounts.list_accounts(db, event.data.party_id)
        assert [account.limit_minor for account in found] == limits


def arriving(event: Event[Decided], position: int) -> Delivery:
    """The event on the bus; places differ, because dead letters are kept by place."""
    sent = delivery("decision", decision.AGGREGATE, event.key, event.type, event.data, event.time)
    return replace(sent, position=position)
