"""What would be if: changes that nobody made, carried out on copies by the code that carries out real ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from services.limits.domain.account import Account, Basis, EntryKind, Reason, Status
from services.limits.domain.books import Books
from services.limits.domain.checks.result import Checkpoint, CheckRecord, Verdict
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Reservation, Reserve, State
from services.limits.domain.tree import move
from shared.errors import Fault, Refusal, conflict, invalid
from shared.money import Money

_NOBODY: Final = Cause()
_A_WHILE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TryReservation:
    """What if `amount` were reserved?"""

    account_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TryDocument:
    """What if a document over `amount` came? Unless it is blocked it counts as exposure for what comes after it."""

    account_id: str
    amount: Money
    checkpoint: Checkpoint = Checkpoint.ORDER
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TryLimit:
    """What if the account had this limit (None: none of its own), and this cover (None: as it is)?"""

    account_id: str
    limit: Money | None
    cover: Money | None = None


@dataclass(frozen=True, slots=True)
class TryStatus:
    """What if the account had this status?"""

    account_id: str
    status: Status


@dataclass(frozen=True, slots=True)
class TryMove:
    """What if the account stood below `parent_id`, or at the root when None, with all below it?"""

    account_id: str
    parent_id: str | None


Change = TryReservation | TryDocument | TryLimit | TryStatus | TryMove


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one change: `reason` is why a reservation would be declined, `record` the check of a document."""

    change: Change
    reason: Reason | None = None
    record: CheckRecord | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """An account that the changes touch, as it stands and as it would stand."""

    before: Account
    after: Account


def carry_out(books: Books, change: TryReservation | TryLimit | TryStatus | TryMove) -> Tried | Refusal:
    """Carry out one change on the books. Refused: what makes no sense, as the real one would be."""
    if isinstance(change, TryReservation):
        return _reserve(books, change)
    if isinstance(change, TryLimit):
        refused = _set_limit(books, change)
    elif isinstance(change, TryStatus):
        books.accounts[change.account_id] = replace(books.accounts[change.account_id], status=change.status)
        refused = None
    else:
        refused = _move(books, change)
    return Tried(change) if refused is None else refused


def count_document(books: Books, change: TryDocument, record: CheckRecord) -> Tried:
    """Return what became of a document, and post it unless it is blocked."""
    path = books.accounts[change.account_id].path
    amounts = books.amounts(path, change.amount.amount_minor, change.amount.currency)
    known = [minor for minor in amounts if minor is not None]
    if record.verdict is not Verdict.BLOCK and len(known) == len(path):
        books.post(path, EntryKind.ITEM, posted=known, cause=_NOBODY)
    return Tried(change, record=record)


def levels(books: Books, changes: Iterable[Change]) -> list[Level]:
    """Return the accounts on the paths of changes, before and afterwards, and those that came to stand differently."""
    touched: dict[str, None] = {}
    for change in changes:
        for account in (books.before[change.account_id], books.accounts[change.account_id]):
            touched.update(dict.fromkeys(account.path))
    return [Level(books.before[account_id], books.accounts[account_id]) for account_id in touched]


def _reserve(books: Books, change: TryReservation) -> Tried | Refusal:
    outcome = books.carry_out(Reserve(f"tried_{len(books.postings)}", change.account_id, change.amount, _A_WHILE))
    return outcome if isinstance(outcome, Refusal) else Tried(change, reason=outcome.reservation.reason)


def _set_limit(books: Books, change: TryLimit) -> Refusal | None:
    account = books.accounts[change.account_id]
    for name, stated in (("limit", change.limit), ("cover", change.cover)):
        if stated is not None and stated.currency != account.currency:
            fault = Fault(f"/{name}/currency", "wrong_currency", f"this account is in {account.currency}")
            return invalid("wrong_currency", "the amount is not in the account's currency", [fault])
    books.set_limit(
        change.account_id,
        EntryKind.LIMIT_CHANGED,
        limit_minor=0 if change.limit is None else change.limit.amount_minor,
        cover_minor=account.cover_minor if change.cover is None else change.cover.amount_minor,
        basis=Basis.UNSET if change.limit is None else Basis.SET,
        changes_at=account.limit_changes_at,
        cause=_NOBODY,
    )
    return None


def _move(books: Books, change: TryMove) -> Refusal | None:
    moved_ids = [account.account_id for account in books.accounts.values() if change.account_id in account.path]
    held = _reserved(books, books.accounts[change.account_id])
    if isinstance(held, Refusal):
        return held
    made = move(books, change.account_id, change.parent_id, moved_ids, held, _NOBODY)
    if isinstance(made, Refusal):
        return made
    for account_id, path in made.paths.items():
        books.accounts[account_id] = replace(books.accounts[account_id], path=path)
    return None


def _reserved(books: Books, account: Account) -> Sequence[Reservation] | Refusal:
    """Return all that is reserved on an account and below it as one reservation, at the rates of the books."""
    if account.reserved_minor == 0:
        return ()
    held = books.amounts(account.path, account.reserved_minor, account.currency)
    known = tuple(minor for minor in held if minor is not None)
    if len(known) < len(held):
        return conflict("no_rate", "there is no exchange rate of today between the currencies of these accounts")
    return [
        Reservation(
            reservation_id="tried",
            path=account.path,
            amount=account.money(account.reserved_minor),
            state=State.RESERVED,
            created_at=books.now,
            expires_at=books.now + _A_WHILE,
            held_minor=known,
        )
    ]
