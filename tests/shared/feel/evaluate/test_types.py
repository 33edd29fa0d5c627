from decimal import Decimal

import pytest
from hypothesis import given

from shared.feel.evaluate import compile_expression
from shared.feel.syntax import parse_expression, tree
from shared.feel.types import (
    ANY,
    ANY_FUNCTION,
    DATE_TIME,
    NUMBER,
    STRING,
    Constrained,
    ContextOf,
    FunctionOf,
    ListOf,
    coerce,
    conforms,
    is_subtype,
    read_type,
)
from shared.feel.values import Date, DateTime, FeelError, Time
from tests.shared.feel.evaluate.evaluating import new_run, numbers, value_of
from tests.shared.feel.evaluate.trees import expressions, types

GRADE = Constrained(STRING, lambda value: value in {"A", "B"}, "grade")
PERSON = ContextOf((("name", STRING), ("grades", ListOf(GRADE))))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("null instance of Any", False),
        ("null instance of Null", True),
        ("1 instance of Any", True),
        ("[1, null] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[1] instance of number", False),
        ("{a: null} instance of context<a: string>", True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{b: 2} instance of context<a: number>", False),
        ("[1..2] instance of range<number>", True),
        ('["a".."b"] instance of range<number>', False),
        ("(< 5) instance of range<number>", True),
        ("(function() 1) instance of function<> -> Any", True),
        ("(function(a: number) a) instance of function<number> -> number", True),
        ("(function(a: number) a) instance of function<string> -> number", False),
        ("(function(a) a) instance of function<string> -> number", True),
        ("(function(a, b) a) instance of function<string> -> number", False),
        ("abs instance of function<number> -> number", True),
        ("abs instance of function<number, number> -> number", False),
        ('@"P1Y" instance of years and months duration', True),
        ('@"P1D" instance of years and months duration', False),
    ],
)
def test_instance_of_tells_the_type_of_a_value(text, answer):
    assert value_of(text) is answer


@pytest.mark.parametrize(
    ("value", "type_", "fitting"),
    [
        (None, NUMBER, None),
        ("A", GRADE, "A"),
        (Decimal(1), ListOf(NUMBER), numbers(1)),
        (numbers(1), NUMBER, Decimal(1)),
        (["A"], GRADE, "A"),
        (numbers(1), ListOf(ListOf(NUMBER)), [numbers(1)]),
        (Date(2026, 1, 31), DATE_TIME, DateTime(Date(2026, 1, 31), Time(0, 0, 0, 0, 0))),
        ({"name": "x", "grades": ["A"], "age": Decimal(1)}, PERSON, {"name": "x", "grades": ["A"], "age": Decimal(1)}),
    ],
)
def test_a_value_is_made_to_fit_a_type(value, type_, fitting):
    assert coerce(value, type_) == fitting


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        ("x", NUMBER, "a string is not a number"),
        (numbers(1, 2), NUMBER, "a list<Any> is not a number"),
        ("C", GRADE, "the value is not among those that `grade` allows"),
        ({"name": "x"}, PERSON, "is not a context"),
        ({"name": "x", "grades": ["C"]}, PERSON, "is not a context"),
        (numbers(1), ListOf(STRING), r"a list<Any> is not a list<string>"),
    ],
)
def test_a_value_that_cannot_be_made_to_fit_is_refused(value, type_, message):
    with pytest.raises(FeelError, match=message):
        coerce(value, type_)


def test_a_function_stands_for_one_that_is_given_less_and_asked_for_more():
    assert is_subtype(FunctionOf((ANY,), NUMBER), FunctionOf((STRING,), ANY))
    assert not is_subtype(FunctionOf((STRING,), NUMBER), FunctionOf((ANY,), ANY))
    assert not is_subtype(FunctionOf((STRING,), NUMBER), FunctionOf((STRING,), STRING))
    assert is_subtype(FunctionOf((STRING,), NUMBER), ANY_FUNCTION)


@given(types)
def test_a_type_is_known_by_its_own_text(node):
    try:
        type_ = read_type(node)
    except FeelError as fault:
        assert str(fault) == "unknown type `nothing`"
        return
    read = parse_expression(f"1 instance of {type_}")
    assert isinstance(read, tree.InstanceOf)
    assert is_subtype(read_type(read.type), type_)


@given(expressions(), types)
def test_a_value_made_to_fit_a_type_conforms_to_it(expression, node):
    value = compile_expression(expression).evaluate({}, new_run(budget=1_000))
    try:
        type_ = read_type(node)
        fitting = coerce(value, type_)
    except FeelError:
        return
    assert conforms(fitting, type_)
    assert coerce(fitting, type_) == fitting
