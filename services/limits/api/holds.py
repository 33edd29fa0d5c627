"""Blocked documents: the queue of the officers, and what they do with them."""

import secrets
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import Moment, Reason
from services.limits.domain.holds import State
from services.limits.domain.holds.closing import AssignHold, CloseHold, NoteOnHold, Step
from services.limits.domain.holds.releasing import ConfirmRelease, ReleaseHold
from services.limits.handlers.holds import reading, rechecking, releasing, steps
from services.limits.replies import holds as replies
from shared.db import Database
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.http.versions import conditional, etag, required_version
from shared.idempotency import Answer
from shared.money import Money

_CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Those that nobody mistakes for others on paper (Crockford's base 32)."""

_State = Annotated[str, Query(pattern=rf"^({'|'.join(State)})$")]
_Word = Annotated[str | None, Query(min_length=1, max_length=255, pattern=r"^[ -~]+$")]


class ReleaseHoldBody(Body):
    """Let the document pass up to `amount`, which covers the whole of it, until `expires_at`."""

    amount: PositiveMoneyBody
    expires_at: Moment
    reason: Reason


class HoldReasonBody(Body):
    """Why; it stays in the history of the hold."""

    reason: Reason


class AssignBody(Body):
    """Hand the hold to an officer, or to nobody."""

    to: SafeStr | None
    reason: Reason | None = None


class RecheckBody(Body):
    """Nothing needs to be said."""


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of holds."""
    _add_readers(routes, db)
    _add_releases(routes, db)
    _add_steps(routes, db)


def _add_readers(routes: APIRouter, db: Database) -> None:
    reads = partial(operation, "holds:read")

    @routes.get("/credit-holds", tags=["holds"], **reads(replies={200: replies.HoldPage}))
    async def list_holds(
        state: _State = State.OPEN.value,
        product: _Word = None,
        segment: _Word = None,
        sort: reading.Sort = reading.Sort.OLDEST,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]+$")] = None,
    ) -> Response:
        """Return holds in one state, those that were opened first at the top, or those opened last."""
        page = await reading.list_holds(db, reading.Wanted(State(state), product, segment, sort), cursor, limit)
        items = [replies.hold_reply(hold, page.now) for hold in page.holds]
        return reply(replies.HoldPage(items=items, next_cursor=page.following))

    @routes.get("/credit-holds/{hold_id}", tags=["holds"], **reads(replies={200: replies.HoldDetailReply}))
    async def get_hold(hold_id: str) -> Response:
        """Return a hold with all that a decision about it rests on."""
        detail = await reading.get_hold(db, hold_id)
        answer = reply(detail)
        answer.headers["ETag"] = etag(detail.version)
        return answer


def _add_releases(routes: APIRouter, db: Database) -> None:
    releases = partial(operation, "holds:release", idempotent=True, replies={200: replies.HoldReply})

    @routes.post("/credit-holds/{hold_id}/release", tags=["holds"], **conditional(releases()))
    async def release(request: Request, hold_id: str, body: ReleaseHoldBody) -> Response:
        """Let a blocked document pass, within one's authority and by no one who asked for its check.

        Above what the authority says it takes a second officer: the hold stays `open`, with a `pending_release`.
        """
        claimed = claim(request)
        command = ReleaseHold(
            hold_id=hold_id,
            version=required_version(request),
            amount=Money(body.amount.amount_minor, body.amount.currency),
            expires_at=body.expires_at,
            reason=body.reason,
            actor=caller(request).client,
            authorisation_code=_authorisation_code(),
        )
        return _response(await releasing.release(db, command, claimed))

    @routes.post("/credit-holds/{hold_id}/confirm", tags=["holds"], **conditional(releases()))
    async def confirm(request: Request, hold_id: str, body: HoldReasonBody) -> Response:
        """Confirm a pending release, as a second officer whose authority reaches to it too."""
        claimed, version = claim(request), required_version(request)
        command = ConfirmRelease(hold_id, version, body.reason, caller(request).client, _authorisation_code())
        return _response(await releasing.confirm(db, command, claimed))


def _add_steps(routes: APIRouter, db: Database) -> None:
    officers = partial(operation, "holds:release", idempotent=True, replies={200: replies.HoldReply})
    # Whoever may have a document checked may have it checked again, and may say that it is gone.
    askers = partial(operation, "limits:check", idempotent=True, replies={200: replies.HoldReply})

    async def take(request: Request, step: Step) -> Response:
        return _response(await steps.take(db, step, claim(request)))

    @routes.post("/credit-holds/{hold_id}/reject", tags=["holds"], **officers())
    async def reject(request: Request, hold_id: str, body: HoldReasonBody) -> Response:
        """Refuse to let a document pass. It is blocked anew, with a new hold, if it is checked again and fails."""
        return await take(request, CloseHold(hold_id, State.REJECTED, body.reason, caller(request).client))

    @routes.post("/credit-holds/{hold_id}/cancel", tags=["holds"], **askers())
    async def cancel(request: Request, hold_id: str, body: HoldReasonBody) -> Response:
        """Say that the document went away; a release of it ends."""
        return await take(request, CloseHold(hold_id, State.CANCELLED, body.reason, caller(request).client))

    @routes.post("/credit-holds/{hold_id}/assign", tags=["holds"], **officers())
    async def assign(request: Request, hold_id: str, body: AssignBody) -> Response:
        """Hand a hold to an officer."""
        return await take(request, AssignHold(hold_id, body.to, body.reason, caller(request).client))

    @routes.post("/credit-holds/{hold_id}/note", tags=["holds"], **officers())
    async def note(request: Request, hold_id: str, body: HoldReasonBody) -> Response:
        """Add a remark to the history of a hold."""
        return await take(request, NoteOnHold(hold_id, body.reason, caller(request).client))

    @routes.post("/credit-holds/{hold_id}/recheck", tags=["holds"], **askers())
    async def recheck(request: Request, hold_id: str, body: RecheckBody) -> Response:  # noqa: ARG001
        """Check the document once more as it was last checked; the hold follows what is found."""
        return _response(await rechecking.recheck(db, hold_id, caller(request).client, claim(request)))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, None, "application/json")


def _authorisation_code() -> str:
    return "-".join("".join(secrets.choice(_CODE_LETTERS) for _ in range(5)) for _ in range(2))
