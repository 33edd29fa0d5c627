"""Near-valid and hostile documents are refused, never a crash."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import Evaluation, PolicyError
from tests.decision.domain.policy.small import DOCUMENT, GOOD, evaluated, policy

POLICY = policy()
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["-", "< 600", '"A"', "[1..2)", "not(true)", "approve", "from_score", "0.5", "grade", "age"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a document."""
    found = [path] if path else []
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        found += places(value, (*path, key))
    return found


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(DOCUMENT)), JUNK), min_size=1, max_size=2))
def test_a_document_with_junk_in_it_is_refused_or_decides_but_does_nothing_else(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    document = copy.deepcopy(DOCUMENT)
    for path, junk in changes:
        node: Any = document
        try:
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    try:
        loaded = policy(document)
    except PolicyError as refused:
        assert refused.faults
    else:
        assert isinstance(evaluated(loaded, GOOD), Evaluation)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JUNK, max_size=4) | JUNK)
def test_a_document_that_is_all_junk_is_refused(document: Any) -> None:
    try:
        policy(document)
    except PolicyError as refused:
        assert refused.faults
    else:
        raise AssertionError("junk was loaded as a policy")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(GOOD)), JUNK)
def test_junk_in_place_of_a_fact_never_raises_the_amount(name: str, junk: Any) -> None:
    answer = evaluated(POLICY, {**GOOD, name: junk})
    assert answer.approved_minor is None or isinstance(junk, int | str) or answer.approved_minor <= 200_000
