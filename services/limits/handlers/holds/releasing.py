"""Releasing blocked documents within authority: one officer, or two of them."""

from dataclasses import dataclass
from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.authority import Authority, Bound, beyond_authority, exceeded, group_exposure, standing
from services.limits.domain.holds import Change, EventKind, Hold, Particulars
from services.limits.domain.holds.hold import recorded
from services.limits.domain.holds.releasing import (
    ConfirmRelease,
    ReleaseHold,
    confirmed,
    objection_to_confirmation,
    objection_to_release,
    released,
)
from services.limits.handlers import bookkeeping
from services.limits.handlers.again import again
from services.limits.handlers.holds.answering import answered, hold_not_found
from services.limits.store import accounts, authorities
from services.limits.store import holds as store
from shared.db import Database, Transaction, clock
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
from shared.money import Money


@again
async def release(db: Database, command: ReleaseHold, claim: Claim) -> Answer:
    """Let a blocked document pass, or ask a second officer to, where the authority wants two.

    Raises `Refusal`: 404, what `objection_to_release` says, and 403 `beyond_authority`, of which the hold keeps a
    record. The hold then stays open.
    """

    async def act(tx: Transaction) -> Change | Refusal:
        hold, now = await _locked(tx, command.hold_id)
        refused = objection_to_release(hold, command, now)
        if refused is not None:
            return refused
        reach = await _reach(tx, hold, command.actor, command.amount, command.expires_at, now)
        if reach.bound is not None:
            return await _refuse(tx, hold, command, reach.bound, now)
        assert reach.authority is not None
        return released(hold, command, now, needs_second=reach.authority.needs_second(command.amount))

    return await answered(db, claim, act)


@again
async def confirm(db: Database, command: ConfirmRelease, claim: Claim) -> Answer:
    """Put the release that a first officer asked for in force, within the authority of the second one as well.

    Raises `Refusal`: 404, what `objection_to_confirmation` says, and 403 `beyond_authority`, of which the hold keeps a
    record.
    """

    async def act(tx: Transaction) -> Change | Refusal:
        hold, now = await _locked(tx, command.hold_id)
        refused = objection_to_confirmation(hold, command, now)
        if refused is not None:
            return refused
        assert hold.pending is not None
        reach = await _reach(tx, hold, command.actor, hold.pending.amount, hold.pending.expires_at, now)
        if reach.bound is not None:
            return await _refuse(tx, hold, command, reach.bound, now)
        return confirmed(hold, command, now)

    return await answered(db, claim, act)


async def _locked(tx: Transaction, hold_id: str) -> tuple[Hold, datetime]:
    """Lock the path of a hold's account, then the hold: so two releases in one tree see each other's exposure.

    Checks lock holds and no accounts, so nobody who has locked a hold waits for an account.
    """
    found = await store.find(tx, hold_id)
    if found is None:
        raise hold_not_found()
    await accounts.lock(tx, [found.owner.account_id])
    hold = await store.lock(tx, hold_id)
    assert hold is not None
    return hold, await clock(tx)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The authority that speaks for a release, and what the release goes beyond."""

    authority: Authority | None
    bound: Bound | None


async def _reach(
    tx: Transaction, hold: Hold, officer: str, amount: Money, expires_at: datetime, now: datetime
) -> _Reach:
    statement = await authorities.latest(tx, officer)
    authority = standing(statement.authorities, hold.owner.product, amount.currency, now)
    exposure_minor = await _group_exposure(tx, hold, amount, now)
    return _Reach(authority, exceeded(authority, amount, exposure_minor, expires_at, now))


async def _group_exposure(tx: Transaction, hold: Hold, amount: Money, now: datetime) -> int | None:
    """Return what the group of a hold's account would owe after a release, in the currency of `amount`."""
    own = await accounts.find(tx, hold.owner.account_id)
    assert own is not None
    standing_releases = await store.released_in_tree(tx, own.path[0], now)
    counted = await store.counted(tx, {hold.document, *standing_releases})
    promised = [entry.amount for document, entry in standing_releases.items() if document not in counted]
    currencies = {amount.currency, *(promise.currency for promise in promised)}
    books = await bookkeeping.read_books(tx, [own.account_id], currencies)
    root: Account = books.accounts[own.path[0]]
    return group_exposure(root, amount, counted.get(hold.document, 0), promised, books.rates)


async def _refuse(
    tx: Transaction, hold: Hold, command: ReleaseHold | ConfirmRelease, bound: Bound, now: datetime
) -> Refusal:
    """Record an attempt beyond authority, and return the refusal; the record outlives it."""
    said = Particulars(reason=command.reason, bound=bound)
    if isinstance(command, ReleaseHold):
        said = Particulars(reason=command.reason, amount=command.amount, expires_at=command.expires_at, bound=bound)
    after, event = recorded(hold, EventKind.RELEASE_REFUSED, command.actor, said, now)
    await store.save(tx, after)
    await store.add_event(tx, event)
    return beyond_authority(bound)
