"""Financial statements: sent in, imported, corrected, accepted, and read with their ratios."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import Reason
from services.intake.api.raw_bodies import RawBodies
from services.intake.api.statement_fields import ImportQuery, StatementBody
from services.intake.handlers.statements import analysing, entering, importing
from services.intake.handlers.statements.entering import Submit, Version
from services.intake.handlers.statements.reading import MAX_BYTES
from services.intake.replies import ratios as ratio_replies
from services.intake.replies import statements as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, caller, claim, operation, reply
from shared.http.versions import conditional, etag, required_version
from shared.idempotency import Answer

_MEDIA_TYPES: Final = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/xml",
    "application/xhtml+xml",
    "application/octet-stream",
)
_ROOM_BYTES: Final = 8 * MAX_BYTES


class AcceptBody(Body):
    """Why a statement that does not balance is taken as it is."""

    reason: Reason = Field(examples=["the auditor confirms the difference as a rounding of the notes"])


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of financial statements."""
    _add_writing(routes, db, vault)
    _add_reading(routes, db, vault)


def _add_writing(routes: APIRouter, db: Database, vault: Vault) -> None:
    files = RawBodies(MAX_BYTES, _ROOM_BYTES)

    @routes.post(
        "/parties/{party_id}/statements",
        tags=["statements"],
        **operation("statements:write", idempotent=True, replies={201: replies.StatementReply}),
    )
    async def submit_statement(request: Request, party_id: str, body: StatementBody) -> Response:
        """Keep a statement. One that does not balance is kept with its differences, and gives no facts until accepted.

        A party has one statement of each period, consolidated or not; another of the same is 409 and named.
        """
        command = Submit(party_id, body.value(), body.document_id)
        return _answer(await entering.submit(db, vault, claim(request), command, datetime.now(UTC)))

    @routes.post(
        "/parties/{party_id}/statements/import",
        tags=["statements"],
        **_raw(
            operation("statements:write", idempotent=True, replies={200: replies.ImportReply, 201: replies.ImportReply})
        ),
    )
    async def import_statements(
        request: Request, party_id: str, query: Annotated[ImportQuery, Depends(ImportQuery)]
    ) -> Response:
        """Keep the statements of a file (CSV, XLSX or XBRL), one for each period, all or none.

        Lines without a place in the taxonomy, and ambiguous ones, are listed by where they stand; the statement has
        their labels. `map` (`label=line`, or `label=ignore`) says where they belong. A period that is held with other
        figures stays, unless `existing` is `correct`.
        """
        async with files.read(request) as raw:
            request.state.raw_body = request.scope["query_string"] + b"\n" + raw
            asked = claim(request)
            return _answer(await importing.take_in(db, vault, asked, query.command(party_id), raw, datetime.now(UTC)))

    @routes.put(
        "/parties/{party_id}/statements/{statement_id}",
        tags=["statements"],
        **conditional(operation("statements:write", replies={200: replies.StatementReply})),
    )
    async def correct_statement(request: Request, party_id: str, statement_id: str, body: StatementBody) -> Response:
        """Keep a corrected version of a statement; the earlier ones stay."""
        read = Version(party_id, statement_id, required_version(request))
        actor = caller(request).client
        made = await entering.correct(db, vault, read, body.value(), body.document_id, actor, datetime.now(UTC))
        return _tagged(reply(replies.statement_reply(made)), made.version)

    @routes.post(
        "/parties/{party_id}/statements/{statement_id}/accept",
        tags=["statements"],
        **conditional(operation("statements:write", replies={200: replies.StatementReply})),
    )
    async def accept_statement(request: Request, party_id: str, statement_id: str, body: AcceptBody) -> Response:
        """Take a statement that does not balance as it is: from now on it gives facts."""
        read = Version(party_id, statement_id, required_version(request))
        taken = await entering.accept(db, vault, read, body.reason, caller(request).client, datetime.now(UTC))
        return _tagged(reply(replies.statement_reply(taken)), taken.version)


def _add_reading(routes: APIRouter, db: Database, vault: Vault) -> None:
    @routes.get(
        "/parties/{party_id}/statements",
        tags=["statements"],
        **operation("statements:read", replies={200: replies.StatementList}),
    )
    async def list_statements(party_id: str) -> Response:
        """Return the last version of each statement of a party, newest period first; there are 200 at most."""
        found = await entering.list_of(db, party_id)
        return reply(replies.StatementList(items=[replies.statement_reply(entry) for entry in found]))

    @routes.get(
        "/parties/{party_id}/statements/{statement_id}",
        tags=["statements"],
        **operation("statements:read", replies={200: replies.StatementDetail}),
    )
    async def get_statement(party_id: str, statement_id: str) -> Response:
        """Return a statement with its lines, what they imply, its differences, and its earlier versions."""
        found = await entering.find(db, vault, party_id, statement_id)
        return _tagged(reply(replies.statement_detail(found)), found.versions[0][0].version)

    @routes.get(
        "/parties/{party_id}/ratios",
        tags=["statements"],
        **operation("statements:read", replies={200: ratio_replies.RatiosReply}),
    )
    async def get_ratios(
        party_id: str,
        industry: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] = None,
        polish: bool = False,
    ) -> Response:
        """Return ratios by period with definitions, trends and percentiles, and what is missing and why.

        Percentiles are of the party's industry, or the one named; `polish` adds the 64 ratios of the Polish data set.
        """
        found = await analysing.ratios(db, vault, party_id, industry)
        return reply(
            ratio_replies.ratios_reply(party_id, found.industry, found.statements, found.analysis, polish=polish)
        )

    @routes.get(
        "/statement-lines", tags=["statements"], **operation("statements:read", replies={200: replies.TaxonomyReply})
    )
    async def list_lines() -> Response:
        """Return the taxonomy: the lines that statements may state, in printed order."""
        return reply(replies.taxonomy())


def _raw(stated: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a route whose body is a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA_TYPES}
    extra = {**stated["openapi_extra"], "requestBody": {"required": True, "content": content}}
    return {**stated, "openapi_extra": extra}


def _answer(answer: Answer) -> Response:
    return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")


def _tagged(response: Response, version: int) -> Response:
    response.headers["ETag"] = etag(version)
    return response
