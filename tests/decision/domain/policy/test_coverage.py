"""Gaps, overlaps and idle rows are those that trying every input finds."""

from itertools import product as combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy.bind import bind
from services.decision.domain.policy.checks.coverage import (
    Budget,
    Regions,
    bits,
    common_point,
    find_gap,
    including,
    meeting,
)
from services.decision.domain.policy.document import parse_document
from shared.feel.typed import domain
from shared.products import parse_product
from tests.decision.domain.policy.small import DOCUMENT
from tests.decision.domain.policy.written import Cell, cells, when

TINY = parse_product(
    {
        "name": "tiny",
        "title": "t",
        "currency": "USD",
        "facts": {
            "requested_amount": {"type": "money", "minimum": 1, "maximum": 4},
            "months": {"type": "integer", "minimum": 0, "maximum": 4},
            "region": {"type": "enum", "values": ["north", "south", "west"]},
            "employed": {"type": "boolean"},
        },
    }
)
TINY_VALUES: dict[str, list[Any]] = {
    "requested_amount": [1, 2, 3, 4],
    "months": [0, 1, 2, 3, 4],
    "region": ["north", "south", "west"],
    "employed": [False, True],
}


@st.composite
def tiny_rows(draw: st.DrawFn) -> list[Cell]:
    names = draw(st.lists(st.sampled_from(sorted(TINY_VALUES)), min_size=1, max_size=4, unique=True))
    return [draw(cells(name)) for name in names]


@settings(max_examples=300, deadline=None)
@given(st.lists(tiny_rows(), min_size=1, max_size=5))
def test_gaps_overlaps_and_idle_rows_are_those_found_by_trying_every_input(table: list[list[Cell]]) -> None:
    document = {
        **DOCUMENT,
        "product": "tiny",
        "eligibility": {"hit_policy": "COLLECT", "rows": []},
        "knock_outs": {"hit_policy": "COLLECT", "rows": []},
        "grade": {"hit_policy": "UNIQUE", "rows": [{"when": when(row), "grade": "A"} for row in table]},
        "matrix": {"hit_policy": "UNIQUE", "rows": []},
        "terms": {},
        "routing": {"hit_policy": "FIRST", "rows": [], "default": {"queue": "q"}},
    }
    grade = bind(parse_document(document), TINY).grade
    types = grade.vocabulary.types
    regions = Regions(types, {})
    areas = [regions.area(rule) for rule in grade.rules]
    space = {name: domain(types[name]) for name in TINY_VALUES}
    inputs = [dict(zip(TINY_VALUES, point, strict=True)) for point in combinations(*TINY_VALUES.values())]
    hits = [[all(cell.holds(point[cell.fact]) for cell in row) for point in inputs] for row in table]
    assert (find_gap(space, areas, Budget()) is None) == all(any(column) for column in zip(*hits, strict=True))
    met, wider = meeting(areas), including(areas, types)
    for one in range(len(table)):
        for other in range(len(table)):
            both = any(a and b for a, b in zip(hits[one], hits[other], strict=True))
            assert (common_point(areas[one], areas[other]) is not None) == both
            if any(hits[one]) and any(hits[other]):
                assert (other in bits(met[one])) == both
            if other in bits(wider[one]):
                assert all(b or not a for a, b in zip(hits[one], hits[other], strict=True))
