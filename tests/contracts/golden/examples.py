"""What the example messages say. A golden file that has been written is not changed with its example."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.contracts import decision, intake, limits, scoring
from shared.contracts.envelope import Amount, Contract
from tests.contracts.golden.example import Example
from tests.contracts.golden.intake_examples import INTAKE_EXAMPLES

_NOW: Final = datetime(2026, 11, 21, 9, 30, 0, 125_000, tzinfo=UTC)
_LATER: Final = _NOW + timedelta(milliseconds=40)
_APPLICATION: Final = "app_0193c1d2e3f47a5b8c6d7e8f90a1b2c3"
_PARTY: Final = "pty_0193c1d2e3f47a5b8c6d7e8f90a1b2c4"
_DECISION: Final = "dec_0193c1d2e3f47a5b8c6d7e8f90a1b2c5"
_ACCOUNT: Final = "acc_0193c1d2e3f47a5b8c6d7e8f90a1b2c6"
_GROUP_ACCOUNT: Final = "acc_0193c1d2e3f47a5b8c6d7e8f90a1b2d6"
_RESERVATION: Final = "res_0193c1d2e3f47a5b8c6d7e8f90a1b2c7"
_EVENT: Final = "evt_0193c1d2e3f47a5b8c6d7e8f90a1b2c8"
_HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _amount(amount_minor: int) -> Amount:
    return Amount(amount_minor=amount_minor, currency="DEM")


_FACTS: Final[dict[str, Any]] = {
    "duration_months": 24,
    "purpose": "car (new)",
    "employed": True,
    "ratio": "0.3500",
    "since": "2019-04-01",
    "requested_amount": {"amount_minor": 250_000, "currency": "DEM"},
}
_SCORE: Final = scoring.Score(
    score=612,
    pd="0.034521",
    model="consumer-loan",
    model_version=1,
    model_hash=_HASH,
    reasons=(scoring.ScoreReason(code="SAVINGS_LOW", characteristic="savings_status", shortfall="7.250"),),
)

_GRADED: Final = _SCORE.model_copy(
    update={"grade": "B", "valid_until": _LATER + timedelta(days=30), "inputs_hash": _HASH}
)


def _scored(score: scoring.Score | None, failure: str | None) -> Example:
    data = scoring.ApplicationScored(
        application_id=_APPLICATION,
        party_id=_PARTY,
        product="consumer-loan",
        requested=_amount(250_000),
        facts=_FACTS,
        submitted_at=_NOW,
        score=score,
        failure=failure,
        scored_at=_LATER,
    )
    return Example(_EVENT, "scoring", scoring.AGGREGATE, _APPLICATION, data, _LATER)


def _drifted(measure: Any, subject: str, value: str, critical_value: str) -> Example:
    data = scoring.DriftDetected(
        report_id="mon_0193c1d2e3f47a5b8c6d7e8f90a1b2c9",
        product="consumer-loan",
        model="consumer-loan",
        model_version=1,
        model_hash=_HASH,
        measure=measure,
        subject=subject,
        level="act",
        value=value,
        threshold="0.25" if measure == "psi" else "0.80",
        critical_value=critical_value,
        window_start=_NOW - timedelta(days=30),
        window_end=_NOW,
        detected_at=_LATER,
    )
    return Example(_EVENT, "scoring", scoring.MODEL_AGGREGATE, _HASH, data, _LATER, None)


_APPROVED: Final = decision.Decided(
    decision_id=_DECISION,
    application_id=_APPLICATION,
    party_id=_PARTY,
    product="consumer-loan",
    outcome="approve",
    requested=_amount(250_000),
    limit=_amount(200_000),
    grade="B",
    score=612,
    reasons=(),
    policy=decision.PolicyVersion(name="consumer-loan", version="3", hash=_HASH),
    submitted_at=_NOW,
    decided_at=_LATER,
)
_APPROVED_ON_TERMS: Final = _APPROVED.model_copy(
    update={
        "product": "sme-loan",
        "score": None,
        "rate": "0.087500",
        "conditions": ("PERSONAL_GUARANTEE", "LIEN_FILED"),
        "other_terms": {"term_months": 84, "guaranteed_amount": {"amount_minor": 150_000, "currency": "DEM"}},
    }
)
_REFERRED: Final = decision.Decided(
    decision_id=_DECISION,
    application_id=None,
    party_id="customer 4711",
    product="consumer-loan",
    outcome="refer",
    requested=_amount(250_000),
    limit=None,
    grade=None,
    score=None,
    reasons=("POLICY_UNAVAILABLE",),
    policy=None,
    submitted_at=_NOW,
    decided_at=_LATER,
)
_RESERVED: Final[dict[str, Any]] = {
    "reservation_id": _RESERVATION,
    "account_id": _ACCOUNT,
    "party_id": _PARTY,
    "amount": _amount(50_000),
    "available": _amount(150_000),
    "occurred_at": _LATER,
}


def _limit(data: Contract) -> Example:
    return Example(_EVENT, "limits", limits.AGGREGATE, _ACCOUNT, data, _LATER)


_PRODUCT: Final[dict[str, Any]] = {
    "name": "consumer-loan",
    "title": "Consumer loan",
    "currency": "DEM",
    "facts": {"requested_amount": {"type": "money", "required": True}},
}

_ON_ACCOUNT: Final[dict[str, Any]] = {"account_id": _ACCOUNT, "party_id": _PARTY, "product": "trade-credit"}
_HELD: Final[dict[str, Any]] = {
    "hold_id": "hold_0193c1d2e3f47a5b8c6d7e8f90a1b2d7",
    "account_id": _ACCOUNT,
    "party_id": _PARTY,
    "document": limits.Document(source="erp", doc_type="order", doc_id="4711"),
    "amount": _amount(80_000),
    "occurred_at": _LATER,
}

EXAMPLES: Final[dict[tuple[str, str], Example]] = {
    **INTAKE_EXAMPLES,
    (intake.ApplicationSubmitted.type, "submitted"): Example(
        _EVENT,
        "intake",
        intake.AGGREGATE,
        _APPLICATION,
        intake.ApplicationSubmitted(
            application_id=_APPLICATION,
            party_id=_PARTY,
            product="consumer-loan",
            requested=_amount(250_000),
            facts=_FACTS,
            submitted_at=_NOW,
        ),
        _NOW,
    ),
    (scoring.ApplicationScored.type, "scored"): _scored(_SCORE, None),
    (scoring.ApplicationScored.type, "graded"): _scored(_GRADED, None),
    (scoring.ApplicationScored.type, "refused"): _scored(None, "characteristic_missing"),
    (scoring.ApplicationScored.type, "without_model"): _scored(None, "no_model"),
    (scoring.DriftDetected.type, "shifted"): _drifted("psi", "", "0.3127", "0.0619"),
    (scoring.DriftDetected.type, "group"): _drifted("impact_ratio", "sex: female", "0.7400", "0.8600"),
    (decision.Decided.type, "approved"): Example(
        _EVENT, "decision", decision.AGGREGATE, _APPLICATION, _APPROVED, _LATER
    ),
    (decision.Decided.type, "approved_on_terms"): Example(
        _EVENT, "decision", decision.AGGREGATE, _APPLICATION, _APPROVED_ON_TERMS, _LATER
    ),
    (decision.Decided.type, "referred_without_application"): Example(
        _EVENT, "decision", decision.AGGREGATE, _DECISION, _REFERRED, _LATER, None
    ),
    (decision.ProductPublished.type, "published"): Example(
        _EVENT,
        "decision",
        decision.PRODUCT_AGGREGATE,
        "consumer-loan",
        decision.ProductPublished(name="consumer-loan", revision=2, document=_PRODUCT),
        _NOW,
        None,
    ),
    (decision.ProductPublished.type, "put_back"): Example(
        _EVENT,
        "decision",
        decision.PRODUCT_AGGREGATE,
        "consumer-loan",
        decision.ProductPublished(name="consumer-loan", revision=1, document=_PRODUCT, effective_at=_NOW),
        _LATER,
        None,
    ),
    (limits.LimitGranted.type, "granted"): _limit(
        limits.LimitGranted(
            account_id=_ACCOUNT,
            party_id=_PARTY,
            product="consumer-loan",
            decision_id=_DECISION,
            application_id=_APPLICATION,
            limit=_amount(200_000),
            granted_at=_LATER,
        )
    ),
    (limits.ReservationReserved.type, "reserved"): _limit(limits.ReservationReserved(**_RESERVED)),
    (limits.ReservationDeclined.type, "declined"): _limit(
        limits.ReservationDeclined(**_RESERVED, reason="INSUFFICIENT_AVAILABLE")
    ),
    (limits.ReservationCaptured.type, "captured"): _limit(limits.ReservationCaptured(**_RESERVED)),
    (limits.ReservationReleased.type, "released"): _limit(limits.ReservationReleased(**_RESERVED)),
    (limits.ReservationExpired.type, "expired"): _limit(limits.ReservationExpired(**_RESERVED)),
    (limits.ReservationAdjusted.type, "adjusted"): _limit(limits.ReservationAdjusted(**_RESERVED)),
    (limits.LimitChanged.type, "lapsed"): _limit(
        limits.LimitChanged(
            **_ON_ACCOUNT,
            limit=_amount(200_000),
            cover=_amount(0),
            available=_amount(150_000),
            cause="lapse",
            changed_at=_LATER,
        )
    ),
    (limits.LimitChanged.type, "unset"): _limit(
        limits.LimitChanged(
            **_ON_ACCOUNT, limit=None, cover=_amount(0), available=None, cause="proposal", changed_at=_LATER
        )
    ),
    (limits.LimitExpiring.type, "expiring"): _limit(
        limits.LimitExpiring(
            **_ON_ACCOUNT, limit=_amount(250_000), limit_afterwards=_amount(200_000), expires_at=_LATER
        )
    ),
    (limits.ReviewDue.type, "due"): _limit(limits.ReviewDue(**_ON_ACCOUNT, review_due_on=_LATER.date())),
    (limits.AccountChanged.type, "blocked"): _limit(
        limits.AccountChanged(**_ON_ACCOUNT, status="blocked", path=(_GROUP_ACCOUNT, _ACCOUNT), changed_at=_LATER)
    ),
    (limits.UtilizationCrossed.type, "crossed"): _limit(
        limits.UtilizationCrossed(
            **_ON_ACCOUNT,
            segment="export",
            sbu="north",
            threshold_percent=90,
            utilization_percent=93,
            direction="up",
            occurred_at=_LATER,
        )
    ),
    (limits.LimitOversold.type, "oversold"): _limit(
        limits.LimitOversold(**_ON_ACCOUNT, over=_amount(50_000), occurred_at=_LATER)
    ),
    (limits.CreditHoldOpened.type, "opened"): _limit(
        limits.CreditHoldOpened(**_HELD, reasons=("INSUFFICIENT_AVAILABLE", "OLDEST_OVERDUE"))
    ),
    (limits.CreditHoldReleased.type, "released"): _limit(
        limits.CreditHoldReleased(**_HELD, released=_amount(80_000), expires_at=_LATER)
    ),
    (limits.CreditHoldClosed.type, "rejected"): _limit(limits.CreditHoldClosed(**_HELD, outcome="rejected")),
}
