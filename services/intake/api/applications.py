"""HTTP in: applications, and the products that they may name."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.application import Application, PartyRef, Status, SubmitApplication
from services.intake.domain.party import PartyKind
from services.intake.handlers import applications as handlers
from services.intake.handlers.applications import Submission
from services.intake.replies import applications as replies
from services.intake.waiting import Waiters, wait_seconds
from shared.batcher import Batcher
from shared.catalogue import Shelf
from shared.db import Database
from shared.http import Body, SafeStr, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.idempotency import Answer
from shared.money import Money
from shared.products import Product
from shared.tracing import current_traceparent

_LATEST = "app_~"
"""Sorts after every application id."""


class PartyBody(Body):
    """Who applies; `external_ref` is the caller's own customer number."""

    external_ref: SafeStr
    kind: PartyKind = Field(default=PartyKind.PERSON, strict=False)


class ApplicationBody(Body):
    """An application: who asks for what, and the facts that the product's dictionary names."""

    product: SafeStr
    party: PartyBody
    requested: PositiveMoneyBody
    facts: Mapping[str, Any] = Field(
        max_length=500, examples=[{"duration_months": 24, "purpose": "car (new)", "housing": "own"}]
    )


def add_routes(routes: APIRouter, db: Database, shelf: Shelf[Product], waiters: Waiters) -> None:
    """Add the routes of applications."""
    submissions: Batcher[Submission, Answer] = Batcher("submit_application", partial(handlers.submit, db, shelf))
    lookups: Batcher[str, Application] = Batcher("find_application", partial(handlers.find_applications, db))

    @routes.post(
        "/applications",
        tags=["applications"],
        **operation(
            "applications:write",
            idempotent=True,
            replies={201: replies.ApplicationReply, 202: replies.ApplicationReply},
        ),
    )
    async def submit_application(request: Request, body: ApplicationBody) -> Response:
        """Submit an application: 202 with its place, or 201 with the decision when `Prefer: wait=N` and it is made."""
        command = SubmitApplication(
            product=body.product,
            party=PartyRef(body.party.external_ref, body.party.kind),
            requested=Money(body.requested.amount_minor, body.requested.currency),
            facts=body.facts,
        )
        submission = Submission(command, claim(request), datetime.now(UTC), current_traceparent())
        answer = await submissions.submit(submission)
        assert answer.location is not None
        seconds = wait_seconds(request.headers.get("prefer"))
        if seconds:
            decided = await _wait_for_decision(lookups, waiters, answer.location.rpartition("/")[2], seconds)
            if decided is not None:
                return reply(decided, 201, answer.location)
        return Response(answer.body, answer.status, {"Location": answer.location}, "application/json")

    @routes.get(
        "/applications/{application_id}",
        tags=["applications"],
        **operation("applications:read", replies={200: replies.ApplicationReply}),
    )
    async def get_application(application_id: str) -> Response:
        """Return an application with its decision and limit, as far as they are known."""
        return reply(replies.application_reply(await lookups.submit(application_id)))

    @routes.get(
        "/applications",
        tags=["applications"],
        **operation("applications:read", replies={200: replies.ApplicationPage}),
    )
    async def list_applications(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return applications, newest first."""
        found = await handlers.list_applications(db, cursor, limit)
        following = found[-1].application_id if len(found) == limit else None
        items = [replies.application_reply(entry) for entry in found]
        return reply(replies.ApplicationPage(items=items, next_cursor=following))

    @routes.get(
        "/products", tags=["applications"], **operation("applications:read", replies={200: replies.ProductList})
    )
    async def list_products() -> Response:
        """Return the products that applications may name."""
        known = await handlers.list_products(db)
        items = [replies.ProductReply(name=name, revision=revision) for name, revision in known.items()]
        return reply(replies.ProductList(items=items))


async def _wait_for_decision(
    lookups: Batcher[str, Application], waiters: Waiters, application_id: str, seconds: int
) -> replies.ApplicationReply | None:
    """Return the application once it is decided, or None when the time is up first."""
    event = waiters.expect(application_id)
    try:
        async with asyncio.timeout(seconds):
            while True:
                application = await lookups.submit(application_id)
                if application.status is Status.DECIDED:
                    return replies.application_reply(application)
                await event.wait()
                event.clear()
    except TimeoutError:
        return None
    finally:
        waiters.forget(application_id, event)
