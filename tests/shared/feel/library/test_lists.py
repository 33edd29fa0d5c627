from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.library import BUILTINS
from shared.feel.values import FeelError, Function, Value
from tests.shared.feel.library.kit import at, call, fault, feel, function, untimed

items = st.lists(st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from("abc")))


@given(items, items)
@untimed
def test_a_list_of_two_is_one_after_the_other(left: list[Any], right: list[Any]) -> None:
    whole = feel(left + right)
    assert call("concatenate", left, right) == whole
    assert call("append", left, *right, 1) == feel([*left, *right, 1])


@given(items.filter(bool), st.data())
@untimed
def test_lists_are_changed_at_a_position_from_the_start_or_from_the_end(values: list[Any], data: st.DataObject) -> None:
    position = data.draw(st.integers(1, len(values)))
    before, after = values[: position - 1], values[position:]
    for place in (position, position - len(values) - 1):
        assert call("remove", values, place) == feel(before + after)
        assert call("list replace", values, place, "new") == feel([*before, "new", *after])
        assert call("insert before", values, place, "new") == feel([*before, "new", *values[position - 1 :]])
        assert call("sublist", values, place) == feel(values[position - 1 :])
        assert call("sublist", values, place, 1) == feel([values[position - 1]])


@pytest.mark.parametrize("name", ["remove", "sublist"])
@pytest.mark.parametrize("position", [0, 4, -4])
def test_there_is_no_position_beyond_a_list(name: str, position: int) -> None:
    assert f"no position {position} among 3" in fault(name, [1, 2, 3], position)


def test_items_that_match_are_replaced() -> None:
    smaller = function("item", "newItem", returning=lambda item, new: item < new)
    assert call("list replace", [2, 4, 7, 8], smaller, 5) == feel([5, 5, 7, 8])


def test_a_match_must_answer_yes_or_no() -> None:
    assert "true or false" in fault("list replace", [2], function("item", "new", returning=lambda item, _: item), 5)


@given(st.lists(st.integers()))
@untimed
def test_a_list_is_sorted_by_what_precedes_what(values: list[int]) -> None:
    assert call("sort", values, function("x", "y", returning=lambda x, y: x > y)) == sorted(feel(values), reverse=True)


def test_items_of_which_neither_precedes_the_other_keep_their_order() -> None:
    rows = [{"key": 2, "row": 1}, {"key": 1, "row": 2}, {"key": 2, "row": 3}, {"key": 1, "row": 4}]
    by_key = function("x", "y", returning=lambda x, y: x["key"] < y["key"])
    assert call("sort", rows, by_key) == feel([rows[1], rows[3], rows[0], rows[2]])


def test_what_goes_wrong_in_a_comparison_goes_wrong_in_the_sort() -> None:
    def fail(_: object) -> None:
        raise FeelError("no way")

    assert fault("sort", [1, 2], Function(("x", "y"), fail)) == "sort: no way"


@given(items)
@untimed
def test_a_list_reversed_twice_is_itself(values: list[Any]) -> None:
    assert call("reverse", call("reverse", values)) == feel(values)


@given(items)
@untimed
def test_distinct_values_are_the_first_of_their_kind(values: list[Any]) -> None:
    distinct = call("distinct values", values)
    assert isinstance(distinct, list)
    firsts = [value for index, value in enumerate(values) if not any(same(value, other) for other in values[:index])]
    assert distinct == feel(firsts)
    assert call("union", values, values) == distinct


@given(items)
@untimed
def test_duplicate_values_are_those_that_occur_again(values: list[Any]) -> None:
    duplicates = call("duplicate values", values)
    assert isinstance(duplicates, list)
    for value in duplicates:
        positions = call("index of", values, value)
        assert isinstance(positions, list)
        assert len(positions) > 1


def same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


def test_numbers_are_equal_whatever_their_scale_and_times_at_the_same_instant() -> None:
    assert call("distinct values", [at("10:00:00Z"), at("12:00:00+02:00")]) == [at("10:00:00Z")]
    assert call("distinct values", [{"a": [1]}, {"a": [1]}, {"a": [2]}]) == feel([{"a": [1]}, {"a": [2]}])


def test_truth_values_are_no_numbers() -> None:
    assert call("distinct values", [1, True, 0, False]) == feel([1, True, 0, False])
    assert call("list contains", [1], True) is False


def test_a_null_is_found_among_the_items() -> None:
    assert call("list contains", [1, None], None) is True
    assert call("index of", [None, 2, None], None) == feel([1, 3])


def test_a_list_of_lists_is_flattened_however_deep_it_is() -> None:
    deep: Value = ["bottom"]
    for _ in range(100_000):
        deep = [deep]
    assert BUILTINS["flatten"].invoke([[[["w"], "x"], [], ["y", [deep]]]]) == ["w", "x", "y", "bottom"]


def test_lists_that_are_in_one_another_many_times_are_not_flattened_without_end() -> None:
    twice: list[Value] = []
    for _ in range(60):
        twice = [twice, twice]
    with pytest.raises(FeelError, match="1,000,000 items"):
        BUILTINS["flatten"].invoke([twice])
    with pytest.raises(FeelError, match="1,000,000 parts"):
        BUILTINS["is"].invoke([twice, list(twice)])


@pytest.mark.parametrize("name", ["list contains", "index of"])
def test_large_values_are_not_sought_among_many_without_end(name: str) -> None:
    large: Value = [[None] * 1_000] * 1_000
    with pytest.raises(FeelError, match="hard to tell apart"):
        BUILTINS[name].invoke([[large] * 1_000, large])


def test_large_values_are_not_told_apart_without_end() -> None:
    rows = [[0, 0, 0, *range(100), last] for last in range(1_000)]
    assert "hard to tell apart" in fault("distinct values", rows)


def test_many_rows_are_told_apart_quickly() -> None:
    rows = [{"id": number, "name": "row"} for number in range(20_000)]
    assert call("distinct values", rows + rows) == feel(rows)


def test_no_function_makes_a_list_without_bound() -> None:
    many = [1] * 600_000
    assert "1,000,000 items" in fault("concatenate", many, many)
    assert "1,000,000 items" in fault("flatten", [many, many])
    assert "1,000,000 items" in fault("union", many, many)
