from decimal import Decimal

import pytest

from shared.feel.evaluate import Frames, call_function, define_function
from shared.feel.types import NUMBER, STRING
from shared.feel.values import FeelError
from tests.shared.feel.evaluate.evaluating import AS_OF, new_run, notes_of, numbers, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(function(a, b) a - b)(5, 3)", Decimal(2)),
        ("(function(a, b) a - b)(b: 5, a: 3)", Decimal(-2)),
        ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(20)}.r", Decimal(2432902008176640000)),
        (
            "{even: function(n) if n = 0 then true else odd(n - 1),"
            " odd: function(n) if n = 0 then false else even(n - 1), r: even(10)}.r",
            True,
        ),
        ("{f: function(a) function(b) a * b, r: f(6)(7)}.r", Decimal(42)),
        ("sort([3, 1, 2], function(x, y) x > y)", numbers(3, 2, 1)),
        ("(function(f) f([1, 2, 3]))(sum)", Decimal(6)),
        ('substring(string: "abcdef", start position: 3, length: 2)', "cd"),
        ("(function(n: number) n)([7])", Decimal(7)),
        ("(function(l: list<number>) l)(7)", numbers(7)),
        ("count([1, 2])", Decimal(2)),
        ("(function() now())().year", Decimal(2026)),
        ("{n: now, y: n().year}.y", Decimal(2026)),
        ("(function(a, b) [a, b])(b: 1)", [None, Decimal(1)]),
        ('{cut: substring, start: cut(start position: 2, string: "abc")}.start', "bc"),
    ],
)
def test_functions_are_values_that_can_be_called(text, value):
    assert value_of(text, {"count": Decimal(9)}) == value


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("nothing(1)", "unknown name `nothing`"),
        ("null()", "there is no function to call"),
        ('"abs"(-1)', "a string is not a function"),
        ("(function(a) a)(1, 2)", "the function takes 1 argument, not 2"),
        ("(function(a) a)(b: 1)", "the function has no parameter `b`"),
        ("(function(a) a)(a: 1, a: 2)", "the argument `a` is given twice"),
        ('(function(a: number) a)("x")', "`a`: a string is not a number"),
        ("(function(a: amount) a)(1)", "unknown type `amount`"),
        ("abs(1, 2)", "`abs` is called as abs(n)"),
        (
            'function(a) external {pmml: {document: "x"}}',
            "an external function needs an entry `java` with a `class` and a `method signature`",
        ),
    ],
)
def test_a_call_that_cannot_be_made_is_null_and_says_why(text, note):
    assert notes_of(text)[0] == note


def test_a_function_keeps_the_scope_it_was_made_in():
    assert value_of("{a: 1, f: function() a, g: {a: 2, r: f()}}.g.r") == Decimal(1)


def test_a_function_of_the_scope_hides_the_built_in_of_its_name():
    assert value_of("{max: function(a, b) 0, r: max(1, 2)}.r") == Decimal(0)


def test_a_defined_function_takes_and_gives_what_its_types_say():
    run = new_run()
    double = define_function([("n", NUMBER)], NUMBER, lambda bound: bound["n"] * 2, run, Frames(1, 0))
    assert call_function(double, [[Decimal(4)]], None) == Decimal(8)
    with pytest.raises(FeelError, match="`n`: a string is not a number"):
        call_function(double, ["4"], None)
    wrong = define_function([], STRING, lambda _bound: AS_OF, run, Frames(1, 0))
    with pytest.raises(FeelError, match="a date and time is not a string"):
        call_function(wrong, [], None)
