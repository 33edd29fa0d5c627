"""Documents and what they add up to, as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import BaseModel

from services.limits.domain.account import Account
from services.limits.domain.items.exposure import AGEING, CategoryTotal, Exposure
from services.limits.domain.items.item import Item, LineKey
from services.limits.domain.items.register import Outcome, within
from services.limits.domain.items.rules import ExposureRules
from services.limits.domain.reservation import Reservation
from services.limits.replies.reservations import ReservationReply, reservation_reply
from shared.http.money import MoneyBody
from shared.idempotency import Answer


class FaultReply(BaseModel):
    """What is wrong with a line: where in the request, a stable code, and words."""

    pointer: str
    code: str
    detail: str


class LineReply(BaseModel):
    """What became of a line: `applied`, `ignored_older` (`version` is the one that stands), or `refused` with a code.

    `counted` is what the line then counts with, in the account's currency, and `standing` whether or why not.
    """

    result: str
    item_id: str | None
    version: int | None
    standing: str | None = None
    counted: MoneyBody | None = None
    code: str | None = None
    detail: str | None = None
    errors: list[FaultReply] = []


class LinesReply(BaseModel):
    """What became of each line, in the order in which they were sent."""

    applied: int
    ignored_older: int
    refused: int
    results: list[LineReply]


class CapturedItemReply(ReservationReply):
    """A reservation after something was drawn on it, and the document line that this became."""

    item: LineReply | None = None


class LineKeyReply(BaseModel):
    """A line of a document by the names it has where it comes from."""

    source: str
    doc_type: str
    doc_id: str
    line: str


class ItemReply(LineKeyReply):
    """A line as last stated; `open` is what of `amount` is not paid and was taken over by no later document.

    `counted` is what it counts with in the account's currency, below zero for a credit, and `standing` whether or why
    not; an order beyond the horizon `counts_from` a day. `drawn` was drawn for it on its reservation.
    """

    item_id: str
    version: int
    account_id: str
    category: str
    amount: MoneyBody
    paid: MoneyBody
    open: MoneyBody
    counted: MoneyBody
    standing: str
    counts_from: date | None
    due_on: date | None
    ship_on: date | None
    paid_on: date | None
    disputed: bool
    statistical: bool
    dunning_level: int
    follows: LineKeyReply | None
    reservation_id: str | None
    drawn: MoneyBody


class ItemPage(BaseModel):
    """Lines in the order of their ids, and where the next page begins."""

    items: list[ItemReply]
    next_cursor: str | None


class CategoryReply(BaseModel):
    """The open documents of a category: `gross` is all that is open, the others are what of it counts or does not."""

    category: str
    items: int
    counted: MoneyBody
    gross: MoneyBody
    disputed: MoneyBody
    beyond_horizon: MoneyBody
    statistical: MoneyBody


class BucketReply(BaseModel):
    """What is open of invoices, by how many days they are past due."""

    days_past_due: str
    open: MoneyBody


class RulesReply(BaseModel):
    """Which documents of a product count; version 0 is built in."""

    product: str
    version: int
    categories: list[str]
    count_disputed: bool
    reduce_by_credits: bool
    horizon_days: int


class RulesVersionReply(RulesReply):
    """Rules as somebody put them in force."""

    actor: str
    reason: str
    created_at: datetime


class RulesHistory(BaseModel):
    """The versions of a product's rules, latest first, 200 at most."""

    items: list[RulesVersionReply]


class ExposureReply(BaseModel):
    """What an account is exposed with: `posted` = `documents` + `other`, and what that leaves of its limit.

    `documents` is what its own documents count with; `other` is what was captured and has not become a document, and
    what stands on accounts below. `available` is null for an account that has no limit of its own.
    """

    account_id: str
    as_of: date
    categories: list[CategoryReply]
    ageing: list[BucketReply]
    documents: MoneyBody
    other: MoneyBody
    posted: MoneyBody
    reserved: MoneyBody
    limit: MoneyBody | None
    cover: MoneyBody
    available: MoneyBody | None
    formula: str
    rules: RulesReply


_FORMULA = (
    "documents = sum of counted over categories; posted = documents + other; "
    "available = limit + cover - posted - reserved"
)


def answer(outcomes: Sequence[Outcome], items: Mapping[str, Item], accounts: Mapping[str, Account]) -> Answer:
    """Return the answer to a bulk request."""
    results = [line_reply(outcome, items, accounts, f"/items/{place}") for place, outcome in enumerate(outcomes)]
    counts = {name: sum(1 for line in results if line.result == name) for name in LinesReply.model_fields}
    body = LinesReply(
        applied=counts["applied"], ignored_older=counts["ignored_older"], refused=counts["refused"], results=results
    )
    return Answer(200, body.model_dump_json().encode())


