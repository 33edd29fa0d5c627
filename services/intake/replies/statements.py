"""What is shown of financial statements over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel

from services.intake.domain.statements.checks import complete, ties
from services.intake.domain.statements.statement import Difference, Statement, Unmapped
from services.intake.domain.statements.taxonomy import LINES
from shared.idempotency import Answer


class Outcome(StrEnum):
    """What became of a period of an imported file."""

    CREATED = "created"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Imported:
    """One period of an imported file: the statement of it, and the lines that differ from what was held before."""

    outcome: Outcome
    statement: Statement
    changed: tuple[str, ...]
    unmapped: tuple[Unmapped, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A statement: its versions, newest first, each with labels without a place and the reason of its acceptance; and
    the statement of the period before.
    """

    versions: Sequence[tuple[Statement, tuple[Unmapped, ...] | None, str | None]]
    before: Statement | None


class PeriodReply(BaseModel):
    """The days that a statement is about."""

    start: date
    end: date
    months: int


class DifferenceReply(BaseModel):
    """Two figures that should be the same: `amount_minor` is how much `line` is above what `rule` comes to."""

    rule: str
    line: str
    stated_minor: int
    computed_minor: int
    amount_minor: int


class UnmappedPlaceReply(BaseModel):
    """Where a file has a line without a place in the taxonomy; `candidates` are the lines that its label may mean.

    The label itself may tell of a person, and an answer to a key is kept: the statement has it.
    """

    pointer: str
    candidates: list[str]


class UnmappedReply(UnmappedPlaceReply):
    """A line of the file without a place in the taxonomy, by its label."""

    label: str


class AcceptanceReply(BaseModel):
    """Who took the statement as it is, when and why; the reason of a party that was erased is gone."""

    actor: str
    accepted_at: datetime
    reason: str | None


class StatementReply(BaseModel):
    """The last version of a statement, without its lines. `source` is a document's id, or `entered`."""

    statement_id: str
    party_id: str
    version: int
    status: str
    period: PeriodReply
    currency: str
    standard: str
    assurance: str
    is_consolidated: bool
    differences: list[DifferenceReply]
    flags: list[str]
    filled: list[str]
    unmapped_count: int
    source: str
    submitted_by: str
    submitted_at: datetime


class LineReply(BaseModel):
    """One line, in minor units. `is_stated` is false for what other lines imply."""

    code: str
    section: str
    label: str
    label_zh: str
    amount_minor: int
    is_stated: bool


class StatementDetail(StatementReply):
    """A statement with its lines in printed order.

    `notes` are figures that should meet those of the balance sheet or of the period before and do not: they are told,
    and not held against the statement. `unmapped` is null once the party was erased.
    """

    lines: list[LineReply]
    notes: list[DifferenceReply]
    unmapped: list[UnmappedReply] | None
    acceptance: AcceptanceReply | None
    earlier_versions: list[StatementReply]


class StatementList(BaseModel):
    """All statements of a party, newest period first."""

    items: list[StatementReply]


class ImportedReply(BaseModel):
    """What became of one period. `differs`: another statement is held and stays; `changed` names the lines."""

    outcome: str
    changed: list[str]
    statement: StatementReply


class ImportReply(BaseModel):
    """What became of a file: its periods, the oldest first, and the lines that have no place in the taxonomy."""

    items: list[ImportedReply]
    unmapped: list[UnmappedPlaceReply]


class TaxonomyLineReply(BaseModel):
    """A line that statements may state."""

    code: str
    section: str
    label: str
    label_zh: str


class TaxonomyReply(BaseModel):
    """The taxonomy, in printed order."""

    items: list[TaxonomyLineReply]


def location(party_id: str, statement_id: str) -> str:
    """Return the path of a statement."""
    return f"/v1/parties/{party_id}/statements/{statement_id}"


def kept(statement: Statement, party_id: str) -> Answer:
    """Return the answer to a statement that was sent in."""
    body = statement_reply(statement).model_dump_json().encode()
    return Answer(201, body, location(party_id, statement.statement_id))


def imported(results: Sequence[Imported], party_id: str) -> Answer:
    """Return the answer to a file that was sent in: 201 when it made something, else 200."""
    items = [
        ImportedReply(outcome=entry.outcome, changed=list(entry.changed), statement=statement_reply(entry.statement))
        for entry in results
    ]
    places = [
        UnmappedPlaceReply(pointer=entry.pointer, candidates=list(entry.candidates)) for entry in results[0].unmapped
    ]
    body = ImportReply(items=items, unmapped=places).model_dump_json().encode()
    made = any(entry.outcome in (Outcome.CREATED, Outcome.CORRECTED) for entry in results)
    return Answer(201 if made else 200, body, f"/v1/parties/{party_id}/statements")


def statement_reply(statement: Statement) -> StatementReply:
    """Return the public form of a statement, without its lines."""
    return StatementReply(**_head(statement))


def statement_detail(found: Found) -> StatementDetail:
    """Return the public form of a statement with everything that is known of it."""
    statement, unmapped, reason = found.versions[0]
    stated, known = statement.figures.lines, complete(statement.figures)
    lines = [
        LineReply(
            code=code,
            section=line.section,
            label=line.en,
            label_zh=line.zh,
            amount_minor=known[code],
            is_stated=code in stated,
        )
        for code, line in LINES.items()
        if code in known
    ]
    accepted = statement.acceptance
    return StatementDetail(
        **_head(statement),
        lines=lines,
        notes=_differences(ties(statement.figures, None if found.before is None else found.before.figures)),
        unmapped=None if unmapped is None else _unmapped(unmapped),
        acceptance=None
        if accepted is None
        else AcceptanceReply(actor=accepted.actor, accepted_at=accepted.accepted_at, reason=reason),
        earlier_versions=[statement_reply(earlier) for earlier, _, _ in found.versions[1:]],
    )


def taxonomy() -> TaxonomyReply:
    """Return the lines that statements may state."""
    items = [
        TaxonomyLineReply(code=line.code, section=line.section, label=line.en, label_zh=line.zh)
        for line in LINES.values()
    ]
    return TaxonomyReply(items=items)


def _head(statement: Statement) -> Mapping[str, object]:
    figures = statement.figures
    return {
        "statement_id": statement.statement_id,
        "party_id": statement.party_id,
        "version": statement.version,
        "status": statement.status,
        "period": PeriodReply(start=figures.period.start, end=figures.period.end, months=figures.period.months),
        "currency": figures.currency,
        "standard": figures.standard,
        "assurance": figures.assurance,
        "is_consolidated": figures.is_consolidated,
        "differences": _differences(statement.differences),
        "flags": list(statement.flags),
        "filled": list(figures.filled),
        "unmapped_count": statement.unmapped_count,
        "source": statement.source,
        "submitted_by": statement.submitted_by,
        "submitted_at": statement.submitted_at,
    }


def _differences(found: Sequence[Difference]) -> list[DifferenceReply]:
    return [
        DifferenceReply(
            rule=entry.rule,
            line=entry.line,
            stated_minor=entry.stated_minor,
            computed_minor=entry.computed_minor,
            amount_minor=entry.amount_minor,
        )
        for entry in found
    ]


def _unmapped(found: Sequence[Unmapped]) -> list[UnmappedReply]:
    return [
        UnmappedReply(label=entry.label, pointer=entry.pointer, candidates=list(entry.candidates)) for entry in found
    ]
