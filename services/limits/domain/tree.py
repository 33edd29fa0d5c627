"""The tree of accounts: what may stand below what, and what a move takes along."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.limits.domain.account import MAX_DEPTH, Account, EntryKind, Kind, Status
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Reservation
from shared.errors import Fault, Refusal, conflict, invalid

_PARENTS: Final[Mapping[Kind, frozenset[Kind | None]]] = {
    Kind.GROUP: frozenset({None, Kind.GROUP}),
    Kind.CUSTOMER: frozenset({None, Kind.GROUP}),
    Kind.SEGMENT: frozenset({Kind.CUSTOMER, Kind.SEGMENT}),
}
"""What each kind may stand below; None: it may be the root of a tree.

Groups nest, and so do segments. A customer stands below groups only: who is liable for whom among customers is said by
a group. A segment is part of a customer's business, so it has the customer's party and always stands below it.
"""


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """The command to open an account, at the root of a tree or below `parent_id`; only a segment has a `segment`."""

    account_id: str
    party_id: str
    product: str
    currency: str
    kind: Kind
    segment: str
    sbu: str | None
    parent_id: str | None
    review_due_on: date | None


def misplaced(command: OpenAccount, parent: Account | None) -> Refusal | None:
    """Return why an account can't be opened there: 422 for what contradicts itself, 409 for what the tree forbids."""
    if (command.kind is Kind.SEGMENT) != bool(command.segment):
        words = "a segment is named" if command.kind is Kind.SEGMENT else "only an account of the kind segment has one"
        return invalid("invalid_account", words, [Fault("/segment", "segment_and_kind", words)])
    if command.parent_id is not None and parent is None:
        return unknown_parent()
    return _cannot_stand(command.kind, command.party_id, parent, 1)


def unknown_parent() -> Refusal:
    """Return the refusal of a parent that does not exist."""
    fault = Fault("/parent_id", "parent_not_found", "there is no such account")
    return invalid("parent_not_found", "there is no account of the parent's id", [fault])


def _cannot_stand(kind: Kind, party_id: str, parent: Account | None, height: int) -> Refusal | None:
    """Return why an account with `height` levels, its own included, can't stand below `parent`, or at the root."""
    if (None if parent is None else parent.kind) not in _PARENTS[kind]:
        allowed = sorted(entry or "the root" for entry in _PARENTS[kind])
        return conflict("kinds_do_not_nest", f"an account of the kind {kind} stands below: {', '.join(allowed)}")
    if parent is None:
        return None
    if parent.status is Status.CLOSED:
        return conflict("parent_closed", "a closed account takes no accounts below it")
    if kind is Kind.SEGMENT and party_id != parent.party_id:
        return conflict("another_party", "a segment stands below an account of the same party")
    if len(parent.path) + height > MAX_DEPTH:
        return conflict("tree_too_deep", f"a path may have {MAX_DEPTH} accounts")
    return None


@dataclass(frozen=True, slots=True)
class Move:
    """What a move changes beside the books: the new path of each account that moves, and its open reservations."""

    paths: Mapping[str, tuple[str, ...]]
    reservations: tuple[Reservation, ...]


