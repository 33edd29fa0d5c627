"""Documents that make up exposure: stated in bulk, listed, and added up."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.item_lines import ItemLine, parsed
from services.limits.handlers import items as handlers
from services.limits.handlers.items import MAX_LINES, PutItems
from services.limits.replies import items as replies
from shared.db import Database
from shared.http import Body, caller, claim, operation, reply
from shared.tracing import current_traceparent

_MOST_BYTES: Final = 2 * 1024 * 1024
_FIRST: Final = "itm_"
"""Sorts before every item id."""


class _Line:
    """Documents an object as a line, and lets it through as it is: each line is refused by itself."""

    @staticmethod
    def __get_pydantic_json_schema__(_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(ItemLine.__pydantic_core_schema__)


class ItemsBody(Body):
    """Lines of documents, taken up in order in one transaction. One that is refused stops none of the others."""

    items: list[Annotated[dict[str, Any], _Line]] = Field(min_length=1, max_length=MAX_LINES)


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of documents."""

    @routes.put(
        "/exposure-items",
        tags=["exposure"],
        **operation("items:write", idempotent=True, replies={200: replies.LinesReply}, most_bytes=_MOST_BYTES),
    )
    async def put_items(request: Request, body: ItemsBody) -> Response:
        """State lines of documents: what they come to, what they follow, whether they are due, paid or disputed.

        The latest version of a line replaces what was stated before, and an older one is ignored. Documents are facts:
        they count whether or not the limit has room for them.
        """
        command = PutItems(tuple(map(parsed, body.items)), caller(request).client, current_traceparent())
        answer = await handlers.put_items(db, claim(request), command)
        return Response(answer.body, answer.status, media_type="application/json")

    @routes.get("/exposure-items", tags=["exposure"], **operation("items:read", replies={200: replies.ItemPage}))
    async def list_items(
        account_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[ -~]+$")],
        state: Annotated[str, Query(pattern=r"^(open|all)$")] = "open",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(pattern=r"^itm_[0-9a-f]{0,32}$")] = _FIRST,
    ) -> Response:
        """Return the lines of an account: those of which something is open, or all."""
        found, currency = await handlers.list_items(db, account_id, is_open=state == "open", after=cursor, limit=limit)
        items = [replies.item_reply(item, currency) for item in found]
        following = found[-1].item_id if len(found) == limit else None
        return reply(replies.ItemPage(items=items, next_cursor=following))

    @routes.get(
        "/accounts/{account_id}/exposure",
        tags=["exposure"],
        **operation("limits:read", replies={200: replies.ExposureReply}),
    )
    async def get_exposure(account_id: str) -> Response:
        """Return what an account is exposed with: its documents by category and age, and what is left of the limit."""
        return reply(replies.exposure_reply(await handlers.get_exposure(db, account_id)))
