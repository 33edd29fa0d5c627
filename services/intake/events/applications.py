"""Facts of applications as public contracts, and contracts of others as facts that intake keeps."""

from decimal import Decimal

from services.intake.domain.application import Application, DecisionSummary, GrantedLimit
from shared.contracts.decision import Decided
from shared.contracts.envelope import Amount
from shared.contracts.intake import AGGREGATE, ApplicationSubmitted
from shared.contracts.limits import LimitGranted
from shared.money import Money
from shared.outbox import Fact


def submitted(application: Application, traceparent: str | None) -> Fact:
    """Return the event of an accepted application."""
    data = ApplicationSubmitted(
        application_id=application.application_id,
        party_id=application.party_id,
        product=application.product,
        requested=Amount(
            amount_minor=application.requested.amount_minor,
            currency=application.requested.currency,
        ),
        facts=application.facts,
        submitted_at=application.submitted_at,
    )
    return Fact(AGGREGATE, application.application_id, ApplicationSubmitted.type, data, traceparent)


def decision_summary(decided: Decided) -> DecisionSummary:
    """Return what intake shows of a decision."""
    return DecisionSummary(
        decision_id=decided.decision_id,
        outcome=decided.outcome,
        reasons=decided.reasons,
        grade=decided.grade,
        score=decided.score,
        limit=_money(decided.limit),
        rate=None if decided.rate is None else Decimal(decided.rate),
        conditions=decided.conditions,
        other_terms=decided.other_terms,
        decided_at=decided.decided_at,
    )


def granted_limit(granted: LimitGranted) -> GrantedLimit:
    """Return what intake shows of a limit."""
    return GrantedLimit(granted.account_id, Money(granted.limit.amount_minor, granted.limit.currency))


def _money(amount: Amount | None) -> Money | None:
    return None if amount is None else Money(amount.amount_minor, amount.currency)
