import pytest
from hypothesis import given

from shared.feel.evaluate import Run, compile_expression
from shared.feel.syntax import parse_expression, parse_unary_tests
from shared.feel.walk import children, names_in
from tests.shared.feel.evaluate.evaluating import AS_OF
from tests.shared.feel.evaluate.trees import expressions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b + c", {"a", "c"}),
        ("max(a, 1)", {"max", "a"}),
        ("for x in xs, y in x..z return x + y + partial[1] + q", {"xs", "z", "q"}),
        ("for x in x return x", {"x"}),
        ("some x in xs satisfies x > limit", {"xs", "limit"}),
        ("xs[item.a > b]", {"xs", "b"}),
        ("item", {"item"}),
        ("{a: b, b: a}", {"b"}),
        ("{f: function(n) g(n), g: function(n) f(n - k)}", {"k"}),
        ("(function(a) a + b)(c)", {"b", "c"}),
        ("x in (< low, [low..high])", {"x", "low", "high"}),
        ("x instance of number", {"x"}),
    ],
)
def test_the_names_of_an_expression_are_those_it_does_not_declare_itself(text, names):
    assert names_in(parse_expression(text)) == names


def test_the_names_of_a_cell_are_those_of_its_tests():
    assert names_in(parse_unary_tests("< a, ? > b")) == {"a", "?", "b"}


def all_nodes(node):
    yield node
    for child in children(node):
        yield from all_nodes(child)


@given(expressions())
def test_a_name_that_is_not_taken_from_the_scope_need_not_be_in_it(tree):
    scope = dict.fromkeys(names_in(tree))
    run, other = Run(AS_OF, budget=1_000), Run(AS_OF, budget=1_000)
    compiled = compile_expression(tree)
    compiled.evaluate(scope, run)
    compiled.evaluate({**scope, "unused": True}, other)
    assert run.notes == other.notes
    assert all(names_in(node) <= {*names_in(tree), "item", "partial", "a", "b", "year"} for node in all_nodes(tree))
