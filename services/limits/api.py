"""HTTP in: limit checks, accounts and reservations."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits import handlers, replies
from services.limits.domain.books import Command
from services.limits.domain.check import CheckLimit, LimitCheck
from services.limits.domain.reservation import Capture, Release, Reserve
from shared.batcher import Batcher
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.idempotency import Answer
from shared.ids import new_id
from shared.money import Money
from shared.tracing import current_traceparent

_DAY_SECONDS: Final = 86_400


class LimitCheckBody(Body):
    """Whether a party has `amount` available, for `product` or, without it, for any product."""

    party_id: SafeStr
    product: SafeStr | None = None
    amount: PositiveMoneyBody


class ReservationBody(Body):
    """What to set aside; `reference` is the caller's own, such as an order number."""

    account_id: SafeStr
    amount: PositiveMoneyBody
    reference: SafeStr | None = None
    expires_in_seconds: int = Field(default=_DAY_SECONDS, ge=1, le=31 * _DAY_SECONDS)


class CaptureBody(Body):
    """How much to draw; all of it when absent. What is not drawn is released."""

    amount: PositiveMoneyBody | None = None


class ReleaseBody(Body):
    """Nothing needs to be said."""


def router(db: Database) -> APIRouter:
    """Return the routes of limits."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute)
    _add_limits(routes, db)
    _add_reservations(routes, db)
    return routes


def _add_limits(routes: APIRouter, db: Database) -> None:
    checks: Batcher[CheckLimit, LimitCheck] = Batcher("check_limit", partial(handlers.check_limits, db))

    @routes.post("/limit-checks", tags=["limits"], **operation("limits:read", replies={200: replies.LimitCheckReply}))
    async def check_limit(body: LimitCheckBody) -> Response:
        """Tell whether an amount would fit, by the rule that reservations go by. Reserves nothing."""
        question = CheckLimit(body.party_id, body.product, _money(body.amount))
        return reply(replies.limit_check_reply(await checks.submit(question)))

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


def _add_reservations(routes: APIRouter, db: Database) -> None:
    # One batcher for all commands, one batch in flight: they contend for the same accounts anyway.
    commands: Batcher[handlers.Request, Answer] = Batcher("settle", partial(handlers.carry_out, db))

    async def carry_out(request: Request, command: Command) -> Response:
        answer = await commands.submit(handlers.Request(command, claim(request), current_traceparent()))
        headers = {"Location": answer.location} if answer.location is not None else None
        return Response(answer.body, answer.status, headers, "application/json")

    writes = partial(operation, "reservations:write", idempotent=True)

    @routes.post("/reservations", tags=["reservations"], **writes(replies={201: replies.ReservationReply}))
    async def reserve(request: Request, body: ReservationBody) -> Response:
        """Set part of a limit aside: the reservation is `reserved`, or `declined` with the reason."""
        command = Reserve(
            reservation_id=new_id("res"),
            account_id=body.account_id,
            amount=_money(body.amount),
            lasts=timedelta(seconds=body.expires_in_seconds),
            reference=body.reference,
        )
        return await carry_out(request, command)

    @routes.post(
        "/reservations/{reservation_id}/capture",
        tags=["reservations"],
        **writes(replies={200: replies.ReservationReply}),
    )
    async def capture(request: Request, reservation_id: str, body: CaptureBody) -> Response:
        """Draw what was reserved, or part of it; the rest is released. A reservation is resolved once."""
        amount = None if body.amount is None else _money(body.amount)
        return await carry_out(request, Capture(reservation_id, amount))

    @routes.post(
        "/reservations/{reservation_id}/release",
        tags=["reservations"],
        **writes(replies={200: replies.ReservationReply}),
    )
    async def release(request: Request, reservation_id: str, body: ReleaseBody) -> Response:  # noqa: ARG001
        """Give back what was reserved. A reservation is resolved once."""
        return await carry_out(request, Release(reservation_id))

    @routes.get(
        "/reservations/{reservation_id}",
        tags=["reservations"],
        **operation("reservations:read", replies={200: replies.ReservationReply}),
    )
    async def get_reservation(reservation_id: str) -> Response:
        """Return a reservation as it stands; once it has run out it is `expired`."""
        return reply(replies.reservation_reply(await handlers.get_reservation(db, reservation_id)))


def _money(body: PositiveMoneyBody) -> Money:
    return Money(body.amount_minor, body.currency)
