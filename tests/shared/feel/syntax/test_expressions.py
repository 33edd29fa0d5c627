"""What an expression means, told by its tree; `(1 + 2) * 3` stands for one whose grouping is shown by parentheses."""

from decimal import Decimal

import pytest

from shared.feel.syntax import parse_expression
from shared.feel.syntax.tree import (
    Arithmetic,
    AtLiteral,
    BooleanLiteral,
    Call,
    Comparison,
    ContextLiteral,
    ContextType,
    Filter,
    For,
    FunctionLiteral,
    FunctionType,
    If,
    In,
    InstanceOf,
    Interval,
    Iterator,
    ListLiteral,
    ListType,
    Name,
    NamedType,
    Negation,
    Node,
    NullLiteral,
    NumberLiteral,
    Path,
    Quantified,
    RangeType,
    StringLiteral,
    TypeNode,
    UnaryComparison,
)

A, B, C, X = Name("a"), Name("b"), Name("c"), Name("x")


def number(text: str) -> NumberLiteral:
    return NumberLiteral(Decimal(text))


ONE, TWO = number("1"), number("2")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("1", ONE),
        ("007.50", number("7.50")),
        (".5", number("0.5")),
        ("1.2E-5", number("0.000012")),
        ("1e+3", number("1000")),
        ("1234567890123456789012345678901234.5", number("1234567890123456789012345678901234")),
        ("true", BooleanLiteral(True)),
        ("false", BooleanLiteral(False)),
        ("null", NullLiteral()),
        ('@"2026-01-31"', AtLiteral("2026-01-31")),
        ('@ "P1D"', AtLiteral("P1D")),
        ("-1", Negation(ONE)),
        ("[]", ListLiteral(())),
        ("[1, [2]]", ListLiteral((ONE, ListLiteral((TWO,))))),
        ("{}", ContextLiteral(())),
        ("?", Name("?")),
    ],
)
def test_a_literal_is_its_value(text: str, node: Node) -> None:
    assert parse_expression(text) == node


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r'""', ""),
        (r'"a\nb\tc\r"', "a\nb\tc\r"),
        (r'"\"\\\'"', "\"\\'"),
        (r'"\u0041\U01F40E"', "A🐎"),
        (r'"\ud83d\udca9"', "💩"),
        (r'"\\u0009"', r"\u0009"),
        (r'"\d{3}\s"', r"\d{3}\s"),
        ('"it\'s // no /* comment"', "it's // no /* comment"),
        ('"横綱"', "横綱"),
    ],
)
def test_escapes_in_strings_are_resolved_and_unknown_ones_stand_for_themselves(literal: str, value: str) -> None:
    assert parse_expression(literal) == StringLiteral(value)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("8 / 4 / 2", "(8 / 4) / 2"),
        ("3 ** 4 ** 5", "(3 ** 4) ** 5"),
        ("-3 ** 2", "(-3) ** 2"),
        ("2 ** -1", "2 ** (-1)"),
        ("-a.b[1]", "-((a.b)[1])"),
        ("a or b and c", "a or (b and c)"),
        ("a = 1 and b < 2 or c", "((a = 1) and (b < 2)) or c"),
        ("a + 1 > b * 2", "(a + 1) > (b * 2)"),
        ("a between 1 and 2 and b", "(a between 1 and 2) and b"),
        ("a in [1..2] or b", "(a in [1..2]) or b"),
        ("a = b = c", "(a = b) = c"),
        ("-a instance of number", "-(a instance of number)"),
        ("if a then b else c + 1", "if a then b else (c + 1)"),
        ("1 + if a then b else c + 1", "1 + (if a then b else (c + 1))"),
        ("if a then 1 else if b then 2 else 3", "if a then 1 else (if b then 2 else 3)"),
        ("for x in a return x + 1", "for x in a return (x + 1)"),
        ("some x in a satisfies x or b", "some x in a satisfies (x or b)"),
        ("function(x) x + 1", "function(x) (x + 1)"),
        ("function(x) (x) + 1", "function(x) (x + 1)"),
        ("f(1)(2).a[3]", "(((f(1))(2)).a)[3]"),
    ],
)
def test_operators_bind_as_the_standard_says(text: str, grouped: str) -> None:
    assert parse_expression(text) == parse_expression(grouped)
    assert parse_expression(text) != parse_expression("null")


