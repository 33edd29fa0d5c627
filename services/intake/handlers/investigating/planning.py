"""Finding out how investigations go on, in sets: whose turn it is next, or that they have ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.inquiry import Attempt, Pull, reference_of
from services.intake.domain.waterfall import Course, Progress, UnderWay, go_on
from services.intake.handlers import metering, progress
from services.intake.handlers.investigating.desk import Desk, Opened, open_files
from services.intake.handlers.metering import Inquired
from services.intake.store import inquiries, investigations
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal
from shared.ids import new_id

ACTOR = "intake"


@dataclass(frozen=True, slots=True)
class Moved:
    """What happened in a transaction: sources whose turn it is now, and how many investigations went on."""

    sources: frozenset[str] = frozenset()
    number: int = 0


async def plan_due(db: Database, desk: Desk, limit: int) -> Moved:
    """Have up to `limit` investigations go on in which it is nobody's turn yet."""
    async with db.transaction() as tx:
        entries = await investigations.take(tx, "", limit)
        if not entries:
            return Moved()
        now = await clock(tx)
        opened = await open_files(tx, desk, entries, now)
        courses = [course_of(desk, one, one.entry.progress, now) for one in opened]
        moved, settled = await move(tx, desk, list(zip(opened, courses, strict=True)))
        metered = await metering.count(tx, settled, now)
    metering.observe(metered)
    return moved


def course_of(desk: Desk, opened: Opened, come: Progress, now: datetime) -> Course:
    """Return how an investigation goes on that has come so far; without its product it has ended."""
    if opened.product is None:
        return Course(come, (), None)
    return go_on(opened.product, come, opened.file, desk.kinds, now)


async def move(tx: Transaction, desk: Desk, courses: Sequence[tuple[Opened, Course]]) -> tuple[Moved, list[Inquired]]:
    """Store how investigations go on, and take the applications on whose investigations have ended.

    Returns what is still to be accounted for besides.
    """
    settled: list[Inquired] = [
        (pull_of(opened, step.source, step.consent_id), [Attempt(step.outcome, report_id=step.report_id)])
        for opened, course in courses
        for step in course.settled
    ]
    await inquiries.add(tx, [pull for pull, _ in settled])
    await investigations.move(tx, [(opened.entry, course) for opened, course in courses])
    for opened, course in courses:
        if course.ask is None:
            await _end(tx, desk, opened.entry, course.progress.fallbacks)
    turns = frozenset(course.ask.source for _, course in courses if course.ask is not None)
    return Moved(turns, len(courses)), settled


async def _end(tx: Transaction, desk: Desk, entry: UnderWay, fallbacks: Sequence[str]) -> None:
    try:
        await progress.investigated(tx, desk.vault, entry.application_id, entry.revision, fallbacks)
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        # What stops one application shall not pass for an obstacle that all of them meet.
        raise RuntimeError(f"an application can't go on: {refusal.code}") from refusal


def pull_of(opened: Opened, source: str, consent_id: str | None) -> Pull:
    """Return the inquiry of an investigation to a source."""
    entry = opened.entry
    plan = None if opened.product is None else opened.product.plan.investigation
    return Pull(
        inquiry_id=new_id("inq"),
        reference=_reference(entry, source),
        party_id=opened.party_id,
        source=source,
        purpose="" if plan is None else plan.purpose,
        consent_id=consent_id,
        asked_by=ACTOR,
        application_id=entry.application_id,
        revision=entry.revision,
    )


def _reference(entry: UnderWay, source: str) -> str:
    return reference_of(("application", entry.application_id, str(entry.revision), str(entry.opened), source))
