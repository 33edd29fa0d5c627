from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Date
from tests.shared.feel.evaluate.evaluating import notes_of, numbers, value_of

whole_numbers = st.integers(-20, 20)


@given(whole_numbers, whole_numbers)
def test_for_goes_up_or_down_from_one_number_to_the_other(start, end):
    step = 1 if start <= end else -1
    assert value_of(f"for i in {start}..{end} return i") == numbers(*range(start, end + step, step))


@given(whole_numbers, st.integers(0, 20), st.sampled_from("[("), st.sampled_from("])"))
def test_for_over_a_range_leaves_out_excluded_ends(start, length, opening, closing):
    inside = range(start + (opening == "("), start + length + (closing == "]"))
    assert value_of(f"for i in {opening}{start}..{start + length}{closing} return i") == numbers(*inside)


def test_for_goes_over_days():
    assert value_of('for d in @"2026-03-01"..@"2026-02-28" return d') == [Date(2026, 3, 1), Date(2026, 2, 28)]


def test_later_iterators_know_earlier_ones():
    assert value_of("for x in [[1, 2], [3]], y in x return y * 10") == numbers(10, 20, 30)


def test_a_single_value_is_iterated_over_as_its_list():
    assert value_of("for x in 7 return x") == numbers(7)


def test_partial_is_the_results_so_far():
    assert value_of("for i in 0..4 return if i = 0 then 1 else i * partial[-1]") == numbers(1, 1, 2, 6, 24)
    assert value_of("for i in 1..3 return partial") == [[], [[]], [[], [[]]]]


def test_every_turn_has_a_scope_of_its_own():
    assert value_of("for f in (for i in 1..3 return function() i) return f()") == numbers(1, 2, 3)


@pytest.mark.parametrize(
    "source",
    ["null", '"a".."z"', "1.5..3", '["a".."z"]', "[2..1]", "1..null", "(< 10)", '@"PT1S"..@"PT3S"', "1..1e40"],
)
def test_what_cannot_be_iterated_over_is_null(source):
    assert notes_of(f"for i in {source} return i")
    assert notes_of(f"some i in {source} satisfies true")


@given(st.lists(whole_numbers, max_size=8), whole_numbers)
def test_a_filter_keeps_the_items_for_which_its_condition_is_true(items, limit):
    assert value_of(f"{items}[item > {limit}]") == numbers(*(item for item in items if item > limit))


@given(st.lists(whole_numbers, min_size=1, max_size=8), st.integers(-10, 10))
def test_a_position_counts_from_one_or_from_the_end(items, position):
    exists = 0 < abs(position) <= len(items)
    index = position - 1 if position > 0 else position
    assert value_of(f"{items}[{position}]") == (items[index] if exists else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[{a: 1}, {a: 2}][a >= 2]", [{"a": Decimal(2)}]),
        ("[{x: 1}, {y: 2}][y > 1]", [{"y": Decimal(2)}]),
        ("[{item: 1}, {item: 2}][item >= 2]", [{"item": Decimal(2)}]),
        ("[1, 2, 3][i]", Decimal(2)),
        ("[1, 2, 3][count([1, 2])]", Decimal(2)),
        ("[1, 2, 3][item > i]", numbers(3)),
        ("100[true]", numbers(100)),
        ("100[1]", Decimal(100)),
        ("100[false]", []),
        ("[][1]", None),
        ("[][item > 1]", []),
        ("[][unknown > 1]", []),
        ("null[1]", None),
        ("[1, 2][1.5]", None),
        ('[1, 2]["a"]', None),
        ("[[1, 2], [3]][1][2]", Decimal(2)),
        ("{a: 1}[a = 1]", [{"a": Decimal(1)}]),
    ],
)
def test_a_filter_selects(text, value):
    assert value_of(text, {"i": Decimal(2)}) == value


def test_a_misspelt_name_in_a_filter_is_noted_unless_items_could_have_it():
    assert notes_of("[1, 2][itm > 1][1]") == [
        "unknown name `itm`",
        "null does not compare by `>`",
        "there is no item at that position in a list of 0",
    ]
