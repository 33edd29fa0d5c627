import csv
import io
from collections.abc import Mapping

import pytest

from services.demo.applicants import Applicant, read_applicants
from services.demo.catalogue import read_catalogue
from services.demo.errors import DemoError
from shared.money import Money

PRODUCT = read_catalogue().product

OWN = {
    "checking_status": "<0 DM",
    "duration_months": "6",
    "credit_history": "critical account / other credits elsewhere",
    "purpose": "radio/television",
    "credit_amount": "1169",
    "savings_status": "unknown / no savings account",
    "employment_since": ">=7 years",
    "installment_rate_pct_of_income": "4",
    "personal_status_and_sex": "male: single",
    "other_debtors": "none",
    "residence_since": "4",
    "property": "real estate",
    "age_years": "67",
    "other_installment_plans": "none",
    "housing": "own",
    "existing_credits": "2",
    "job": "skilled employee/official",
    "people_liable": "1",
    "telephone": "yes",
    "foreign_worker": "yes",
    "class": "good",
}
PACKAGE = {
    "status_of_existing_checking_account": "... < 0 DM",
    "duration_in_month": "6",
    "credit_history": "critical account/ other credits existing (not at this bank)",
    "purpose": "radio/television",
    "credit_amount": "1169",
    "savings_account_and_bonds": "unknown/ no savings account",
    "present_employment_since": "... >= 7 years",
    "installment_rate_in_percentage_of_disposable_income": "4",
    "personal_status_and_sex": "female : divorced/separated/married",
    "other_debtors_or_guarantors": "none",
    "present_residence_since": "4",
    "property": "real estate",
    "age_in_years": "67",
    "other_installment_plans": "none",
    "housing": "own",
    "number_of_existing_credits_at_this_bank": "2",
    "job": "skilled employee / official",
    "number_of_people_being_liable_to_provide_maintenance_for": "1",
    "telephone": "yes, registered under the customers name",
    "foreign_worker": "yes",
    "creditability": "good",
}


def text_of(*rows: Mapping[str, str]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(*rows: Mapping[str, str]) -> list[Applicant]:
    return read_applicants(text_of(*rows), PRODUCT)


def test_an_applicant_asks_for_an_amount_in_minor_units_and_brings_typed_facts() -> None:
    (applicant,) = read(OWN)
    assert (applicant.number, applicant.requested) == (1, Money(116_900, "DEM"))
    assert applicant.facts["duration_months"] == 6
    assert applicant.facts["savings_status"] == "unknown / no savings account"
    assert "requested_amount" not in applicant.facts


def test_whether_the_loan_turned_out_good_is_not_a_fact() -> None:
    assert read({**OWN, "class": "bad"}) == read(OWN)


def test_both_layouts_give_the_same_applicant_but_for_the_shuffled_column() -> None:
    (own,), (package,) = read(OWN), read(PACKAGE)
    expected = {name: value for name, value in own.facts.items() if name != "personal_status_and_sex"}
    assert package == Applicant(1, own.requested, expected)


@pytest.mark.parametrize(
    ("column", "published", "fact", "value"),
    [
        ("status_of_existing_checking_account", "0 <= ... < 200 DM", "checking_status", "0<=..<200 DM"),
        (
            "status_of_existing_checking_account",
            "... >= 200 DM / salary assignments for at least 1 year",
            "checking_status",
            ">=200 DM or salary assignment >=1y",
        ),
        ("credit_history", "delay in paying off in the past", "credit_history", "delay in paying off in the past"),
        ("savings_account_and_bonds", "100 <= ... < 500 DM", "savings_status", "100<=..<500 DM"),
        ("present_employment_since", "1 <= ... < 4 years", "employment_since", "1<=..<4 years"),
        ("property", "car or other, not in attribute Savings account/bonds", "property", "car or other"),
        ("job", "unskilled - resident", "job", "unskilled resident"),
        ("telephone", "none", "telephone", "none"),
    ],
)
def test_a_published_spelling_becomes_the_value_that_the_product_lists(
    column: str, published: str, fact: str, value: str
) -> None:
    (applicant,) = read({**PACKAGE, column: published})
    assert applicant.facts[fact] == value


def test_an_empty_cell_is_a_fact_that_is_not_known() -> None:
    (applicant,) = read({**OWN, "savings_status": ""})
    assert "savings_status" not in applicant.facts


def test_a_missing_column_is_named() -> None:
    without = {name: cell for name, cell in OWN.items() if name not in ("housing", "job")}
    with pytest.raises(DemoError, match="no column housing, job"):
        read(without)


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("housing", "castle", "line 3, column housing: must be one of the values"),
        ("duration_months", "six", "line 3, column duration_months: must be a whole number"),
        ("duration_months", "600", "line 3, column duration_months: must be between 1 and 120"),
        ("credit_amount", "", "line 3, column credit_amount: must be a whole number"),
        ("credit_amount", "-5", "line 3, column credit_amount: must be between"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_line_and_column_and_not_repeated(
    column: str, cell: str, words: str
) -> None:
    with pytest.raises(DemoError) as refused:
        read(OWN, {**OWN, column: cell})
    assert str(refused.value).startswith(words)
    assert cell == "" or cell not in str(refused.value)


def test_a_row_that_is_cut_off_is_named() -> None:
    with pytest.raises(DemoError, match="line 3 does not have one cell"):
        read_applicants(text_of(OWN) + "<0 DM,6\n", PRODUCT)


@pytest.mark.parametrize("text", ["", text_of(OWN).splitlines()[0] + "\n"])
def test_a_file_without_applicants_is_refused(text: str) -> None:
    with pytest.raises(DemoError):
        read_applicants(text, PRODUCT)
