"""HTTP in: what people do to an application, and what is known of it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.applications import MOST_FACTS
from services.intake.api.party_fields import Reason
from services.intake.domain.application import Application
from services.intake.handlers import amending
from services.intake.handlers import applications as handlers
from services.intake.replies import applications as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, caller, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.http.versions import conditional, etag, required_version
from shared.money import Money
from shared.tracing import current_traceparent


class AmendBody(Body):
    """What changes: the amount, and facts by name; a fact that is null is taken away, one that is not named stays."""

    requested: PositiveMoneyBody | None = None
    facts: Mapping[str, Any] = Field(default_factory=dict, max_length=MOST_FACTS)

    @model_validator(mode="after")
    def _says_something(self) -> "AmendBody":
        if self.requested is None and not self.facts:
            raise ValueError("say what changes")
        return self


class ReasonBody(Body):
    """Why; it is kept sealed and stays with the application."""

    reason: Reason


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of what is done to applications."""
    one = "/applications/{application_id}"

    @routes.patch(
        one,
        tags=["applications"],
        **conditional(operation("applications:write", replies={200: replies.ApplicationReply})),
    )
    async def amend_application(request: Request, application_id: str, body: AmendBody) -> Response:
        """Amend an application: a new revision, which goes the same way again. 409 while it is being decided."""
        requested = None if body.requested is None else Money(body.requested.amount_minor, body.requested.currency)
        amendment = amending.Amendment(
            application_id,
            required_version(request),
            requested,
            body.facts,
            caller(request).client,
            current_traceparent(),
        )
        return _shown(await amending.amend(db, amendment))

    @routes.post(
        f"{one}/withdraw",
        tags=["applications"],
        **operation("applications:write", replies={200: replies.ApplicationReply}),
    )
    async def withdraw_application(request: Request, application_id: str, body: ReasonBody) -> Response:
        """End an application for the applicant. 409 while it is being decided, and once credit was granted."""
        return _shown(await amending.withdraw(db, vault, application_id, caller(request).client, body.reason))

    @routes.post(
        f"{one}/override",
        tags=["applications"],
        **operation("applications:override", replies={200: replies.ApplicationReply}),
    )
    async def override_screening(request: Request, application_id: str, body: ReasonBody) -> Response:
        """Take on an application that was screened out. 403 for who sent it, 409 for one that was not screened out."""
        return _shown(await amending.override(db, vault, application_id, caller(request).client, body.reason))

    @routes.get(
        f"{one}/history",
        tags=["applications"],
        **operation("applications:read", replies={200: replies.HistoryReply}),
    )
    async def get_history(application_id: str) -> Response:
        """Return how an application got where it stands."""
        told = await handlers.history(db, vault, application_id)
        return reply(replies.HistoryReply(items=[replies.move_reply(entry.move, entry.note) for entry in told]))

    @routes.get(
        f"{one}/evidence",
        tags=["applications"],
        **operation("applications:read", replies={200: replies.EvidenceReply}),
    )
    async def get_evidence(application_id: str) -> Response:
        """Return the facts of an application, each with its source and date."""
        known = await handlers.known_of(db, application_id)
        return reply(
            replies.evidence_reply(
                known.application, known.facts, known.sources, known.labels, known.fallbacks, known.inquiries
            )
        )


def _shown(application: Application) -> Response:
    response = reply(replies.application_reply(application))
    response.headers["ETag"] = etag(application.revision)
    return response
