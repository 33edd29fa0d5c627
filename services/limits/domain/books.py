"""The books: a ledger with the reservations on its accounts, and the commands carried out on them one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from services.limits.domain.account import Account, Entry, EntryKind, Reason
from services.limits.domain.ledger import Cause, Ledger
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


class Posting(NamedTuple):
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


_NO_RATES: Final = Rates()


class Books(Ledger):
    """Holds what one transaction works on. Each command sees what those before it left.

    `reservations` are those that have run out by `now` (which are expired at once) and those the commands name.
    `postings` collects what happened to reservations, for whoever stores and publishes it.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        reservations: Iterable[Reservation],
        now: datetime,
        rates: Rates = _NO_RATES,
    ) -> None:
        super().__init__(accounts, now, rates)
        self.postings: list[Posting] = []
        self._itemised: set[str] = set()
        self._reservations = {entry.reservation_id: entry for entry in reservations}
        for entry in list(self._reservations.values()):
            if entry.as_of(now).state is not entry.state:
                self._end(entry, State.EXPIRED, EntryKind.EXPIRED, entry.expires_at)

    def carry_out(self, command: Command, actor: str | None = None) -> Posting | Refusal:
        """Carry out one command of `actor`; a refused one leaves no trace. Refused with 404: what isn't there."""
        if isinstance(command, Reserve):
            return self._reserve(command, actor)
        reservation = self._reservations.get(command.reservation_id)
        if reservation is None:
            return not_found("reservation_not_found", "there is no such reservation")
        refused = objection(reservation, command)
        if refused is not None:
            return refused
        if isinstance(command, Capture):
            return self._capture(reservation, command, actor)
        if isinstance(command, Adjust):
            return self._adjust(reservation, command, actor)
        return self._end(reservation, State.RELEASED, EntryKind.RELEASED, self.now, actor)

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

    def _reserve(self, command: Reserve, actor: str | None) -> Posting | Refusal:
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
        entries = self.post(
            account.path, EntryKind.RESERVED, reserved=_known(amounts), cause=_cause(reservation, actor)
        )
        return self._done(reservation, EntryKind.RESERVED, entries)

    def _capture(self, reservation: Reservation, command: Capture, actor: str | None) -> Posting:
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
            cause=_cause(reservation, actor),
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

    def _adjust(self, reservation: Reservation, command: Adjust, actor: str | None) -> Posting:
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
        entries = self.post(reservation.path, EntryKind.ADJUSTED, reserved=changes, cause=_cause(reservation, actor))
        held = tuple(before + change for before, change in zip(reservation.held, changes, strict=True))
        is_uniform = reservation.held_minor is None and all(change == delta for change in changes)
        adjusted = replace(
            reservation,
            amount=command.amount,
            held_minor=None if is_uniform else held,
            expires_at=reservation.expires_at if command.lasts is None else self.now + command.lasts,
        )
        return self._done(adjusted, EntryKind.ADJUSTED, entries)

    def _end(
        self, reservation: Reservation, state: State, kind: EntryKind, at: datetime, actor: str | None = None
    ) -> Posting:
        given_back = [-minor for minor in reservation.held]
        entries = self.post(reservation.path, kind, reserved=given_back, cause=_cause(reservation, actor))
        return self._done(reservation.ended(state, at), kind, entries)

    def _done(self, reservation: Reservation, kind: EntryKind, entries: tuple[Entry, ...]) -> Posting:
        account = self.accounts[reservation.account_id]
        posting = Posting(account, reservation, kind, entries, self.headroom(account), self.now)
        self._record(posting)
        return posting

    def _record(self, posting: Posting) -> None:
        self._reservations[posting.reservation.reservation_id] = posting.reservation
        self.postings.append(posting)


def _cause(reservation: Reservation, actor: str | None) -> Cause:
    return Cause(reservation_id=reservation.reservation_id, reference=reservation.reference, actor=actor)


def _known(amounts: Sequence[int | None]) -> tuple[int, ...]:
    """Return amounts of which an obstacle would have told if one were unknown."""
    return tuple(amount for amount in amounts if amount is not None)
