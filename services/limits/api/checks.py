"""Limit checks."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from services.limits.domain.check import CheckLimit, LimitCheck
from services.limits.handlers.checks import check_limits
from services.limits.replies import accounts as replies
from shared.batcher import Batcher
from shared.db import Database
from shared.http import Body, SafeStr, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.money import Money


class LimitCheckBody(Body):
    """Whether a party has `amount` available, for `product` or, without it, for any product."""

    party_id: SafeStr
    product: SafeStr | None = None
    amount: PositiveMoneyBody


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of limit checks."""
    checks: Batcher[CheckLimit, LimitCheck] = Batcher("check_limit", partial(check_limits, db))

    @routes.post("/limit-checks", tags=["limits"], **operation("limits:read", replies={200: replies.LimitCheckReply}))
    async def check_limit(body: LimitCheckBody) -> Response:
        """Tell whether an amount would fit, by the rule that reservations go by. Reserves nothing."""
        question = CheckLimit(body.party_id, body.product, Money(body.amount.amount_minor, body.amount.currency))
        return reply(replies.limit_check_reply(await checks.submit(question)))
