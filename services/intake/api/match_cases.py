"""HTTP in: possible duplicates, and what a person says about them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import Reason
from services.intake.domain.matching.case import CaseStatus, CaseVerdict, ResolveCase
from services.intake.handlers import match_cases as handlers
from services.intake.replies import match_cases as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, SafeStr, caller, claim, operation, reply

_Verdict = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(CaseVerdict)})$")]


class ResolveBody(Body):
    """Who the party is: the `same` as the candidate `party_id`, or `different` from all of them."""

    verdict: _Verdict
    party_id: SafeStr | None = None
    reason: Reason


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of match cases."""

    @routes.get("/match-cases", tags=["match cases"], **operation("parties:read", replies={200: replies.MatchCasePage}))
    async def list_match_cases(
        status: CaseStatus = CaseStatus.OPEN,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]*$")] = "",
    ) -> Response:
        """Return possible duplicates in one status, those that were found first at the head."""
        page = await handlers.list_cases(db, status, cursor, limit)
        items = [replies.case_reply(case) for case in page.cases]
        return reply(replies.MatchCasePage(items=items, next_cursor=page.following))

    @routes.get(
        "/match-cases/{case_id}",
        tags=["match cases"],
        **operation("parties:read", replies={200: replies.MatchCaseReply}),
    )
    async def get_match_case(case_id: str) -> Response:
        """Return a possible duplicate, and why it was resolved as it was."""
        return reply(replies.case_reply(*await handlers.get_case(db, vault, case_id)))

    @routes.post(
        "/match-cases/{case_id}/resolve",
        tags=["match cases"],
        **operation("parties:resolve", idempotent=True, replies={200: replies.MatchCaseReply}),
    )
    async def resolve_match_case(request: Request, case_id: str, body: ResolveBody) -> Response:
        """Say who the party is: it is merged into the candidate that it is the same as, or set apart from all."""
        verdict = CaseVerdict(body.verdict)
        command = ResolveCase(case_id, verdict, body.party_id, body.reason, caller(request).client)
        answer = await handlers.resolve(db, vault, command, claim(request))
        return Response(answer.body, answer.status, None, "application/json")
