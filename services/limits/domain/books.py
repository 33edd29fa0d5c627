"""The books: the accounts that one transaction holds, and the commands carried out on them one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Account, Basis, Entry, EntryKind, Reason, post
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import (
    Adjust,
    Capture,
    Release,
    Reservation,
    Reserve,
    State,
    objection,
    parts,
    wrong_currency,
)
from shared.errors import Refusal, not_found

Command = Reserve | Capture | Adjust | Release


@dataclass(frozen=True, slots=True)
class Posting:
    """What a command did: its reservation afterwards, the account and what was left to reserve on it, and the entries.

    `headroom_minor` is in the account's currency, None where nothing bounds it. `adjustment` is the reason why an
    adjustment was declined. A posting without entries changed nothing: it is a reservation that was declined.
    """

    account: Account
    reservation: Reservation
    kind: EntryKind
    entries: tuple[Entry, ...]
    headroom_minor: int | None
    at: datetime
    adjustment: Reason | None = None
    is_dry_run: bool = False

    @property
    def is_new(self) -> bool:
        """True when the reservation was made by this command, reserved or declined."""
        return self.kind is EntryKind.RESERVED


@dataclass(frozen=True, slots=True)
class Cause:
    """What an entry comes from, for whoever reads the ledger: ids, the caller's own reference, who and why."""

    decision_id: str | None = None
    reservation_id: str | None = None
    item_id: str | None = None
    proposal_id: str | None = None
    reference: str | None = None
    actor: str | None = None
    reason: str | None = None


class Why(StrEnum):
    """Why another limit or cover is in force than before."""

    PROPOSAL = "proposal"
    DEFAULT = "default"
    LAPSE = "lapse"
    DECISION = "decision"
    COVER = "cover"


@dataclass(frozen=True, slots=True)
class LimitChange:
    """That another limit or cover came into force: the account afterwards, and why."""

    account: Account
    why: Why
    at: datetime


_NO_RATES: Final = Rates()


