"""Who may release blocked documents, up to what."""

import re
from typing import Final

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import Moment, Reason
from services.limits.domain.authority import MAX_DAYS, MAX_GRANTS, Authority, Statement
from services.limits.handlers import authorities as handlers
from services.limits.replies import holds as replies
from shared.db import Database
from shared.errors import invalid
from shared.http import Body, SafeStr, caller, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.http.versions import conditional, etag, required_version
from shared.money import Money

_HOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class AuthorityBody(Body):
    """What may be released of one currency: of `product`, or of any; from `valid_from` on, and before `valid_to`.

    `max_amount` bounds one release, `max_exposure` what the customer's whole group owes after it. A release above
    `second_release_above` takes a second officer.
    """

    product: SafeStr | None = None
    max_amount: PositiveMoneyBody
    max_exposure: PositiveMoneyBody
    second_release_above: PositiveMoneyBody | None = None
    max_days: int = Field(default=30, ge=1, le=MAX_DAYS)
    valid_from: Moment
    valid_to: Moment | None = None


class AuthoritiesBody(Body):
    """Everything that a holder may release from now on; none at all takes every authority away."""

    authorities: list[AuthorityBody] = Field(max_length=MAX_GRANTS)
    reason: Reason


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of authorities."""

    @routes.put(
        "/authorities/{holder}",
        tags=["holds"],
        **conditional(operation("authorities:write", replies={200: replies.StatementReply})),
    )
    async def grant(request: Request, holder: str, body: AuthoritiesBody) -> Response:
        """Say what a client may release, in the place of all that was said before; nobody says it of themselves."""
        statement = Statement(
            holder=_named(holder),
            version=0,
            authorities=tuple(_authority(entry) for entry in body.authorities),
            granted_by=caller(request).client,
            reason=body.reason,
        )
        return _shown(await handlers.grant(db, statement, required_version(request)))

    @routes.get(
        "/authorities/{holder}", tags=["holds"], **operation("holds:read", replies={200: replies.StatementReply})
    )
    async def get_authorities(holder: str) -> Response:
        """Return what a client may release; of one to whom nothing was ever granted, version 0."""
        return _shown(await handlers.get_authorities(db, _named(holder)))

    @routes.get(
        "/authorities/{holder}/history", tags=["holds"], **operation("holds:read", replies={200: replies.StatementList})
    )
    async def list_statements(holder: str) -> Response:
        """Return what was granted to a client over time, by whom and why."""
        found = await handlers.list_statements(db, _named(holder))
        return reply(replies.StatementList(items=[replies.statement_reply(statement) for statement in found]))


def _shown(statement: Statement) -> Response:
    answer = reply(replies.statement_reply(statement))
    answer.headers["ETag"] = etag(statement.version)
    return answer


def _named(holder: str) -> str:
    if _HOLDER.fullmatch(holder) is None:
        raise invalid("invalid_holder", "a holder is the name of a client: letters, digits, dots, dashes, underscores")
    return holder


def _authority(body: AuthorityBody) -> Authority:
    above = body.second_release_above
    return Authority(
        product=body.product,
        max_amount=_money(body.max_amount),
        max_exposure=_money(body.max_exposure),
        second_release_above=None if above is None else _money(above),
        max_days=body.max_days,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )


def _money(body: PositiveMoneyBody) -> Money:
    return Money(body.amount_minor, body.currency)
