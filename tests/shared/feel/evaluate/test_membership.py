from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.feel.evaluate.evaluating import holds, value_of

whole_numbers = st.integers(-20, 20)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 in [2, 3, 1]", True),
        ("5 in [[2..4], [1..3]]", False),
        ("2 in [[2..4], 7]", True),
        ("10 in (1, < 5, >= 10)", True),
        ("10 in (!= 10)", False),
        ("[1, 2] in [[1, 2, 3], [1, 2]]", True),
        ("[1, 2] in (= [1, 2])", True),
        ("{a: 1} in {a: 1}", True),
        ("null in [1..10]", None),
        ("5 in (null..10]", None),
        ("5 in [1..null)", None),
        ('"a" in [1, 2]', False),
        ("5 in (? > 4)", True),
        ("5 in (function(x) x > 4)", True),
    ],
)
def test_a_value_is_in_what_tests_it(text, value):
    assert value_of(text) is value


@given(whole_numbers, whole_numbers, whole_numbers)
def test_between_is_a_closed_range(value, low, high):
    if low <= high:
        assert value_of(f"{value} in [{low}..{high}]") is value_of(f"{value} between {low} and {high}")


@given(whole_numbers, whole_numbers, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
def test_a_cell_with_a_comparison_is_the_comparison(tested, end, operator):
    assert holds(f"{operator} {end}", Decimal(tested)) is value_of(f"{tested} {operator} {end}")


@given(whole_numbers, st.lists(whole_numbers, min_size=1, max_size=4))
def test_a_negated_cell_is_the_opposite_of_the_cell(tested, allowed):
    cell = ", ".join(map(str, allowed))
    assert holds(cell, Decimal(tested)) is (tested in allowed)
    assert holds(f"not({cell})", Decimal(tested)) is (tested not in allowed)


@pytest.mark.parametrize(
    ("cell", "tested", "answer"),
    [
        ("-", None, True),
        ('"A", "B"', "B", True),
        ("< 600", None, None),
        ("not(< 600)", None, None),
        ("null", None, True),
        ("null", Decimal(1), False),
        ("[600..700)", Decimal(700), False),
        ("? > 3 and ? < 5", Decimal(4), True),
        ("even(?)", Decimal(3), False),
        ("[1, 2, 3]", Decimal(2), True),
        ("limit", Decimal(2), True),
        ("> limit", Decimal(3), True),
        ("limits", Decimal(3), True),
        ("limit > 1", Decimal(7), True),
        ("limit > 1", False, False),
        ("true", False, False),
        ("true", None, False),
        ("2 + 1", Decimal(3), True),
    ],
)
def test_a_cell_tests_its_input(cell, tested, answer):
    scope = {"limit": Decimal(2), "limits": [Decimal(3), Decimal(4)]}
    assert holds(cell, tested, scope) is answer


def test_a_comparison_that_cannot_be_told_is_neither_true_nor_false():
    assert holds('< "a"', Decimal(1)) is None
    assert holds('< "a", 1', Decimal(1)) is True
    assert holds('< "a", 2', Decimal(1)) is None