class Books:
    """Holds what one transaction works on. Each command sees what those before it left.

    `accounts` are complete: with an account come all of its path; `before` is how they were stored. `reservations` are
    those that have run out by `now` (which are expired at once) and those the commands name. `entries` collects every
    change in order, `postings` what happened to reservations and `limit_changes` what to limits, for whoever stores and
    publishes it; `retermed` names the accounts of which more changed than what reserving and capturing change.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        reservations: Iterable[Reservation],
        now: datetime,
        rates: Rates = _NO_RATES,
    ) -> None:
        self.accounts = {account.account_id: account for account in accounts}
        self.before = dict(self.accounts)
        self.now = now
        self.rates = rates
        self.entries: list[Entry] = []
        self.postings: list[Posting] = []
        self.limit_changes: list[LimitChange] = []
        self.retermed: set[str] = set()
        self._itemised: set[str] = set()
        self._reservations = {entry.reservation_id: entry for entry in reservations}
        for entry in list(self._reservations.values()):
            if entry.as_of(now).state is not entry.state:
                self._end(entry, State.EXPIRED, EntryKind.EXPIRED, entry.expires_at)

    def carry_out(self, command: Command) -> Posting | Refusal:
        """Carry out one command; a refused one leaves no trace. Refused with 404: what isn't there."""
        if isinstance(command, Reserve):
            return self._reserve(command)
        reservation = self._reservations.get(command.reservation_id)
        if reservation is None:
            return not_found("reservation_not_found", "there is no such reservation")
        refused = objection(reservation, command)
        if refused is not None:
            return refused
        if isinstance(command, Capture):
            return self._capture(reservation, command)
        if isinstance(command, Adjust):
            return self._adjust(reservation, command)
        return self._end(reservation, State.RELEASED, EntryKind.RELEASED, self.now)

    def keep(self, reservation: Reservation) -> None:
        """Put a reservation in the books as documents have changed it."""
        self._reservations[reservation.reservation_id] = reservation
        self._itemised.add(reservation.reservation_id)

    def itemised(self) -> list[Reservation]:
        """Return the reservations of which something has become documents, as they stand in these books."""
        return [self._reservations[reservation_id] for reservation_id in sorted(self._itemised)]

    def reservation(self, reservation_id: str) -> Reservation | None:
        """Return a reservation as it stands in these books."""
        return self._reservations.get(reservation_id)

    def post(
        self,
        path: Sequence[str],
        kind: EntryKind,
        *,
        reserved: Sequence[int] | None = None,
        posted: Sequence[int] | None = None,
        cause: Cause,
    ) -> tuple[Entry, ...]:
        """Enter one change on every account of `path`; `reserved` and `posted` are its deltas on each, in its currency.

        All entries have one transaction id: the account the change is about, and the number of the entry on it.
        """
        own = self.accounts[path[-1]]
        transaction_id = f"{own.account_id}/{own.version + 1}"
        made = []
        for place, account_id in enumerate(path):
            reserved_delta = 0 if reserved is None else reserved[place]
            posted_delta = 0 if posted is None else posted[place]
            made.append(
                self._enter(self.accounts[account_id], kind, transaction_id, cause, 0, 0, reserved_delta, posted_delta)
            )
        return tuple(made)

    def set_limit(
        self,
        account_id: str,
        kind: EntryKind,
        *,
        limit_minor: int,
        cover_minor: int,
        basis: Basis,
        changes_at: datetime | None,
        cause: Cause,
        why: Why = Why.PROPOSAL,
    ) -> Entry:
        """Put a limit and a cover in force on one account, and enter the change, even one of nothing."""
        before = self.accounts[account_id]
        account = replace(before, basis=basis, limit_changes_at=changes_at)
        transaction_id = f"{account_id}/{account.version + 1}"
        limit_delta, cover_delta = limit_minor - account.limit_minor, cover_minor - account.cover_minor
        self.retermed.add(account_id)
        entry = self._enter(account, kind, transaction_id, cause, limit_delta, cover_delta, 0, 0)
        if limit_delta or cover_delta or basis is not before.basis:
            self.limit_changes.append(LimitChange(self.accounts[account_id], why, self.now))
        return entry

    def _enter(
        self,
        account: Account,
        kind: EntryKind,
        transaction_id: str,
        cause: Cause,
        limit_delta: int,
        cover_delta: int,
        reserved_delta: int,
        posted_delta: int,
    ) -> Entry:
        available_delta = limit_delta + cover_delta - reserved_delta - posted_delta
        entry = Entry(
            account_id=account.account_id,
            version=account.version + 1,
            kind=kind,
            created_at=self.now,
            transaction_id=transaction_id,
            limit_delta=limit_delta,
            cover_delta=cover_delta,
            available_delta=available_delta,
            reserved_delta=reserved_delta,
            posted_delta=posted_delta,
            available_minor=account.available_minor + available_delta if account.is_bounded else None,
            decision_id=cause.decision_id,
            reservation_id=cause.reservation_id,
            item_id=cause.item_id,
            proposal_id=cause.proposal_id,
            reference=cause.reference,
            actor=cause.actor,
            reason=cause.reason,
        )
        self.accounts[account.account_id] = post(account, entry)
        self.entries.append(entry)
        return entry

    def obstacle(self, path: Sequence[str], amounts: Sequence[int | None]) -> tuple[Reason, str] | None:
        """Return why an amount can't be reserved and on which account, looking from the root down; None when it can.

        `amounts` is the amount in the currency of each account, None where there is no exchange rate.
        """
        is_bounded = False
        for account_id, amount_minor in zip(path, amounts, strict=True):
            account = self.accounts[account_id]
            if amount_minor is None:
                return Reason.NO_RATE, account_id
            reason = account.obstacle(amount_minor)
            if reason is not None:
                return reason, account_id
            is_bounded = is_bounded or account.is_bounded
        return None if is_bounded else (Reason.NO_LIMIT, path[-1])

    def amounts(self, path: Sequence[str], amount_minor: int, currency: str) -> tuple[int | None, ...]:
        """Return a commitment in the currency of each account of `path`, None where there is no exchange rate."""
        targets = [self.accounts[account_id].currency for account_id in path]
        if targets.count(currency) == len(targets):
            return (amount_minor,) * len(targets)
        return tuple(self.rates.committed(amount_minor, currency, target) for target in targets)

    def headroom(self, account: Account) -> int | None:
        """Return the least that any account of the path leaves available, in `account`'s currency; None: unbounded."""
        least: int | None = None
        for account_id in account.path:
            level = self.accounts[account_id]
            if not level.is_bounded:
                continue
            available = level.available_minor
            if level.currency != account.currency:
                # Without an exchange rate nothing can be reserved.
                available = self.rates.available(level.available_minor, level.currency, account.currency) or 0
            if least is None or available < least:
                least = available
        return least

    def _reserve(self, command: Reserve) -> Posting | Refusal:
        account = self.accounts.get(command.account_id)
        if account is None:
            return not_found("account_not_found", "there is no such account")
        if command.amount.currency != account.currency:
            return wrong_currency(account.currency)
        amounts = self.amounts(account.path, command.amount.amount_minor, account.currency)
        obstacle = self.obstacle(account.path, amounts)
        is_uniform = amounts.count(command.amount.amount_minor) == len(amounts)
        reservation = Reservation(
            reservation_id=command.reservation_id,
            path=account.path,
            amount=command.amount,
            state=State.RESERVED if obstacle is None else State.DECLINED,
            created_at=self.now,
            expires_at=self.now + command.lasts,
            held_minor=None if is_uniform or obstacle is not None else _known(amounts),
            reason=None if obstacle is None else obstacle[0],
            obstacle_account_id=None if obstacle is None else obstacle[1],
            reference=command.reference,
            resolved_at=None if obstacle is None else self.now,
        )
        if obstacle is not None or command.dry_run:
            headroom = self.headroom(account)
            posting = Posting(
                account, reservation, EntryKind.RESERVED, (), headroom, self.now, is_dry_run=command.dry_run
            )
            if not command.dry_run:
                self._record(posting)
            return posting
        entries = self.post(account.path, EntryKind.RESERVED, reserved=_known(amounts), cause=_cause(reservation))
        return self._done(reservation, EntryKind.RESERVED, entries)

    def _capture(self, reservation: Reservation, command: Capture) -> Posting:
        drawn = reservation.left_minor if command.amount is None else command.amount.amount_minor
        is_over = command.final or drawn == reservation.left_minor
        # Kept is rounded down, so what is drawn is rounded up: it never counts as less, even when the rest is released.
        kept = parts(reservation, reservation.left_minor - drawn)
        taken = tuple(held - part for held, part in zip(reservation.held, kept, strict=True))
        given_back = reservation.held if is_over else taken
        entries = self.post(
            reservation.path,
            EntryKind.CAPTURED,
            reserved=[-minor for minor in given_back],
            posted=taken,
            cause=_cause(reservation),
        )
        left = tuple(held - part for held, part in zip(reservation.held, given_back, strict=True))
        unitemised = tuple(before + part for before, part in zip(reservation.unitemised, taken, strict=True))
        captured = replace(
            reservation,
            captured_minor=reservation.captured_minor + drawn,
            held_minor=None if reservation.held_minor is None else left,
            unitemised_minor=None if reservation.held_minor is None else unitemised,
        )
        if is_over:
            captured = captured.ended(State.CAPTURED, self.now)
        return self._done(captured, EntryKind.CAPTURED, entries)

    def _adjust(self, reservation: Reservation, command: Adjust) -> Posting:
        delta = command.amount.amount_minor - reservation.amount.amount_minor
        account = self.accounts[reservation.account_id]
        if delta > 0:
            amounts = self.amounts(reservation.path, delta, account.currency)
            obstacle = self.obstacle(reservation.path, amounts)
            if obstacle is not None:
                headroom = self.headroom(account)
                posting = Posting(
                    account, reservation, EntryKind.ADJUSTED, (), headroom, self.now, adjustment=obstacle[0]
                )
                self._record(posting)
                return posting
            changes = _known(amounts)
        else:
            changes = tuple(-part for part in parts(reservation, -delta))
        entries = self.post(reservation.path, EntryKind.ADJUSTED, reserved=changes, cause=_cause(reservation))
        held = tuple(before + change for before, change in zip(reservation.held, changes, strict=True))
        is_uniform = reservation.held_minor is None and all(change == delta for change in changes)
        adjusted = replace(
            reservation,
            amount=command.amount,
            held_minor=None if is_uniform else held,
            expires_at=reservation.expires_at if command.lasts is None else self.now + command.lasts,
        )
        return self._done(adjusted, EntryKind.ADJUSTED, entries)

    def _end(self, reservation: Reservation, state: State, kind: EntryKind, at: datetime) -> Posting:
        given_back = [-minor for minor in reservation.held]
        entries = self.post(reservation.path, kind, reserved=given_back, cause=_cause(reservation))
        return self._done(reservation.ended(state, at), kind, entries)

    def _done(self, reservation: Reservation, kind: EntryKind, entries: tuple[Entry, ...]) -> Posting:
        account = self.accounts[reservation.account_id]
        posting = Posting(account, reservation, kind, entries, self.headroom(account), self.now)
        self._record(posting)
        return posting

    def _record(self, posting: Posting) -> None:
        self._reservations[posting.reservation.reservation_id] = posting.reservation
        self.postings.append(posting)


def _cause(reservation: Reservation) -> Cause:
    return Cause(reservation_id=reservation.reservation_id, reference=reservation.reference)


def _known(amounts: Sequence[int | None]) -> tuple[int, ...]:
    """Return amounts of which an obstacle would have told if one were unknown."""
    return tuple(amount for amount in amounts if amount is not None)
