"""Reservations: one by one and in bulk."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.item_lines import OwnLine, parsed_own
from services.limits.domain.books import Command
from services.limits.domain.reservation import Adjust, Capture, Release, Reserve
from services.limits.handlers import settling
from services.limits.handlers.items import PutItems, capture_as_item
from services.limits.handlers.lanes import Lanes
from services.limits.replies import reservations as replies
from services.limits.replies.items import CapturedItemReply
from shared.batcher import Batcher
from shared.db import Database
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.idempotency import Answer
from shared.ids import new_id
from shared.money import Money
from shared.tracing import current_traceparent

_DAY_SECONDS: Final = 86_400
_Lasts = Annotated[int, Field(ge=1, le=31 * _DAY_SECONDS)]
MAX_OPERATIONS: Final = 500


class ReservationBody(Body):
    """What to set aside; `reference` is the caller's own, such as an order number.

    A `dry_run` is answered by the same code and sets nothing aside.
    """

    account_id: SafeStr
    amount: PositiveMoneyBody
    reference: SafeStr | None = None
    expires_in_seconds: _Lasts = _DAY_SECONDS
    dry_run: bool = False


class CaptureBody(Body):
    """How much to draw; all that is left when absent. Unless it is not `final`, what is then left is released."""

    amount: PositiveMoneyBody | None = None
    final: bool = True


class CaptureAsItemBody(CaptureBody):
    """A capture, and the document line that the drawn amount becomes, if there is one: both happen, or neither.

    The line is on the reservation's account. What was captured and what the line counts with stand in for each other.
    """

    item: OwnLine | None = None


class AdjustBody(Body):
    """What the reservation is to be over, including what was captured, and for how long from now (null: as before)."""

    amount: PositiveMoneyBody
    expires_in_seconds: _Lasts | None = None


class ReleaseBody(Body):
    """Nothing needs to be said."""


class ReserveOperation(Body):
    """One reservation of a bulk request."""

    operation: Literal["reserve"]
    account_id: SafeStr
    amount: PositiveMoneyBody
    reference: SafeStr | None = None
    expires_in_seconds: _Lasts = _DAY_SECONDS


class CaptureOperation(CaptureBody):
    """One capture of a bulk request."""

    operation: Literal["capture"]
    reservation_id: SafeStr


class AdjustOperation(AdjustBody):
    """One adjustment of a bulk request."""

    operation: Literal["adjust"]
    reservation_id: SafeStr


class ReleaseOperation(Body):
    """One release of a bulk request."""

    operation: Literal["release"]
    reservation_id: SafeStr


class BulkBody(Body):
    """Operations, carried out in order in one transaction; one that is refused or declined stops none of the others."""

    operations: list[
        Annotated[
            ReserveOperation | CaptureOperation | AdjustOperation | ReleaseOperation, Field(discriminator="operation")
        ]
    ] = Field(min_length=1, max_length=MAX_OPERATIONS)


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of reservations."""
    commands = Lanes(db)
    trials: Batcher[Reserve, Answer] = Batcher("try_out", partial(settling.try_out, db))

    async def carry_out(request: Request, *asked: Command, is_bulk: bool = False) -> Response:
        entry = settling.Request(asked, claim(request), current_traceparent(), is_bulk)
        return _response(await commands.submit(entry))

    writes = partial(operation, "reservations:write", idempotent=True)

    @routes.post("/reservations", tags=["reservations"], **writes(replies={201: replies.ReservationReply}))
    async def reserve(request: Request, body: ReservationBody) -> Response:
        """Set part of a limit aside: the reservation is `reserved`, or `declined` with the reason."""
        command = _reserve(body)
        if body.dry_run:
            return _response(await trials.submit(command))
        return await carry_out(request, command)

    @routes.post(
        "/reservations/bulk",
        tags=["reservations"],
        **writes(replies={200: replies.BulkReply}, most_bytes=1024 * 1024),
    )
    async def carry_out_many(request: Request, body: BulkBody) -> Response:
        """Reserve, capture, adjust and release many at once; the results are in the order of the operations."""
        return await carry_out(request, *map(_command, body.operations), is_bulk=True)

    @routes.post(
        "/reservations/{reservation_id}/capture",
        tags=["reservations"],
        **writes(replies={200: CapturedItemReply}),
    )
    async def capture(request: Request, reservation_id: str, body: CaptureAsItemBody) -> Response:
        """Draw what was reserved, at once or in parts; the last part releases what is left."""
        if body.item is not None:
            return await _capture_as_item(db, request, _capture(reservation_id, body), body.item)
        return await carry_out(request, _capture(reservation_id, body))

    @routes.post(
        "/reservations/{reservation_id}/adjust",
        tags=["reservations"],
        **writes(replies={200: replies.ReservationReply}),
    )
    async def adjust(request: Request, reservation_id: str, body: AdjustBody) -> Response:
        """Reserve more, which is a new check that may be declined, or less; or for longer."""
        return await carry_out(request, _adjust(reservation_id, body))

    @routes.post(
        "/reservations/{reservation_id}/release",
        tags=["reservations"],
        **writes(replies={200: replies.ReservationReply}),
    )
    async def release(request: Request, reservation_id: str, body: ReleaseBody) -> Response:  # noqa: ARG001
        """Give back what is left of a reservation. A reservation is resolved once."""
        return await carry_out(request, Release(reservation_id))

    @routes.get(
        "/reservations/{reservation_id}",
        tags=["reservations"],
        **operation("reservations:read", replies={200: replies.ReservationReply}),
    )
    async def get_reservation(reservation_id: str) -> Response:
        """Return a reservation as it stands; once it has run out it is `expired`."""
        return reply(replies.reservation_reply(await settling.get_reservation(db, reservation_id)))


async def _capture_as_item(db: Database, request: Request, command: Capture, item: OwnLine) -> Response:
    line = PutItems((parsed_own(item),), caller(request).client, current_traceparent())
    return _response(await capture_as_item(db, claim(request), command, line))


def _response(answer: Answer) -> Response:
    headers = {"Location": answer.location} if answer.location is not None else None
    return Response(answer.body, answer.status, headers, "application/json")


def _command(asked: ReserveOperation | CaptureOperation | AdjustOperation | ReleaseOperation) -> Command:
    if isinstance(asked, ReserveOperation):
        return _reserve(asked)
    if isinstance(asked, CaptureOperation):
        return _capture(asked.reservation_id, asked)
    if isinstance(asked, AdjustOperation):
        return _adjust(asked.reservation_id, asked)
    return Release(asked.reservation_id)


def _reserve(body: ReservationBody | ReserveOperation) -> Reserve:
    return Reserve(
        reservation_id=new_id("res"),
        account_id=body.account_id,
        amount=_money(body.amount),
        lasts=timedelta(seconds=body.expires_in_seconds),
        reference=body.reference,
    )


def _capture(reservation_id: str, body: CaptureBody) -> Capture:
    return Capture(reservation_id, None if body.amount is None else _money(body.amount), body.final)


def _adjust(reservation_id: str, body: AdjustBody) -> Adjust:
    lasts = None if body.expires_in_seconds is None else timedelta(seconds=body.expires_in_seconds)
    return Adjust(reservation_id, _money(body.amount), lasts)


def _money(body: PositiveMoneyBody) -> Money:
    return Money(body.amount_minor, body.currency)
