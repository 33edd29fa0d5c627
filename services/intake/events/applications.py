"""Facts of applications as public contracts, and contracts of others as facts that intake keeps."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.intake.domain.application import Application, DecisionSummary, GrantedLimit
from services.intake.domain.clock import Clock
from services.intake.domain.finding import Finding
from services.intake.domain.progress import Move
from shared.contracts.decision import Decided
from shared.contracts.envelope import Amount
from shared.contracts.intake import (
    AGGREGATE,
    ApplicationMoved,
    ApplicationSubmitted,
    ApplicationUpdated,
    ApplicationWithdrawn,
    ClockRunningOut,
    FactSource,
)
from shared.contracts.limits import LimitGranted
from shared.money import Money
from shared.outbox import Fact


def submitted(
    application: Application,
    traceparent: str | None,
    *,
    party_id: str | None = None,
    file_facts: Mapping[str, Any] | None = None,
    sources: Mapping[str, Finding] | None = None,
    fallbacks: tuple[str, ...] = (),
) -> Fact:
    """Return the event of an application that goes to be decided: with the facts of the credit file and their sources.

    `party_id` is the party that the application's record has become part of, if it has.
    """
    assert application.submitted_at is not None
    data = ApplicationSubmitted(
        application_id=application.application_id,
        party_id=party_id or application.party_id,
        product=application.product,
        requested=_amount(application.requested),
        facts={**application.facts, **(file_facts or {})},
        submitted_at=application.submitted_at,
        revision=application.revision,
        fact_sources={name: fact_source(finding) for name, finding in (sources or {}).items()},
        fallbacks=fallbacks,
    )
    return Fact(AGGREGATE, application.application_id, ApplicationSubmitted.type, data, traceparent)


def fact_source(finding: Finding) -> FactSource:
    """Return where a fact of the credit file is from."""
    return FactSource(kind=finding.kind, source=finding.source, record_id=finding.record_id, as_of=finding.as_of)


def moved(application: Application, move: Move, party_id: str, traceparent: str | None) -> Fact:
    """Return the event of an application that went from one state into another."""
    data = ApplicationMoved(
        application_id=application.application_id,
        party_id=party_id,
        product=application.product,
        revision=move.revision,
        from_state=move.from_status,
        to_state=move.to_status,
        reasons=move.reasons,
        earlier_decision_id=application.earlier_decision_id,
        due_at=application.due_at,
        moved_at=move.moved_at,
    )
    return Fact(AGGREGATE, application.application_id, ApplicationMoved.type, data, traceparent)


def updated(application: Application, now: datetime, party_id: str, traceparent: str | None) -> Fact:
    """Return the event of an application that was amended."""
    data = ApplicationUpdated(
        application_id=application.application_id,
        party_id=party_id,
        product=application.product,
        revision=application.revision,
        requested=_amount(application.requested),
        updated_at=now,
    )
    return Fact(AGGREGATE, application.application_id, ApplicationUpdated.type, data, traceparent)


def withdrawn(application: Application, now: datetime, party_id: str, traceparent: str | None) -> Fact:
    """Return the event of an application that was withdrawn."""
    data = ApplicationWithdrawn(
        application_id=application.application_id, party_id=party_id, product=application.product, withdrawn_at=now
    )
    return Fact(AGGREGATE, application.application_id, ApplicationWithdrawn.type, data, traceparent)


def clock_running_out(application_id: str, product: str, clock: Clock, now: datetime) -> Fact:
    """Return the event of a clock that is about to run out."""
    assert clock.due_at is not None
    data = ClockRunningOut(
        application_id=application_id,
        product=product,
        profile=clock.profile,
        clock=clock.term,
        due_at=clock.due_at,
        told_at=now,
    )
    return Fact(AGGREGATE, application_id, ClockRunningOut.type, data)


def decision_summary(decided: Decided) -> DecisionSummary:
    """Return what intake shows of a decision."""
    return DecisionSummary(
        decision_id=decided.decision_id,
        outcome=decided.outcome,
        reasons=decided.reasons,
        grade=decided.grade,
        score=decided.score,
        limit=None if decided.limit is None else _money(decided.limit),
        rate=None if decided.rate is None else Decimal(decided.rate),
        conditions=decided.conditions,
        other_terms=decided.other_terms,
        submitted_at=decided.submitted_at,
        decided_at=decided.decided_at,
    )


def granted_limit(granted: LimitGranted) -> GrantedLimit:
    """Return what intake shows of a limit."""
    return GrantedLimit(granted.account_id, _money(granted.limit))


def _money(amount: Amount) -> Money:
    return Money(amount.amount_minor, amount.currency)


def _amount(money: Money) -> Amount:
    return Amount(amount_minor=money.amount_minor, currency=money.currency)
