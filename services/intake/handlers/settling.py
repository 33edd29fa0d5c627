"""How applications move: the record of the move, clocks, investigation and events are one transaction, always."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.intake.domain import clock
from services.intake.domain.application import Application, Status
from services.intake.domain.finding import Evidence
from services.intake.domain.progress import Look, Move, Step, fallbacks_of, moved, past
from services.intake.events import applications as events
from services.intake.store import applications, clocks, investigations, moves, parties
from services.intake.store.moves import Note, Submission
from shared import outbox
from shared.db import Transaction
from shared.outbox import Fact
from shared.products import Product
from shared.products.plan import NO_PLAN

NO_EVIDENCE: Final = Evidence({}, {}, ())


@dataclass(frozen=True, slots=True)
class Going:
    """An application that is about to go somewhere: from which status (None: it is new), and by whom.

    `because` are codes to be told beside those of where it goes, `note` is what somebody wrote about it. The
    product is None where it is not live any more: then an application goes on nowhere, but may be ended.
    """

    application: Application
    product: Product | None
    from_status: Status | None
    actor: str | None = None
    because: tuple[str, ...] = ()
    note: Note | None = None
    is_amended: bool = False
    investigated: bool = False
    fallbacks: tuple[str, ...] = ()
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """An application that goes by a step; `look` is what it was looked at with, None where it was not."""

    going: Going
    step: Step
    look: Look | None = None


async def settle(
    tx: Transaction, gone: Sequence[Gone], now: datetime, survivors: Mapping[str, str] | None = None
) -> list[Application]:
    """Take locked or new applications through their steps and return them; nothing else changes where one stands.

    One that stays where it is has only what is missing brought up to date. `survivors` are the parties that the
    applicants' records are by now, where that is known already.
    """
    if survivors is None:
        survivors = await parties.surviving(tx, {entry.going.application.party_id for entry in gone})
    known = await clocks.of(tx, [entry.going.application.application_id for entry in gone if entry.going.from_status])
    settled: list[Application] = []
    moving: list[_Moving] = []
    for entry in gone:
        application = entry.going.application
        if _stays(entry):
            settled.append(replace(application, missing=entry.step.missing, reasons=entry.step.reasons))
        else:
            moving.append(_moving(entry, known.get(application.application_id, {}), now))
            settled.append(moving[-1].application)
    is_new = [entry.going.from_status is None for entry in gone]
    await applications.add_placed(tx, [entry for entry, new in zip(settled, is_new, strict=True) if new])
    await applications.place(tx, [entry for entry, new in zip(settled, is_new, strict=True) if not new])
    await moves.add(tx, [move for entry in moving for move in entry.moves])
    await moves.add_submissions(tx, [entry.submission() for entry in moving if entry.status is Status.SUBMITTED])
    after = {entry.application.application_id: entry.clocks for entry in moving}
    await clocks.change(tx, {key: of for key, of in known.items() if key in after}, after)
    await _investigate(tx, moving, survivors)
    await outbox.put(tx, [fact for entry in moving for fact in entry.events(survivors[entry.application.party_id])])
    return settled


@dataclass(frozen=True, slots=True)
class _Moving:
    """An application after its step, with the moves to be written down, the last of which is the step."""

    gone: Gone
    application: Application
    moves: Sequence[Move]
    clocks: clocks.Clocks

    @property
    def status(self) -> Status:
        return self.application.status

    @property
    def file(self) -> Evidence:
        return NO_EVIDENCE if self.gone.look is None else self.gone.look.evidence

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return () if self.gone.look is None else fallbacks_of(self.gone.look)

    def submission(self) -> Submission:
        """Return what is submitted."""
        assert self.application.submitted_at is not None
        return Submission(
            self.application.application_id,
            self.application.revision,
            self.application.submitted_at,
            {**self.application.facts, **self.file.facts},
            {name: events.fact_source(finding).model_dump(mode="json") for name, finding in self.file.sources.items()},
            self.fallbacks,
        )

    def events(self, party_id: str) -> list[Fact]:
        """Return the events of the step, in order."""
        move, trace = self.moves[-1], self.gone.going.traceparent
        told = [events.updated(self.application, move.moved_at, party_id, trace)] if self.gone.going.is_amended else []
        told.append(events.moved(self.application, move, party_id, trace))
        if self.status is Status.SUBMITTED:
            told.append(
                events.submitted(
                    self.application,
                    trace,
                    party_id=party_id,
                    file_facts=self.file.facts,
                    sources=self.file.sources,
                    fallbacks=self.fallbacks,
                )
            )
        elif self.status is Status.WITHDRAWN:
            told.append(events.withdrawn(self.application, move.moved_at, party_id, trace))
        return told


def _stays(entry: Gone) -> bool:
    return entry.going.from_status is entry.step.status and not entry.going.is_amended


def _moving(entry: Gone, known: clocks.Clocks, now: datetime) -> _Moving:
    going = entry.going
    application = going.application
    # Nothing was written down of one that went on as it came in; now that it goes elsewhere its past is, too.
    written = past(application) if going.from_status is not None and application.moves == 0 else []
    application = replace(application, moves=application.moves + len(written))
    step = replace(entry.step, reasons=(*going.because, *entry.step.reasons))
    application, move = moved(application, going.from_status, step, going.actor, now)
    plan = NO_PLAN if going.product is None else going.product.plan
    running: clocks.Clocks = {}
    if plan != NO_PLAN or known or application.status is Status.PEND_INFO:
        profile = clock.profile_of(None if plan.clock is None else plan.clock.profile)
        outcome = None if application.decision is None else application.decision.outcome
        running = clock.after(profile, known, application.status, outcome, now)
    application = replace(application, due_at=clock.due_at(running))
    if going.note is not None:
        move = replace(move, sealed_note=going.note.sealed(move))
    return _Moving(entry, application, [*written, move], running)


async def _investigate(tx: Transaction, moving: Sequence[_Moving], survivors: Mapping[str, str]) -> None:
    """Begin the investigations of applications that have got there, and end those that nobody waits for any more."""
    left = [
        entry.application.application_id
        for entry in moving
        if entry.gone.going.from_status is Status.INVESTIGATING and not entry.gone.going.investigated
    ]
    if left:
        await investigations.cancel(tx, left)
    begun = [entry.application for entry in moving if entry.status is Status.INVESTIGATING]
    await investigations.open(
        tx, [(entry.application_id, entry.revision, survivors[entry.party_id], entry.product) for entry in begun]
    )
