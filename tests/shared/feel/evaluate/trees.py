"""Trees of any shape, whether they make sense or not."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.feel.library import BUILTINS
from shared.feel.syntax import tree
from shared.feel.syntax.tree import Node

NAMES = ("a", "b", "item", "partial", "?", "now", "as of", *sorted(BUILTINS))
names = st.sampled_from(NAMES)
keys = st.sampled_from(("a", "b", "item", "year"))

leaves: SearchStrategy[Node] = st.one_of(
    st.decimals(0, allow_nan=False, allow_infinity=False, max_value=Decimal("1e30")).map(tree.NumberLiteral),
    st.sampled_from(("", "a", "2026-01-31", "[1..3]")).map(tree.StringLiteral),
    st.booleans().map(tree.BooleanLiteral),
    st.just(tree.NullLiteral()),
    st.sampled_from(("2026-01-31", "12:00:00", "P1M", "PT1S", "2026-01-31T12:00:00Z", "x")).map(tree.AtLiteral),
    names.map(tree.Name),
)

types: SearchStrategy[tree.TypeNode] = st.recursive(
    st.sampled_from(("Any", "number", "string", "list", "date and time", "nothing")).map(tree.NamedType),
    lambda inner: st.one_of(
        inner.map(tree.ListType),
        inner.map(tree.RangeType),
        st.tuples(st.tuples(keys, inner)).map(tree.ContextType),
        st.builds(tree.FunctionType, st.tuples(inner), inner),
    ),
    max_leaves=3,
)


def _larger(inner: SearchStrategy[Node]) -> SearchStrategy[Node]:
    few = st.lists(inner, max_size=3).map(tuple)
    iterators = st.lists(st.builds(tree.Iterator, keys, inner, st.none() | inner), min_size=1, max_size=2).map(tuple)
    tests = st.lists(inner | st.builds(tree.UnaryComparison, comparators, inner), min_size=1, max_size=2).map(tuple)
    parameters = st.lists(st.tuples(keys, st.none() | types), max_size=2, unique_by=lambda pair: pair[0]).map(tuple)
    return st.one_of(
        st.builds(tree.Path, inner, keys),
        st.builds(tree.Negation, inner),
        st.builds(tree.Arithmetic, st.sampled_from(("+", "-", "*", "/", "**")), inner, inner),
        st.builds(tree.Comparison, comparators, inner, inner),
        st.builds(tree.UnaryComparison, comparators, inner),
        st.builds(tree.Between, inner, inner, inner),
        st.builds(tree.In, inner, tests),
        st.builds(tree.Conjunction, inner, inner),
        st.builds(tree.Disjunction, inner, inner),
        st.builds(tree.If, inner, inner, inner),
        st.builds(tree.For, iterators, inner),
        st.builds(tree.Quantified, st.booleans(), iterators, inner),
        few.map(tree.ListLiteral),
        st.lists(st.tuples(keys, inner), max_size=3).map(tuple).map(tree.ContextLiteral),
        st.builds(tree.Interval, inner, inner, st.booleans(), st.booleans()),
        st.builds(tree.Filter, inner, inner),
        st.builds(tree.InstanceOf, inner, types),
        st.builds(tree.FunctionLiteral, parameters, inner, st.booleans()),
        st.builds(tree.Call, names.map(tree.Name) | inner, few),
        inner.map(lambda argument: tree.Call(tree.Name("abs"), (argument,), ("n",))),
    )


comparators = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))


def expressions() -> SearchStrategy[Node]:
    return st.recursive(leaves, _larger, max_leaves=25)
