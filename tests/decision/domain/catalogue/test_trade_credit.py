"""Trade credit: what a credit manager would ask of the policy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decision.domain.catalogue.books import book

TRADE = book("trade-credit")


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"insolvency": "opened"}, "decline", "INSOLVENCY_OPENED"),
        ({"bureau_index": 500}, "decline", "AGENCY_REPORTS_DEFAULT"),
        ({"dunning_level": 3}, "decline", "DUNNING_OPEN"),
        ({"dunning_level": 2}, "refer", "DUNNING_OPEN"),
        ({"oldest_overdue_days": 31}, "refer", "ITEMS_OVERDUE"),
        ({"overdue_amount": 15_001, "oldest_overdue_days": 6}, "refer", "ITEMS_OVERDUE"),
        ({"returned_payments": 2}, "decline", "PAYMENTS_RETURNED"),
        ({"equity": -1}, "decline", "EQUITY_NEGATIVE"),
        ({"registered_on": "2025-11-22"}, "refer", "BUSINESS_TOO_YOUNG"),
        ({"country_risk": "high"}, "refer", "COUNTRY_RISK"),
        ({"country_risk": "very high"}, "decline", "COUNTRY_EXCLUDED"),
        ({"sanctions_match": "confirmed"}, "decline", "SANCTIONS_MATCH"),
        ({"insurer_decision": "refused"}, "refer", "INSURER_REFUSES"),
        ({"insurer_decision": "withdrawn"}, "refer", "INSURER_REFUSES"),
        ({"annual_purchases": 7_299}, "refer", "SUPPORT_BELOW_MINIMUM"),
        ({"bureau_report_date": "2026-05-20"}, "pend_info", "AGENCY_REPORT_OUTDATED"),
        ({"requested_payment_days": 121}, "decline", "TERMS_TOO_LONG"),
        ({"requested_amount": 999}, "decline", "AMOUNT_OUTSIDE_PRODUCT"),
        ({"requested_amount": 5_000_001}, "decline", "AMOUNT_OUTSIDE_PRODUCT"),
    ],
)
def test_what_no_limit_is_small_enough_for(changes: dict[str, Any], outcome: str, reason: str) -> None:
    answer = TRADE.answer_to(**changes)
    assert (answer.outcome, reason in answer.reasons) == (outcome, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"insolvency": "closed"},
        {"bureau_index": 499, "days_beyond_terms": 0},
        {"dunning_level": 1},
        {"overdue_amount": 15_001, "oldest_overdue_days": 5},
        {"overdue_amount": 15_000, "oldest_overdue_days": 30},
        {"returned_payments": 1},
        {"registered_on": "2025-11-21"},
        {"bureau_report_date": "2026-05-21"},
        {"requested_payment_days": 60},
        {"requested_amount": 1_000},
    ],
)
def test_what_is_just_inside_is_approved(changes: dict[str, Any]) -> None:
    assert TRADE.answer_to(**changes).outcome == "approve"


@given(
    requested=st.integers(1_000, 500_000),
    purchases=st.integers(50_000, 5_000_000),
    payment_days=st.integers(0, 60),
    days_beyond_terms=st.integers(-10, 60),
    index=st.integers(100, 499),
    equity=st.integers(0, 4_000_000),
    guarantee=st.integers(0, 600_000),
)
def test_a_limit_is_within_need_means_and_security(
    requested: int,
    purchases: int,
    payment_days: int,
    days_beyond_terms: int,
    index: int,
    equity: int,
    guarantee: int,
) -> None:
    answer = TRADE.answer_to(
        requested_amount=requested,
        annual_purchases=purchases,
        requested_payment_days=payment_days,
        days_beyond_terms=days_beyond_terms,
        bureau_index=index,
        equity=equity,
        collateral_kind="bank guarantee",
        collateral_value=guarantee,
    )
    granted = answer.approved_minor
    if granted is not None:
        days = TRADE.definition(answer, "payment_days")
        means = min(equity // 5, 450_000)
        assert 0 < granted <= requested * 100
        assert granted <= purchases * (days + 20) * 100 / 365 + 1
        assert granted <= (means + guarantee) * 100 + 100
        assert (granted == requested * 100) == (answer.outcome == "approve")
        assert answer.other_terms["payment_days"] == days <= payment_days
    else:
        assert answer.reasons


@pytest.mark.parametrize("base", [{}, {"days_beyond_terms": 25, "bureau_index": 280}, {"days_beyond_terms": 40}])
def test_more_security_is_never_answered_with_less(base: dict[str, Any]) -> None:
    weak = {"equity": 400_000, "current_assets": 1_400_000, "collateral_kind": "cash deposit"}
    answers = [TRADE.answer_to(**weak, **base, collateral_value=value) for value in range(0, 130_000, 1_500)]
    amounts = [answer.approved_minor or 0 for answer in answers]
    severities = [answer.outcome.severity for answer in answers]
    assert amounts == sorted(amounts)
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize(("until", "counts"), [("2027-02-18", False), ("2027-02-19", True), (None, True)])
def test_a_guarantee_counts_while_it_runs_for_ninety_days_more(until: str | None, counts: bool) -> None:
    answer = TRADE.answer_to(collateral_kind="bank guarantee", collateral_value=50_000, collateral_until=until)
    secured = TRADE.definition(answer, "secured_amount")["amount_minor"]
    assert secured == (5_000_000 if counts else 0)


def test_a_parent_s_guarantee_counts_for_half() -> None:
    answer = TRADE.answer_to(collateral_kind="parent guarantee", collateral_value=50_000)
    assert TRADE.definition(answer, "secured_amount")["amount_minor"] == 2_500_000


def test_a_decline_for_few_points_says_what_is_weak() -> None:
    weak = {
        "days_beyond_terms": 45,
        "bureau_index": 350,
        "equity": 100_000,
        "current_assets": 1_000_000,
        "registered_on": "2024-11-22",
    }
    answer = TRADE.answer_to(**weak)
    assert (answer.outcome, answer.grade) == ("decline", "E")
    assert answer.reasons == ("PAYS_LATE", "AGENCY_INFORMATION", "EQUITY_LOW", "LIQUIDITY_TIGHT")
    covered = TRADE.answer_to(**weak, collateral_kind="bank guarantee", collateral_value=120_000)
    assert (covered.outcome, covered.reasons) == ("refer", ("RELIES_ON_SECURITY",))


@pytest.mark.parametrize(
    ("changes", "queue"),
    [
        ({"segment": "key account"}, "key-account-credit"),
        ({"country_risk": "high"}, "export-credit"),
        ({"requested_amount": 500_001}, "credit-committee"),
        ({"sanctions_match": "possible", "requested_amount": 500_001}, "compliance"),
        ({}, "trade-credit-desk"),
    ],
)
def test_a_referred_customer_goes_to_those_who_know_its_kind(changes: dict[str, Any], queue: str) -> None:
    assert TRADE.answer_to(**{"dunning_level": 2, **changes}).queue == queue


def test_overdue_invoices_are_paid_before_the_first_delivery() -> None:
    answer = TRADE.answer_to(overdue_amount=500, oldest_overdue_days=3)
    assert answer.outcome == "approve"
    assert "OVERDUE_PAID" in answer.conditions


@pytest.mark.parametrize(("level", "known"), [(None, False), (0, True)])
def test_a_ledger_that_says_nothing_is_not_a_clean_one(level: int | None, known: bool) -> None:
    answer = TRADE.answer_to(dunning_level=level)
    assert answer.outcome == ("approve" if known else "refer")
