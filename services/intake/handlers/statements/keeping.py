"""What every way of taking in statements does: check the party, keep a version, and let its facts be known."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.statements.analysis import GOOD_FOR, as_of, facts_of, usable_years, yearly
from services.intake.domain.statements.checks import differences
from services.intake.domain.statements.statement import Figures, Statement, flags_of, misfits
from services.intake.handlers import progress
from services.intake.store import documents, findings, keys, parties, statements
from services.intake.vault import Vault
from shared.db import Transaction
from shared.errors import Fault, conflict, invalid, not_found
from shared.ids import new_id

SOURCE: Final = "statements"
"""The name of the source that facts of statements have."""
MOST_STATEMENTS: Final = 200
MOST_VERSIONS: Final = 100


async def party_to_write(tx: Transaction, vault: Vault, party_id: str) -> str:
    """Return the party that a record is part of, with its statements locked.

    Raises `Refusal`: 404 for an unknown party, 409 for an erased one.
    """
    survivor = (await parties.surviving(tx, [party_id])).get(party_id)
    if survivor is None:
        raise not_found("party_not_found", "there is no such party")
    if not await keys.of(tx, vault, [survivor]):
        raise conflict("party_erased", "this party was erased; nothing is kept of it any more")
    await statements.lock(tx, survivor)
    return survivor


async def records_to_read(tx: Transaction, party_id: str) -> set[str]:
    """Return all records of a party; raises `Refusal` with 404 where there is no such party."""
    found = await parties.of_one_party(tx, party_id)
    if not found:
        raise not_found("party_not_found", "there is no such party")
    return found


def require_fit(figures: Figures, now: datetime) -> None:
    """Raise `Refusal` with 422 for figures that can be no statement."""
    found = misfits(figures, now.date())
    if found:
        faults = [Fault(f"/{misfit.field}", misfit.code, misfit.words) for misfit in found[:20]]
        raise invalid("invalid_statement", "this can be no statement", faults)


async def require_document(tx: Transaction, party_id: str, document_id: str | None) -> None:
    """Raise `Refusal` with 422 for the id of a document that is none of this party's, or must not be read."""
    if document_id is None:
        return
    known = (await documents.find(tx, [document_id])).get(document_id)
    if known is None or not known.state.counts or known.party_id not in await parties.of_one_party(tx, party_id):
        fault = Fault("/document_id", "unknown_document", "is no document of this party that may be read")
        raise invalid("invalid_statement", "this can be no statement", [fault])


def new_version(
    figures: Figures,
    others: Sequence[Statement],
    *,
    party_id: str,
    source: str,
    actor: str,
    now: datetime,
    replaces: Statement | None = None,
) -> Statement:
    """Return a statement, checked, or the next version of the one that it `replaces`. `others` are the party's other
    statements.

    Raises `Refusal` with 409 when one of the others is of the same period, named in the words, or there are too many.
    """
    same = next((entry for entry in others if entry.figures.key == figures.key), None)
    if same is not None:
        raise conflict("statement_exists", f"statement {same.statement_id} is of this period; correct that one")
    if len(others) >= MOST_STATEMENTS or (replaces is not None and replaces.version >= MOST_VERSIONS):
        words = f"a party may have {MOST_STATEMENTS} statements of {MOST_VERSIONS} versions each"
        raise conflict("too_many_statements", words)
    return Statement(
        statement_id=new_id("fst") if replaces is None else replaces.statement_id,
        party_id=party_id if replaces is None else replaces.party_id,
        version=1 if replaces is None else replaces.version + 1,
        figures=figures,
        differences=differences(figures),
        flags=flags_of(figures, others),
        source=source,
        unmapped_count=len(figures.unmapped),
        submitted_by=actor,
        submitted_at=now,
    )


async def publish(tx: Transaction, vault: Vault, party_id: str) -> None:
    """Let the facts of a party's newest yearly statement be known, unless that has been done, and wake what waits.

    While that statement is not usable there are no facts: an older one must not stand in for accounts that are in
    doubt. The last that was told counts, so none is ever dated before the one that it takes the place of.
    """
    records = await parties.of_one_party(tx, party_id)
    known = await statements.of_records(tx, records)
    told = _told(await findings.newest(tx, records))
    newest = next(iter(yearly(known)), None)
    facts = {} if newest is None else facts_of(newest, usable_years(known))
    if told is None and not facts:
        return
    record_id = "" if newest is None else newest.statement_id
    if told is not None and (told.record_id, told.facts) == (record_id, facts):
        return
    moments = [as_of(newest)] if newest is not None else []
    finding = Finding(
        finding_id=new_id("fnd"),
        party_id=party_id,
        kind=FindingKind.STATEMENT,
        source=SOURCE,
        record_id=record_id,
        as_of=max(moments if told is None else [*moments, told.as_of]),
        facts=facts,
        expires_at=moments[0] + GOOD_FOR if moments else None,
    )
    await findings.add(tx, [finding])
    await progress.arrived(tx, vault, [party_id])


def _told(found: dict[str, list[Finding]]) -> Finding | None:
    """Return the last finding of statements, over all records of a party."""
    of_statements: Collection[Finding] = [
        entry for entries in found.values() for entry in entries if entry.kind is FindingKind.STATEMENT
    ]
    return max(of_statements, key=lambda entry: (entry.as_of, entry.finding_id), default=None)
