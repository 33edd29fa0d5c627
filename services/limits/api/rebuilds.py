"""Rebuilds of exposure: computed beside what stands, looked at, and applied."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.limits.handlers import rebuilding
from services.limits.replies import rebuilds as replies
from shared.db import Database
from shared.errors import Fault, invalid
from shared.http import Body, SafeStr, caller, claim, operation, reply

_LATEST: Final = "reb_~"
"""Sorts after every rebuild."""


class RebuildBody(Body):
    """What is to be rebuilt: one account, all accounts of a product, or everything."""

    account_id: SafeStr | None = None
    product: SafeStr | None = None


class ApplyBody(Body):
    """Nothing needs to be said."""


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of rebuilds."""
    _add_writes(routes, db)

    @routes.get(
        "/exposure-rebuilds/{rebuild_id}",
        tags=["exposure"],
        **operation("limits:read", replies={200: replies.RebuildReply}),
    )
    async def get_rebuild(rebuild_id: str) -> Response:
        """Return a rebuild and how far it has come."""
        return reply(replies.rebuild_reply(await rebuilding.get_rebuild(db, rebuild_id)))

    @routes.get("/exposure-rebuilds", tags=["exposure"], **operation("limits:read", replies={200: replies.RebuildPage}))
    async def list_rebuilds(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(pattern=r"^reb_([0-9a-f]{32}|~)$")] = _LATEST,
    ) -> Response:
        """Return rebuilds, latest first."""
        found = await rebuilding.list_rebuilds(db, cursor, limit)
        following = found[-1].rebuild_id if len(found) == limit else None
        return reply(replies.RebuildPage(items=list(map(replies.rebuild_reply, found)), next_cursor=following))

    @routes.get(
        "/exposure-rebuilds/{rebuild_id}/differences",
        tags=["exposure"],
        **operation("limits:read", replies={200: replies.DifferencePage}),
    )
    async def list_differences(
        rebuild_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(pattern=r"^(acc_[0-9a-f]{32}\.[a-z_]{1,32})?$")] = "",
    ) -> Response:
        """Return where documents come to something else than what stands, by account and category."""
        account_id, _, category = cursor.partition(".")
        found = await rebuilding.list_differences(db, rebuild_id, (account_id, category), limit)
        following = f"{found[-1].account_id}.{found[-1].category}" if len(found) == limit else None
        return reply(replies.DifferencePage(items=list(map(replies.difference_reply, found)), next_cursor=following))


def _add_writes(routes: APIRouter, db: Database) -> None:
    @routes.post(
        "/exposure-rebuilds",
        tags=["exposure"],
        **operation("exposure:rebuild", idempotent=True, replies={202: replies.RebuildReply}),
    )
    async def start_rebuild(request: Request, body: RebuildBody) -> Response:
        """Work out what documents come to by the rules and the rates of today; nothing changes before it is applied."""
        if body.account_id is not None and body.product is not None:
            words = "name an account or a product, not both"
            raise invalid("invalid_rebuild", words, [Fault("/product", "account_or_product", words)])
        actor = caller(request).client
        answer = await rebuilding.start_rebuild(db, claim(request), body.account_id, body.product, actor)
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.post(
        "/exposure-rebuilds/{rebuild_id}/apply",
        tags=["exposure"],
        **operation("exposure:rebuild", replies={202: replies.RebuildReply}),
    )
    async def apply_rebuild(request: Request, rebuild_id: str, body: ApplyBody) -> Response:  # noqa: ARG001
        """Enter what differs, account by account, as it is by then."""
        applying = await rebuilding.apply_rebuild(db, rebuild_id, caller(request).client)
        return reply(replies.rebuild_reply(applying), 202)
