"""Statements out of files: one for each period, in one transaction."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.statements.amounts import usual_step
from services.intake.domain.statements.checks import filled
from services.intake.domain.statements.instance import spread_instance
from services.intake.domain.statements.spreading import IGNORED, CellFault, Spread, Terms, spread
from services.intake.domain.statements.statement import ENTERED, Assurance, Figures, Period, Statement
from services.intake.domain.statements.taxonomy import LINES
from services.intake.handlers.statements.keeping import (
    new_version,
    party_to_write,
    publish,
    require_document,
    require_fit,
)
from services.intake.handlers.statements.reading import Layout, read_csv, read_xlsx
from services.intake.handlers.statements.xbrl import read_instance
from services.intake.replies import statements as replies
from services.intake.replies.statements import Imported, Outcome
from services.intake.store import statements
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, invalid
from shared.idempotency import Answer, Claim

# The largest file takes some seconds to read. Other requests go on meanwhile, and files wait for each other: two at a
# time would not be read any faster.
_READER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="statements")


class Format(StrEnum):
    """What a file is."""

    CSV = "csv"
    XLSX = "xlsx"
    XBRL = "xbrl"


class Existing(StrEnum):
    """What becomes of a period that there is a statement of already, when the file says something else."""

    KEEP = "keep"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Import:
    """The command to take in a file: what it is, how it is to be read, and what its statements are.

    `fill_other` puts what a heading has beyond its mapped parts into its `other` line.
    """

    party_id: str
    format: Format
    layout: Layout
    terms: Terms
    months: int
    assurance: Assurance
    is_consolidated: bool
    existing: Existing
    fill_other: bool
    document_id: str | None


async def take_in(db: Database, vault: Vault, claim: Claim, command: Import, raw: bytes, now: datetime) -> Answer:
    """Keep the statements of a file, all or none.

    Raises `Refusal`: 404; 409 for an erased party; 422 for a file that can't be read, with the places that are wrong.
    """
    _require_lines(command.terms)
    found = await asyncio.get_running_loop().run_in_executor(_READER, _spread, command, raw)
    if found.faults:
        faults = [Fault(fault.pointer, fault.code, fault.words) for fault in found.faults[:20]]
        raise invalid("unreadable_statement", "the file can't be taken in", faults)
    periods = [_figures(command, found, end) for end in sorted(found.periods)]
    if not periods:
        words = "no row could be brought to a line of the taxonomy; send a mapping"
        raise invalid("unreadable_statement", words, [Fault("", "no_lines", words)])
    for figures in periods:
        require_fit(figures, now)

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        try:
            return [replies.imported(await _keep(tx, vault, command, periods, claim.client, now), command.party_id)]
        except Refusal as refusal:
            return [refusal]

    (result,) = await idempotency.once(db, [claim], act)
    if isinstance(result, Refusal):
        raise result
    return result


def _require_lines(terms: Terms) -> None:
    faults = [
        Fault(f"/query/map/{place}", "unknown_line", "maps to no line of the taxonomy")
        for place, code in enumerate(terms.mapping.values())
        if code not in LINES and code != IGNORED
    ]
    if faults:
        raise invalid("invalid_parameters", "the parameters do not fit", faults[:20])


def _spread(command: Import, raw: bytes) -> Spread:
    if command.format is Format.XBRL:
        facts = read_instance(raw)
        if not facts:
            nothing = CellFault("/facts", "no_facts", "the instance has no amounts without dimensions")
            return Spread(faults=[nothing])
        return spread_instance(facts, command.terms.standard, command.terms.currency, command.months)
    read = read_csv if command.format is Format.CSV else read_xlsx
    return spread(read(raw, command.layout), command.terms)


def _figures(command: Import, found: Spread, end: date) -> Figures:
    amounts = found.periods[end]
    stated = {code: amount.minor for code, amount in amounts.items()}
    lines, fills = filled(stated) if command.fill_other else (stated, ())
    return Figures(
        period=Period(found.starts[end], end) if end in found.starts else Period.ending(end, command.months),
        currency=command.terms.currency,
        standard=command.terms.standard,
        assurance=command.assurance,
        is_consolidated=command.is_consolidated,
        lines=lines,
        step_minor=usual_step(amounts.values()),
        filled=fills,
        unmapped=tuple(found.unmapped),
    )


async def _keep(
    tx: Transaction, vault: Vault, command: Import, periods: Sequence[Figures], actor: str, now: datetime
) -> list[Imported]:
    party_id = await party_to_write(tx, vault, command.party_id)
    await require_document(tx, party_id, command.document_id)
    known = {entry.statement_id: entry for entry in await statements.of_party(tx, party_id)}
    results: list[Imported] = []
    added: list[Statement] = []
    for figures in periods:
        held = next((entry for entry in known.values() if entry.figures.key == figures.key), None)
        outcome, changed = _outcome(held, figures, command.existing)
        if held is not None and outcome is not Outcome.CORRECTED:
            results.append(Imported(outcome, held, changed, figures.unmapped))
            continue
        others = [entry for entry in known.values() if entry is not held]
        source = command.document_id or ENTERED
        made = new_version(figures, others, party_id=party_id, source=source, actor=actor, now=now, replaces=held)
        known[made.statement_id] = replace(made, figures=replace(made.figures, unmapped=()))
        added.append(made)
        results.append(Imported(outcome, made, changed, figures.unmapped))
    await statements.add(tx, vault, added)
    if added:
        await publish(tx, vault, party_id)
    return results


def _outcome(held: Statement | None, figures: Figures, existing: Existing) -> tuple[Outcome, tuple[str, ...]]:
    """Return what becomes of a period, and the lines that differ from the statement that is held."""
    if held is None:
        return Outcome.CREATED, ()
    ours, theirs = held.figures.lines, figures.lines
    changed = tuple(code for code in LINES if ours.get(code) != theirs.get(code))
    if not changed and held.figures.currency == figures.currency:
        return Outcome.UNCHANGED, ()
    return (Outcome.CORRECTED if existing is Existing.CORRECT else Outcome.DIFFERS), changed
