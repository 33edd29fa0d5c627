"""Accounts: as they stand."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.limits.handlers import accounts as handlers
from services.limits.replies import accounts as replies
from shared.db import Database
from shared.http import operation, reply


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of accounts."""

    @routes.get("/accounts", tags=["limits"], **operation("limits:read", replies={200: replies.AccountList}))
    async def list_accounts(
        party_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[ -~]+$")],
    ) -> Response:
        """Return the accounts of a party as they stand."""
        found = await handlers.list_accounts(db, party_id)
        return reply(replies.AccountList(items=[replies.account_reply(account) for account in found]))

    @routes.get(
        "/accounts/{account_id}", tags=["limits"], **operation("limits:read", replies={200: replies.AccountReply})
    )
    async def get_account(account_id: str) -> Response:
        """Return an account as it stands."""
        return reply(replies.account_reply(await handlers.get_account(db, account_id)))
