"""A party's place among its industry is exact, and the example table is what it says it is."""

import csv
import gzip
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.statements.peers import Reach, Standing, point_fault, standing
from services.intake.domain.statements.ratios import rounded
from services.migrate import PROJECT
from tests.intake.statements.given import POLISH

POINTS = [(10, Decimal("0.5")), (50, Decimal("1")), (90, Decimal("3"))]
EXAMPLE = PROJECT / "deploy/catalogue/industries/pl-companies.yaml"
ATTRIBUTES = {
    "current_ratio": "Attr4",
    "liabilities_to_assets": "Attr2",
    "net_margin": "Attr23",
    "operating_margin": "Attr42",
    "days_sales_outstanding": "Attr44",
    "days_inventory_outstanding": "Attr47",
}


@pytest.mark.parametrize(
    ("value", "percentile", "reach"),
    [
        ("0.499999", "10", Reach.BELOW),
        ("0.5", "10", Reach.WITHIN),
        ("0.75", "30", Reach.WITHIN),
        ("2", "70", Reach.WITHIN),
        ("3", "90", Reach.WITHIN),
        ("3.000001", "90", Reach.ABOVE),
    ],
)
def test_between_two_points_the_percentile_lies_on_a_straight_line(value: str, percentile: str, reach: Reach) -> None:
    assert standing(Decimal(value), POINTS) == Standing(Decimal(percentile), reach)


def test_where_many_have_the_same_value_the_middle_of_them_counts() -> None:
    flat = [(10, Decimal(0)), (30, Decimal(0)), (90, Decimal(1))]
    assert standing(Decimal(0), flat) == Standing(Decimal(20), Reach.WITHIN)


@given(st.lists(st.decimals(-10, 10, places=3), min_size=2, max_size=9), st.decimals(-12, 12, places=6))
def test_a_higher_value_is_never_lower_among_its_peers(values: list[Decimal], value: Decimal) -> None:
    points = [(10 * (place + 1), at) for place, at in enumerate(sorted(values))]
    here, above = standing(value, points), standing(value + Decimal("0.1"), points)
    assert here.percentile <= above.percentile
    assert points[0][0] <= here.percentile <= points[-1][0]


def test_the_example_table_is_computed_from_the_data_set_that_it_names() -> None:
    stated = yaml.safe_load(EXAMPLE.read_text())
    with gzip.open(POLISH, "rt") as file:
        companies = list(csv.DictReader(file))
    assert {entry["ratio"] for entry in stated["ratios"]} == ATTRIBUTES.keys()
    for entry in stated["ratios"]:
        attribute = ATTRIBUTES[entry["ratio"]]
        values = sorted(Fraction(row[attribute]) for row in companies if row[attribute])
        points = [(point["percentile"], Decimal(point["value"])) for point in entry["points"]]
        assert point_fault(entry["ratio"], points) is None
        assert points == [(at, rounded(values[ceil(Fraction(at * len(values), 100)) - 1])) for at, _ in points]
