"""HTTP in: the catalogue."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.decision.handlers import publishing
from shared.catalogue import Entry
from shared.db import Database
from shared.http import Body, StrictRoute, caller, operation, reply
from shared.http.catalogue import EntryReply, entry_reply


class DocumentBody(Body):
    """A catalogue document, as its YAML file reads."""

    document: dict[str, Any]


def catalogue_router(db: Database) -> APIRouter:
    """Return the routes of products, reasons and policies. Each answers 201 to a new version, 200 to the live one."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["catalogue"])
    arguments = operation("catalogue:write", replies={200: EntryReply, 201: EntryReply})

    @routes.post("/products", **arguments)
    async def publish_product(request: Request, body: DocumentBody) -> Response:
        """Publish a product with its data dictionary."""
        return _published(await publishing.publish_product(db, body.document, caller(request).client))

    @routes.post("/reasons", **arguments)
    async def publish_reasons(request: Request, body: DocumentBody) -> Response:
        """Publish the reason codes of a product, or of any product."""
        return _published(await publishing.publish_reasons(db, body.document, caller(request).client))

    @routes.post("/policies", **arguments)
    async def publish_policy(request: Request, body: DocumentBody) -> Response:
        """Check a policy and make it the live one of its product."""
        return _published(await publishing.publish_policy(db, body.document, caller(request).client))

    return routes


def _published(entry: Entry) -> Response:
    return reply(entry_reply(entry), 201 if entry.is_new else 200)
