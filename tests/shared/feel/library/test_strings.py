import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.feel.library.kit import call, fault, untimed


@pytest.mark.parametrize(
    ("start", "length", "part"),
    [(3, 3, "oba"), (-2, 1, "a"), (-6, 6, "foobar"), (6, 1, "r"), (3, 100, "obar"), (1, 0, "")],
)
def test_a_substring_starts_at_its_position_from_the_start_or_from_the_end(start: int, length: int, part: str) -> None:
    assert call("substring", "foobar", start, length) == part


def test_a_substring_without_a_length_goes_to_the_end() -> None:
    assert call("substring", "foobar", 3) == "obar"


@pytest.mark.parametrize("start", [0, 7, -7])
def test_there_is_no_substring_where_there_is_no_character(start: int) -> None:
    assert f"no position {start} among 6" in fault("substring", "foobar", start)


def test_a_length_is_not_negative() -> None:
    assert "length is not negative" in fault("substring", "foobar", 1, -1)


def test_a_character_beyond_the_basic_plane_counts_as_one() -> None:
    assert call("string length", "🐎😀") == 2
    assert call("substring", "🐎foo", 2) == "foo"


@given(st.text(), st.text(min_size=1))
@untimed
def test_what_is_before_a_match_and_after_it_makes_the_whole(text: str, match: str) -> None:
    whole = text + match
    before, after = call("substring before", whole, match), call("substring after", whole, match)
    assert f"{before}{match}{after}" == whole


def test_nothing_is_before_or_after_what_is_not_there() -> None:
    assert call("substring before", "foobar", "x") == ""
    assert call("substring after", "foobar", "x") == ""


def test_everything_is_after_the_empty_string() -> None:
    assert call("substring before", "abc", "") == ""
    assert call("substring after", "abc", "") == "abc"


def test_strings_are_joined_and_nulls_are_left_out() -> None:
    assert call("string join", ["a", None, "c"], "X") == "aXc"
    assert call("string join", ["a", "c"]) == "ac"
    assert call("string join", ["a", "c"], None) == "ac"
    assert call("string join", []) == ""


def test_only_strings_are_joined() -> None:
    assert "must be strings" in fault("string join", [1, 2])


def test_a_string_is_split_at_each_match() -> None:
    assert call("split", "a;b;;", ";") == ["a", "b", "", ""]
    assert call("split", "John  Doe", "\\s+") == ["John", "Doe"]
    assert call("split", "", ";") == [""]


@given(st.lists(st.text(alphabet="ab "), min_size=1))
@untimed
def test_what_was_split_can_be_joined_again(parts: list[str]) -> None:
    text = ";".join(parts)
    assert call("string join", call("split", text, ";"), ";") == text


@given(st.text(), st.text())
@untimed
def test_a_string_contains_what_it_starts_or_ends_with(text: str, part: str) -> None:
    assert call("contains", text + part, part) is True
    assert call("ends with", text + part, part) is True
    assert call("starts with", part + text, part) is True


def test_letters_change_their_case() -> None:
    assert call("upper case", "aBc4") == "ABC4"
    assert call("lower case", "aBc4") == "abc4"


def test_no_function_makes_a_string_without_bound() -> None:
    assert "1,000,000 characters" in fault("string join", ["a" * 1_000] * 1_001)
    assert "1,000,000 characters" in fault("replace", "a" * 2_000, "a", "b" * 1_000)
    assert "1,000,000 characters" in fault("upper case", "ß" * 600_000)
