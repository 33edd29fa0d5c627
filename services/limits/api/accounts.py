"""Accounts: as they stand, opened, described, moved, suspended, blocked and closed."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import Reason
from services.limits.domain.account import Kind
from services.limits.domain.status import Action
from services.limits.domain.tree import OpenAccount
from services.limits.handlers import accounts as handlers
from services.limits.handlers.moving import move_account
from services.limits.replies import accounts as replies
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, caller, claim, operation, problem, reply
from shared.http.versions import conditional, required_tag
from shared.ids import new_id

_LATEST: Final = str(2**63 - 1)
"""Above the number of every entry."""


class AccountBody(Body):
    """An account to open: once for a party, product, currency and segment.

    Below `parent_id`, or at the root of a tree: groups below groups, customers below groups, segments below a customer
    or a segment of the same party. Only an account of the kind `segment` has a `segment`.
    """

    party_id: SafeStr
    product: SafeStr
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    kind: Kind = Kind.CUSTOMER
    segment: SafeStr | None = None
    sbu: SafeStr | None = None
    parent_id: SafeStr | None = None
    review_due_on: date | None = None
    reason: Reason | None = None


class DescriptionBody(Body):
    """What is to change: what is absent stays, what is null is taken away."""

    sbu: SafeStr | None = None
    review_due_on: date | None = None
    reason: Reason | None = None


class ReasonBody(Body):
    """Why; it stays in the ledger."""

    reason: Reason


class MoveBody(Body):
    """Below which account (null: to the root of a tree of its own), and why."""

    parent_id: SafeStr | None
    reason: Reason


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of accounts."""
    _add_reads(routes, db)
    _add_writes(routes, db)
    for action, words in _ACTIONS.items():
        _add_action(routes, db, action, words)


def _add_reads(routes: APIRouter, db: Database) -> None:
    @routes.get("/accounts", tags=["limits"], **operation("limits:read", replies={200: replies.AccountList}))
    async def list_accounts(
        party_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[ -~]+$")],
    ) -> Response:
        """Return the accounts of a party as they stand."""
        return reply(replies.AccountList(items=_shown(await handlers.list_standings(db, party_id))))

    @routes.get("/accounts/{account_id}", tags=["limits"], **_one_account())
    async def get_account(account_id: str) -> Response:
        """Return an account as it stands; its `ETag` is for changing what people edit of it, and knows no balances."""
        return _account(await handlers.get_standing(db, account_id))

    @routes.get(
        "/accounts/{account_id}/tree", tags=["limits"], **operation("limits:read", replies={200: replies.TreeReply})
    )
    async def get_tree(account_id: str) -> Response:
        """Return an account and those below it as they stand, 500 at most."""
        found, complete = await handlers.list_below(db, account_id)
        return reply(replies.TreeReply(items=_shown(found), complete=complete))

    @routes.get(
        "/accounts/{account_id}/entries", tags=["limits"], **operation("limits:read", replies={200: replies.EntryPage})
    )
    async def list_entries(
        account_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(pattern=r"^[0-9]{1,18}$|^" + _LATEST + "$")] = _LATEST,
    ) -> Response:
        """Return every change of an account, newest first: what it changed, who made it and why."""
        account, found, following = await handlers.list_entries(db, account_id, int(cursor), limit)
        items = [replies.entry_reply(entry, account.currency) for entry in found]
        return reply(replies.EntryPage(items=items, next_cursor=None if following is None else str(following)))


def _add_writes(routes: APIRouter, db: Database) -> None:
    @routes.post(
        "/accounts",
        tags=["limits"],
        **operation("accounts:write", idempotent=True, replies={201: replies.AccountReply}),
    )
    async def open_account(request: Request, body: AccountBody) -> Response:
        """Open an account, on which the default limit of its product is in force, if it has one.

        Of one that is there already (409 `account_exists`) the `Location` says where.
        """
        command = OpenAccount(
            account_id=new_id("acc"),
            party_id=body.party_id,
            product=body.product,
            currency=body.currency,
            kind=body.kind,
            segment=body.segment or "",
            sbu=body.sbu,
            parent_id=body.parent_id,
            review_due_on=body.review_due_on,
        )
        try:
            answer = await handlers.open_account(db, claim(request), command, caller(request).client, body.reason)
        except handlers.AccountExistsError as refusal:
            return problem(refusal, {"Location": replies.account_location(refusal.account_id)})
        if isinstance(answer, Refusal):
            raise answer
        opened = replies.AccountReply.model_validate_json(answer.body)
        headers = {"Location": answer.location or "", "ETag": replies.etag(opened)}
        return Response(answer.body, answer.status, headers, "application/json")

    @routes.patch("/accounts/{account_id}", tags=["limits"], **conditional(_one_account("accounts:write")))
    async def describe_account(request: Request, account_id: str, body: DescriptionBody) -> Response:
        """Change the business unit of an account, or when its review is due, if it still is as `If-Match` says."""
        command = handlers.Describe(
            account_id=account_id,
            tag=required_tag(request),
            sbu=(body.sbu,) if "sbu" in body.model_fields_set else None,
            review_due_on=(body.review_due_on,) if "review_due_on" in body.model_fields_set else None,
        )
        return _account(await handlers.describe_account(db, command, caller(request).client, body.reason))

    @routes.post("/accounts/{account_id}/move", tags=["limits"], **_one_account("accounts:write"))
    async def move(request: Request, account_id: str, body: MoveBody) -> Response:
        """Put an account below another, with all below it and all that is committed, whether or not there is room."""
        actor = caller(request).client
        return _account(await move_account(db, account_id, body.parent_id, actor, body.reason))


_ACTIONS: Final = {
    Action.SUSPEND: "Suspend an open account: for the time being nothing new is reserved on it or below it.",
    Action.RESUME: "Open a suspended account again.",
    Action.BLOCK: "Block an account: nothing new is reserved on it or below it.",
    Action.UNBLOCK: "Open a blocked account again.",
    Action.CLOSE: "Close an account for good: nothing new is reserved on it or below it, or opened below it.",
    Action.REOPEN: "Open a closed account again.",
}
_STANDS: Final = "What is reserved and posted stands, and what is reserved can be captured."


def _add_action(routes: APIRouter, db: Database, action: Action, words: str) -> None:
    arguments = _one_account("accounts:write")
    path = f"/accounts/{{account_id}}/{action}"

    @routes.post(path, tags=["limits"], name=f"{action}_account", description=f"{words} {_STANDS}", **arguments)
    async def change_status(request: Request, account_id: str, body: ReasonBody) -> Response:
        actor = caller(request).client
        return _account(await handlers.change_status(db, account_id, action, actor, body.reason))


def _one_account(scope: str = "limits:read") -> dict[str, Any]:
    """Return the arguments of a route that answers with an account."""
    return operation(scope, replies={200: replies.AccountReply})


def _account(standing: handlers.Standing) -> Response:
    answer = reply(replies.account_reply(standing.account, standing.headroom_minor))
    answer.headers["ETag"] = replies.etag(standing.account)
    return answer


def _shown(standings: list[handlers.Standing]) -> list[replies.AccountReply]:
    return [replies.account_reply(standing.account, standing.headroom_minor) for standing in standings]
