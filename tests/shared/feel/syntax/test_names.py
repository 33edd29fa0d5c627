"""Names with spaces, keywords and signs."""

import pytest

from shared.feel.syntax import normalise_name, parse_expression
from shared.feel.syntax.tree import Arithmetic, Comparison, Conjunction, ContextLiteral, Name, Node, Path

A, B = Name("a"), Name("b")


@pytest.mark.parametrize("text", ["monthly income", "monthly \n\t income", "  monthly\u00a0income "])
def test_words_in_a_row_are_one_name_with_single_spaces(text: str) -> None:
    assert parse_expression(text) == Name("monthly income")


def test_a_name_ends_where_a_keyword_begins() -> None:
    assert parse_expression("monthly income and years at address > a") == Conjunction(
        Name("monthly income"), Comparison(">", Name("years at address"), A)
    )


@pytest.mark.parametrize(
    "name",
    ["Profit and Loss", "for sale", "Date-Time", "days in weekend", "a+b", "decision A 2.1", "Person's age"]
    + [
        "Teacher’s",
        "approved/declined",
        "not paid in full",
        "true cost",
        "Pre-bureau risk",
        "_2021-01-11",
        "🐎",
        "等级",
    ],
)
def test_a_name_in_scope_is_recognised_whatever_it_holds(name: str) -> None:
    assert parse_expression(name, [name]) == Name(name)
    assert parse_expression(f"({name}) + a.{name}", {name}) == Arithmetic("+", Name(name), Path(A, name))


@pytest.mark.parametrize(
    ("text", "names", "node"),
    [
        ("a-b", [], Arithmetic("-", A, B)),
        ("a-b", ["a-b"], Name("a-b")),
        ("a - b", ["a-b"], Arithmetic("-", A, B)),
        ("a - b", ["a - b"], Name("a - b")),
        ("a-b-a", ["a-b"], Arithmetic("-", Name("a-b"), A)),
        ("a-bc", ["a-b"], Arithmetic("-", A, Name("bc"))),
        ("a and b", ["a and b"], Name("a and b")),
        ("a and b", ["a and"], Name("a and b")),
        ("a and b", ["a and c"], Conjunction(A, B)),
        ("a and b", ["and"], Conjunction(A, B)),
        ("a-b c", ["a-b"], Name("a-b c")),
        ("x and y and z", ["x and y", "x and y and z"], Name("x and y and z")),
    ],
)
def test_the_longest_name_in_scope_wins(text: str, names: list[str], node: Node) -> None:
    assert parse_expression(text, names) == node


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{NAME: 1, c: NAME}", "a+b"),
        ('{"NAME": 1, c: NAME}', "a-b"),
        ("{NAME: 1}.NAME", "profit and loss"),
        ("[{NAME: 1}][NAME > 1]", "profit and loss"),
        ("for NAME in c return NAME * 2", "a-b"),
        ("some x in c, NAME in x satisfies NAME", "left/right"),
        ("function(y, NAME: number) NAME + y", "in and out"),
    ],
)
def test_names_that_the_text_declares_need_no_scope(text: str, name: str) -> None:
    assert repr(parse_expression(text.replace("NAME", name))) == repr(parse_expression(text)).replace("NAME", name)


def test_a_key_is_spelled_without_spaces_around_its_signs() -> None:
    node = parse_expression("{a  +  b: 1, c: a+b, d: a  +  b}")
    assert isinstance(node, ContextLiteral)
    assert [key for key, _ in node.entries] == ["a+b", "c", "d"]
    assert [value for _, value in node.entries][1:] == [Name("a+b"), Name("a+b")]


def test_names_are_compared_with_single_spaces() -> None:
    assert normalise_name("  Applicant \t Data\n") == "Applicant Data"
