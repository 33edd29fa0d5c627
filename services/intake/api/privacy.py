"""HTTP in: what a person may ask of those who keep a file on them, and what a court may ask."""

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import Reason
from services.intake.domain.retention import Policy
from services.intake.handlers import erasing, exporting, legal_holds
from services.intake.handlers.erasing import Grounds
from services.intake.handlers.exporting import Export, Section
from services.intake.replies import privacy as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, caller, claim, operation, reply
from shared.idempotency import Answer


class EraseBody(Body):
    """On which grounds a person is erased: a code, because it stays."""

    reason: Grounds = Field(strict=False)


class HoldBody(Body):
    """Why nothing may be deleted, or may again; kept sealed."""

    reason: Reason


def add_routes(routes: APIRouter, db: Database, vault: Vault, policy: Policy) -> None:
    """Add the routes of privacy."""

    @routes.get(
        "/parties/{party_id}/privacy-export",
        tags=["privacy"],
        **operation("privacy:read", replies={200: replies.ExportReply}),
    )
    async def export_party(request: Request, party_id: str) -> Response:
        """Return everything that is held about a party, each item with its purpose, its source and its retention.

        Who asked is noted. (Regulation (EU) 2016/679, articles 15 and 20).
        """
        return reply(_export_reply(await exporting.export(db, vault, policy, party_id, caller(request).client)))

    @routes.post(
        "/parties/{party_id}/erase",
        tags=["privacy"],
        **operation("privacy:erase", idempotent=True, replies={200: replies.ErasedReply}),
    )
    async def erase_party(request: Request, body: EraseBody, party_id: str) -> Response:
        """Erase what identifies a party, for good. Facts and decisions stay under an id that names nobody."""
        return _answer(await erasing.erase(db, policy, party_id, body.reason, claim(request)))

    @routes.post(
        "/parties/{party_id}/legal-holds",
        tags=["privacy"],
        **operation("privacy:write", idempotent=True, replies={201: replies.HoldReply}),
    )
    async def place_hold(request: Request, body: HoldBody, party_id: str) -> Response:
        """Have nothing deleted about a party, whoever asks and whatever runs out."""
        return _answer(await legal_holds.place(db, vault, party_id, body.reason, claim(request)))

    @routes.get(
        "/parties/{party_id}/legal-holds",
        tags=["privacy"],
        **operation("privacy:read", replies={200: replies.HoldList}),
    )
    async def list_holds(party_id: str) -> Response:
        """Return the legal holds on a party, in force and released."""
        found = await legal_holds.list_holds(db, vault, party_id)
        return reply(replies.HoldList(items=[replies.hold_reply(hold) for hold in found]))

    @routes.post(
        "/legal-holds/{hold_id}/release",
        tags=["privacy"],
        **operation("privacy:write", replies={200: replies.HoldReply}),
    )
    async def release_hold(request: Request, body: HoldBody, hold_id: str) -> Response:
        """Let what a hold kept be deleted again."""
        released = await legal_holds.release(db, vault, hold_id, body.reason, caller(request).client)
        return reply(replies.hold_reply(released))


def _answer(answer: Answer) -> Response:
    headers = {"Location": answer.location} if answer.location else None
    return Response(answer.body, answer.status, headers, "application/json")


def _export_reply(export: Export) -> replies.ExportReply:
    return replies.ExportReply(
        party_id=export.party_id,
        merged_records=[record for record in export.records if record != export.party_id],
        exported_at=export.exported_at,
        jurisdiction=export.profile.name,
        sections={section.holding.name: _section_reply(section) for section in export.sections},
    )


def _section_reply(section: Section) -> replies.SectionReply:
    rule = section.rule
    records = section.records
    if section.holding.table == "document":
        records = [{**record, "content": f"/v1/documents/{record['document_id']}/content"} for record in records]
    return replies.SectionReply(
        records=records,
        purpose=section.holding.purpose,
        source=section.holding.source,
        retention=None
        if rule is None
        else replies.RetentionReply(delete_after_days=rule.delete_after_days, basis=rule.basis),
    )
