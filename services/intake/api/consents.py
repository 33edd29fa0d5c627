"""HTTP in: consents of parties."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.consent import Proof
from services.intake.domain.waterfall import REPORTED
from services.intake.handlers import consents as handlers
from services.intake.handlers.consents import GiveConsent
from services.intake.replies import consents as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Fault, invalid
from shared.http import Body, SafeStr, caller, claim, operation, reply

_LATEST: Final = "cns_~"
"""Sorts after every consent id."""


def _in_our_time(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 2200:
        raise ValueError("is not a time between 1970 and 2200")
    return moment.astimezone(UTC)


_Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class ProofBody(Body):
    """What shows that the consent was given: how, and the document that has it, by its id or by its SHA-256 in hex."""

    method: _Word = Field(examples=["signed_form", "electronic_signature", "recorded_call"])
    document_id: SafeStr | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None

    @model_validator(mode="after")
    def _proves_something(self) -> "ProofBody":
        if self.document_id is None and self.sha256 is None:
            raise ValueError("name the document, by document_id or sha256")
        return self


class ConsentBody(Body):
    """What a party allows: to ask the sources in `scope` (names, or kinds of sources) about it, for a purpose."""

    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["credit_assessment"])]
    scope: list[_Word] = Field(min_length=1, max_length=20, examples=[["bureau"]])
    proof: ProofBody
    given_at: _Moment
    expires_at: _Moment


class RevokeBody(Body):
    """Why it holds no longer; kept sealed."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


def add_routes(routes: APIRouter, db: Database, vault: Vault, sources: Collection[str]) -> None:
    """Add the routes of consents; `sources` are the names of those that are configured."""
    words = {*REPORTED, *sources}

    @routes.post(
        "/parties/{party_id}/consents",
        tags=["consents"],
        **operation("consents:write", idempotent=True, replies={201: replies.ConsentReply}),
    )
    async def give_consent(request: Request, party_id: str, body: ConsentBody) -> Response:
        """Record that a party has consented."""
        faults = [
            Fault(f"/scope/{place}", "unknown_source", f"is no source, nor one of {', '.join(sorted(REPORTED))}")
            for place, word in enumerate(body.scope)
            if word not in words
        ]
        if faults:
            raise invalid("invalid_consent", "the scope names what can't be asked", faults)
        proof = Proof(body.proof.method, body.proof.document_id, body.proof.sha256, body.proof.text)
        scope = tuple(dict.fromkeys(body.scope))
        actor = caller(request).client
        command = GiveConsent(party_id, body.purpose, scope, proof, body.given_at, body.expires_at, actor)
        answer = await handlers.record(db, vault, command, claim(request))
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get(
        "/parties/{party_id}/consents",
        tags=["consents"],
        **operation("consents:read", replies={200: replies.ConsentPage}),
    )
    async def list_consents(
        party_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return the consents of a party, newest first, with what proves them."""
        found, now = await handlers.list_consents(db, vault, party_id, cursor, limit)
        following = found[-1].consent_id if len(found) == limit else None
        items = [replies.proven_consent_reply(consent, now) for consent in found]
        return reply(replies.ConsentPage(items=items, next_cursor=following))

    @routes.post(
        "/consents/{consent_id}/revoke",
        tags=["consents"],
        **operation("consents:write", replies={200: replies.ConsentReply}),
    )
    async def revoke_consent(request: Request, consent_id: str, body: RevokeBody) -> Response:
        """Have a consent hold no longer, from now on; 409 when it was revoked before."""
        consent, now = await handlers.revoke(db, vault, consent_id, caller(request).client, body.reason)
        return reply(replies.consent_reply(consent, now))
