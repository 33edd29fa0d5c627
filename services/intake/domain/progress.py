"""The states of an application, and what takes it from one to the next.

    new -> screened_out | pend_info | investigating | submitted -> decided

An applicant may withdraw while nothing has been granted; what is missing and does not come in time closes the
application. Amending begins a new revision, which goes the same way again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.intake.domain.application import Application, Missing, MissingKind, Status
from services.intake.domain.finding import Evidence
from shared.errors import Kind, Refusal, conflict
from shared.facts import Source
from shared.products import Product

_INSTANT: Final = timedelta(microseconds=1)
_ON: Final = (Status.PEND_INFO, Status.INVESTIGATING, Status.SUBMITTED)
TRANSITIONS: Final[Mapping[Status | None, frozenset[Status]]] = {
    None: frozenset({Status.SCREENED_OUT, *_ON}),
    Status.SCREENED_OUT: frozenset({*_ON, Status.WITHDRAWN}),
    Status.PEND_INFO: frozenset({*_ON, Status.SCREENED_OUT, Status.WITHDRAWN, Status.CLOSED}),
    Status.INVESTIGATING: frozenset({*_ON, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset({Status.DECIDED}),
    Status.DECIDED: frozenset({*_ON, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset(),
    Status.CLOSED: frozenset(),
}
"""From which state an application may go into which; None is the state of a new one."""

_KEEPS_DECISION: Final = frozenset({Status.DECIDED, Status.WITHDRAWN})

OPEN_OUTCOMES: Final = frozenset({"refer", "pend_info"})
"""Outcomes of decisions that are not the last word: more evidence leads to another decision."""

POSSIBLE_DUPLICATE: Final = "possible_duplicate"
OVERRIDDEN: Final = "overridden"
WITHDRAWN_BY_APPLICANT: Final = "withdrawn"
CLOSED_INCOMPLETE: Final = "closed_incomplete"


@dataclass(frozen=True, slots=True)
class Look:
    """What is known when an application is looked at: what the applicant states, what the credit file says, and which
    types of documents are there. `ambiguous`: a person has still to say who the applicant is. `fallbacks` are what an
    investigation had to do without.
    """

    stated: Mapping[str, Any]
    evidence: Evidence
    documents: Collection[str]
    ambiguous: bool = False
    investigated: bool = False
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Where an application goes, why (codes), and what is missing there.

    One that is screened out names the application that answers it, and the decision on that.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    earlier_application_id: str | None = None
    earlier_decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """That an application went from one state into another: the record of it. `actor` is a client, or `intake`.

    `decision_id` is the decision that it went by, or that was the last word until then; `sealed_note` is what somebody
    wrote about it.
    """

    application_id: str
    sequence: int
    revision: int
    from_status: Status | None
    to_status: Status
    reasons: tuple[str, ...]
    actor: str | None
    moved_at: datetime
    decision_id: str | None = None
    sealed_note: bytes | None = None


def missing_of(product: Product, look: Look) -> tuple[Missing, ...]:
    """Return what the product needs and is not there. What sources are yet to be asked for is not missing yet."""
    needs, known = product.plan.needs, {**look.stated, **look.evidence.facts}
    awaited = frozenset() if look.investigated else _awaited(product)
    facts = [
        Missing(MissingKind.FACT, name, product.dictionary.facts[name].label, product.dictionary.facts[name].label_zh)
        for name in needs.facts
        if known.get(name) is None and name not in awaited
    ]
    documents = [Missing(MissingKind.DOCUMENT, name) for name in needs.documents if name not in look.documents]
    return (*facts, *documents)


def _awaited(product: Product) -> frozenset[str]:
    """Return the facts of the credit file that an investigation may still bring: those it is told to look for.

    A source that is asked in any case may bring any.
    """
    plan = product.plan.investigation
    if plan is None:
        return frozenset()
    if all(consult.unless_known for consult in plan.sources):
        return frozenset(name for consult in plan.sources for name in consult.unless_known)
    return frozenset(name for name, fact in product.dictionary.facts.items() if fact.source is Source.FILE)


def next_step(product: Product, look: Look) -> Step:
    """Return where an application goes by what is known.

    Nobody is asked for anything as long as the application is incomplete, or it is not clear whose it is. If a source
    could not be asked, what it would have said is not waited for: a person decides on what there is.
    """
    missing = missing_of(product, look)
    if look.investigated and look.fallbacks:
        missing = tuple(entry for entry in missing if not _is_of_file(product, entry))
    if look.ambiguous or missing:
        ambiguous = (POSSIBLE_DUPLICATE,) if look.ambiguous else ()
        return Step(Status.PEND_INFO, (*ambiguous, *(entry.reason for entry in missing)), missing)
    if product.plan.investigation is not None and not look.investigated:
        return Step(Status.INVESTIGATING)
    return Step(Status.SUBMITTED, fallbacks_of(look))


def fallbacks_of(look: Look) -> tuple[str, ...]:
    """Return what an application is submitted without, by code."""
    return (*look.fallbacks, *(f"unfit_fact:{name}" for name in look.evidence.unfit))


def _is_of_file(product: Product, entry: Missing) -> bool:
    return entry.kind is MissingKind.FACT and product.dictionary.facts[entry.name].source is Source.FILE


def moved(
    application: Application, from_status: Status | None, step: Step, actor: str | None, now: datetime
) -> tuple[Application, Move]:
    """Return an application after a step, and the record of it; raises `ValueError` for a step that is none.

    `from_status` is None for a new application, whatever status it was made with. A submission is always later than the
    one before, so that decisions on both can be told apart. What goes to be decided anew has no decision meanwhile.
    """
    if step.status not in TRANSITIONS[from_status]:
        raise ValueError(f"an application does not go from {from_status or 'new'} to {step.status}")
    submitted_at = application.submitted_at
    if step.status is Status.SUBMITTED:
        submitted_at = now if submitted_at is None else max(now, submitted_at + _INSTANT)
    after = replace(
        application,
        status=step.status,
        moves=application.moves + 1,
        reasons=step.reasons,
        missing=step.missing,
        earlier_application_id=step.earlier_application_id,
        earlier_decision_id=step.earlier_decision_id,
        submitted_at=submitted_at,
        decision=application.decision if step.status in _KEEPS_DECISION else None,
    )
    decision_id = step.earlier_decision_id
    if decision_id is None and application.decision is not None:
        decision_id = application.decision.decision_id
    record = Move(
        application_id=after.application_id,
        sequence=after.moves,
        revision=after.revision,
        from_status=from_status,
        to_status=after.status,
        reasons=step.reasons,
        actor=actor,
        moved_at=now,
        decision_id=decision_id,
    )
    return after, record


def decided(application: Application, now: datetime) -> tuple[Application, Move]:
    """Return a submitted application that has got its decision after it went into the state that says so."""
    decision = application.decision
    assert decision is not None
    return moved(application, Status.SUBMITTED, Step(Status.DECIDED, (decision.outcome,)), None, now)


def past(application: Application) -> Sequence[Move]:
    """Return the moves of an application none of whose moves is written down: it was submitted as it came in."""
    assert application.submitted_at is not None
    submitted = Move(
        application_id=application.application_id,
        sequence=1,
        revision=1,
        from_status=None,
        to_status=Status.SUBMITTED,
        reasons=(),
        actor=application.submitted_by,
        moved_at=application.submitted_at,
    )
    decision = application.decision
    if decision is None:
        return [submitted]
    made = replace(
        submitted,
        sequence=2,
        from_status=Status.SUBMITTED,
        to_status=Status.DECIDED,
        reasons=(decision.outcome,),
        actor=None,
        moved_at=decision.decided_at,
        decision_id=decision.decision_id,
    )
    return [submitted, made]


def is_open(application: Application) -> bool:
    """Tell whether an application is under way: there is no last word on it yet."""
    if application.decision is not None and application.status is Status.DECIDED:
        return application.decision.outcome in OPEN_OUTCOMES
    return application.status in _ON


def cannot_be_amended(application: Application) -> Refusal | None:
    """Return why an application can't be amended (409), None where it can."""
    if application.status is Status.SCREENED_OUT:
        return conflict("screened_out", "this application was answered by an earlier one; override that first")
    return _BEING_DECIDED if application.status is Status.SUBMITTED else _over(application)


def cannot_be_withdrawn(application: Application) -> Refusal | None:
    """Return why an application can't be withdrawn (409), None where it can.

    What is being decided may be granted at any moment, and what was granted is a limit: that is closed, and not the
    application that led to it.
    """
    if application.status is Status.SCREENED_OUT:
        return None
    return _BEING_DECIDED if application.status is Status.SUBMITTED else _over(application)


def cannot_be_overridden(application: Application, actor: str) -> Refusal | None:
    """Return why the screening of an application can't be overridden by `actor` (403, 409), None where it can."""
    if application.status is not Status.SCREENED_OUT:
        return conflict("not_screened_out", "this application was not screened out")
    if application.submitted_by == actor:
        return Refusal(Kind.FORBIDDEN, "own_application", "somebody else than who sent the application overrides")
    return None


def _over(application: Application) -> Refusal | None:
    if is_open(application):
        return None
    if application.status is Status.DECIDED:
        return conflict("application_decided", "the last word on this application is spoken")
    return conflict(f"application_{application.status}", f"this application is {application.status}")


_BEING_DECIDED: Final = conflict("being_decided", "this application is being decided; try again once it is")
