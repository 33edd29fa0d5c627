"""What an application takes from the credit file."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.finding import Finding, FindingKind, evidence
from shared.products import Product, parse_product

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PRODUCT: Product = parse_product(
    {
        "name": "loan",
        "title": "Loan",
        "currency": "USD",
        "facts": {
            "requested_amount": {"type": "money"},
            "annual_income": {"type": "money"},
            "bureau_score": {"type": "integer", "source": "file", "minimum": 300, "maximum": 850},
            "altman_z2": {"type": "decimal", "scale": 3, "source": "file"},
        },
    }
)


def finding(facts: Mapping[str, Any], days_ago: int = 0, source: str = "bureau", **rest: Any) -> Finding:
    as_of = NOW - timedelta(days=days_ago)
    return Finding(f"fnd_{source}_{days_ago:05d}", "pty_1", FindingKind.BUREAU, source, "rep_1", as_of, facts, **rest)


def test_the_newest_finding_of_a_fact_counts_and_is_its_source() -> None:
    newer, older = finding({"bureau_score": 640}, 3), finding({"bureau_score": 701}, 90, "other")
    found = evidence(PRODUCT, [older, newer], NOW)
    assert found.facts == {"bureau_score": 640}
    assert found.sources == {"bureau_score": newer}


def test_a_finding_that_ran_out_counts_no_more() -> None:
    assert evidence(PRODUCT, [finding({"bureau_score": 640}, expires_at=NOW)], NOW).facts == {}


def test_a_finding_counts_until_the_moment_at_which_it_runs_out() -> None:
    found = finding({"bureau_score": 640}, expires_at=NOW)
    assert found.counts_at(NOW - timedelta(seconds=1)) and not found.counts_at(NOW)
    assert finding({"bureau_score": 640}).counts_at(NOW)


def test_a_value_that_is_none_of_the_fact_leaves_it_missing_and_no_older_one_steps_in() -> None:
    found = evidence(PRODUCT, [finding({"bureau_score": 9_999}), finding({"bureau_score": 700}, 10, "other")], NOW)
    assert (found.facts, found.unfit) == ({}, ("bureau_score",))


def test_the_file_never_answers_for_the_applicant() -> None:
    income = {"annual_income": {"amount_minor": 1, "currency": "USD"}}
    assert evidence(PRODUCT, [finding(income)], NOW).facts == {}


def test_a_decimal_arrives_at_the_scale_of_the_fact() -> None:
    assert evidence(PRODUCT, [finding({"altman_z2": "6.1"})], NOW).facts == {"altman_z2": "6.100"}


def test_what_a_source_does_not_say_is_taken_from_the_one_that_does() -> None:
    found = evidence(PRODUCT, [finding({"bureau_score": None}), finding({"bureau_score": 655}, 20, "other")], NOW)
    assert found.facts == {"bureau_score": 655}


@settings(max_examples=60)
@given(st.permutations(list(range(6))))
def test_the_order_in_which_findings_arrived_does_not_matter(order: list[int]) -> None:
    findings = [finding({"bureau_score": 600 + days, "altman_z2": "1.0"}, days % 3, f"s{days}") for days in range(6)]
    assert evidence(PRODUCT, [findings[place] for place in order], NOW) == evidence(PRODUCT, findings, NOW)
