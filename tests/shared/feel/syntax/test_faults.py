"""What authors are told when a text is not FEEL, and the limits of what is read at all."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests, unparse
from shared.feel.syntax.lexer import MAX_TOKENS
from shared.feel.syntax.parse import MAX_CHARACTERS, MAX_DEPTH
from shared.feel.syntax.tree import Name


@pytest.mark.parametrize(
    ("text", "message", "part"),
    [
        ("", "expected a value before the end", ""),
        ("1 +", "expected a value before the end", ""),
        ("(1 + )", "expected a value before `)`", ")"),
        ("(1", "expected `)` or an operator before the end", ""),
        ("1)", "expected an operator or the end before `)`", ")"),
        ("[1, 2", "expected `]` before the end", ""),
        ("[1 2]", "expected `,`, `]` or an operator before `2`", "2"),
        ("[1,]", "expected a value before `]`", "]"),
        ("[1..2", "expected `]` or an operator before the end", ""),
        ("{a 1}", "expected `:` before `}`", "}"),
        ("{1: 2}", "expected a name or `}` before `1`", "1"),
        ("if a b", "expected `then` or an operator before the end", ""),
        ("if a then b", "expected `else` or an operator before the end", ""),
        ("a between 1 or", "expected `and` or an operator before `or`", "or"),
        ("for x y", "expected `in` before the end", ""),
        ("some x in y return z", "expected `satisfies` before `return`", "return"),
        ("income 12 > \n 3 4", "expected an operator or the end before `4`", "4"),
        ("a.", "expected a name before the end", ""),
        ("f(a: 1, 2)", "expected a name before `2`", "2"),
        ("a instance of list<", "expected a name or `>` before the end", ""),
        ("a instance of context<b>", "`context<...>` holds entries such as `name: type`", "context<b>"),
        ("a instance of list<b: c>", "`list<...>` holds one type", "list<b: c>"),
        ("a == b", "`==` has no meaning here: write `=`", "=="),
        ("a && b", "`&&` has no meaning here: write `and`", "&&"),
        ("a = “b”", 'no meaning here: write strings between `"`', "“"),
        ("a # b", "`#` has no meaning here", "#"),
        ('a = "b', 'the string has no closing `"` on its line', '"b'),
        ('"a\nb"', 'the string has no closing `"` on its line', '"a\nb"'),
        ("1 /* a", "the comment has no `*/`", "/* a"),
        (r'1 = "\ud83d"', "the string holds a code point that is no character", r'"\ud83d"'),
        (r'"\U110000"', "the string holds a code point that is no character", r'"\U110000"'),
        ("1 + 1e6145", "the number is too large", "1e6145"),
        ("\ud800", "`\ufffd` has no meaning here", "\ud800"),
        ("1 " + "x" * 100, "before `" + "x" * 37 + "...`", "x" * 100),
    ],
)
def test_the_author_is_told_what_would_fit_and_where(text: str, message: str, part: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    assert message in caught.value.message
    assert text[slice(*caught.value.span)] == part


@pytest.mark.parametrize(
    ("opening", "before", "middle", "after"),
    [
        ("", "1 + ", "1", ""),
        ("", "a or ", "a", ""),
        ("", "-", "1", ""),
        ("", "if a then b else ", "c", ""),
        ("", "if ", "a", " then b else c"),
        ("", "[", "1", "]"),
        ("", "{a: ", "1", "}"),
        ("", "f(", "1", ")"),
        ("", "for x in y return ", "1", ""),
        ("", "some x in ", "y", " satisfies z"),
        ("", "function(x) ", "1", ""),
        ("", "x in (1, ", "2", ")"),
        ("", "", "a", ".b"),
        ("", "", "a", "[1]"),
        ("a instance of ", "list<", "number", ">"),
    ],
)
def test_a_tree_may_be_as_deep_as_the_limit_and_no_deeper(opening: str, before: str, middle: str, after: str) -> None:
    def nested(levels: int) -> str:
        return opening + before * levels + middle + after * levels

    levels_of_each = 2 if "satisfies" in after else 1
    deep = parse_expression(nested(MAX_DEPTH // levels_of_each - 2))
    assert parse_expression(unparse(deep)) == deep
    with pytest.raises(FeelSyntaxError, match="nested deeper than 100 levels"):
        parse_expression(nested(MAX_DEPTH + 1))


def test_parentheses_that_say_nothing_are_not_levels() -> None:
    assert parse_expression("(" * 1000 + "a" + ")" * 1000) == Name("a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" " * (MAX_CHARACTERS + 1), f"longer than {MAX_CHARACTERS} characters"),
        ("[" + "1," * MAX_TOKENS, f"longer than {MAX_TOKENS} words and signs"),
    ],
)
def test_texts_longer_than_the_limits_are_refused(text: str, message: str) -> None:
    with pytest.raises(FeelSyntaxError, match=message):
        parse_expression(text)


OPERANDS = [
    "1",
    ".5",
    "2e3",
    "a",
    "b",
    "c?",
    "true",
    "null",
    '"s"',
    '@"P1D"',
    "date and time",
    "list",
    "context",
    "not",
]
WORDS = ["and", "or", "between", "in", "if", "then", "else", "for", "return", "some", "every", "satisfies", "function"]
MORE_WORDS = ["external", "instance of", "instance", "of", "range"]
SIGNS = ["**", "!=", "<=", ">=", "..", "->", "//", "/*", "*/", "==", "&", "é", "🐎", "\ud800", "\x00", "\n"]
TOKENS = st.sampled_from([*OPERANDS, *WORDS, *MORE_WORDS, *SIGNS, *"()[]{}?+-*/=<>.,:\"'\\"])


@given(st.lists(TOKENS, max_size=60).map(" ".join) | st.lists(TOKENS, max_size=30).map("".join) | st.text(max_size=60))
@example("[]1..2]")
@example("not(not(")
@example("]]]]..")
@example("for in in in")
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    for parse in (parse_expression, parse_unary_tests):
        try:
            parse(text, ["a and b", "a-b", "c? * 1"])
        except FeelSyntaxError as fault:
            start, end = fault.span
            assert 0 <= start <= end <= len(text)
            assert fault.message.isprintable()
