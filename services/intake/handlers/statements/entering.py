"""Statements as they are typed in, corrected, and accepted although they do not balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.statements.statement import ENTERED, Acceptance, Figures, Statement, StatementStatus
from services.intake.handlers.statements.keeping import (
    new_version,
    party_to_write,
    publish,
    records_to_read,
    require_document,
    require_fit,
)
from services.intake.replies import statements as replies
from services.intake.store import statements
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Kind, Refusal, conflict, not_found
from shared.idempotency import Answer, Claim


@dataclass(frozen=True, slots=True)
class Submit:
    """The command to keep a statement of a party; `document_id` is what it was typed from, where that is on file."""

    party_id: str
    figures: Figures
    document_id: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a statement of a party, as somebody has read it."""

    party_id: str
    statement_id: str
    version: int


async def submit(db: Database, vault: Vault, claim: Claim, command: Submit, now: datetime) -> Answer:
    """Keep a new statement; its facts, and whatever waits for them, follow in the same transaction.

    Raises `Refusal`: 404; 409 for an erased party, or a period that there is a statement of; 422.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        try:
            return [replies.kept(await _submit(tx, vault, command, claim.client, now), command.party_id)]
        except Refusal as refusal:
            return [refusal]

    require_fit(command.figures, now)
    (result,) = await idempotency.once(db, [claim], act)
    if isinstance(result, Refusal):
        raise result
    return result


async def _submit(tx: Transaction, vault: Vault, command: Submit, actor: str, now: datetime) -> Statement:
    party_id = await party_to_write(tx, vault, command.party_id)
    await require_document(tx, party_id, command.document_id)
    statement = new_version(
        command.figures,
        await statements.of_party(tx, party_id),
        party_id=party_id,
        source=command.document_id or ENTERED,
        actor=actor,
        now=now,
    )
    await statements.add(tx, vault, [statement])
    await publish(tx, vault, party_id)
    return statement


async def correct(
    db: Database, vault: Vault, read: Version, figures: Figures, document_id: str | None, actor: str, now: datetime
) -> Statement:
    """Keep the next version of a statement, and let its facts take the place of the earlier one's.

    An acceptance was of the earlier version; the next one has to be accepted anew. Raises `Refusal`: 404, 409, 412 when
    somebody else was faster, 422.
    """
    require_fit(figures, now)
    async with db.transaction() as tx:
        party_id = await party_to_write(tx, vault, read.party_id)
        await require_document(tx, party_id, document_id)
        known = await statements.of_party(tx, party_id)
        held = _held(known, read)
        others = [entry for entry in known if entry.statement_id != held.statement_id]
        source = document_id or ENTERED
        statement = new_version(figures, others, party_id=party_id, source=source, actor=actor, now=now, replaces=held)
        await statements.add(tx, vault, [statement])
        await publish(tx, vault, party_id)
    return statement


async def accept(db: Database, vault: Vault, read: Version, reason: str, actor: str, now: datetime) -> Statement:
    """Take a statement that does not balance as it is: from now on it gives facts.

    Raises `Refusal`: 404, 409 for one that needs no acceptance, 412 when there is a newer version.
    """
    async with db.transaction() as tx:
        party_id = await party_to_write(tx, vault, read.party_id)
        held = _held(await statements.of_party(tx, party_id), read)
        if held.status is not StatementStatus.UNBALANCED:
            raise conflict("nothing_to_accept", f"this statement is {held.status}")
        if not await statements.accept(tx, vault, held, Acceptance(actor, now), reason):
            raise conflict("party_erased", "this party was erased; nothing is kept of it any more")
        await publish(tx, vault, party_id)
        return _held(await statements.of_party(tx, party_id), read)


async def find(db: Database, vault: Vault, party_id: str, statement_id: str) -> replies.Found:
    """Return every version of a statement, newest first, and the statement of the period before."""
    async with db.transaction() as tx:
        records = await records_to_read(tx, party_id)
        versions = await statements.versions(tx, vault, statement_id)
        if not versions or versions[0][0].party_id not in records:
            raise not_found("statement_not_found", "this party has no such statement")
        newest = versions[0][0].figures
        before = next(
            (
                entry
                for entry in await statements.of_records(tx, records)
                if newest.period.follows(entry.figures.period)
                and entry.figures.is_consolidated == newest.is_consolidated
                and entry.figures.currency == newest.currency
            ),
            None,
        )
    return replies.Found(versions, before)


async def list_of(db: Database, party_id: str) -> list[Statement]:
    """Return the last version of each statement of a party, newest period first."""
    async with db.transaction() as tx:
        return await statements.of_records(tx, await records_to_read(tx, party_id))


def _held(known: Sequence[Statement], read: Version) -> Statement:
    held = next((entry for entry in known if entry.statement_id == read.statement_id), None)
    if held is None:
        raise not_found("statement_not_found", "this party has no such statement")
    if held.version != read.version:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "it has changed since it was read")
    return held
