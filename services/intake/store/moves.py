"""The record of applications in PostgreSQL: their moves, and what of each revision was submitted. Only ever added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import text

from services.intake.domain.application import Status
from services.intake.domain.progress import Move
from services.intake.vault import DataKey
from shared.db import Transaction, copy_rows

_MOVE: Final = (
    "application_id",
    "sequence",
    "revision",
    "from_status",
    "to_status",
    "reasons",
    "actor",
    "decision_id",
    "note",
    "moved_at",
)
_SUBMISSION: Final = ("application_id", "revision", "submitted_at", "facts", "sources", "fallbacks")
_MOVES: Final = text("""
    SELECT application_id, sequence, revision, from_status, to_status, reasons, actor, decision_id, note, moved_at
    FROM application_move WHERE application_id = :application_id ORDER BY sequence
""")
_NEWEST: Final = text("""
    SELECT DISTINCT ON (s.application_id) s.application_id, s.revision, s.submitted_at, s.facts::text AS facts,
           s.sources::text AS sources, s.fallbacks
    FROM unnest(CAST(:ids AS text[])) AS wanted(application_id) JOIN submission s USING (application_id)
    ORDER BY s.application_id, s.revision DESC
""")


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted of a revision: all facts in wire form, where those of the credit file are from, by name, and
    what had to be done without.
    """

    application_id: str
    revision: int
    submitted_at: datetime
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]
    fallbacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a move, to be sealed under the applicant's key for the one place it belongs to."""

    text: str
    key: DataKey

    def sealed(self, move: Move) -> bytes:
        """Return the note as it is stored with its move."""
        return self.key.seal(_place(move), self.text.encode())


def open_note(key: DataKey, move: Move) -> str | None:
    """Return what somebody wrote about a move, None where nobody did."""
    return None if move.sealed_note is None else key.open(_place(move), move.sealed_note).decode()


def _place(move: Move) -> str:
    return f"application.note.{move.application_id}.{move.sequence}"


async def add(tx: Transaction, moves: Sequence[Move]) -> None:
    """Store moves."""
    rows = [
        (
            move.application_id,
            move.sequence,
            move.revision,
            move.from_status,
            move.to_status,
            list(move.reasons),
            move.actor,
            move.decision_id,
            move.sealed_note,
            move.moved_at,
        )
        for move in moves
    ]
    if rows:
        await copy_rows(tx, "application_move", _MOVE, rows)


async def of_application(tx: Transaction, application_id: str) -> list[Move]:
    """Return the moves of an application that are written down, in order."""
    return [
        Move(
            application_id=row.application_id,
            sequence=row.sequence,
            revision=row.revision,
            from_status=None if row.from_status is None else Status(row.from_status),
            to_status=Status(row.to_status),
            reasons=tuple(row.reasons),
            actor=row.actor,
            moved_at=row.moved_at,
            decision_id=row.decision_id,
            sealed_note=None if row.note is None else bytes(row.note),
        )
        for row in await tx.execute(_MOVES, {"application_id": application_id})
    ]


async def add_submissions(tx: Transaction, submissions: Sequence[Submission]) -> None:
    """Store what was submitted."""
    rows = [
        (
            entry.application_id,
            entry.revision,
            entry.submitted_at,
            to_json(entry.facts).decode(),
            to_json(entry.sources).decode(),
            list(entry.fallbacks),
        )
        for entry in submissions
    ]
    if rows:
        await copy_rows(tx, "submission", _SUBMISSION, rows)


async def submitted(tx: Transaction, ids: Collection[str]) -> dict[str, Submission]:
    """Return what was submitted of applications last, by id; those that went on as they came in are left out."""
    rows = await tx.execute(_NEWEST, {"ids": list(ids)})
    return {
        row.application_id: Submission(
            row.application_id,
            row.revision,
            row.submitted_at,
            from_json(row.facts),
            from_json(row.sources),
            tuple(row.fallbacks),
        )
        for row in rows
    }
