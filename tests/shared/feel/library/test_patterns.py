import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.library.patterns import compiled
from shared.feel.values import FeelError
from tests.shared.feel.library.kit import call, fault, untimed


@pytest.mark.parametrize(
    ("text", "pattern", "flags"),
    [
        ("abracadabra", "bra", ""),
        ("abracadabra", "^a.*a$", ""),
        ("helloworld", "hello world", "x"),
        ("hello world", "hello[ ]world", "x"),
        ("hello world", "\\p{ IsBasicLatin}+", "x"),
        ("a\nb", "a.b", "s"),
        ("a\nb", "^b$", "m"),
        ("a\n\nb", "^$", "m"),
        ("ABC", "abc", "i"),
        ("\u212a", "k", "i"),
        ("x", "[A-Z-[OI]]", "i"),
        ("a.b", "a.b", "q"),
        ("A.B", "a.b", "qi"),
        ("aa", "(a)\\1", ""),
        ("b", "^(a)?b\\1$", ""),
        ("a2", "(a)\\12|a2", ""),
        ("é", "\\p{Ll}", ""),
        ("λ", "\\p{IsGreek}", ""),
        ("xsd:name", "^\\i\\c*$", ""),
        ("a-b", "^[a\\-b]+$", ""),
        ("-", "[a-]", ""),
        ("-", "[-a]", ""),
        ("^", "[a^]", ""),
        ("$", "\\$", ""),
        ("1!", "^\\d\\W$", ""),
        ("ab", "^(?:a|b){2,3}?$", ""),
    ],
)
def test_a_pattern_of_xpath_is_found(text: str, pattern: str, flags: str) -> None:
    assert call("matches", text, pattern, flags) is True


@pytest.mark.parametrize(
    ("text", "pattern", "flags"),
    [
        ("a\rb", "a.b", ""),
        ("a\nb", "a.b", ""),
        ("a\n", "a$", ""),
        ("a\nb\n", "^$", "m"),
        ("q", "[^Q]", "i"),
        ("O", "[A-Z-[OI]]", ""),
        ("o", "[A-Z-[OI]]", "i"),
        ("m", "\\p{Lu}", "i"),
        ("axb", "a.b", "q"),
        ("5", "[\\d-[5]]", ""),
        ("_", "\\W\\w", ""),
    ],
)
def test_a_pattern_of_xpath_is_not_found(text: str, pattern: str, flags: str) -> None:
    assert call("matches", text, pattern, flags) is False


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "]", "a{", "}", "*", "a**", "a{,2}", "a{2,1}", "a{x}", "[]", "[^]", "[z-a]", "[a-c-e]", "[a[b]"]
    + ["\\", "\\q", "\\0", "(a)\\2", "(a\\1)", "[\\1]", "\\p{Xx}", "\\p{IsNowhere}", "\\p{L", "[a-\\d]"],
)
def test_what_is_no_pattern_is_a_fault(pattern: str) -> None:
    assert "pattern" in fault("matches", "input", pattern) or "block" in fault("matches", "input", pattern)


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<=a)b", "(?i)a", "(?P<n>a)", "a++", "(?:a){e<=1}", "(?R)", "(?#c)"])
def test_what_only_other_languages_know_is_no_pattern(pattern: str) -> None:
    fault("matches", "a", pattern)


@pytest.mark.parametrize("flags", ["p", " ", "X", "I"])
def test_unknown_flags_are_a_fault(flags: str) -> None:
    assert "flags" in fault("matches", "input", "pattern", flags)


def test_null_flags_are_no_flags() -> None:
    assert call("matches", "abracadabra", "bra", None) is True


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "made"),
    [
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("banana", "[aeiou]", "[$0]", "b[a]n[a]n[a]"),
        ("abracadabra", "a(.)", "a$1$1", "abbraccaddabbra"),
        ("abracadabra", "a.*?a", "*", "*c*bra"),
        ("0123456789", "(\\d{3})(\\d{3})(\\d{4})", "($1) $2-$3", "(012) 345-6789"),
        ("abc", "b", "\\$\\\\", "a$\\c"),
        ("abc", "(b)", "$9", "ac"),
        ("abc", "(b)", "$12", "ab2c"),
    ],
)
def test_matches_are_replaced(text: str, pattern: str, replacement: str, made: str) -> None:
    assert call("replace", text, pattern, replacement) == made


def test_flag_q_takes_the_replacement_as_it_is() -> None:
    assert call("replace", "a.b", ".", "$1", "q") == "a$1b"


@pytest.mark.parametrize("replacement", ["$", "$x", "\\n", "\\"])
def test_a_replacement_that_means_nothing_is_a_fault(replacement: str) -> None:
    fault("replace", "abc", "b", replacement)


def test_a_pattern_that_matches_nothing_at_all_cannot_be_replaced() -> None:
    assert "empty string" in fault("replace", "abc", "x*", "-")
    assert "empty string" in fault("split", "abc", "")


@given(st.text(), st.text())
@untimed
def test_flag_q_finds_what_the_text_contains(text: str, part: str) -> None:
    assert call("matches", text, part, "q") is (part in text)


@given(st.from_regex(r"\A(?:[abc]|\[abc\]|\(a\|b\)|\.)(?:[abc.]|[abc][*+?]|\(b?c\)|\[\^a\]){0,6}\Z"), st.text("abc"))
@untimed
def test_what_python_and_xpath_share_means_the_same(pattern: str, text: str) -> None:
    assert call("matches", text, pattern) is (re.search(pattern, text) is not None)


@given(st.text(alphabet="ab01(){}[]^$.*+?|\\-,:dpLIs ", max_size=40), st.sampled_from(["", "x", "i", "sm"]))
@untimed
def test_any_text_is_a_pattern_or_a_fault(pattern: str, flags: str) -> None:
    try:
        compiled(pattern, flags).found_in("ab01-")
    except FeelError as error:
        assert str(error)


@pytest.mark.parametrize(
    "pattern",
    ["(?:(?:(?:a{1000}){1000}){1000}){1000}", "a{0,999999}", "(" * 500 + ")" * 500, "(){9999}", "x" * 10_001]
    + ["[a" + "-[b" * 500 + "]" * 501, "\\" + "1" * 9_000],
)
def test_a_pattern_that_would_exhaust_the_machine_is_refused(pattern: str) -> None:
    fault("matches", "a", pattern)


def test_a_text_too_long_to_match_is_refused() -> None:
    assert "100,000 characters" in fault("matches", "a" * 100_001, "b")


def test_a_pattern_that_backtracks_without_end_is_given_up() -> None:
    assert "too long to match" in fault("matches", "a" * 100 + "!", "^(a|aa|a?a)+\\1\\1\\1\\1b?$")
