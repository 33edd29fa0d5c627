import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.feel.library.kit import call, fault, feel, untimed

contexts = st.dictionaries(st.text(max_size=3), st.integers(0, 9) | st.none())


@given(contexts)
@untimed
def test_a_context_can_be_taken_apart_and_put_together_again(context: dict[str, object]) -> None:
    assert call("context", call("get entries", context)) == feel(context)


@given(contexts, st.text(max_size=3), st.integers())
@untimed
def test_what_was_put_can_be_got(context: dict[str, object], key: str, value: int) -> None:
    before = dict(context)
    assert call("get value", call("context put", context, key, value), key) == value
    assert context == before


def test_a_key_that_is_not_there_has_no_value() -> None:
    assert call("get value", {"a": 1}, "b") is None


def test_a_value_is_put_at_the_end_of_a_path() -> None:
    original = {"x": 1, "y": {"a": {"b": 0}}}
    assert call("context put", original, ["y", "a", "b"], 2) == feel({"x": 1, "y": {"a": {"b": 2}}})
    assert original["y"] == {"a": {"b": 0}}


@pytest.mark.parametrize("keys", [["y", "a", "b"], ["z", "a"], []])
def test_a_path_leads_through_contexts(keys: list[str]) -> None:
    fault("context put", {"x": 1, "y": {"a": 0}}, keys, 2)


@pytest.mark.parametrize(
    "entries", [[{"key": "a"}], [{"value": 1}], [{"key": None, "value": 1}], [{"key": "a", "value": 1}] * 2, ["a"]]
)
def test_entries_have_a_key_of_their_own_and_a_value(entries: list[object]) -> None:
    fault("context", entries)


def test_the_later_of_two_contexts_wins() -> None:
    merged = call("context merge", [{"a": 1, "b": {"x": 1}}, {"b": {"y": 2}}])
    assert merged == feel({"a": 1, "b": {"y": 2}})
