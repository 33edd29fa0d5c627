"""The ledger of one transaction: the accounts it holds, and the entries it makes on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from services.limits.domain.account import Account, Basis, Entry, EntryKind, Reason, post
from services.limits.domain.rates import Rates


class Cause(NamedTuple):
    """What an entry comes from, for whoever reads the ledger: ids, the caller's own reference, who and why.

    These are the last fields of an entry, in its order.
    """

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


class Ledger:
    """Holds accounts and enters what changes on them. Each change sees what those before it left.

    `accounts` are complete: with an account come all of its path; `before` is how they were stored. `entries` collects
    every change in order and `limit_changes` what happened to limits, for whoever stores and publishes it; `retermed`
    names the accounts of which more changed than what reserving and capturing change.
    """

    def __init__(self, accounts: Iterable[Account], now: datetime, rates: Rates) -> None:
        self.accounts = {account.account_id: account for account in accounts}
        self.before = dict(self.accounts)
        self.now = now
        self.rates = rates
        self.entries: list[Entry] = []
        self.limit_changes: list[LimitChange] = []
        self.retermed: set[str] = set()

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
        accounts = self.accounts
        transaction_id = f"{path[-1]}/{accounts[path[-1]].version + 1}"
        nothing = (0,) * len(path)
        deltas = zip(
            path, nothing if reserved is None else reserved, nothing if posted is None else posted, strict=True
        )
        return tuple(
            [
                self._enter(accounts[account_id], kind, transaction_id, cause, 0, 0, reserved_delta, posted_delta)
                for account_id, reserved_delta, posted_delta in deltas
            ]
        )

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
        # By position: by name it takes three times as long, and this is done for every account of every reservation.
        entry = Entry(
            account.account_id,
            account.version + 1,
            kind,
            self.now,
            transaction_id,
            limit_delta,
            cover_delta,
            available_delta,
            reserved_delta,
            posted_delta,
            account.available_minor + available_delta if account.is_bounded else None,
            *cause,
        )
        self.accounts[account.account_id] = post(account, entry)
        self.entries.append(entry)
        return entry

    def obstacle(self, path: Sequence[str], amounts: Sequence[int | None]) -> tuple[Reason, str] | None:
        """Return why an amount can't be reserved and on which account, looking from the root down; None when it can.

        `amounts` is the amount in the currency of each account, None where there is no exchange rate.
        """
        accounts = self.accounts
        is_bounded = False
        for account_id, amount_minor in zip(path, amounts, strict=True):
            if amount_minor is None:
                return Reason.NO_RATE, account_id
            account = accounts[account_id]
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
