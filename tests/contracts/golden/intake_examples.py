"""What the example messages of intake say."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.contracts import intake
from shared.contracts.envelope import Amount, Contract
from tests.contracts.golden.example import Example

_NOW: Final = datetime(2026, 11, 21, 9, 30, 0, 125_000, tzinfo=UTC)
_APPLICATION: Final = "app_0193c1d2e3f47a5b8c6d7e8f90a1b2c3"
_PARTY: Final = "pty_0193c1d2e3f47a5b8c6d7e8f90a1b2c4"
_OTHER_PARTY: Final = "pty_0193c1d2e3f47a5b8c6d7e8f90a1b2e4"
_DECISION: Final = "dec_0193c1d2e3f47a5b8c6d7e8f90a1b2c5"
_EVENT: Final = "evt_0193c1d2e3f47a5b8c6d7e8f90a1b2c8"
_REPORT: Final = "rep_0193c1d2e3f47a5b8c6d7e8f90a1b2e5"
_REVIEW: Final = "rev_0193c1d2e3f47a5b8c6d7e8f90a1b2e6"
_REQUESTED: Final = Amount(amount_minor=250_000, currency="USD")


def _told(aggregate_type: str, aggregate_id: str, data: Contract) -> Example:
    return Example(_EVENT, "intake", aggregate_type, aggregate_id, data, _NOW)


def _of_application(data: Contract) -> Example:
    return _told(intake.AGGREGATE, _APPLICATION, data)


def _of_party(data: Contract) -> Example:
    return _told(intake.PARTY_AGGREGATE, _PARTY, data)


def _moved(came: str | None, to: str, reasons: tuple[str, ...] = (), **rest: object) -> Example:
    whole = {
        "application_id": _APPLICATION,
        "party_id": _PARTY,
        "product": "personal-loan",
        "revision": 1,
        "from_state": came,
        "to_state": to,
        "reasons": reasons,
        "moved_at": _NOW,
        **rest,
    }
    return _of_application(intake.ApplicationMoved.model_validate(whole))


_WITH_FILE: Final = intake.ApplicationSubmitted(
    application_id=_APPLICATION,
    party_id=_PARTY,
    product="personal-loan",
    requested=_REQUESTED,
    facts={"bureau_score": 702, "requested_amount": {"amount_minor": 250_000, "currency": "USD"}},
    submitted_at=_NOW,
    revision=2,
    fact_sources={
        "bureau_score": intake.FactSource(kind="bureau", source="consumer-bureau", record_id=_REPORT, as_of=_NOW)
    },
    fallbacks=("source_unavailable:company-registry",),
)

INTAKE_EXAMPLES: Final[dict[tuple[str, str], Example]] = {
    (intake.ApplicationSubmitted.type, "with_file"): _of_application(_WITH_FILE),
    (intake.ApplicationMoved.type, "new"): _moved(None, "investigating"),
    (intake.ApplicationMoved.type, "incomplete"): _moved(
        None, "pend_info", ("missing_document:income_proof",), due_at=_NOW + timedelta(days=30)
    ),
    (intake.ApplicationMoved.type, "cooling_off"): _moved(
        None, "screened_out", ("COOLING_OFF",), earlier_decision_id=_DECISION
    ),
    (intake.ApplicationUpdated.type, "amended"): _of_application(
        intake.ApplicationUpdated(
            application_id=_APPLICATION,
            party_id=_PARTY,
            product="personal-loan",
            revision=2,
            requested=_REQUESTED,
            updated_at=_NOW,
        )
    ),
    (intake.ApplicationWithdrawn.type, "withdrawn"): _of_application(
        intake.ApplicationWithdrawn(
            application_id=_APPLICATION, party_id=_PARTY, product="personal-loan", withdrawn_at=_NOW
        )
    ),
    (intake.ClockRunningOut.type, "near"): _of_application(
        intake.ClockRunningOut(
            application_id=_APPLICATION,
            product="personal-loan",
            profile="us-reg-b",
            clock="decide",
            due_at=_NOW + timedelta(days=5),
            told_at=_NOW,
        )
    ),
    (intake.PartyMerged.type, "merged"): _of_party(
        intake.PartyMerged(party_id=_PARTY, merged_party_id=_OTHER_PARTY, merged_at=_NOW)
    ),
    (intake.PartyUnmerged.type, "unmerged"): _of_party(
        intake.PartyUnmerged(party_id=_PARTY, unmerged_party_id=_OTHER_PARTY, unmerged_at=_NOW)
    ),
    (intake.GroupChanged.type, "changed"): _of_party(
        intake.GroupChanged(party_id=_PARTY, members=(_PARTY, _OTHER_PARTY), changed_at=_NOW)
    ),
    (intake.PartyErased.type, "erased"): _of_party(intake.PartyErased(party_id=_PARTY, erased_at=_NOW)),
    (intake.IndicatorMoved.type, "moved"): _told(
        intake.INDICATOR_AGGREGATE,
        "us-prime-rate",
        intake.IndicatorMoved(
            series="us-prime-rate",
            trigger="above_8_percent",
            value="8.25",
            reference="8.00",
            observed_on="2026-11-20",
            direction="up",
            told_at=_NOW,
        ),
    ),
    (intake.ReviewDue.type, "due"): _told(
        intake.REVIEW_AGGREGATE,
        _REVIEW,
        intake.ReviewDue(
            review_id=_REVIEW,
            party_id=_PARTY,
            cause="indicator:us-prime-rate:above_8_percent",
            due_at=_NOW + timedelta(days=14),
            told_at=_NOW,
        ),
    ),
}