def move(
    books: Books,
    account_id: str,
    parent_id: str | None,
    moved_ids: Collection[str],
    reservations: Sequence[Reservation],
    cause: Cause,
) -> Move | Refusal:
    """Put an account, and with it all below it (`moved_ids`, its own included), below another, or at the root.

    `reservations` are all that are open on what moves. The commitments come off the accounts above, and are entered on
    those above afterwards at the rates of `books`: of a reservation exactly what is held there comes off. What is
    committed stands, so a move may leave the new accounts with less than nothing available. Refused with 409 or 422.
    """
    account = books.accounts[account_id]
    parent = None if parent_id is None else books.accounts.get(parent_id)
    if parent_id is not None and parent is None:
        return unknown_parent()
    refused = _cannot_move(account, parent, [books.accounts[moved_id] for moved_id in moved_ids])
    if refused is not None:
        return refused
    above = account.path[:-1]
    above_afterwards = () if parent is None else parent.path
    moved = [_moved(books, entry, (*above_afterwards, *entry.path[len(above) :])) for entry in reservations]
    own = (account.posted_minor,)
    posted = carried(books, own, (account_id,), account.path)
    posted_afterwards = carried(books, own, (account_id,), (*above_afterwards, account_id))
    if posted is None or posted_afterwards is None or None in moved:
        return _NO_RATE
    known = [entry for entry in moved if entry is not None]
    _enter(books, account_id, above, EntryKind.DETACHED, reservations, posted, -1, cause)
    _enter(books, account_id, above_afterwards, EntryKind.ATTACHED, known, posted_afterwards, 1, cause)
    paths = {moved_id: above_afterwards + books.accounts[moved_id].path[len(above) :] for moved_id in sorted(moved_ids)}
    return Move(paths, tuple(known))


def carried(
    books: Books, amounts: Sequence[int], path: Sequence[str], path_afterwards: Sequence[str]
) -> tuple[int, ...] | None:
    """Return what a commitment is entered with on each account of its new path, given what it was on its former one.

    On an account that stays above, what it was; on a new one, what it is on its own account at the rates of `books`,
    and None where there is no such rate.
    """
    before = dict(zip(path, amounts, strict=True))
    currency = books.accounts[path[-1]].currency
    found = []
    for account_id in path_afterwards:
        amount = before.get(account_id)
        if amount is None:
            amount = books.rates.committed(amounts[-1], currency, books.accounts[account_id].currency)
        if amount is None:
            return None
        found.append(amount)
    return tuple(found)


_NO_RATE: Final = conflict("no_rate", "there is no exchange rate of today between the currencies of these accounts")


def _cannot_move(account: Account, parent: Account | None, moved: Sequence[Account]) -> Refusal | None:
    if parent is not None and parent.account_id in {entry.account_id for entry in moved}:
        return conflict("tree_cycle", "an account can't stand below itself")
    if account.path[:-1] == (() if parent is None else parent.path):
        return conflict("already_there", "the account stands there")
    height = max(len(entry.path) for entry in moved) - len(account.path) + 1
    return _cannot_stand(account.kind, account.party_id, parent, height)


def _moved(books: Books, entry: Reservation, path: tuple[str, ...]) -> Reservation | None:
    """Return a reservation as it is held on its new path, None where there is no rate for it."""
    held = carried(books, entry.held, entry.path, path)
    unitemised = carried(books, entry.unitemised, entry.path, path)
    if held is None or unitemised is None:
        return None
    is_uniform = len(set(held)) == 1 == len(set(unitemised))
    return replace(
        entry,
        path=path,
        held_minor=None if is_uniform else held,
        unitemised_minor=None if is_uniform else unitemised,
    )


def _enter(
    books: Books,
    account_id: str,
    above: tuple[str, ...],
    kind: EntryKind,
    reservations: Sequence[Reservation],
    posted: Sequence[int],
    sign: int,
    cause: Cause,
) -> None:
    """Enter commitments on the accounts above one, or take them off; on itself, where nothing changes, that it was."""
    if not above:
        return
    books.post(
        (*above, account_id),
        kind,
        reserved=[*(sign * sum(entry.held[place] for entry in reservations) for place in range(len(above))), 0],
        posted=[*(sign * minor for minor in posted[:-1]), 0],
        cause=cause,
    )
    # Facts, not permissions: with them follows how much may be committed.
    books.retermed.update(above)


def mixed_currencies(accounts: Collection[Account]) -> set[str]:
    """Return the currencies of those trees, among whole paths of accounts, that are in more than one."""
    if len({account.currency for account in accounts}) < 2:
        return set()
    by_root: dict[str, set[str]] = {}
    for account in accounts:
        by_root.setdefault(account.path[0], set()).add(account.currency)
    return {currency for found in by_root.values() if len(found) > 1 for currency in found}
