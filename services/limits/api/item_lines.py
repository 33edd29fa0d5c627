"""One line of a document in a request."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from pydantic_core import to_json

from services.limits.domain.document import Document
from services.limits.domain.items.item import Category, LineKey, Statement
from services.limits.handlers.items import Line
from shared.errors import Fault, Refusal, invalid
from shared.http import Body, SafeStr
from shared.http.body import parse
from shared.money import MAX_MINOR, Money

_LineName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
_MOST_DUNNING: Final = 9


class ItemMoneyBody(Body):
    """An amount of 0 or more in minor units of an ISO 4217 currency."""

    amount_minor: int = Field(ge=0, le=MAX_MINOR, examples=[250000])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])


class OwnerBody(Body):
    """The account by what it was opened for."""

    party_id: SafeStr
    product: SafeStr
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])
    segment: SafeStr | None = None


class FollowsBody(Body):
    """The line that this one comes from; of the same source unless it says otherwise."""

    source: SafeStr | None = None
    doc_type: SafeStr
    doc_id: SafeStr
    line: _LineName = "1"


class OwnLine(Body):
    """What is said of a line, but for the account and the reservation.

    `amount` is the whole of the line, whatever became of it since; an amount of 0 takes it back. `paid` is how much of
    it has been paid so far; once all is, its category is `paid`. It takes over from the line that it `follows`. A
    `statistical` line is shown and counts nothing.
    """

    source: SafeStr
    doc_type: SafeStr
    doc_id: SafeStr
    line: _LineName = "1"
    version: int = Field(ge=0, le=MAX_MINOR)
    category: Category
    amount: ItemMoneyBody
    paid: ItemMoneyBody | None = None
    due_on: date | None = None
    ship_on: date | None = None
    paid_on: date | None = None
    disputed: bool = False
    statistical: bool = False
    dunning_level: int = Field(default=0, ge=0, le=_MOST_DUNNING)
    follows: FollowsBody | None = None


class ItemLine(OwnLine):
    """A line on an account, named by its id or by what it was opened for; it draws on a reservation if it names one."""

    account_id: SafeStr | None = None
    owner: OwnerBody | None = None
    reservation_id: SafeStr | None = None


def parsed(given: Mapping[str, Any]) -> Line | Refusal:
    """Return a line as it was sent, or why it makes no sense; pointers begin at the line."""
    try:
        line = parse(ItemLine, to_json(given))
        if (line.account_id is None) == (line.owner is None):
            words = "name the account by its id or by its owner, one of the two"
            raise invalid("invalid_line", words, [Fault("/account_id", "account_or_owner", words)])
        stated = _statement(line, line.account_id or "", line.reservation_id)
    except Refusal as refusal:
        return refusal
    owner = line.owner
    if owner is None:
        return Line(stated)
    return Line(stated, (owner.party_id, owner.product, owner.currency, owner.segment or ""))


def parsed_own(line: OwnLine) -> Line | Refusal:
    """Return a line whose account and reservation are said elsewhere, or why it makes no sense."""
    try:
        return Line(_statement(line))
    except Refusal as refusal:
        return refusal


def _statement(line: OwnLine, account_id: str = "", reservation_id: str | None = None) -> Statement:
    """Return what a line says; raises `Refusal` with 422 when its parts contradict each other."""
    amount = Money(line.amount.amount_minor, line.amount.currency)
    paid_minor = 0
    if line.paid is not None:
        if line.paid.currency != amount.currency:
            raise _contradiction("/paid/currency", "is not the currency of the line")
        if line.paid.amount_minor > amount.amount_minor:
            raise _contradiction("/paid/amount_minor", "is more than the line comes to")
        paid_minor = line.paid.amount_minor
    if line.paid_on is not None and paid_minor == 0 and line.category is not Category.PAID:
        raise _contradiction("/paid_on", "is said of a line of which nothing was paid")
    follows = line.follows
    return Statement(
        key=LineKey(Document(line.source, line.doc_type, line.doc_id), line.line),
        version=line.version,
        account_id=account_id,
        category=line.category,
        amount=amount,
        paid_minor=paid_minor,
        due_on=line.due_on,
        ship_on=line.ship_on,
        paid_on=line.paid_on,
        disputed=line.disputed,
        statistical=line.statistical,
        dunning_level=line.dunning_level,
        follows=None
        if follows is None
        else LineKey(Document(follows.source or line.source, follows.doc_type, follows.doc_id), follows.line),
        reservation_id=reservation_id,
    )


def _contradiction(pointer: str, words: str) -> Refusal:
    return invalid(
        "invalid_line", "the parts of the line contradict each other", [Fault(pointer, "contradiction", words)]
    )
