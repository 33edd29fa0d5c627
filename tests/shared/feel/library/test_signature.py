from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.feel.library import BUILTINS
from shared.feel.values import FeelError, Range, Value, kind_of
from tests.shared.feel.library.kit import at, between, call, call_named, fault, function, number


def test_a_list_of_one_item_stands_for_its_item() -> None:
    assert call("upper case", ["bob"]) == "BOB"


def test_an_item_stands_for_a_list_of_one() -> None:
    assert call("count", "bob") == 1
    assert call("string join", "a", "X") == "a"
    assert call("context merge", {"a": 1}) == {"a": 1}


def test_a_list_of_more_items_stands_for_no_item() -> None:
    assert "`string` takes a string, not a list" in fault("upper case", ["a", "b"])


def test_an_argument_of_another_type_is_named_in_the_fault() -> None:
    assert fault("floor", "1.5") == "floor: `n` takes a number, not a string"


def test_truth_values_are_not_numbers() -> None:
    assert "not a boolean" in fault("odd", True)


@pytest.mark.parametrize("arguments", [(None,), (None, 1), (1, None)])
def test_a_missing_value_makes_the_result_null_and_is_no_fault(arguments: tuple[object, ...]) -> None:
    assert call("floor", *arguments) is None


def test_a_null_list_makes_the_result_null() -> None:
    for name in ("count", "sum", "min", "all", "mode", "reverse", "flatten"):
        assert call(name, None) is None


def test_a_null_in_a_list_of_numbers_is_a_fault() -> None:
    assert fault("product", [1, None]) == "product: `list` takes a list<number>, not one with another item in it"


@pytest.mark.parametrize("arguments", [(), ("a",), ("a", 1, 2, 3)])
def test_too_few_and_too_many_arguments_tell_how_the_function_is_called(arguments: tuple[object, ...]) -> None:
    assert fault("substring", *arguments) == ("`substring` is called as substring(string, start position, length?)")


def test_all_forms_of_a_function_are_in_its_usage() -> None:
    assert BUILTINS["min"].usage() == "min(list) or min(c, ...)"


def test_arguments_can_be_named_in_any_order() -> None:
    assert call_named("modulo", {"divisor": 4, "dividend": 10}) == 2
    assert call_named("substring", {"start position": 3, "string": "foobar"}) == "obar"
    assert call_named("time", {"hour": 11, "minute": 59, "second": 0}) == at("11:59:00")


def test_names_choose_the_form() -> None:
    assert call_named("date", {"from": "2026-01-31"}) == at("2026-01-31")
    assert call_named("date", {"year": 2026, "month": 1, "day": 31}) == at("2026-01-31")
    assert call_named("context put", {"context": {}, "keys": ["a"], "value": 1}) == {"a": 1}


def test_an_optional_argument_left_out_before_another_counts_as_null() -> None:
    assert call_named("number", {"from": "1,5", "decimal separator": ","}) == number("1.5")


@pytest.mark.parametrize("names", [{"n": 1, "scal": 1}, {"scale": 1}, {"n": 1, "scale": 1, "other": 1}, {}])
def test_unknown_and_missing_names_are_faults(names: dict[str, object]) -> None:
    with pytest.raises(FeelError, match=r"floor\(n, scale\?\)"):
        call_named("floor", names)


def test_checks_can_tell_the_numbers_of_arguments_and_the_parameters() -> None:
    assert BUILTINS["substring"].arities == ((2, 3),)
    assert BUILTINS["max"].arities == ((1, 1), (1, None))
    assert [parameter.name for parameter in BUILTINS["get value"].parameters[0]] == ["m", "key"]


def test_a_built_in_is_a_value_that_can_be_called() -> None:
    absolute = BUILTINS["abs"].function
    assert absolute.parameters == ("n",)
    assert absolute.invoke([number("-2")]) == 2


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5).map(Decimal),
    st.sampled_from([Decimal("1E6144"), Decimal("-1E-6143"), Decimal("0.5"), Decimal("-0")]),
    st.sampled_from(["", "a", "[1..2]", "2026-01-31", "10:00:00Z", "P1D", "(a)", "$1", ","]),
    st.sampled_from(["2026-01-31", "10:00:00", "10:00:00Z", "2026-01-31T10:00:00@Europe/Paris", "P1D", "P1Y"]).map(at),
    st.sampled_from([between("[1..2)"), Range(None, Decimal(1)), Range(None, Decimal(1), null_ends=True)]),
    st.just(function("x", "y", returning=lambda x, y: True)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "key", "value"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(BUILTINS)), st.lists(VALUES, max_size=4))
@settings(max_examples=1_000, deadline=None)
def test_every_function_gives_a_value_or_a_fault_and_leaves_its_arguments_alone(
    name: str, arguments: list[Value]
) -> None:
    before = repr(arguments)
    try:
        result = BUILTINS[name].invoke(arguments)
    except FeelError as error:
        assert name in str(error)
    else:
        assert kind_of(result)
    assert repr(arguments) == before