def captured_answer(
    reservation: Reservation, outcome: Outcome, items: Mapping[str, Item], accounts: Mapping[str, Account]
) -> Answer:
    """Return the answer to a capture that became a document."""
    body = CapturedItemReply(
        **reservation_reply(reservation).model_dump(), item=line_reply(outcome, items, accounts, "/item")
    )
    return Answer(200, body.model_dump_json().encode())


def line_reply(outcome: Outcome, items: Mapping[str, Item], accounts: Mapping[str, Account], pointer: str) -> LineReply:
    """Return what became of a line that stands at `pointer` in its request."""
    refusal = outcome.refusal
    if refusal is not None:
        faults = [
            FaultReply(pointer=fault.pointer, code=fault.code, detail=fault.detail)
            for fault in within(refusal, pointer).faults
        ]
        return LineReply(
            result=outcome.result,
            item_id=outcome.item_id or None,
            version=outcome.version,
            code=refusal.code,
            detail=refusal.detail,
            errors=faults,
        )
    item = items[outcome.item_id]
    currency = accounts[item.stated.account_id].currency
    return LineReply(
        result=outcome.result,
        item_id=outcome.item_id,
        version=outcome.version,
        standing=item.standing,
        counted=MoneyBody(amount_minor=item.own_posted_minor, currency=currency),
    )


def item_reply(item: Item, currency: str) -> ItemReply:
    """Return the public form of an item of an account in that currency."""
    stated = item.stated
    own = stated.amount.currency
    return ItemReply(
        **_key(stated.key).model_dump(),
        item_id=item.item_id,
        version=stated.version,
        account_id=stated.account_id,
        category=stated.category,
        amount=MoneyBody(amount_minor=stated.amount.amount_minor, currency=own),
        paid=MoneyBody(amount_minor=stated.paid_minor, currency=own),
        open=MoneyBody(amount_minor=item.open_minor, currency=own),
        counted=MoneyBody(amount_minor=item.own_posted_minor, currency=currency),
        standing=item.standing,
        counts_from=item.counts_from,
        due_on=stated.due_on,
        ship_on=stated.ship_on,
        paid_on=stated.paid_on,
        disputed=stated.disputed,
        statistical=stated.statistical,
        dunning_level=stated.dunning_level,
        follows=None if stated.follows is None else _key(stated.follows),
        reservation_id=stated.reservation_id,
        drawn=MoneyBody(amount_minor=item.drawn_minor, currency=currency),
    )


def exposure_reply(exposure: Exposure) -> ExposureReply:
    """Return the public form of what an account is exposed with."""
    account = exposure.account
    currency = account.currency

    def minor(amount_minor: int) -> MoneyBody:
        return MoneyBody(amount_minor=amount_minor, currency=currency)

    return ExposureReply(
        account_id=account.account_id,
        as_of=exposure.today,
        categories=[_category(total, currency) for total in exposure.totals],
        ageing=[
            BucketReply(days_past_due=name, open=minor(open_minor))
            for name, open_minor in zip(AGEING, exposure.ageing_minor, strict=True)
        ],
        documents=minor(exposure.documents_minor),
        other=minor(exposure.other_minor),
        posted=minor(account.posted_minor),
        reserved=minor(account.reserved_minor),
        limit=minor(account.limit_minor) if account.is_bounded else None,
        cover=minor(account.cover_minor),
        available=minor(account.available_minor) if account.is_bounded else None,
        formula=_FORMULA,
        rules=rules_reply(exposure.rules),
    )


def rules_reply(rules: ExposureRules) -> RulesReply:
    """Return the public form of rules."""
    return RulesReply(
        product=rules.product,
        version=rules.version,
        categories=sorted(rules.categories),
        count_disputed=rules.count_disputed,
        reduce_by_credits=rules.reduce_by_credits,
        horizon_days=rules.horizon_days,
    )


def rules_version_reply(rules: ExposureRules, actor: str, reason: str, created_at: datetime) -> RulesVersionReply:
    """Return the public form of rules as somebody put them in force."""
    return RulesVersionReply(**rules_reply(rules).model_dump(), actor=actor, reason=reason, created_at=created_at)


def _category(total: CategoryTotal, currency: str) -> CategoryReply:
    def minor(amount_minor: int) -> MoneyBody:
        return MoneyBody(amount_minor=amount_minor, currency=currency)

    return CategoryReply(
        category=total.category,
        items=total.items,
        counted=minor(total.counted_minor),
        gross=minor(total.gross_minor),
        disputed=minor(total.disputed_minor),
        beyond_horizon=minor(total.beyond_horizon_minor),
        statistical=minor(total.statistical_minor),
    )


def _key(key: LineKey) -> LineKeyReply:
    document = key.document
    return LineKeyReply(source=document.source, doc_type=document.doc_type, doc_id=document.doc_id, line=key.line)
