"""What comes to its date, each told once: limits that are about to run out, reviews that have not taken place."""

from datetime import timedelta
from typing import Final

from services.limits.domain.account import Account
from services.limits.domain.product_terms import ProductTerms
from services.limits.domain.signals import Expiring, Overdue, expiring
from services.limits.domain.terms import course
from services.limits.events import signals as events
from services.limits.handlers import rolling
from services.limits.store import accounts, signals
from services.limits.store.signals import LIMIT_EXPIRING, REVIEW_DUE, Place
from shared import outbox
from shared.db import Database, Transaction, clock

_USUAL_NOTICE_DAYS: Final = ProductTerms("").expiring_notice_days


async def tell_reviews(db: Database, limit: int) -> int:
    """Tell up to `limit` reviews that are overdue by the database's clock, in UTC; return how many were looked at."""
    async with db.transaction() as tx:
        if not await signals.lead(tx):
            return 0
        today = (await clock(tx)).date()
        dues = await signals.overdue(tx, today, limit)
        known = await _known(tx, {due.account_id for due in dues})
        overdue = [Overdue(known[due.account_id], due.review_due_on) for due in dues]
        fresh = await signals.note(
            tx, REVIEW_DUE, {(one.account.account_id, signals.day(one.review_due_on)) for one in overdue}
        )
        await outbox.put(
            tx,
            [
                events.review_due(one)
                for one in overdue
                if (one.account.account_id, signals.day(one.review_due_on)) in fresh
            ],
        )
    return len(dues)


async def tell_expiring(db: Database, limit: int) -> int:
    """Tell the limits that run out within the notice of their product, looking at `limit` accounts at a time.

    Returns how many were told. All accounts that change soon are looked at each time: what they change to may have been
    agreed since.
    """
    told, place = 0, None
    while True:
        async with db.transaction() as tx:
            if not await signals.lead(tx):
                return told
            found, place = await _next_expiring(tx, place, limit)
            fresh = await signals.note(tx, LIMIT_EXPIRING, {(one.account.account_id, one.expires_at) for one in found})
            await outbox.put(
                tx, [events.limit_expiring(one) for one in found if (one.account.account_id, one.expires_at) in fresh]
            )
        told += len(fresh)
        if place is None:
            return told


async def _next_expiring(tx: Transaction, place: Place | None, limit: int) -> tuple[list[Expiring], Place | None]:
    """Return what runs out on the next accounts, and how far that went: None when there are no more."""
    now = await clock(tx)
    days = max(_USUAL_NOTICE_DAYS, await signals.longest_notice_days(tx))
    places = await signals.changing(tx, now, now + timedelta(days=days), place or (now, ""), limit)
    if not places:
        return [], None
    known = await _known(tx, {account_id for _, account_id in places})
    agreed = await rolling.agreed(tx, list(known.values()), now)
    found: list[Expiring] = []
    for _, account_id in places:
        held = agreed[account_id]
        until = now + timedelta(days=held.product.expiring_notice_days)
        found.extend(expiring(known[account_id], course(held.terms, held.default_minor, now), until))
    return found, places[-1] if len(places) == limit else None


async def _known(tx: Transaction, account_ids: set[str]) -> dict[str, Account]:
    return {account.account_id: account for account in await accounts.find_all(tx, account_ids)}
