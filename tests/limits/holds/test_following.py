"""What credit checks do to holds, in a real database."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from services.limits.domain.checks.result import Verdict
from services.limits.domain.holds import State
from shared.db import Database
from tests.limits import given as limits
from tests.limits.holds import given


async def test_a_document_that_is_blocked_again_keeps_its_one_hold(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    await given.checked(db, given.record(hold.document, account_id=account.account_id, amount_minor=7000, version=2))
    again = await given.live(db, hold.document)
    assert again is not None
    assert (again.hold_id, again.state, again.amount.amount_minor, again.version) == (
        hold.hold_id,
        State.OPEN,
        7000,
        2,
    )


async def test_a_document_that_passes_is_held_no_more(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    await given.checked(db, given.record(hold.document, Verdict.OK, account_id=account.account_id))
    assert await given.live(db, hold.document) is None


async def test_checks_that_pass_open_nothing(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    passing = given.document()
    await given.checked(
        db,
        given.record(passing, Verdict.OK, account_id=account.account_id),
        given.record(given.document(), Verdict.WARN, account_id=account.account_id),
        given.record(None, account_id=account.account_id),
    )
    assert await given.live(db, passing) is None


async def test_checks_of_one_document_in_one_batch_are_followed_in_their_order(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    of = given.document()
    blocked = [given.record(of, account_id=account.account_id, amount_minor=amount) for amount in (1, 2, 3)]
    passed = given.record(of, Verdict.OK, account_id=account.account_id)
    await given.checked(db, blocked[0], passed, blocked[1], blocked[2])
    live = await given.live(db, of)
    assert live is not None
    assert (live.amount.amount_minor, live.version) == (3, 2)
    events = await limits.rows(
        db,
        "SELECT h.state, e.kind FROM credit_hold h JOIN credit_hold_event e USING (hold_id) WHERE doc_id = :doc_id"
        " ORDER BY hold_id, number",
        doc_id=of.doc_id,
    )
    assert [(row.state, row.kind) for row in events] == [
        ("passed", "opened"),
        ("passed", "passed"),
        ("open", "opened"),
        ("open", "refreshed"),
    ]


async def test_rival_checks_of_one_document_open_one_hold(db: Database, rival_db: Database) -> None:
    account = await given.limit_of(db, 1000)
    documents = [given.document() for _ in range(5)]

    async def check(number: int) -> None:
        records = [
            given.record(of, account_id=account.account_id, amount_minor=number + 1, version=number) for of in documents
        ]
        await given.checked(db if number % 2 else rival_db, *(records if number % 3 else reversed(records)))

    await asyncio.gather(*(check(number) for number in range(12)))
    found = await limits.rows(
        db,
        "SELECT amount_minor, requested_by FROM credit_hold WHERE account_id = :account_id",
        account_id=account.account_id,
    )
    assert [(row.amount_minor, row.requested_by) for row in found] == [(12, ["crm"])] * 5


async def test_what_happens_to_a_hold_is_published_with_its_document(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    await given.checked(db, given.record(hold.document, amount_minor=7000, account_id=account.account_id))
    await given.checked(db, given.record(hold.document, Verdict.OK, account_id=account.account_id))
    published = await limits.rows(
        db,
        "SELECT type, payload FROM outbox WHERE aggregateid = :account_id AND type LIKE '%credit_hold%' ORDER BY seq",
        account_id=account.account_id,
    )
    assert [row.type for row in published] == ["limits.credit_hold_opened.v1", "limits.credit_hold_closed.v1"]
    assert [row.payload["amount"]["amount_minor"] for row in published] == [5000, 7000]
    assert published[0].payload["reasons"] == ["INSUFFICIENT_AVAILABLE"]
    assert published[1].payload["outcome"] == "passed"
    assert {row.payload["document"]["doc_id"] for row in published} == {hold.document.doc_id}
    assert {row.payload["party_id"] for row in published} == {account.party_id}


async def test_the_database_keeps_to_one_live_hold_for_each_document(db: Database) -> None:
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    with pytest.raises(IntegrityError, match="credit_hold_live"):
        await limits.rows(
            db,
            'INSERT INTO credit_hold SELECT (jsonb_populate_record(h, \'{"hold_id": "hld_second"}\')).*'
            " FROM credit_hold h WHERE hold_id = :hold_id RETURNING 1",
            hold_id=hold.hold_id,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credit_hold_event SET actor = 'somebody else'",
        "DELETE FROM credit_hold_event",
        "DELETE FROM credit_hold",
        "UPDATE authority SET max_amount_minor = max_amount_minor * 10",
        "UPDATE authority_statement SET granted_by = 'somebody else'",
        "DELETE FROM authority",
    ],
)
async def test_the_service_cannot_rewrite_who_released_what_and_by_which_authority(
    db: Database, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await limits.rows(db, statement)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'released'", "released_by_a_release"),
        ("state = 'released', released_minor = 4999, release_expires_at = now()", "released_whole"),
        ("state = 'released', released_minor = 5000", "release_expires"),
        ("pending_minor = 5000", "pending_whole"),
    ],
)
async def test_the_database_releases_nothing_without_an_amount_and_an_end(
    db: Database, change: str, constraint: str
) -> None:
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    with pytest.raises(IntegrityError, match=constraint):
        await limits.rows(
            db, f"UPDATE credit_hold SET {change} WHERE hold_id = :hold_id RETURNING 1", hold_id=hold.hold_id
        )
