"""HTTP in: applications, and the products that they may name."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import AttributionBody, ProfileBody
from services.intake.domain.application import NO_SIGNALS, Application, PartyRef, Signals, Status, SubmitApplication
from services.intake.domain.party import PartyKind
from services.intake.handlers import applications as handlers
from services.intake.handlers.applications import Submission
from services.intake.replies import applications as replies
from services.intake.vault import Vault
from services.intake.waiting import Waiters, wait_seconds
from shared.batcher import Batcher
from shared.catalogue import Shelf
from shared.db import Database
from shared.http import Body, SafeStr, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.http.versions import etag
from shared.idempotency import Answer
from shared.money import Money
from shared.products import Product
from shared.tracing import current_traceparent

_LATEST: Final = "app_~"
"""Sorts after every application id."""
MOST_FACTS: Final = 500
_Name = Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _in_our_time(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 2200:
        raise ValueError("is not a time between 1970 and 2200")
    return moment.astimezone(UTC)


_Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class PartyBody(Body):
    """Who applies: by the caller's own customer number, by our id alone, or by a profile, which is matched.

    A profile may come with a number; of a party that is known by its number, it is kept where there was none.
    """

    external_ref: SafeStr | None = None
    kind: PartyKind = Field(default=PartyKind.PERSON, strict=False)
    party_id: SafeStr | None = None
    profile: ProfileBody | None = None
    attribution: AttributionBody | None = None

    @model_validator(mode="after")
    def _says_who(self) -> "PartyBody":
        if self.external_ref is None and self.party_id is None and self.profile is None:
            raise ValueError("give external_ref, party_id or profile")
        others = (self.external_ref, self.profile, self.attribution)
        if self.party_id is not None and any(entry is not None for entry in others):
            raise ValueError("party_id stands alone; what is known of the party is changed at its own place")
        return self

    def value(self) -> PartyRef:
        """Return the reference."""
        return PartyRef(
            self.external_ref,
            self.kind,
            self.party_id,
            None if self.profile is None else self.profile.value(),
            None if self.attribution is None else self.attribution.value(),
        )


class SignalsBody(Body):
    """By what applications are counted together; kept as blind digests only."""

    phone: SafeStr | None = None
    bank_account: SafeStr | None = None
    device_id: SafeStr | None = None
    channel: SafeStr | None = None

    def value(self) -> Signals:
        """Return the signals."""
        return Signals(self.phone, self.bank_account, self.device_id, self.channel)


class ApplicationBody(Body):
    """An application: who asks for what, and the facts that the product's dictionary names."""

    product: SafeStr
    party: PartyBody
    requested: PositiveMoneyBody
    facts: Mapping[str, Any] = Field(
        max_length=MOST_FACTS, examples=[{"duration_months": 24, "purpose": "car (new)", "housing": "own"}]
    )
    signals: SignalsBody | None = None


def add_routes(routes: APIRouter, db: Database, vault: Vault, shelf: Shelf[Product], waiters: Waiters) -> None:
    """Add the routes of applications."""
    submissions: Batcher[Submission, Answer] = Batcher("submit_application", partial(handlers.submit, db, vault, shelf))
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
        """Submit an application: 202 with its place, or 201 with the decision when `Prefer: wait=N` and it is made.

        One that is incomplete waits for what is `missing`; one that an earlier application answers says which.
        """
        command = SubmitApplication(
            product=body.product,
            party=body.party.value(),
            requested=Money(body.requested.amount_minor, body.requested.currency),
            facts=body.facts,
            signals=NO_SIGNALS if body.signals is None else body.signals.value(),
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
        """Return an application with its decision and limit, as far as they are known; amending takes the `ETag`."""
        found = await lookups.submit(application_id)
        response = reply(replies.application_reply(found))
        response.headers["ETag"] = etag(found.revision)
        return response

    @routes.get(
        "/applications",
        tags=["applications"],
        **operation("applications:read", replies={200: replies.ApplicationPage}),
    )
    async def list_applications(
        status: Status | None = None,
        party_id: _Name = None,
        product: _Name = None,
        due_before: _Moment | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return applications, newest first: of a status, a party, a product, or with a clock that runs out before."""
        wanted = handlers.Wanted(status, party_id, product, due_before)
        found = await handlers.list_applications(db, wanted, cursor, limit)
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
    """Return the application once it is decided, or None when the time is up first, or it waits for something else."""
    event = waiters.expect(application_id)
    try:
        async with asyncio.timeout(seconds):
            while True:
                application = await lookups.submit(application_id)
                if application.status is Status.DECIDED:
                    return replies.application_reply(application)
                if application.status in _WAITS_FOR_PEOPLE:
                    return None
                await event.wait()
                event.clear()
    except TimeoutError:
        return None
    finally:
        waiters.forget(application_id, event)


_WAITS_FOR_PEOPLE: Final = frozenset({Status.PEND_INFO, Status.SCREENED_OUT, Status.WITHDRAWN, Status.CLOSED})
