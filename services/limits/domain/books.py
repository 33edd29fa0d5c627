"""The books: the accounts that one transaction holds, and the commands carried out on them one after the other."""

from collections.abc import Iterable
from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.reservation import (
    Capture,
    Posting,
    Release,
    Reservation,
    Reserve,
    capture,
    expire,
    release,
    reserve,
)
from shared.errors import Refusal, not_found

Command = Reserve | Capture | Release


class Books:
    """Holds what one transaction works on. Each command sees what those before it left.

    `reservations` are those that have run out by `now`, which are expired at once, and those the commands name.
    `postings` collects what happened, in order, for whoever stores and publishes it.
    """

    def __init__(self, accounts: Iterable[Account], reservations: Iterable[Reservation], now: datetime) -> None:
        self.accounts = {account.account_id: account for account in accounts}
        self.postings: list[Posting] = []
        self._reservations = {entry.reservation_id: entry for entry in reservations}
        self._now = now
        for entry in list(self._reservations.values()):
            if entry.as_of(now).state is not entry.state:
                self._record(expire(self.accounts[entry.account_id], entry, now))

    def carry_out(self, command: Command) -> Posting | Refusal:
        """Carry out one command; a refused one leaves no trace. Refused with 404: what isn't there."""
        outcome = self._decide(command)
        if isinstance(outcome, Posting):
            self._record(outcome)
        return outcome

    def _decide(self, command: Command) -> Posting | Refusal:
        if isinstance(command, Reserve):
            account = self.accounts.get(command.account_id)
            if account is None:
                return not_found("account_not_found", "there is no such account")
            return reserve(account, command, self._now)
        reservation = self._reservations.get(command.reservation_id)
        if reservation is None:
            return not_found("reservation_not_found", "there is no such reservation")
        account = self.accounts[reservation.account_id]
        if isinstance(command, Capture):
            return capture(account, reservation, command, self._now)
        return release(account, reservation, self._now)

    def _record(self, posting: Posting) -> None:
        self.accounts[posting.account.account_id] = posting.account
        self._reservations[posting.reservation.reservation_id] = posting.reservation
        self.postings.append(posting)
