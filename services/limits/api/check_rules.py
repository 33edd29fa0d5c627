"""The rules that credit checks go by."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import Reason
from services.limits.handlers import check_rules as handlers
from services.limits.replies import check_rules as replies
from shared.db import Database
from shared.errors import not_found
from shared.http import Body, caller, operation, reply
from shared.http.versions import conditional, etag, required_version

_PRODUCT: Final = re.compile(r"[ -~]{1,255}")


class RuleBody(Body):
    """The rule that the product's checks are to go by from now on, and why."""

    rule: replies.RuleDocument
    reason: Reason


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of check rules."""

    @routes.get("/check-rules/{product}", tags=["checks"], **operation("limits:read", replies={200: replies.RuleReply}))
    async def get_rule(product: str) -> Response:
        """Return the rule that checks of a product go by; the one that is built in is revision 0."""
        return _shown(await handlers.get_rule(db, _sound(product)))

    @routes.put(
        "/check-rules/{product}",
        tags=["checks"],
        **conditional(operation("limits:approve", replies={200: replies.RuleReply})),
    )
    async def put_rule(request: Request, product: str, body: RuleBody) -> Response:
        """Replace the rule of a product. Earlier ones are kept, and every check names the one that it went by."""
        revision = required_version(request)
        actor = caller(request).client
        return _shown(await handlers.put_rule(db, _sound(product), body.rule, revision, actor, body.reason))

    @routes.get(
        "/check-rules/{product}/revisions", tags=["checks"], **operation("limits:read", replies={200: replies.RulePage})
    )
    async def list_revisions(
        product: str,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    ) -> Response:
        """Return the rules that were put for a product, newest first, by whom and why."""
        found = await handlers.list_revisions(db, _sound(product), cursor, limit)
        following = found[-1].revision if len(found) == limit else None
        return reply(replies.RulePage(items=found, next_cursor=following))

    @routes.get(
        "/check-rules/{product}/revisions/{revision}",
        tags=["checks"],
        **operation("limits:read", replies={200: replies.RuleReply}),
    )
    async def get_revision(product: str, revision: str) -> Response:
        """Return a rule as it was put, to read a check by."""
        if not (revision.isascii() and revision.isdecimal() and len(revision) <= 9):
            raise not_found("rule_not_found", "there is no such revision of this rule")
        return _shown(await handlers.get_revision(db, _sound(product), int(revision)))


def _sound(product: str) -> str:
    if _PRODUCT.fullmatch(product) is None:
        raise not_found("product_not_found", "there is no such product")
    return product


def _shown(rule: replies.RuleReply) -> Response:
    answer = reply(rule)
    answer.headers["ETag"] = etag(rule.revision)
    return answer
