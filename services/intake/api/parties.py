"""HTTP in: parties, and what is done to their records."""

from functools import partial
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import AttributionBody, IdentifierBody, ProfileBody, Reason
from services.intake.domain.party import Attribution, Identifier, NewParty, PartyKind
from services.intake.handlers import merging
from services.intake.handlers import parties as handlers
from services.intake.handlers import party_records as records
from services.intake.handlers.parties import Submission
from services.intake.replies import parties as replies
from services.intake.vault import Vault
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Kind, Refusal
from shared.http import Body, SafeStr, caller, claim, operation, reply
from shared.http.versions import conditional, etag, required_version
from shared.idempotency import Answer

_LATEST: Final = "chg_~"
"""Sorts after the id of every change."""
_REVEAL: Final = "parties:resolve"


class PartyBody(Body):
    """A party to take in: by the caller's own customer number, by who it is, or by both."""

    kind: PartyKind = Field(strict=False)
    external_ref: SafeStr | None = None
    profile: ProfileBody | None = None
    attribution: AttributionBody | None = None

    @model_validator(mode="after")
    def _is_known_by_something(self) -> Self:
        if self.external_ref is None and self.profile is None:
            raise PydanticCustomError("nobody", "needs an external_ref or a profile")
        return self

    def value(self) -> NewParty:
        """Return the party that this is."""
        return NewParty(
            kind=self.kind,
            external_ref=self.external_ref,
            profile=None if self.profile is None else self.profile.value(),
            attribution=Attribution() if self.attribution is None else self.attribution.value(),
        )


class ChangeBody(Body):
    """What is to change: a profile or an attribution that is given replaces all of the one that is there."""

    profile: ProfileBody | None = None
    attribution: AttributionBody | None = None
    reason: Reason | None = None


class SearchBody(Body):
    """What a party is looked for by, in a body because addresses of requests get into logs: one of the two."""

    identifier: IdentifierBody | None = None
    external_ref: SafeStr | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.identifier is None) == (self.external_ref is None):
            raise PydanticCustomError("not_one", "needs either identifier or external_ref")
        return self


class MergeBody(Body):
    """The record that is part of this party from now on, and why."""

    merged_party_id: SafeStr
    reason: Reason


class UnmergeBody(Body):
    """The record that is a party of its own again, and why."""

    unmerged_party_id: SafeStr
    reason: Reason


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of parties."""
    _add_reads(routes, db, vault)
    _add_writes(routes, db, vault)
    _add_merges(routes, db, vault)


def _add_reads(routes: APIRouter, db: Database, vault: Vault) -> None:
    @routes.get("/identifier-schemes", tags=["parties"], **operation("parties:read", replies={200: replies.SchemeList}))
    async def list_identifier_schemes() -> Response:
        """Return the schemes of identifiers, with their names in English and Chinese."""
        return reply(replies.scheme_list())

    @routes.get("/parties/{party_id}", tags=["parties"], **_one_party())
    async def get_party(request: Request, party_id: str, reveal: bool = False) -> Response:
        """Return a party with the records that are part of it; identifiers are masked but for their last characters.

        With `reveal` they are whole, for those who may resolve duplicates, and that somebody saw them is entered.
        """
        if not reveal:
            return _party(await records.get_party(db, vault, party_id))
        if _REVEAL not in caller(request).scopes:
            raise Refusal(Kind.FORBIDDEN, "scope_missing", f"this needs the scope {_REVEAL}")
        return _party(await records.reveal_party(db, vault, party_id, caller(request).client), reveal=True)

    @routes.post("/parties/search", tags=["parties"], **operation("parties:read", replies={200: replies.PartyList}))
    async def search_parties(body: SearchBody) -> Response:
        """Return the parties with an identifier, or with a customer number of the caller's."""
        if body.identifier is not None:
            wanted = Identifier(body.identifier.scheme, body.identifier.value)
            found = await records.search(db, vault, wanted)
        else:
            found = await records.search_by_ref(db, vault, body.external_ref or "")
        return reply(replies.PartyList(items=[replies.record_reply(party) for party in found]))

    @routes.get(
        "/parties/{party_id}/changes",
        tags=["parties"],
        **operation("parties:read", replies={200: replies.ChangePage}),
    )
    async def list_party_changes(
        party_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return everything that was done to a party and the records that are part of it, newest first."""
        found = await records.list_changes(db, vault, party_id, cursor, limit)
        following = found[-1].change_id if len(found) == limit else None
        return reply(replies.ChangePage(items=[replies.change_reply(one) for one in found], next_cursor=following))


def _add_writes(routes: APIRouter, db: Database, vault: Vault) -> None:
    submissions: Batcher[Submission, Answer] = Batcher("take_in_party", partial(handlers.receive, db, vault))

    @routes.post(
        "/parties",
        tags=["parties"],
        **operation("parties:write", idempotent=True, replies={200: replies.TakenInReply, 201: replies.TakenInReply}),
    )
    async def take_in_party(request: Request, body: PartyBody) -> Response:
        """Take in a party: 201 for one that is new, 200 with the one that was here for an exact duplicate.

        A possible duplicate is a new party, with a case in which a person says whether it is one.
        """
        answer = await submissions.submit(Submission(body.value(), claim(request)))
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.patch("/parties/{party_id}", tags=["parties"], **conditional(_one_party("parties:write")))
    async def change_party(request: Request, party_id: str, body: ChangeBody) -> Response:
        """Change who a party is, or where it belongs, if it still is as `If-Match` says."""
        command = records.ChangeParty(
            party_id=party_id,
            version=required_version(request),
            profile=None if body.profile is None else body.profile.value(),
            attribution=None if body.attribution is None else body.attribution.value(),
            reason=body.reason,
        )
        return _party(await records.change_party(db, vault, command, caller(request).client))


def _add_merges(routes: APIRouter, db: Database, vault: Vault) -> None:
    @routes.post("/parties/{party_id}/merge", tags=["parties"], **_one_party("parties:resolve"))
    async def merge_parties(request: Request, party_id: str, body: MergeBody) -> Response:
        """Make a record part of this party: it is read with it from now on, and loses nothing."""
        actor = caller(request).client
        await merging.merge_parties(db, vault, party_id, body.merged_party_id, actor, body.reason)
        return _party(await records.get_party(db, vault, party_id))

    @routes.post("/parties/{party_id}/unmerge", tags=["parties"], **_one_party("parties:resolve"))
    async def unmerge_parties(request: Request, party_id: str, body: UnmergeBody) -> Response:
        """Make a record that was merged into this party one of its own again, as it was before."""
        actor = caller(request).client
        await merging.unmerge_parties(db, vault, party_id, body.unmerged_party_id, actor, body.reason)
        return _party(await records.get_party(db, vault, party_id))


def _one_party(scope: str = "parties:read") -> dict[str, Any]:
    """Return the arguments of a route that answers with a party."""
    return operation(scope, replies={200: replies.PartyReply})


def _party(shown: records.Shown, *, reveal: bool = False) -> Response:
    answer = reply(replies.party_reply(shown.party, shown.merged, reveal=reveal))
    answer.headers["ETag"] = etag(shown.party.version)
    return answer
