"""Credit checks: asked by a CRM, recorded when they are about a document."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.domain.checks.question import Question
from services.limits.domain.checks.result import Checkpoint
from services.limits.domain.document import Document
from services.limits.handlers import checks as handlers
from services.limits.replies import checks as replies
from shared.auth import Caller
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, invalid
from shared.http import Body, SafeStr, caller, operation, reply
from shared.http.money import MoneyBody, PositiveMoneyBody
from shared.ids import new_id
from shared.money import Money

_OF_DOCUMENTS: Final = "limits:check"
_LATEST: Final = "chk_~"
"""Sorts after every check id."""


class DocumentBody(Body):
    """A document by the names it has where it comes from."""

    source: SafeStr
    doc_type: SafeStr
    doc_id: SafeStr


class CheckedDocumentBody(DocumentBody):
    """The document that is checked. A copy says what it was copied from, and inherits no release of that."""

    version: int | None = Field(default=None, ge=0, le=2**53 - 1)
    copied_from: DocumentBody | None = None


class LimitCheckBody(Body):
    """Whether `amount` may go ahead: on an account, or on that account of a party that has most room for it.

    `product` and `segment` say which of the party's accounts may do. With a `document` (scope `limits:check`) the check
    is recorded, and a document that is blocked opens a credit hold. What `reservation_id` holds, and what items of the
    document count with already, is not counted against it. `facts` are those that the product's rule declares.
    """

    party_id: SafeStr | None = None
    account_id: SafeStr | None = None
    product: SafeStr | None = None
    segment: SafeStr | None = None
    amount: PositiveMoneyBody
    document: CheckedDocumentBody | None = None
    checkpoint: Literal["order", "delivery", "goods_issue"] = "order"
    reservation_id: SafeStr | None = None
    facts: Mapping[str, Any] = Field(default={}, max_length=50)


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of credit checks."""
    checks: Batcher[Question, handlers.Answered] = Batcher("check_limit", partial(handlers.check_limits, db))

    @routes.post("/limit-checks", tags=["checks"], **operation("limits:read", replies={200: replies.LimitCheckReply}))
    async def check_limit(request: Request, body: LimitCheckBody) -> Response:
        """Tell whether an amount may go ahead, with every step and reason. Reserves nothing.

        The amount is tested by the code that reservations go by. Asking again is always safe: a document has one hold.
        """
        answered = await checks.submit(_question(body, caller(request)))
        if answered.record is None or answered.account is None:
            amount = MoneyBody(amount_minor=body.amount.amount_minor, currency=body.amount.currency)
            return reply(replies.no_account_reply(amount, body.checkpoint))
        found = replies.limit_check_reply(answered.record, answered.account, answered.headroom_minor, answered.hold_id)
        return reply(found, location=None if found.check_id is None else replies.check_location(found.check_id))

    @routes.get(
        "/limit-checks/{check_id}", tags=["checks"], **operation("limits:read", replies={200: replies.CheckRecordReply})
    )
    async def get_check(check_id: str) -> Response:
        """Return the check of a document as it was made, every step with its operands."""
        return reply(replies.check_record_reply(await handlers.get_check(db, check_id)))

    @routes.get(
        "/accounts/{account_id}/limit-checks",
        tags=["checks"],
        **operation("limits:read", replies={200: replies.CheckPage}),
    )
    async def list_checks(
        account_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return the checks of documents that were made on an account, newest first."""
        found = await handlers.list_checks(db, account_id, cursor, limit)
        following = found[-1].check_id if len(found) == limit else None
        return reply(
            replies.CheckPage(items=[replies.check_record_reply(each) for each in found], next_cursor=following)
        )


def _question(body: LimitCheckBody, asking: Caller) -> Question:
    if body.document is not None and _OF_DOCUMENTS not in asking.scopes:
        raise Refusal(Kind.FORBIDDEN, "scope_missing", f"to check a document needs the scope {_OF_DOCUMENTS}")
    if (body.party_id is None) == (body.account_id is None):
        fault = Fault("/party_id", "party_or_account", "name either party_id or account_id")
        raise invalid("invalid_body", "the body does not fit", [fault])
    for name in ("product", "segment"):
        if body.account_id is not None and getattr(body, name) is not None:
            fault = Fault(f"/{name}", "needless", "account_id says which account is meant")
            raise invalid("invalid_body", "the body does not fit", [fault])
    stated = body.document
    copied = None if stated is None else stated.copied_from
    return Question(
        check_id=new_id("chk"),
        actor=asking.client,
        amount=Money(body.amount.amount_minor, body.amount.currency),
        party_id=body.party_id,
        account_id=body.account_id,
        product=body.product,
        segment=body.segment,
        document=None if stated is None else _document(stated),
        version=None if stated is None else stated.version,
        copied_from=None if copied is None else _document(copied),
        checkpoint=Checkpoint(body.checkpoint),
        reservation_id=body.reservation_id,
        facts=body.facts,
    )


def _document(body: DocumentBody) -> Document:
    return Document(body.source, body.doc_type, body.doc_id)
