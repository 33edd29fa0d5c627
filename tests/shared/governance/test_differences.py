"""How two documents differ, as people read it."""

import re
from json import dumps
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.governance.differences import differences

_values = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b", None, True]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=20,
)
documents = st.dictionaries(st.sampled_from("abcd"), _values, max_size=4)


def test_equal_documents_do_not_differ_whatever_the_order_of_their_keys() -> None:
    assert differences({"a": 1, "b": [2]}, {"b": [2], "a": 1}) == []


def test_a_change_is_shown_with_what_surrounds_it_and_its_place_in_the_whole() -> None:
    old: dict[str, Any] = {"rows": [{"n": number} for number in range(20)]}
    new = {"rows": [*old["rows"][:10], {"n": 99}, *old["rows"][11:]]}
    lines = differences(old, new)
    assert lines[0] == "@@ -31,7 +31,7 @@"
    assert [line for line in lines if line[0] in "+-"] == ['-      "n": 10', '+      "n": 99']


def test_documents_that_have_nothing_in_common_are_compared_in_bounded_time() -> None:
    old, new = ({"rows": [f"{side}{number % 7}" for number in range(20_000)]} for side in "ab")
    lines = differences(old, new)
    assert sum(line.startswith("-") for line in lines) == 20_000
    assert sum(line.startswith("+") for line in lines) == 20_000


@settings(max_examples=200)
@given(documents, documents)
def test_a_difference_leads_from_one_document_to_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = (dumps(document, sort_keys=True, indent=2).splitlines() for document in (old, new))
    assert _patched(before, differences(old, new)) == after


def _patched(before: list[str], lines: list[str]) -> list[str]:
    """Return what a unified diff makes of some lines."""
    result: list[str] = []
    read = 0
    for line in lines:
        heading = re.match(r"@@ -(\d+)(?:,(\d+))?", line)
        if heading:
            start = int(heading[1]) - (heading[2] != "0")
            result += before[read:start]
            read = start
        elif line[0] == "-":
            assert before[read] == line[1:]
            read += 1
        elif line[0] == "+":
            result.append(line[1:])
        else:
            result.append(before[read])
            read += 1
    return result + before[read:]
