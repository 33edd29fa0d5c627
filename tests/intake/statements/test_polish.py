"""The 64 ratios mean what the Polish data set's figures mean."""

import csv
import gzip
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.statements.checks import complete
from services.intake.domain.statements.formula import Scene, Year
from services.intake.domain.statements.polish import NAMED, POLISH_RATIOS
from services.intake.domain.statements.ratios import Undefined
from services.intake.domain.statements.taxonomy import LINES
from tests.intake.statements.given import POLISH, figures, sme_lines, sme_ratios

Sides = tuple[Fraction, Fraction]
Identity = Callable[[Mapping[int, Fraction]], Sides]

# What must hold between attributes if their definitions are read rightly. That `gross profit` is profit before tax
# shows in 26 and 16: both add depreciation, to the net and to the gross profit.
IDENTITIES: Final[Mapping[str, tuple[tuple[int, ...], Identity]]] = {
    "net profit by assets and by sales": ((1, 19, 18, 23), lambda x: (x[1] * x[19], x[18] * x[23])),
    "assets to liabilities and back": ((17, 2), lambda x: (x[17] * x[2], Fraction(1))),
    "equity to liabilities and to assets": ((8, 2, 10), lambda x: (x[8] * x[2], x[10])),
    "working capital": ((3, 4, 51), lambda x: (x[3], x[51] * (x[4] - 1))),
    "current assets to liabilities": ((50, 2, 4, 51), lambda x: (x[50] * x[2], x[4] * x[51])),
    "EBIT is gross profit and interest": ((7, 14), lambda x: (x[7], x[14])),
    "days of inventory": ((20, 60), lambda x: (x[20] * x[60], Fraction(365))),
    "days of receivables": ((44, 61), lambda x: (x[44] * x[61], Fraction(365))),
    "days of short-term liabilities": ((62, 63), lambda x: (x[62] * x[63], Fraction(365))),
    "days of repayment": ((15, 16), lambda x: (x[15] * x[16], Fraction(365))),
    "the operating cycle": ((43, 20, 44), lambda x: (x[43], x[20] + x[44])),
    "gross profit to short-term liabilities": ((12, 51, 18), lambda x: (x[12] * x[51], x[18])),
    "operating profit": ((22, 19, 42, 18), lambda x: (x[22] * x[19], x[42] * x[18])),
    "profit on sales": ((35, 19, 39, 18), lambda x: (x[35] * x[19], x[39] * x[18])),
    "equity to fixed assets": ((53, 3, 10, 28), lambda x: (x[53] * x[3], x[10] * x[28])),
    "constant capital to fixed assets": ((54, 3, 38, 28), lambda x: (x[54] * x[3], x[38] * x[28])),
    "constant capital": ((38, 10, 59), lambda x: (x[38], x[10] * (1 + x[59]))),
    "operating profit less depreciation": ((48, 19, 49, 18), lambda x: (x[48] * x[19], x[49] * x[18])),
    "gross profit with depreciation": ((16, 2, 19, 13, 18), lambda x: (x[16] * x[2] * x[19], x[13] * x[18])),
    "one depreciation": ((26, 2, 1, 16, 18), lambda x: (x[26] * x[2] - x[1], x[16] * x[2] - x[18])),
    "depreciation is taken off": ((42, 49, 13, 19), lambda x: (x[42] - x[49], x[13] - x[19])),
    "sales to short-term liabilities": ((63, 51, 19, 18), lambda x: (x[63] * x[51] * x[19], x[18])),
    "sales to fixed assets": ((64, 3, 19, 18, 28), lambda x: (x[64] * x[3] * x[19], x[18] * x[28])),
    "net profit to inventory": ((45, 20, 23), lambda x: (x[45] * x[20], x[23] * 365)),
}


@cache
def companies() -> list[dict[int, Fraction]]:
    """Return the attributes of every fourth company of the data set; what is missing there is left out."""
    with gzip.open(POLISH, "rt") as file:
        return [
            {int(name[4:]): Fraction(value) for name, value in row.items() if name != "class" and value}
            for row in islice(csv.DictReader(file), 0, None, 4)
        ]


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_real_figures_hold_the_identity(name: str) -> None:
    attributes, identity = IDENTITIES[name]
    sides = [identity(row) for row in companies() if set(attributes) <= row.keys()]
    # Figures have five digits, and a few companies of the data set have figures that belong to no single statement.
    off = [one for one, two in sides if abs(one - two) > max(abs(one), abs(two), Fraction(1, 1000)) / 50]
    assert len(sides) > 1_200
    assert len(off) <= len(sides) // 200


@given(st.lists(st.integers(1, 10**9), min_size=len(LINES), max_size=len(LINES)))
def test_our_definitions_hold_every_identity_exactly_for_any_figures(amounts: list[int]) -> None:
    year = Year(dict(zip(LINES, amounts, strict=True)), 12, 100)
    scene = Scene([year], NAMED, allows_negative_denominator=True)
    for attributes, identity in IDENTITIES.values():
        if 3 in attributes and year.lines["current_assets"] == year.lines["current_liabilities"]:
            continue
        found = {number: POLISH_RATIOS[f"polish_attr{number}"].formula.value(scene) for number in attributes}
        one, two = identity(found)
        assert one == two


def test_all_64_are_there_and_a_full_statement_with_two_years_before_has_them_all() -> None:
    found = sme_ratios()
    assert [code for code in found if code.startswith("polish_")] == [f"polish_attr{n}" for n in range(1, 65)]
    assert [code for code in POLISH_RATIOS if isinstance(found[code], Undefined)] == []


def test_the_example_has_the_figures_of_its_own_definitions() -> None:
    found = sme_ratios()
    assert found["polish_attr18"] == Decimal("0.162012")  # 2,448 of profit before tax / 15,110
    assert found["polish_attr55"] == Decimal(3060)  # thousands of euros
    assert found["polish_attr29"] == Decimal("4.179264")  # log10 of 15,110 thousand
    assert found["polish_attr24"] == Decimal("0.472866")  # (2,448 + 2,530 + 2,167) / 15,110


def test_every_definition_names_lines_that_there_are() -> None:
    for definition in POLISH_RATIOS.values():
        assert definition.formula.names <= LINES.keys() | NAMED.keys()
    assert "inventories" in complete(figures(sme_lines(2024)))