@pytest.mark.parametrize(
    ("text", "low_included", "high_included"),
    [
        ("[1..2]", True, True),
        ("(1..2)", False, False),
        ("]1..2[", False, False),
        ("[1..2)", True, False),
        ("[1..2[", True, False),
        ("]1..2]", False, True),
        ("(1 .. 2]", False, True),
    ],
)
def test_brackets_of_an_interval_tell_which_ends_belong_to_it(
    text: str, low_included: bool, high_included: bool
) -> None:
    interval = Interval(ONE, TWO, low_included, high_included)
    assert parse_expression(text) == interval
    assert parse_expression(f"{text}.start") == Path(interval, "start")
    assert parse_expression(f"x in {text} and a") == parse_expression(f"(x in {text}) and a")
    assert parse_expression(f"[{text}, {text}]") == ListLiteral((interval, interval))
    assert parse_expression(f"f({text})") == Call(Name("f"), (interval,))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("[1..x[2]]", Interval(ONE, Filter(X, TWO), True, True)),
        ("[x[1]..2[", Interval(Filter(X, ONE), TWO, True, False)),
        ("[(1)..(2)]", Interval(ONE, TWO, True, True)),
        ("[[1..2][1]]", ListLiteral((Filter(Interval(ONE, TWO, True, True), ONE),))),
        ("[][1]", Filter(ListLiteral(()), ONE)),
        ("[]-1", Arithmetic("-", ListLiteral(()), ONE)),
        ("x[a > 1]", Filter(X, Comparison(">", A, ONE))),
        ("x[-1]", Filter(X, Negation(ONE))),
        ("(x)[1]", Filter(X, ONE)),
        ("(1)", ONE),
        ("(< 1)", UnaryComparison("<", ONE)),
        ("(!=1)", UnaryComparison("!=", ONE)),
        ("[< 1, >= 2]", ListLiteral((UnaryComparison("<", ONE), UnaryComparison(">=", TWO)))),
        ("f(x, > 1)", Call(Name("f"), (X, UnaryComparison(">", ONE)))),
    ],
)
def test_brackets_mean_what_their_place_says(text: str, node: Node) -> None:
    assert parse_expression(text) == node


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("x in 1", (ONE,)),
        ("x in (1)", (ONE,)),
        ("x in (1, 2)", (ONE, TWO)),
        ("x in < 1", (UnaryComparison("<", ONE),)),
        ("x in (>= 1)", (UnaryComparison(">=", ONE),)),
        ("x in (< 1, a, [1..2])", (UnaryComparison("<", ONE), A, Interval(ONE, TWO, True, True))),
        ("x in ((1..2), (a))", (Interval(ONE, TWO, False, False), A)),
        ("x in (1 + 2) * 2", (Arithmetic("*", Arithmetic("+", ONE, TWO), TWO),)),
        ("x in [1, 2]", (ListLiteral((ONE, TWO)),)),
        ("x in f(1, 2)", (Call(Name("f"), (ONE, TWO)),)),
    ],
)
def test_in_takes_one_test_or_several_in_parentheses(text: str, tests: tuple[Node, ...]) -> None:
    assert parse_expression(text) == In(X, tests)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("f()", Call(Name("f"), ())),
        ("f(1, x)", Call(Name("f"), (ONE, X))),
        ("f(start position: 1, b: 2)", Call(Name("f"), (ONE, TWO), ("start position", "b"))),
        ('date and time("x")', Call(Name("date and time"), (StringLiteral("x"),))),
        ("date and\n  time(x)", Call(Name("date and time"), (X,))),
        ("years and months duration(a, b)", Call(Name("years and months duration"), (A, B))),
        ("not(a)", Call(Name("not"), (A,))),
        ("a.b.c(1)", Call(Path(Path(A, "b"), "c"), (ONE,))),
        ("{a: 1}.a", Path(ContextLiteral((("a", ONE),)), "a")),
        ('{"a b": 1, c: 2}', ContextLiteral((("a b", ONE), ("c", TWO)))),
        ("{if: 1, date of birth: 2}", ContextLiteral((("if", ONE), ("date of birth", TWO)))),
    ],
)
def test_calls_paths_and_contexts_are_told_apart(text: str, node: Node) -> None:
    assert parse_expression(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("if a then 1 else 2", If(A, ONE, TWO)),
        ("for x in a return x", For((Iterator("x", A, None),), X)),
        ("for x in 1..2 return x", For((Iterator("x", ONE, TWO),), X)),
        ("(for x in 1..-1 return x)", For((Iterator("x", ONE, Negation(ONE)),), X)),
        (
            "for x in [1..2], b in x return b",
            For((Iterator("x", Interval(ONE, TWO, True, True), None), Iterator("b", X, None)), B),
        ),
        ("for item no in a return item no", For((Iterator("item no", A, None),), Name("item no"))),
        ("some x in a, b in c satisfies x", Quantified(False, (Iterator("x", A, None), Iterator("b", C, None)), X)),
        ("every x in a satisfies x", Quantified(True, (Iterator("x", A, None),), X)),
        ("[for x in a return x, 1]", ListLiteral((For((Iterator("x", A, None),), X), ONE))),
        ("function() 1", FunctionLiteral((), ONE)),
        ("function (a: number, b) 1", FunctionLiteral((("a", NamedType("number")), ("b", None)), ONE)),
        ("function(a) external {b: 1}", FunctionLiteral((("a", None),), ContextLiteral((("b", ONE),)), True)),
        ("function() (external)", FunctionLiteral((), Name("external"))),
    ],
)
def test_textual_forms_hold_their_parts(text: str, node: Node) -> None:
    assert parse_expression(text) == node


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("number", NamedType("number")),
        ("date and time", NamedType("date and time")),
        ("days and time duration", NamedType("days and time duration")),
        ("years and months duration", NamedType("years and months duration")),
        ("loans.t Applicant", NamedType("loans.t Applicant")),
        ("list<list<number>>", ListType(ListType(NamedType("number")))),
        ("range<date>", RangeType(NamedType("date"))),
        ("context<>", ContextType(())),
        (
            "context<a: number, b c: list<Any>>",
            ContextType((("a", NamedType("number")), ("b c", ListType(NamedType("Any"))))),
        ),
        ("function<>->Any", FunctionType((), NamedType("Any"))),
        (
            "function<number, list<date>> -> list<date>",
            FunctionType((NamedType("number"), ListType(NamedType("date"))), ListType(NamedType("date"))),
        ),
    ],
)
def test_types_nest(text: str, kind: TypeNode) -> None:
    assert parse_expression(f"a instance of {text}") == InstanceOf(A, kind)
    assert parse_expression(f"a instance of {text} and b") == parse_expression(f"(a instance of {text}) and b")
    assert parse_expression(f"function(a: {text}) 1") == FunctionLiteral((("a", kind),), ONE)


def test_less_than_after_a_variable_named_list_compares() -> None:
    assert parse_expression("list < 1") == Comparison("<", Name("list"), ONE)


@pytest.mark.parametrize(
    "text",
    ["1 + /* 1 + */ 1", "1 + // to the end of the line\n1", "/* first */ 1 + 1 // last", "1\u00a0+\u30001\ufeff"],
)
def test_comments_and_white_space_say_nothing(text: str) -> None:
    assert parse_expression(text) == Arithmetic("+", ONE, ONE)


def test_every_node_knows_where_it_stands() -> None:
    text = "if (dti + 1) > 0.4 then f(x)[1] else {a: null}"
    node = parse_expression(text)
    assert isinstance(node, If)
    assert isinstance(node.condition, Comparison)
    shown = [text[slice(*part.span)] for part in (node, node.condition, node.condition.left, node.then, node.otherwise)]
    assert shown == [text, "(dti + 1) > 0.4", "(dti + 1)", "f(x)[1]", "{a: null}"]
