"""What is read of an account's terms is enough to know what is in force, however many there have been."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, ProgrammingError

from services.limits.domain.terms import End, Term, course, ended
from services.limits.store import terms as store
from shared.db import Database
from shared.ids import new_id
from tests.limits.given import rows
from tests.limits.terms import given as made_by
from tests.limits.terms.made import DAYS, START, day, some_terms


@given(
    drawn=some_terms(),
    ends=st.lists(st.tuples(st.integers(0, 6), st.integers(0, DAYS)), max_size=3),
    number=st.integers(0, DAYS),
    default=st.none() | st.integers(0, 200),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_the_store_leaves_out_says_nothing_any_more(
    db: Database, drawn: list[Term], ends: list[tuple[int, int]], number: int, default: int | None
) -> None:
    account = await made_by.account(db, 0)
    prefix = new_id("trm")
    terms = [
        replace(
            term,
            term_id=f"{prefix}{term.term_id}",
            account_id=account.account_id,
            decision_id=term.decision_id and f"{prefix}{term.decision_id}",
        )
        for term in drawn
        if not term.is_void
    ]
    early = [
        End(terms[place].term_id, account.account_id, day(at), START, f"prp_{turn}", actor="x", reason="y")
        for turn, (place, at) in enumerate(ends)
        if place < len(terms)
    ]
    async with db.transaction() as tx:
        # The decision that opened the account was made after all the times that are looked at.
        await store.add(tx, terms)
        for end in early:
            await store.add_end(tx, end)
        found = (await store.open_terms(tx, [account.account_id], day(number)))[account.account_id]
        await tx.rollback()
    own = [term for term in found if term.term_id.startswith(prefix)]
    assert course(own, default, day(number)) == course(ended(terms, early), default, day(number))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE limit_term SET amount_minor = 1",
        "DELETE FROM limit_term",
        "UPDATE limit_term_end SET ends_at = now()",
        "DELETE FROM limit_proposal",
        "UPDATE limit_proposal SET amount_minor = 1",
        "UPDATE limit_proposal SET proposed_by = 'somebody else'",
        "UPDATE product_terms SET reason = ''",
        "DELETE FROM product_terms",
        "UPDATE product_currency_terms SET default_limit_minor = 1",
        "UPDATE review_cycle SET every_days = 1",
    ],
)
async def test_the_service_cannot_rewrite_what_was_agreed(db: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await rows(db, statement)


async def test_the_database_knows_no_approval_by_whoever_proposed(db: Database) -> None:
    account = await made_by.account(db, 1000)
    with pytest.raises(IntegrityError, match="proposal_four_eyes"):
        await rows(
            db,
            "INSERT INTO limit_proposal (proposal_id, account_id, kind, reason, proposed_by, course_before,"
            " course_after, proposed_at, state, resolved_by, resolved_at)"
            " VALUES (:id, :account_id, 'base', 'r', 'me', '[]', '[]', now(), 'approved', 'me', now()) RETURNING 1",
            id=new_id("prp"),
            account_id=account.account_id,
        )
