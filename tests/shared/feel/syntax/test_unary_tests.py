"""Cells of decision tables."""

from decimal import Decimal

import pytest

from shared.feel.syntax import FeelSyntaxError, parse_unary_tests
from shared.feel.syntax.tree import (
    Call,
    Comparison,
    Conjunction,
    Interval,
    Name,
    Negation,
    Node,
    NullLiteral,
    NumberLiteral,
    StringLiteral,
    UnaryComparison,
    UnaryTests,
)

ONE, TWO, A = NumberLiteral(Decimal(1)), NumberLiteral(Decimal(2)), Name("a")


@pytest.mark.parametrize("text", ["-", " - ", "- // whatever"])
def test_a_dash_lets_anything_pass(text: str) -> None:
    assert parse_unary_tests(text).anything


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("1", (ONE,)),
        ("-1", (Negation(ONE),)),
        ("< 1", (UnaryComparison("<", ONE),)),
        (">=1", (UnaryComparison(">=", ONE),)),
        ("!= 1", (UnaryComparison("!=", ONE),)),
        ("= 1", (UnaryComparison("=", ONE),)),
        ("(< 1)", (UnaryComparison("<", ONE),)),
        ("[1..2)", (Interval(ONE, TWO, True, False),)),
        ("[1..2[", (Interval(ONE, TWO, True, False),)),
        ('"A", "B, C"', (StringLiteral("A"), StringLiteral("B, C"))),
        ("< 1, ]1..2], null", (UnaryComparison("<", ONE), Interval(ONE, TWO, False, True), NullLiteral())),
        ("? > 1", (Comparison(">", Name("?"), ONE),)),
        ("not(a) and a", (Conjunction(Call(Name("not"), (A,)), A),)),
        ("not(a), a", (Call(Name("not"), (A,)), A)),
        ("(not(a))", (Call(Name("not"), (A,)),)),
        ("contains(?, a)", (Call(Name("contains"), (Name("?"), A)),)),
    ],
)
def test_a_cell_is_a_list_of_tests(text: str, tests: tuple[Node, ...]) -> None:
    assert parse_unary_tests(text) == UnaryTests(tests)


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("not(1)", (ONE,)),
        ("not (< 1, [1..2])", (UnaryComparison("<", ONE), Interval(ONE, TWO, True, True))),
        ("not((1))", (ONE,)),
        ("not(not(a))", (Call(Name("not"), (A,)),)),
    ],
)
def test_not_around_the_whole_cell_negates_it(text: str, tests: tuple[Node, ...]) -> None:
    assert parse_unary_tests(text) == UnaryTests(tests, negated=True)


@pytest.mark.parametrize("text", ["", "  ", "// nothing", "1,", "<", "-, 1", "not()", "in 1", "1..2"])
def test_what_is_no_test_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_unary_tests(text)


def test_names_in_scope_are_known_in_cells_too() -> None:
    assert parse_unary_tests("> Pre-bureau limit", ["Pre-bureau limit"]) == UnaryTests(
        (UnaryComparison(">", Name("Pre-bureau limit")),)
    )


def test_a_cell_knows_where_its_tests_stand() -> None:
    text = ' < 10, "A" , not(b)'
    assert [text[slice(*test.span)] for test in parse_unary_tests(text).tests] == ["< 10", '"A"', "not(b)"]
