"""Whatever a text says, it is evaluated in bounded time, memory and depth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.feel.evaluate import compile_expression
from shared.feel.syntax import parse_expression
from tests.shared.feel.evaluate.evaluating import AS_OF, new_run, value_of
from tests.shared.feel.evaluate.trees import expressions

HOST_FRAMES = 200


def deep_in_a_host(frames, act):
    """Call from a stack that is deep already, as a web server's is."""
    return act() if frames == 0 else deep_in_a_host(frames - 1, act)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000000000 return i",
        "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
        "count(for i in 1..3000 return for j in 1..3000 return 1)",
        "every i in 1..10000000 satisfies true",
        "{a: for i in 1..1000 return i, r: a[count(a[item > 0]) = item]}.r",
        "{a: for i in 1..100000 return i, r: for i in 1..100000 return a = a}.r",
        "{a: for i in 1..100000 return i, r: for i in 1..100000 return [[a]] = [[a]]}.r",
        "{a: for i in 1..100000 return i, r: for i in 1..100000 return sum(a)}.r",
        "{a: for i in 1..100000 return {b: i}, r: for i in 1..100000 return a.b}.r",
        "{a: for i in 1..100000 return i, r: for i in 1..100000 return 0 in a}.r",
        "for i in 1..100000 return partial",
        "for i in 1..100000 return {a: i, b: i}",
        "for i in 1..100000 return [i, i, i]",
        "for i in 1..100000 return function() i",
        "for i in 1..100000 return abs",
        "for i in 1..100000 return i ** 0.5",
        '{a: string join(for i in 1..10000 return "aaaa"), r: for i in 1..100000 return a + "b"}.r',
        '{a: string join(for i in 1..10000 return "aaaa"), r: for i in 1..100000 return contains(a, "b")}.r',
        "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(60)}.r",
    ],
)
def test_an_expression_that_takes_too_many_steps_is_given_up(text):
    run = new_run(budget=300_000)
    assert value_of(text, run=run) is None
    assert run.exhausted
    assert "the evaluation takes too many steps" in run.notes


def test_a_value_that_holds_one_list_many_times_over_takes_steps_for_each_of_them():
    entries = ["a0: [1]", "b0: [1]", *(f"{x}{n + 1}: [{x}{n}, {x}{n}]" for n in range(60) for x in "ab")]
    run = new_run()
    assert value_of(f"{{{', '.join(entries)}, r: a60 = b60}}.r", run=run) is None
    assert run.exhausted


def test_a_pattern_that_backtracks_without_end_is_tried_once():
    run = new_run()
    text = f'for i in 1..1000000 return matches("{"a" * 60}b", "^(a|aa)+$")'
    assert value_of(text, run=run) is None
    assert run.notes == ["matches: the pattern takes too long to match"]


def test_what_an_exhausted_run_computes_afterwards_is_null():
    run = new_run(budget=100)
    assert value_of("if count(for i in 1..200 return i) > 100 then 1 else 2", run=run) is None
    assert value_of("1 + 1", run=run) is None


@pytest.mark.parametrize(
    "wrapping",
    [
        "{}",
        "1 + {}",
        "[{}][1]",
        "if true then {} else 0",
        "for i in [{}] return i",
        "sort([1, 2], function(a, b) {} > 0)",
        "1 in (function(x) {} = x)",
        "[1][{}]",
        "(function(x) x)({})",
        "max(0, {})",
        "some i in [1] satisfies {} = i",
    ],
)
@pytest.mark.parametrize("depth", [1, 10, 30])
def test_functions_that_never_return_are_given_up_before_the_stack_of_python_ends(wrapping, depth):
    body = "f(n + 1)"
    for _ in range(depth):
        body = wrapping.replace("{}", f"({body})")
    run = new_run()
    text = f"{{f: function(n) {body}, r: f(0)}}.r"
    assert deep_in_a_host(HOST_FRAMES, lambda: value_of(text, run=run)) is None
    assert run.exhausted


def test_a_function_may_call_itself_ninety_times():
    assert value_of("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(90)}.r = 90") is True


@pytest.mark.parametrize("opening", ["-", "[", "not(", "1 + (", "{a: ", "for i in 1..2 return ", "(function() "])
def test_an_expression_as_deep_as_can_be_parsed_is_evaluated(opening):
    closing = {"[": "]", "not(": ")", "1 + (": ")", "{a: ": "}", "(function() ": ")"}.get(opening, "")
    text = opening * 90 + "1" + closing * 90
    run = new_run()
    deep_in_a_host(HOST_FRAMES, lambda: value_of(text, run=run))
    assert run.notes != ["functions call one another too deeply"]


@settings(max_examples=300)
@given(expressions())
def test_no_tree_makes_evaluation_fail(tree):
    run = new_run(budget=5_000)
    compile_expression(tree).evaluate({"a": None, "as of": AS_OF}, run)


@given(st.text(max_size=30))
def test_no_text_that_parses_makes_evaluation_fail(text):
    try:
        tree = parse_expression(text)
    except ValueError:
        return
    compile_expression(tree).evaluate({}, new_run(budget=5_000))
