"""One source's turn: taken, asked, and what it answered kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.intake.domain.application import NO_SIGNALS
from services.intake.domain.inquiry import Outcome, Pull
from services.intake.domain.party import Party
from services.intake.domain.waterfall import Course, Settled, UnderWay, no_consent, unavailable
from services.intake.handlers import metering, progress, screening
from services.intake.handlers.investigating.desk import Desk, Opened, open_files
from services.intake.handlers.investigating.planning import Moved, course_of, move, pull_of
from services.intake.handlers.pulling import (
    Answered,
    Asked,
    Kept,
    account_for,
    admit,
    inquiry_about,
    keep,
    patience_seconds,
)
from services.intake.sources import Inquiry
from services.intake.store import inquiries, investigations, parties
from shared.db import Database, clock
from shared.products import Consult

MOST_TRIES: Final = 3
"""How often a question is asked of which no answer was ever kept: it may be what brings the worker down."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is committed and may be asked now."""

    entry: UnderWay
    pull: Pull
    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question."""

    question: Question
    asked: Asked

    @property
    def place(self) -> tuple[str, int]:
        """Which investigation it is for: application and revision."""
        return self.question.entry.application_id, self.question.entry.revision


@dataclass(frozen=True, slots=True)
class _Ready:
    """An investigation that would ask now, if the source is asked at all."""

    opened: Opened
    course: Course
    question: Question


def lease_seconds(desk: Desk, source: str) -> float:
    """Return for how long nobody else asks what somebody has begun to ask."""
    return patience_seconds(desk.sources[source]) + desk.margin_seconds


async def take(db: Database, desk: Desk, source: str, limit: int) -> tuple[list[Question], Moved]:
    """Take up to `limit` investigations from a source's line: return what to ask, noted as being asked.

    Consent is looked at once more. Those that have no need to ask any more, or can't, go on without.
    """
    async with db.transaction() as tx:
        entries = await investigations.take(tx, source, limit)
        if not entries:
            return [], Moved()
        now = await clock(tx)
        opened = await open_files(tx, desk, entries, now)
        known = await parties.find(tx, desk.vault, {one.party_id for one in opened})
        going_on: list[tuple[Opened, Course]] = []
        ready: list[_Ready] = []
        for one in opened:
            found = _look(desk, source, one, known[one.party_id], now)
            if isinstance(found, _Ready):
                ready.append(found)
            else:
                going_on.append((one, found))
        admitted = await admit(tx, desk.sources[source], len(ready), now) if ready else 0
        for left in ready[admitted:]:
            course = _without(desk, left.opened, left.course, Outcome.BREAKER_OPEN, now)
            going_on.append((left.opened, course))
        await inquiries.add(tx, [one.question.pull for one in ready[:admitted]])
        asking = [(one.opened.entry, one.question.pull.inquiry_id, one.course.progress) for one in ready[:admitted]]
        await investigations.ask(tx, asking, lease_seconds(desk, source))
        moved, settled = await move(tx, desk, going_on)
        metered = await metering.count(tx, settled, now)
    metering.observe(metered)
    return [one.question for one in ready[:admitted]], replace(moved, number=len(entries))


def _look(desk: Desk, source: str, opened: Opened, party: Party, now: datetime) -> _Ready | Course:
    """Return the question of an investigation to a source, or how it goes on without."""
    course = course_of(desk, opened, opened.entry.progress, now)
    if course.ask is None or course.ask.source != source or course.settled:
        return course
    assert opened.product is not None
    assert opened.product.plan.investigation is not None
    configured, purpose = desk.sources[source], opened.product.plan.investigation.purpose
    consent = opened.file.consent(purpose, source, configured.source.kind, now)
    pull = pull_of(opened, source, None if consent is None else consent.consent_id)
    inquiry = inquiry_about(party, pull, configured)
    if inquiry is None:
        return _without(desk, opened, course, Outcome.NOT_ASKABLE, now)
    if opened.entry.tries >= MOST_TRIES:
        return _without(desk, opened, course, Outcome.GIVEN_UP, now)
    return _Ready(opened, course, Question(opened.entry, pull, inquiry))


def _without(desk: Desk, opened: Opened, course: Course, outcome: Outcome, now: datetime) -> Course:
    """Return how an investigation goes on without the source that it would ask now."""
    assert course.ask is not None
    source = course.ask.source
    after = course_of(desk, opened, course.progress.without(course.ask, unavailable(source)), now)
    return replace(after, settled=(Settled(source, outcome), *after.settled))


async def record(db: Database, desk: Desk, batch: Sequence[Reply]) -> list[Moved]:
    """Keep what was answered, and have the investigations go on; what somebody else has asked meanwhile is dropped.

    Other applications of these parties are looked at again. Parties come before applications in what is locked, as
    everywhere.
    """
    async with db.transaction() as tx:
        await screening.hold(tx, desk.vault, [(reply.question.pull.party_id, NO_SIGNALS) for reply in batch])
        standing = await investigations.asked(tx, {reply.place for reply in batch})
        now = await clock(tx)
        concerned = [reply for reply in batch if not _is_taken_over(reply, standing[reply.place])]
        answered = [
            Answered(
                reply.question.pull,
                desk.sources[reply.question.pull.source],
                reply.asked,
                is_awaited=standing[reply.place].is_asked(reply.question.pull.inquiry_id),
            )
            for reply in concerned
        ]
        kept = await keep(tx, desk.vault, answered, now)
        awaited = [place for place, entry in enumerate(answered) if entry.is_awaited]
        opened = await open_files(tx, desk, [standing[concerned[place].place] for place in awaited], now)
        courses = [
            (one, _after(desk, one, answered[place].pull, kept[place], now))
            for one, place in zip(opened, awaited, strict=True)
        ]
        moved, settled = await move(tx, desk, courses)
        if brought := {one.report.party_id for one in kept if one.report is not None}:
            await progress.arrived(tx, desk.vault, brought)
        metered = await account_for(tx, answered, kept, settled, now)
    metering.observe(metered)
    return [moved] * len(batch)


def _is_taken_over(reply: Reply, standing: UnderWay) -> bool:
    """Tell whether somebody else has asked the same since, so that this answer is neither kept nor counted."""
    question = reply.question
    return standing.opened == question.entry.opened and standing.inquiry_id != question.pull.inquiry_id


def _after(desk: Desk, opened: Opened, pull: Pull, kept: Kept, now: datetime) -> Course:
    """Return how an investigation goes on after a source was asked."""
    come = opened.entry.progress
    if kept.report is not None:
        return course_of(desk, opened, come.rests_on(pull.source, kept.report.report_id), now)
    fallback = no_consent(pull.purpose) if kept.outcome is Outcome.DISCARDED else unavailable(pull.source)
    return course_of(desk, opened, come.without(_consult(opened, pull.source), fallback), now)


def _consult(opened: Opened, source: str) -> Consult:
    """Return what the product says of a source; one that it says nothing of any more is one to be referred for."""
    plan = None if opened.product is None else opened.product.plan.investigation
    found = (consult for consult in (() if plan is None else plan.sources) if consult.source == source)
    return next(found, Consult(source))
