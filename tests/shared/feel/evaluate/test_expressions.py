from decimal import Decimal

import pytest

from shared.feel.types import BOOLEAN, NUMBER, Constrained, ListOf
from shared.feel.values import Date
from tests.shared.feel.evaluate.evaluating import AS_OF, new_run, notes_of, numbers, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", Decimal("1.50")),
        ("-1", Decimal(-1)),
        ('"a" + "b"', "ab"),
        ("2 ** 3 - 1", Decimal(7)),
        ("(1 + 2) * 3 / 4", Decimal("2.25")),
        ("0.1 + 0.2 = 0.3", True),
        ('@"2026-02-28" + @"P1D" = @"2026-03-01"', True),
        ("1 != 2", True),
        ("5 between 1 and 5", True),
        ("if 1 < 2 then 1 else 2", Decimal(1)),
        ("if null then 1 else 2", Decimal(2)),
        ('if "true" then 1 else 2', Decimal(2)),
        ("[1, 2][2]", Decimal(2)),
        ("null", None),
    ],
)
def test_an_expression_has_the_value_that_the_standard_gives_it(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("dti > 1", "unknown name `dti`"),
        ('1 + "a"', "cannot add a string to a number"),
        ("{a: 1}.b", "the context has no entry `b`"),
        ('@"2026-13-01"', '`@"2026-13-01"` is no date, time, date and time or duration'),
        ('1 < "a"', "a number and a string do not compare by `<`"),
        ("true and 1", "a number is neither true nor false"),
        ('"true" or false', "a string is neither true nor false"),
        ("{a: 1, a: 2}", "the context has two entries `a`"),
        ("1 instance of amount", "unknown type `amount`"),
        ("[3..1]", "the range ends before it starts"),
    ],
)
def test_what_goes_wrong_is_null_and_says_why(text, note):
    assert notes_of(text)[0] == note


def test_a_name_is_found_in_the_scope_with_its_spaces():
    assert value_of("monthly  income * 12", {"monthly income": Decimal(100)}) == Decimal(1200)


def test_an_entry_of_a_context_knows_the_entries_before_it():
    assert value_of("{a: 1, b: a + 1, c: {d: a + b}}") == {"a": Decimal(1), "b": Decimal(2), "c": {"d": Decimal(3)}}


def test_a_context_does_not_change_the_scope_around_it():
    assert value_of("[{a: 2}.a, a]", {"a": Decimal(1)}) == numbers(2, 1)


def test_the_path_of_a_list_is_the_list_of_the_paths_of_its_items():
    assert value_of("[{b: 1}, {b: [2, 3]}, {c: 4}].b") == [Decimal(1), numbers(2, 3), None]


def test_now_and_today_are_those_of_the_run():
    assert value_of("now()") == AS_OF
    assert value_of("today()") == Date(2026, 1, 31)


def test_now_takes_no_arguments():
    assert notes_of("now(1)") == ["the function takes 0 arguments, not 1"]


def test_instance_of_knows_the_types_of_the_model_but_not_their_allowed_values():
    types = {"percent": Constrained(NUMBER, lambda value: value <= 100, "percent"), "flags": ListOf(BOOLEAN)}
    assert value_of("256 instance of percent", types=types) is True
    assert value_of("[true, null] instance of flags", types=types) is True
    assert value_of("[true, 1] instance of flags", types=types) is False


def test_equal_notes_in_a_row_are_kept_once():
    run = new_run()
    value_of("for i in 1..1000 return x", run=run)
    assert run.notes == ["unknown name `x`"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1 + null", "`+` has no value for null"),
        ("-(null)", "null has no negative"),
        ("1 < null", "null does not compare by `<`"),
        ("null between 1 and 2", "the value and the ends of `between` do not compare"),
        ("abs(null)", "`abs` has no value for null"),
    ],
)
def test_null_from_null_says_where_it_came_from(text: str, note: str) -> None:
    assert notes_of(text) == [note]
