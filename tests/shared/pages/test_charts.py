"""Charts: their marks stand where the figures say, and they say in words what they show."""

import re
from fractions import Fraction
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pages.charts import (
    Columns,
    Curve,
    Dot,
    Marked,
    Observed,
    Range,
    against_expected,
    against_thresholds,
    columns,
    curves,
    impact_ratios,
    scatter,
)
from shared.pages.markup import Markup
from shared.pages.style import ALARM

HALF, WHOLE = Fraction(1, 2), Fraction(1)
shares = st.fractions(0, 1)


def drawn(chart: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(chart)  # what we made ourselves


def told(chart: Markup) -> str:
    return drawn(chart).findtext("desc") or ""


def inside(chart: Markup) -> bool:
    """Tell whether every mark lies within the frame."""
    svg = drawn(chart)
    _, _, width, height = (float(part) for part in svg.attrib["viewBox"].split())
    across = [float(each.attrib[key]) for each in svg.iter() for key in ("x1", "x2", "cx") if key in each.attrib]
    across += [float(each.attrib["x"]) + float(each.attrib["width"]) for each in svg.iter("rect")]
    down = [float(each.attrib[key]) for each in svg.iter() for key in ("y1", "y2", "cy") if key in each.attrib]
    down += [float(each.attrib["y"]) + float(each.attrib["height"]) for each in svg.iter("rect")]
    return all(-0.1 <= each <= width + 0.1 for each in across) and all(-4 <= each <= height + 0.1 for each in down)


@given(st.lists(st.tuples(shares, shares, shares), min_size=1, max_size=8))
@settings(max_examples=60)
def test_observed_rates_stay_within_the_frame_whatever_they_are(rows: list[tuple[Fraction, ...]]) -> None:
    chart = against_expected(
        "chart", "Rates", [Observed("row", one, two, min(two, three), max(two, three), "") for one, two, three in rows]
    )
    assert inside(chart)


def test_a_bar_is_as_long_as_the_rate_expected_and_the_dot_stands_at_the_one_observed() -> None:
    chart = drawn(against_expected("c", "t", [Observed("row", HALF, WHOLE, HALF, WHOLE, "words")]))
    bar, dot = next(chart.iter("rect")), next(chart.iter("circle"))
    assert float(bar.attrib["width"]) == (float(dot.attrib["cx"]) - float(bar.attrib["x"])) / 2


def test_what_is_not_known_is_not_drawn() -> None:
    chart = drawn(against_expected("c", "t", [Observed("row", None, None, Fraction(0), WHOLE, "")]))
    assert not list(chart.iter("rect"))
    assert not list(chart.iter("circle"))


def test_rates_are_told_in_words() -> None:
    chart = against_expected("c", "t", [Observed("low", HALF, Fraction(1, 4), Fraction(0), HALF, "8 rows")])
    assert told(chart) == "low: expected 50 %, observed 25 %, 8 rows"


def test_only_what_has_passed_its_threshold_is_red() -> None:
    rows = [Marked("still", HALF, WHOLE, "0.5"), Marked("moved", WHOLE, HALF, "1.0")]
    chart = against_thresholds("c", "t", rows)
    assert [each.attrib["fill"] == ALARM for each in drawn(chart).iter("rect")] == [False, True]
    assert inside(chart)
    assert told(chart) == "still: 0.5; moved: 1.0"


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=30))
@settings(max_examples=60)
def test_distributions_stay_within_the_frame_whatever_they_are(amounts: list[tuple[int, int]]) -> None:
    steps = [str(number) for number in range(len(amounts))]
    goods, bads = ([pair[place] for pair in amounts] for place in range(2))
    assert inside(columns("c", "t", steps, [Columns("goods", "#000", goods), Columns("bads", "#fff", bads)], "score"))


def test_columns_of_the_same_share_are_of_the_same_height() -> None:
    chart = columns("c", "t", ["1", "2"], [Columns("a", "#000", [10, 10]), Columns("b", "#fff", [1, 1])], "score")
    assert len({each.attrib["height"] for each in drawn(chart).iter("rect")}) == 1
    assert told(chart) == "a: 1 10, 2 10; b: 1 1, 2 1"


def test_a_curve_goes_through_its_points_from_corner_to_corner() -> None:
    zero = Fraction(0)
    chart = drawn(curves("c", "t", [Curve("one", "#000", [(zero, zero), (HALF, WHOLE), (WHOLE, WHOLE)])], "x", "y", ""))
    diagonal = next(each for each in chart.iter("line") if "stroke-dasharray" in each.attrib)
    points = re.findall(r"([\d.]+) ([\d.]+)", next(chart.iter("path")).attrib["d"])
    assert points[0] == (diagonal.attrib["x1"], diagonal.attrib["y1"])
    assert points[2] == (diagonal.attrib["x2"], diagonal.attrib["y2"])
    assert float(points[1][0]) == (float(points[0][0]) + float(points[2][0])) / 2


def test_a_ratio_beyond_the_axis_is_cut_and_told_in_full() -> None:
    chart = impact_ratios("c", "t", [Range("b", Fraction(9), HALF, Fraction(20), "9.00", "#000")], Fraction(4, 5))
    assert inside(chart)
    assert told(chart) == "b: 9.00"


def test_a_label_cannot_break_out_of_the_chart() -> None:
    chart = against_thresholds("c", "<b>", [Marked("</svg><script>", HALF, HALF, "&")])
    assert "<script>" not in chart
    assert told(chart) == "</svg><script>: &"


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=12))
@settings(max_examples=60)
def test_dots_stay_within_the_frame_whatever_they_are(places: list[tuple[Fraction, Fraction]]) -> None:
    assert inside(scatter("c", "t", [Dot("one", *place, "#000", True) for place in places], "x", "y"))


def test_the_line_goes_through_the_dots_that_are_on_it() -> None:
    dots = [
        Dot("a", Fraction(0), WHOLE, "#000", True),
        Dot("b", HALF, HALF, "#000"),
        Dot("c", WHOLE, HALF, "#000", True),
    ]
    chart = scatter("c", "t", dots, "x", "y")
    circles = [(each.attrib["cx"], each.attrib["cy"]) for each in drawn(chart).iter("circle")]
    path = re.findall(r"([\d.]+) ([\d.]+)", next(drawn(chart).iter("path")).attrib["d"])
    assert path == [circles[0], circles[2]]
    assert told(chart) == "a: 0.000, 1.000; b: 0.500, 0.500; c: 1.000, 0.500"
