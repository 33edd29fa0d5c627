"""HTTP in: who owns whom, and the groups that follow from it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import Code
from services.intake.domain.ownership import WHOLE, Holding, Ownership
from services.intake.handlers import groups as handlers
from services.intake.limits_client import LimitsClient
from services.intake.replies import groups as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.versions import conditional, etag, required_version

_LATEST: Final = "own_~"
"""Sorts after the id of every ownership."""
_Share = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,2})(\.[0-9]{1,4})?$")]


class OwnershipBody(Body):
    """That `owner_party_id` holds `share` percent of this company (`ownership`), or controls it (`control`, no share).

    It holds from `valid_from` to the day before `valid_to`; `source` is a code of where that is known from.
    """

    owner_party_id: SafeStr
    kind: Holding = Field(strict=False)
    share: _Share | None = Field(default=None, examples=["51.0000"])
    valid_from: date
    valid_to: date | None = None
    source: Code

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.kind is Holding.OWNERSHIP) != (self.share is not None):
            raise PydanticCustomError("share_and_kind", "ownership has a share, and control has none")
        if self.share is not None and not 0 < Decimal(self.share) <= WHOLE:
            raise PydanticCustomError("unfit_share", "a share is above 0 and at most 100 percent")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("dates_reversed", "ends before it begins")
        return self

    def command(self, owned_id: str) -> handlers.StateOwnership:
        """Return the command that this is for a company."""
        return handlers.StateOwnership(
            owner_id=self.owner_party_id,
            owned_id=owned_id,
            kind=self.kind,
            share=None if self.share is None else Decimal(self.share),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
        )


class EndBody(Body):
    """The first day on which it no longer holds; the day it began takes back what was stated by mistake."""

    valid_to: date


def add_routes(routes: APIRouter, db: Database, vault: Vault, limits: LimitsClient) -> None:
    """Add the routes of ownership and groups."""
    _add_ownership(routes, db, vault)

    @routes.get(
        "/parties/{party_id}/group", tags=["parties"], **operation("parties:read", replies={200: replies.GroupReply})
    )
    async def get_group(party_id: str, on: date | None = None) -> Response:
        """Return who belongs together with a party on a day (today), by which control, and what they owe now.

        Where limits does not answer, what they owe is unknown, and not zero.
        """
        found = await handlers.get_group(db, limits, party_id, on)
        return reply(replies.group_reply(found.group, found.on, found.exposure, found.own_ids))


def _add_ownership(routes: APIRouter, db: Database, vault: Vault) -> None:
    @routes.post(
        "/parties/{party_id}/owners",
        tags=["parties"],
        **operation("parties:write", idempotent=True, replies={201: replies.OwnershipReply}),
    )
    async def state_ownership(request: Request, party_id: str, body: OwnershipBody) -> Response:
        """State who owns a share of a company, or controls it; shares of a day are never more than the whole."""
        command = body.command(party_id)
        answer = await handlers.state(db, vault, claim(request), command, caller(request).client)
        if isinstance(answer, Refusal):
            raise answer
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get(
        "/parties/{party_id}/ownership",
        tags=["parties"],
        **operation("parties:read", replies={200: replies.OwnershipPage}),
    )
    async def list_ownership(
        party_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return all that was ever stated of what a party owns and who owns it, the latest first."""
        found = await handlers.list_ownership(db, party_id, cursor, limit)
        following = found[-1].ownership_id if len(found) == limit else None
        items = [replies.ownership_reply(entry) for entry in found]
        return reply(replies.OwnershipPage(items=items, next_cursor=following))

    @routes.get("/ownership/{ownership_id}", tags=["parties"], **_one_ownership())
    async def get_ownership(ownership_id: str) -> Response:
        """Return one statement of who owns whom."""
        return _ownership(await handlers.get_ownership(db, ownership_id))

    @routes.post("/ownership/{ownership_id}/end", tags=["parties"], **conditional(_one_ownership("parties:write")))
    async def end_ownership(request: Request, ownership_id: str, body: EndBody) -> Response:
        """Say since when it no longer holds, if it still is as `If-Match` says."""
        version = required_version(request)
        return _ownership(await handlers.end(db, ownership_id, version, body.valid_to))


def _one_ownership(scope: str = "parties:read") -> dict[str, Any]:
    """Return the arguments of a route that answers with an ownership."""
    return operation(scope, replies={200: replies.OwnershipReply})


def _ownership(entry: Ownership) -> Response:
    answer = reply(replies.ownership_reply(entry))
    answer.headers["ETag"] = etag(entry.version)
    return answer
