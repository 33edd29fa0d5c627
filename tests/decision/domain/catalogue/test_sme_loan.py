"""Small-business loans: what an underwriter would ask of the policy."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decision.domain.catalogue.books import book

SME = book("sme-loan")


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"bankruptcy": "open"}, "decline", "BANKRUPTCY_OPEN"),
        ({"bankruptcy": "discharged", "bankruptcy_discharged_on": "2024-06-01"}, "decline", "BANKRUPTCY_RECENT"),
        ({"bankruptcy": "discharged", "bankruptcy_discharged_on": "2021-06-01"}, "refer", "BANKRUPTCY_RECENT"),
        ({"federal_debt": "delinquent"}, "decline", "FEDERAL_DEBT_UNPAID"),
        ({"federal_debt": "loss to the government"}, "decline", "FEDERAL_DEBT_UNPAID"),
        ({"worst_days_past_due": 90}, "decline", "SERIOUS_DELINQUENCY"),
        ({"worst_days_past_due": 89}, "refer", "SERIOUS_DELINQUENCY"),
        ({"owner_delinquencies": 3}, "decline", "OWNER_DELINQUENCIES"),
        ({"owner_delinquencies": 1}, "refer", "OWNER_DELINQUENCIES"),
        ({"unpaid_judgments": 120_001}, "decline", "JUDGMENTS_UNPAID"),
        ({"unpaid_judgments": 120_000}, "refer", "JUDGMENTS_UNPAID"),
        ({"total_liabilities": 1_400_000}, "decline", "LEVERAGE_HIGH"),
        ({"purpose": "business acquisition", "owner_injection": 30_000}, "decline", "OWNER_INJECTION_LOW"),
        ({"business_stage": "new", "owner_experience_years": 1}, "refer", "EXPERIENCE_SHORT"),
        ({"purpose": "working capital", "annual_revenue": 1_199_999}, "refer", "AMOUNT_HIGH_FOR_REVENUE"),
        ({"owner_guarantees": "none"}, "decline", "GUARANTEE_REFUSED"),
        ({"owner_guarantees": "some"}, "refer", "GUARANTEE_REFUSED"),
        ({"legal_form": "non-profit"}, "decline", "NOT_FOR_PROFIT"),
        ({"sector": "92 public administration"}, "decline", "NOT_FOR_PROFIT"),
        ({"restricted_activity": "lending or investing"}, "decline", "PASSIVE_OR_FINANCIAL_BUSINESS"),
        ({"restricted_activity": "gambling"}, "decline", "ACTIVITY_EXCLUDED"),
        ({"net_income": 6_500_001}, "decline", "BUSINESS_TOO_LARGE"),
        ({"total_assets": 20_600_001}, "decline", "BUSINESS_TOO_LARGE"),
        ({"guaranteed_share": "0.7501"}, "refer", "GUARANTEE_ABOVE_PROGRAMME"),
        ({"requested_amount": 150_000, "guaranteed_share": "0.8501"}, "refer", "GUARANTEE_ABOVE_PROGRAMME"),
        ({"term_months": 5}, "decline", "TERM_OUTSIDE_PRODUCT"),
    ],
)
def test_what_no_cash_flow_makes_good(changes: dict[str, Any], outcome: str, reason: str) -> None:
    answer = SME.answer_to(**changes)
    assert (answer.outcome, reason in answer.reasons) == (outcome, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"bankruptcy": "discharged", "bankruptcy_discharged_on": "2019-11-21"},
        {"federal_debt": "paid or current"},
        {"net_income": 6_500_000},
        {"total_assets": 20_600_000},
        {"statement_date": "2025-05-21"},
        {"purpose": "working capital", "annual_revenue": 1_200_000},
        {"requested_amount": 150_000, "guaranteed_share": "0.85"},
        {"term_months": 120},
        {"owner_experience_years": 0},
    ],
)
def test_what_is_just_inside_is_approved(changes: dict[str, Any]) -> None:
    assert SME.answer_to(**changes).outcome == "approve"


@pytest.mark.parametrize("requested", [100_000, 300_000, 900_000])
def test_more_cash_flow_is_never_answered_with_less(requested: int) -> None:
    answers = [
        SME.answer_to(requested_amount=requested, ebitda=ebitda, annual_debt_service=120_000)
        for ebitda in range(-50_000, 800_000, 9_973)
    ]
    severities = [answer.outcome.severity for answer in answers]
    amounts = [answer.approved_minor or 0 for answer in answers]
    rates = [answer.rate for answer in answers if answer.rate is not None]
    assert severities == sorted(severities, reverse=True)
    assert amounts == sorted(amounts)
    assert rates == sorted(rates, reverse=True)
    assert severities[0] == 4
    assert severities[-1] == 0


def test_an_offer_of_less_is_in_full_thousands_and_its_payments_are_covered() -> None:
    for ebitda in range(210_500, 228_000, 1_001):
        offer = SME.answer_to(ebitda=ebitda)
        assert offer.outcome == "counter_offer"
        assert offer.approved_minor is not None
        assert offer.approved_minor % 100_000 == 0
        accepted = SME.answer_to(ebitda=ebitda, requested_amount=offer.approved_minor // 100)
        assert accepted.outcome == "approve"
        assert Decimal(SME.definition(accepted, "debt_service_coverage")) >= Decimal("1.25")


@given(
    ebitda=st.integers(100_000, 2_000_000),
    liabilities=st.integers(0, 1_500_000),
    days_late=st.integers(0, 59),
    experience=st.integers(0, 20),
    collateral=st.integers(0, 1_000_000),
    year=st.integers(2005, 2025),
    sector=st.sampled_from(["62 health care", "31-33 manufacturing", "51 information"]),
)
def test_a_decline_for_few_points_names_what_is_weak(
    ebitda: int, liabilities: int, days_late: int, experience: int, collateral: int, year: int, sector: str
) -> None:
    answer = SME.answer_to(
        ebitda=ebitda,
        total_liabilities=liabilities,
        worst_days_past_due=days_late,
        owner_experience_years=experience,
        collateral_value=collateral,
        registered_on=f"{year}-11-21",
        sector=sector,
    )
    coverage = Decimal(SME.definition(answer, "debt_service_coverage"))
    leverage = Decimal(SME.definition(answer, "leverage"))
    if answer.grade == "E":
        assert answer.outcome == "decline"
        true_of_it = {
            "LEVERAGE_HIGH": leverage > Decimal("0.50"),
            "REPAYMENT_CAPACITY": coverage < Decimal("1.50"),
            "PAYMENT_RECORD": days_late >= 30,
            "BUSINESS_TOO_YOUNG": year > 2024,
            "COLLATERAL_INSUFFICIENT": collateral * Decimal("0.50") < 150_000,
            "EXPERIENCE_SHORT": experience < 2,
        }
        assert answer.reasons
        assert all(true_of_it[reason] for reason in answer.reasons)


@given(
    requested=st.integers(25_000, 5_000_000),
    ebitda=st.integers(0, 3_000_000),
    collateral=st.integers(0, 6_000_000),
    guaranteed=st.sampled_from(["0", "0.50", "0.75"]),
)
def test_an_offer_is_never_above_what_was_asked_for_or_is_supported(
    requested: int, ebitda: int, collateral: int, guaranteed: str
) -> None:
    answer = SME.answer_to(
        requested_amount=requested, ebitda=ebitda, collateral_value=collateral, guaranteed_share=guaranteed
    )
    if answer.approved_minor is not None:
        assert answer.rate is not None
        assert Decimal("0.08") <= answer.rate <= Decimal("0.16")
        supported = SME.definition(answer, "supportable_amount")["amount_minor"]
        assert 2_500_000 <= answer.approved_minor <= min(requested * 100, supported)
        assert (answer.approved_minor == requested * 100) == (answer.outcome == "approve")
        assert answer.other_terms["term_months"] == 84


@pytest.mark.parametrize(
    ("quality", "outcome"), [("reviewed", "approve"), ("compiled", "pend_info"), ("tax return only", "pend_info")]
)
def test_a_loan_above_a_million_needs_statements_that_somebody_has_looked_at(quality: str, outcome: str) -> None:
    large = {"requested_amount": 1_000_001, "ebitda": 900_000, "total_assets": 4_000_000, "annual_revenue": 9_000_000}
    assert SME.answer_to(**large, statement_quality=quality).outcome == outcome


def test_one_owner_without_cover_insures_a_life_and_a_sole_proprietor_signs_no_guarantee() -> None:
    assert "LIFE_INSURANCE" in SME.answer_to(owners=1).conditions
    assert "LIFE_INSURANCE" not in SME.answer_to(owners=1, collateral_value=600_000).conditions
    assert "PERSONAL_GUARANTEE" not in SME.answer_to(legal_form="sole proprietorship").conditions
    assert "FRANCHISE_AGREEMENT" in SME.answer_to(franchise=True).conditions
    assert "DEPOSIT_PLEDGED" in SME.answer_to(collateral_kind="cash deposit").conditions


@pytest.mark.parametrize(
    ("changes", "queue"),
    [
        ({"sector": "11 agriculture"}, "agricultural-lending"),
        ({"business_stage": "new"}, "start-up-lending"),
        ({"group_exposure": 1_700_001}, "credit-committee"),
        ({}, "sme-underwriting"),
    ],
)
def test_a_referred_application_goes_to_those_who_know_its_kind(changes: dict[str, Any], queue: str) -> None:
    assert SME.answer_to(owner_guarantees="some", **changes).queue == queue


def test_small_loans_cost_more_and_secured_ones_less() -> None:
    rate = SME.answer_to().rate
    small = SME.answer_to(requested_amount=49_999, collateral_kind="none").rate
    secured = SME.answer_to(collateral_value=600_000).rate
    rural = SME.answer_to(location="rural").rate
    assert rate is not None
    assert small == rate + Decimal("0.0100")
    assert secured == rate - Decimal("0.0050")
    assert rural == rate - Decimal("0.0010")
