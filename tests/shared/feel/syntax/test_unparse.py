"""Trees written as text, and read again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.syntax import parse_expression, parse_unary_tests, tree, unparse

SCOPE = ["profit and loss", "Pre-bureau risk", "a-b", "true cost", "left/right", "t-1"]
NAMES = st.sampled_from(
    ["a", "b", "c", "d", "monthly income", "list", "not", "external", "date and time", "?", "等级", *SCOPE]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
KEYS = NAMES | TEXTS
NUMBERS = st.decimals(min_value=0, max_value=10**9, places=3) | st.integers(0, 10**6).map(Decimal)
COMPARISONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])

TYPES = st.recursive(
    st.builds(tree.NamedType, st.sampled_from(["number", "date and time", "list", "loans.t Applicant", "t-1"])),
    lambda inner: st.one_of(
        st.builds(tree.ListType, inner),
        st.builds(tree.RangeType, inner),
        st.builds(tree.ContextType, st.lists(st.tuples(NAMES, inner), max_size=2).map(tuple)),
        st.builds(tree.FunctionType, st.lists(inner, max_size=2).map(tuple), inner),
    ),
    max_leaves=4,
)
ATOMS = st.one_of(
    st.builds(tree.NumberLiteral, NUMBERS),
    st.builds(tree.StringLiteral, TEXTS),
    st.builds(tree.BooleanLiteral, st.booleans()),
    st.builds(tree.NullLiteral),
    st.builds(tree.AtLiteral, TEXTS),
    st.builds(tree.Name, NAMES),
)


def alternatives(inner: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tuple[tree.Node, ...]]:
    test = inner | st.builds(tree.UnaryComparison, COMPARISONS, inner)
    return st.lists(test, min_size=1, max_size=3).map(tuple)


def operations(inner: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    return st.one_of(
        st.builds(tree.Path, inner, NAMES),
        st.builds(tree.Filter, inner, inner),
        st.builds(tree.Negation, inner),
        st.builds(tree.Arithmetic, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.builds(tree.Comparison, COMPARISONS, inner, inner),
        st.builds(tree.Between, inner, inner, inner),
        st.builds(tree.In, inner, alternatives(inner)),
        st.builds(tree.Conjunction, inner, inner),
        st.builds(tree.Disjunction, inner, inner),
        st.builds(tree.InstanceOf, inner, TYPES),
        st.builds(tree.Interval, inner, inner, st.booleans(), st.booleans()),
        st.builds(tree.UnaryComparison, COMPARISONS, inner),
    )


def forms(inner: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    items = st.lists(inner, max_size=3).map(tuple)
    iterator = st.builds(tree.Iterator, NAMES, inner, st.none() | inner)
    iterators = st.lists(iterator, min_size=1, max_size=2).map(tuple)
    parameters = st.lists(st.tuples(NAMES, st.none() | TYPES), max_size=2).map(tuple)
    named = st.lists(st.tuples(NAMES, inner), min_size=1, max_size=2)
    return st.one_of(
        st.builds(tree.If, inner, inner, inner),
        st.builds(tree.For, iterators, inner),
        st.builds(tree.Quantified, st.booleans(), iterators, inner),
        st.builds(tree.FunctionLiteral, parameters, inner, st.booleans()),
        st.builds(tree.ListLiteral, items),
        st.builds(tree.ContextLiteral, st.lists(st.tuples(KEYS, inner), max_size=3).map(tuple)),
        st.builds(tree.Call, inner, items),
        st.builds(
            lambda function, pairs: tree.Call(function, tuple(value for _, value in pairs), tuple(n for n, _ in pairs)),
            inner,
            named,
        ),
    )


EXPRESSIONS = st.recursive(ATOMS, lambda inner: operations(inner) | forms(inner), max_leaves=12)


@given(EXPRESSIONS)
def test_an_expression_written_as_text_reads_the_same(node: tree.Node) -> None:
    assert parse_expression(unparse(node), SCOPE) == node


@given(st.builds(tree.UnaryTests, alternatives(EXPRESSIONS), st.booleans()) | st.just(tree.UnaryTests(())))
def test_a_cell_written_as_text_reads_the_same(cell: tree.UnaryTests) -> None:
    assert parse_unary_tests(unparse(cell), SCOPE) == cell


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((a+b))*c", "(a + b) * c"),
        ("(a*b)+c // sum", "a * b + c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(-3)**2", "-3 ** 2"),
        ("2**(3**2)", "2 ** (3 ** 2)"),
        ("(a or b)and c", "(a or b) and c"),
        ("]1 ..2[", "(1..2)"),
        ("x in(1,< 2)", "x in (1, < 2)"),
        ("x in (<2)", "x in < 2"),
        ("(< 2).end", "(< 2).end"),
        ("(if a then b else c)+1", "(if a then b else c) + 1"),
        ("(if a then b else c)", "if a then b else c"),
        ('{"a":1,"b c" : .50, "d!" : "\\u000a"}', '{a: 1, b c: 0.50, "d!": "\\n"}'),
        ("for i in 1 .. n,j in [ i ] return i*j", "for i in 1..n, j in [i] return i * j"),
        ("(x instance of list<number>)=true", "(x instance of list<number>) = true"),
        ("substring( string : a , start position:2 )", "substring(string: a, start position: 2)"),
        ("1e3 + 1e-3", "1000 + 0.001"),
        ("1e100", "1E+100"),
        (r'matches(a, "\d")', r'matches(a, "\\d")'),
    ],
)
def test_there_is_one_way_to_write_an_expression(text: str, canonical: str) -> None:
    assert unparse(parse_expression(text)) == canonical


def test_a_call_of_not_alone_in_a_cell_stays_a_call() -> None:
    assert unparse(parse_unary_tests("(not(a))")) == "(not(a))"
    assert unparse(parse_unary_tests("not (a,b)")) == "not(a, b)"


def test_types_are_written_too() -> None:
    node = parse_expression("f instance of function<list<number>,range<date>>->context<a:string>")
    assert isinstance(node, tree.InstanceOf)
    assert unparse(node.type) == "function<list<number>, range<date>> -> context<a: string>"
