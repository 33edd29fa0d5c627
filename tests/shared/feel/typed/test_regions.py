"""The set of values for which a cell holds, and that it is just the set for which the cell says yes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.feel.typed import domain, region
from shared.money import MAX_MINOR
from tests.shared.feel.typed.language import NAMES, cell, interpreted, number_cells

DAY = date(2026, 1, 31).toordinal()


@pytest.mark.parametrize(
    ("column", "text", "ranges"),
    [
        ("amount", "< 600", ((0, 59_999),)),
        ("amount", "[600..700), > 900", ((60_000, 69_999), (90_001, MAX_MINOR))),
        ("revenue", "not(0)", ((-MAX_MINOR, -1), (1, MAX_MINOR))),
        ("purpose", '"car", "vacation"', ((0, 1),)),
        ("purpose", 'not("car")', ((0, 0), (2, 2))),
        ("bankrupt", "true", ((1, 1),)),
        ("bankrupt", "not(true)", ((0, 0),)),
        ("dti", "> 0.005", ((1, 10**14),)),
        ("dti", "[0.1..0.5]", ((10, 50),)),
        ("employees", "? in (1, 3) or ? > 7", ((1, 1), (3, 3), (8, MAX_MINOR))),
        ("employees", "? > 7 and ? <= 9.5", ((8, 9),)),
        ("employees", "< 0", ()),
        ("employees", "[5..1]", ()),
        ("employees", "< 1e300", ((0, MAX_MINOR),)),
        ("founded", '>= date("2026-01-31")', ((DAY, date.max.toordinal()),)),
        ("term", "-", ((-MAX_MINOR, MAX_MINOR),)),
    ],
)
def test_a_test_against_literals_has_a_region(column: str, text: str, ranges: object) -> None:
    assert region(cell(column, text), column, NAMES[column]) == ranges


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("amount", "> revenue"),
        ("amount", "> 0.5 * revenue"),
        ("employees", "odd(?)"),
        ("employees", "null"),
        ("employees", "not(null)"),
        ("bankrupt", "employees > 3"),
        ("founded", "< today()"),
        ("employees", "count([?]) = 1"),
    ],
)
def test_a_cell_that_reads_more_than_its_column_has_no_region(column: str, text: str) -> None:
    assert region(cell(column, text), column, NAMES[column]) is None


def _value_at(key: int, column: str) -> Any:
    return Decimal(key).scaleb(-(NAMES[column].scale or 0)) if column == "coverage" else key


@given(
    st.sampled_from(["term", "revenue", "coverage"]),
    number_cells(),
    st.integers(-3000, 3000) | st.integers(-300_000, 300_000),
)
@settings(max_examples=300, deadline=None)
def test_a_value_lies_in_the_region_just_when_the_cell_holds(column: str, text: str, key: int) -> None:
    typed = cell(column, text)
    ranges = region(typed, column, NAMES[column])
    assert ranges is not None
    inside = any(low <= key <= high for low, high in ranges)
    assert inside is interpreted(typed, {column: _value_at(key, column)})


@given(number_cells())
@settings(max_examples=200, deadline=None)
def test_a_region_is_sorted_disjoint_and_within_the_domain(text: str) -> None:
    ranges = region(cell("term", text), "term", NAMES["term"])
    assert ranges is not None
    edges = [edge for low, high in ranges for edge in (low, high + 1)]
    assert edges == sorted(set(edges))
    ((low, high),) = domain(NAMES["term"])
    assert all(low <= edge <= high + 1 for edge in edges)
