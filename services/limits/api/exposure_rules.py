"""Which documents of a product count as exposure."""

from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import Reason
from services.limits.domain.items.item import Category
from services.limits.domain.items.rules import MOST_HORIZON_DAYS, SELECTABLE, ExposureRules
from services.limits.handlers import exposure_rules as handlers
from services.limits.replies import items as replies
from shared.db import Database
from shared.errors import Fault, invalid, not_found
from shared.http import Body, caller, operation, reply
from shared.http.versions import conditional, etag, required_version

_MOST_PRODUCT: Final = 255


class RulesBody(Body):
    """What counts: these categories of documents, disputed ones or not, less unapplied credits or not.

    An open order counts from `horizon_days` before it ships.
    """

    categories: Annotated[list[Category], Field(max_length=len(Category))] = Field(examples=[sorted(SELECTABLE)])
    count_disputed: bool = True
    reduce_by_credits: bool = True
    horizon_days: int = Field(default=30, ge=0, le=MOST_HORIZON_DAYS)
    reason: Reason


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of exposure rules."""

    @routes.get(
        "/exposure-rules/{product}", tags=["exposure"], **operation("limits:read", replies={200: replies.RulesReply})
    )
    async def get_rules(product: str) -> Response:
        """Return the rules of a product with their `ETag`; version 0 is what holds where nobody made any."""
        return _shown(await handlers.get_rules(db, _known(product)))

    @routes.get(
        "/exposure-rules/{product}/versions",
        tags=["exposure"],
        **operation("limits:read", replies={200: replies.RulesHistory}),
    )
    async def list_versions(product: str) -> Response:
        """Return the rules that people put in force for a product, who and why."""
        found = await handlers.list_versions(db, _known(product))
        items = [
            replies.rules_version_reply(entry.rules, entry.actor, entry.reason, entry.created_at) for entry in found
        ]
        return reply(replies.RulesHistory(items=items))

    @routes.put(
        "/exposure-rules/{product}",
        tags=["exposure"],
        **conditional(operation("limits:approve", replies={200: replies.RulesReply})),
    )
    async def put_rules(request: Request, product: str, body: RulesBody) -> Response:
        """Put rules in force in place of those that `If-Match` names.

        What is stated from now on counts by them; for what is known already, rebuild the exposure of the product.
        """
        rules = ExposureRules(
            product=_known(product),
            version=required_version(request),
            categories=_selected(body.categories),
            count_disputed=body.count_disputed,
            reduce_by_credits=body.reduce_by_credits,
            horizon_days=body.horizon_days,
        )
        return _shown(await handlers.put_rules(db, rules, caller(request).client, body.reason))


def _selected(categories: list[Category]) -> frozenset[Category]:
    faults = [
        Fault(f"/categories/{place}", "not_selectable", "has rules of its own")
        for place, category in enumerate(categories)
        if category not in SELECTABLE
    ]
    if faults:
        raise invalid("invalid_rules", "paid documents never count, and credits by reduce_by_credits", faults)
    return frozenset(categories)


def _known(product: str) -> str:
    if len(product) > _MOST_PRODUCT or not product.isprintable():
        raise not_found("product_not_found", "there is no such product")
    return product


def _shown(rules: ExposureRules) -> Response:
    answer = reply(replies.rules_reply(rules))
    answer.headers["ETag"] = etag(rules.version)
    return answer
