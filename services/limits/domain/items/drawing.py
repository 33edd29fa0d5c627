"""How a reservation becomes documents: what they count with is taken off what it holds, in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from services.limits.domain.account import Account, EntryKind
from services.limits.domain.books import Books
from services.limits.domain.items import chain, levels
from services.limits.domain.items.item import Item, Statement
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Capture, State
from shared.errors import Fault, Refusal, invalid

_ENDED: Final = {
    State.DECLINED: ("reservation_declined", "the reservation was declined; nothing is set aside"),
    State.RELEASED: ("already_released", "the reservation has been released"),
    State.EXPIRED: ("already_expired", "the reservation has expired"),
}


def objection(books: Books, stated: Statement, known: Item | None) -> Refusal | None:
    """Return why a line can't draw on the reservation it names.

    That is because it is not there, of another account, or ended before anything of it became a document. A line that
    has drawn stays with its reservation, and both with their account.
    """
    if known is not None and known.drawn_minor > 0:
        return _change_after_drawing(stated, known)
    if stated.reservation_id is None:
        return None
    reservation = books.reservation(stated.reservation_id)
    if reservation is None:
        return _located("reservation_not_found", "there is no such reservation")
    if reservation.account_id != stated.account_id:
        return _located("reservation_of_another_account", "the reservation is on another account")
    is_used = reservation.left_minor > 0 or reservation.captured_minor > 0
    return None if is_used else _located(*_ENDED[reservation.state])


def _change_after_drawing(stated: Statement, known: Item) -> Refusal | None:
    if stated.account_id != known.stated.account_id:
        words = "the line has drawn on a reservation of its account; take it back, and state another line there"
        return invalid("line_has_drawn", words, [Fault("/account_id", "line_has_drawn", words)])
    if stated.reservation_id != known.stated.reservation_id:
        return _located("line_has_drawn", "the line has drawn on another reservation")
    return None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the documents of a chain count with and has not been drawn on their reservation; `item_id` names that."""

    reservation_id: str
    item_id: str
    undrawn_minor: int


def claims(items: Mapping[str, Item]) -> list[Claim]:
    """Return what the items of a chain claim of each reservation, in the currency of their account.

    An item that names no reservation goes with the line it follows. So a document that takes over from one which has
    drawn is not drawn for again, and what it comes to beyond that is.
    """
    named: dict[str, str] = {}
    undrawn: dict[str, int] = {}
    for item_id in sorted(items):
        item = items[item_id]
        reservation_id = _source(items, item)
        if reservation_id is not None:
            rest = max(0, item.own_posted_minor) - item.drawn_minor
            undrawn[reservation_id] = undrawn.get(reservation_id, 0) + rest
        if item.stated.reservation_id is not None:
            named.setdefault(item.stated.reservation_id, item_id)
    return [Claim(name, named[name], minor) for name, minor in sorted(undrawn.items()) if minor > 0]


def _source(items: Mapping[str, Item], item: Item) -> str | None:
    step: Item | None = item
    while step is not None and step.stated.reservation_id is None:
        step = chain.predecessor(items, step)
    return None if step is None else step.stated.reservation_id


def draw(books: Books, account: Account, claim: Claim, cause: Cause) -> int:
    """Draw on a reservation what documents on `account` claim of it; return how much it was.

    First what was captured before and has not become documents, then what is still set aside, which is captured now.
    What is drawn goes off what is posted, since the documents are entered in its place: so it counts once, and at every
    moment.
    """
    reservation = books.reservation(claim.reservation_id)
    if reservation is None or reservation.account_id != account.account_id:
        return 0
    rest = reservation.captured_minor - reservation.itemised_minor
    captured = min(max(0, claim.undrawn_minor - rest), reservation.left_minor)
    if captured > 0:
        amount = replace(reservation.amount, amount_minor=captured)
        books.carry_out(Capture(reservation.reservation_id, amount, final=False), cause.actor)
    drawn = min(claim.undrawn_minor, rest + captured)
    if drawn > 0:
        _itemise(books, reservation.reservation_id, drawn, cause)
    return drawn


def _located(code: str, words: str) -> Refusal:
    return invalid(code, words, [Fault("/reservation_id", code, words)])


def _itemise(books: Books, reservation_id: str, amount_minor: int, cause: Cause) -> None:
    reservation = books.reservation(reservation_id)
    assert reservation is not None
    rest = reservation.captured_minor - reservation.itemised_minor
    # The last part takes what rounding left, so that nothing stays posted without a reservation or a document.
    taken = [whole if amount_minor == rest else whole * amount_minor // rest for whole in reservation.unitemised]
    account = books.accounts[reservation.account_id]
    off = [-minor for minor in levels.carried_over(books, account, reservation.path, taken)]
    books.post(account.path, EntryKind.ITEMISED, posted=off, cause=cause)
    left = tuple(whole - part for whole, part in zip(reservation.unitemised, taken, strict=True))
    books.keep(
        replace(
            reservation,
            itemised_minor=reservation.itemised_minor + amount_minor,
            unitemised_minor=None if reservation.unitemised_minor is None else left,
        )
    )
