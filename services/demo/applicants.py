"""Applicants from a CSV file of the German Credit data (H. Hofmann, UCI 1994, doi:10.24432/C5NC77).

Two layouts are understood: the one in which columns and values are called as the product's facts are, and the one
of the R package scorecard and its Python port. Whether a loan turned out good or bad is never read.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.demo.errors import DemoError
from shared.facts import Fact, FactType, Source
from shared.money import Money, exponent
from shared.products import REQUESTED_AMOUNT, Product

_INTEGER: Final = re.compile(r"-?[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Applicant:
    """One row: `number` counts from 1, `facts` are in wire form, a fact with an empty cell is absent."""

    number: int
    requested: Money
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds which fact, and the values that are spelled differently."""

    column_of: Mapping[str, str]
    spelling_of: Mapping[str, str]


# The column personal_status_and_sex is left out: its values are shuffled in that file, so they are nobody's.
_SCORECARD_PACKAGE: Final = _Layout(
    column_of={
        REQUESTED_AMOUNT: "credit_amount",
        "checking_status": "status_of_existing_checking_account",
        "duration_months": "duration_in_month",
        "credit_history": "credit_history",
        "purpose": "purpose",
        "savings_status": "savings_account_and_bonds",
        "employment_since": "present_employment_since",
        "installment_rate_pct_of_income": "installment_rate_in_percentage_of_disposable_income",
        "other_debtors": "other_debtors_or_guarantors",
        "residence_since": "present_residence_since",
        "property": "property",
        "age_years": "age_in_years",
        "other_installment_plans": "other_installment_plans",
        "housing": "housing",
        "existing_credits": "number_of_existing_credits_at_this_bank",
        "job": "job",
        "people_liable": "number_of_people_being_liable_to_provide_maintenance_for",
        "telephone": "telephone",
        "foreign_worker": "foreign_worker",
    },
    spelling_of={
        "... < 0 DM": "<0 DM",
        "0 <= ... < 200 DM": "0<=..<200 DM",
        "... >= 200 DM / salary assignments for at least 1 year": ">=200 DM or salary assignment >=1y",
        "critical account/ other credits existing (not at this bank)": "critical account / other credits elsewhere",
        "no credits taken/ all credits paid back duly": "no credits taken / all paid back duly",
        "... < 100 DM": "<100 DM",
        "100 <= ... < 500 DM": "100<=..<500 DM",
        "500 <= ... < 1000 DM": "500<=..<1000 DM",
        "... >= 1000 DM": ">=1000 DM",
        "unknown/ no savings account": "unknown / no savings account",
        "... < 1 year": "<1 year",
        "1 <= ... < 4 years": "1<=..<4 years",
        "4 <= ... < 7 years": "4<=..<7 years",
        "... >= 7 years": ">=7 years",
        "building society savings agreement/ life insurance": "building society savings / life insurance",
        "car or other, not in attribute Savings account/bonds": "car or other",
        "management/ self-employed/ highly qualified employee/ officer": "management/self-employed/highly qualified",
        "skilled employee / official": "skilled employee/official",
        "unemployed/ unskilled - non-resident": "unemployed/unskilled non-resident",
        "unskilled - resident": "unskilled resident",
        "yes, registered under the customers name": "yes",
    },
)


def read_applicants(text: str, product: Product) -> list[Applicant]:
    """Return the applicants of a CSV text, in its order.

    Raises `DemoError` naming the columns that are missing, or the line and column of a value that does not fit its
    fact (without the value).
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        layout = _SCORECARD_PACKAGE if "duration_in_month" in header else _layout_of(product)
        missing = sorted(set(layout.column_of.values()) - set(header))
        if missing:
            raise DemoError(f"the data has no column {', '.join(missing)}")
        applicants = [
            _applicant(number, row, reader.line_num, layout, product) for number, row in enumerate(reader, start=1)
        ]
    except csv.Error as error:
        raise DemoError(f"line {reader.line_num}: {error}") from None
    if not applicants:
        raise DemoError("the data has no rows")
    return applicants


def _layout_of(product: Product) -> _Layout:
    named = [fact.name for fact in product.dictionary.facts.values() if fact.source is Source.APPLICATION]
    return _Layout({name: "credit_amount" if name == REQUESTED_AMOUNT else name for name in named}, {})


def _applicant(number: int, row: Mapping[str | None, str], line: int, layout: _Layout, product: Product) -> Applicant:
    if None in row or None in row.values():
        raise DemoError(f"line {line} does not have one cell for each column")
    facts: dict[str, object] = {}
    for name, column in layout.column_of.items():
        fact, cell = product.dictionary.facts[name], row[column].strip()
        if not cell and not fact.required:
            continue
        try:
            wire = _wire(fact, layout.spelling_of.get(cell, cell))
            fact.parse(wire)
        except ValueError as error:
            raise DemoError(f"line {line}, column {column}: {error}") from None
        facts[name] = wire
    amount = product.dictionary.facts[REQUESTED_AMOUNT].parse(facts.pop(REQUESTED_AMOUNT))
    assert isinstance(amount, int)
    return Applicant(number, Money(amount, product.currency), facts)


def _wire(fact: Fact, cell: str) -> object:
    """Return a cell in wire form; amounts of money stand in whole units of the currency."""
    if fact.type not in (FactType.INTEGER, FactType.MONEY):
        return cell
    if _INTEGER.fullmatch(cell) is None:
        raise ValueError("must be a whole number")
    if fact.currency is None:
        return int(cell)
    return {"amount_minor": int(cell) * 10 ** exponent(fact.currency), "currency": fact.currency}
