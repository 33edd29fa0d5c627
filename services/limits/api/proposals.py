"""Proposals to change limits: made by one person, approved by another where that is called for."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import MAX_CYCLE_DAYS, Moment, Reason
from services.limits.domain.proposal import Change, ChangeKind, State
from services.limits.domain.terms import Cover, Security
from services.limits.handlers import proposals as handlers
from services.limits.replies import terms as replies
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.money import MAX_MINOR

_LATEST: Final = "prp_~"
"""Sorts after every proposal id."""


class LimitBody(Body):
    """An amount in minor units of an ISO 4217 currency; 0 is no credit."""

    amount_minor: int = Field(ge=0, le=MAX_MINOR, examples=[250000])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["DEM"])


class BaseChange(Body):
    """The limit itself, at once or from a time on, perhaps up to one: then there is no credit until somebody sets it.

    0 is no credit; null goes back to the product's default.
    """

    kind: Literal["base"]
    amount: LimitBody | None
    effective_from: Moment | None = None
    effective_to: Moment | None = None

    @model_validator(mode="after")
    def _default_does_not_run_out(self) -> "BaseChange":
        if self.amount is None and self.effective_to is not None:
            raise ValueError("a product's default does not run out; leave out effective_to")
        return self


class TemporaryChange(Body):
    """An increase of whatever limit is in force, that ends by itself."""

    kind: Literal["temporary"]
    amount: PositiveMoneyBody
    effective_from: Moment | None = None
    effective_to: Moment


class CoverChange(Body):
    """A security: of its amount the eligible share counts, up to the cap, until it runs out."""

    kind: Literal["cover"]
    amount: PositiveMoneyBody
    security: Security = Field(strict=False)
    eligible_share: Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$", examples=["0.8"])] = "1"
    cap: LimitBody | None = None
    effective_from: Moment | None = None
    effective_to: Moment | None = None


class EndChange(Body):
    """The end of a term, at once or at a time, before it would end by itself."""

    kind: Literal["end"]
    term_id: SafeStr
    effective_to: Moment | None = None


class ReviewChange(Body):
    """When the account is reviewed next, and how often after decisions; from the cycle alone, counted from today."""

    kind: Literal["review"]
    review_due_on: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2200, 12, 31))] | None = None
    review_every_days: Annotated[int, Field(ge=1, le=MAX_CYCLE_DAYS)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ReviewChange":
        if self.review_due_on is None and self.review_every_days is None:
            raise ValueError("say when, or how often")
        return self


class LimitProposalBody(Body):
    """What is to change on an account, and why."""

    change: Annotated[
        BaseChange | TemporaryChange | CoverChange | EndChange | ReviewChange, Field(discriminator="kind")
    ]
    reason: Reason


class CommentBody(Body):
    """Anything to add; it stays with the proposal."""

    comment: Reason | None = None


class RejectBody(Body):
    """Why not; it stays with the proposal."""

    comment: Reason


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of proposals."""
    one = partial(operation, replies={200: replies.ProposalReply})

    @routes.post(
        "/accounts/{account_id}/limit-proposals",
        tags=["limits"],
        **operation("limits:propose", idempotent=True, replies={201: replies.ProposalReply}),
    )
    async def propose(request: Request, account_id: str, body: LimitProposalBody) -> Response:
        """Propose a change. It is `approved` at once where it leads to no more than before or than the threshold.

        Otherwise it is `proposed`, and somebody else must approve it.
        """
        change, currencies = _change(body.change)
        wish = handlers.Wish(account_id, change, body.reason, caller(request).client, currencies)
        answer = await handlers.propose(db, wish, claim(request))
        if isinstance(answer, Refusal):
            raise answer
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get("/limit-proposals", tags=["limits"], **operation("limits:read", replies={200: replies.ProposalPage}))
    async def list_proposals(
        state: State | None = None,
        account_id: Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]+$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return proposals, newest first; of one state or account if asked."""
        found = await handlers.list_proposals(db, cursor, limit, state, account_id)
        following = found[-1].proposal_id if len(found) == limit else None
        items = [replies.proposal_reply(proposal) for proposal in found]
        return reply(replies.ProposalPage(items=items, next_cursor=following))

    @routes.get("/limit-proposals/{proposal_id}", tags=["limits"], **one("limits:read"))
    async def get_proposal(proposal_id: str) -> Response:
        """Return a proposal: what it would change, and what became of it."""
        return reply(replies.proposal_reply(await handlers.get_proposal(db, proposal_id)))

    @routes.post("/limit-proposals/{proposal_id}/approve", tags=["limits"], **one("limits:approve"))
    async def approve(request: Request, proposal_id: str, body: CommentBody) -> Response:
        """Apply what somebody else proposed. 403 for one's own; 409 when it is over, or the limit is not what it was.

        A proposal can't be changed, so its id says what is approved.
        """
        found = await handlers.approve(db, proposal_id, caller(request).client, body.comment)
        return reply(replies.proposal_reply(found))

    @routes.post("/limit-proposals/{proposal_id}/reject", tags=["limits"], **one("limits:approve"))
    async def reject(request: Request, proposal_id: str, body: RejectBody) -> Response:
        """Refuse what somebody else proposed, saying why."""
        found = await handlers.reject(db, proposal_id, caller(request).client, body.comment)
        return reply(replies.proposal_reply(found))

    @routes.post("/limit-proposals/{proposal_id}/withdraw", tags=["limits"], **one("limits:propose"))
    async def withdraw(request: Request, proposal_id: str, body: CommentBody) -> Response:
        """Take back what one proposed oneself."""
        found = await handlers.withdraw(db, proposal_id, caller(request).client, body.comment)
        return reply(replies.proposal_reply(found))


def _change(
    body: BaseChange | TemporaryChange | CoverChange | EndChange | ReviewChange,
) -> tuple[Change, dict[str, str]]:
    """Return a change, and the currencies it is stated in by where they stand in the body."""
    kind = ChangeKind(body.kind)
    if isinstance(body, EndChange):
        return Change(kind, effective_to=body.effective_to, term_id=body.term_id), {}
    if isinstance(body, ReviewChange):
        return Change(kind, review_due_on=body.review_due_on, review_every_days=body.review_every_days), {}
    currencies = {} if body.amount is None else {"/change/amount/currency": body.amount.currency}
    cover = None
    if isinstance(body, CoverChange):
        if body.cap is not None:
            currencies["/change/cap/currency"] = body.cap.currency
        cap_minor = None if body.cap is None else body.cap.amount_minor
        cover = Cover(body.security, Decimal(body.eligible_share), cap_minor)
    amount_minor = None if body.amount is None else body.amount.amount_minor
    return Change(kind, amount_minor, body.effective_from, body.effective_to, cover), currencies
