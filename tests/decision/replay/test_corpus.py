"""The gate of the engine: what it decided once it decides again, or its version says that policies mean something else.

Where a change is meant, raise `ENGINE_VERSION` and run `python -m tests.decision.replay.record`; the change to the
corpus then shows which decisions come out differently, and how.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.decision import Engine
from services.decision.domain.policy import ENGINE_VERSION, expand_trace
from services.decision.domain.record import known_facts
from services.decision.domain.replay import Verdict, replay
from shared.products import Product
from tests.decision.domain.catalogue.books import NAMES
from tests.decision.replay import corpus


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("product", corpus.products())
def test_every_decision_of_the_corpus_comes_out_as_it_was_recorded(product: str, engine: Engine) -> None:
    differing = []
    for number, entry in enumerate(corpus.volume(product).entries, start=1):
        found = replay(*corpus.stored(product, entry), engine)
        if found.verdict is not Verdict.IDENTICAL:
            differing.append(f"decision {number}: {found.first_difference or found.reason}")
    assert not differing, f"raise ENGINE_VERSION and record the corpus again if this is meant: {differing[:5]}"


def test_the_corpus_was_recorded_by_this_version_of_the_engine() -> None:
    assert {corpus.volume(product).engine_version for product in corpus.products()} == {ENGINE_VERSION}


def test_the_corpus_has_every_outcome_and_all_that_a_decision_can_do_without() -> None:
    assert set(corpus.products()) == {*NAMES, "card"}
    entries = [entry for product in corpus.products() for entry in corpus.volume(product).entries]
    outcomes = Counter(entry["evaluation"]["outcome"] for entry in entries)
    assert len(entries) >= 300
    assert set(outcomes) == {"approve", "counter_offer", "refer", "pend_info", "decline"}
    assert min(outcomes.values()) >= 5
    assert "score_unavailable" in {fallback for entry in entries for fallback in entry["fallbacks"]}
    letters = "".join(table for entry in entries for table in entry["evaluation"]["trace"]["tables"].values())
    assert set(letters) == set("hnmx")


@pytest.mark.parametrize("product", corpus.products())
def test_every_decision_of_the_corpus_can_be_shown_rule_by_rule(product: str) -> None:
    for entry in corpus.volume(product).entries[::10]:
        decision, grounds = corpus.stored(product, entry)
        assert grounds.product is not None
        assert grounds.policy is not None
        facts = known_facts(decision, grounds.product)
        assert expand_trace(grounds.policy, facts, decision.evaluation.trace, decision.decided_at)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each text, number, truth and null in a document."""
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            yield from leaves(part, (*path, key))
    else:
        yield path


def with_another(value: Any, path: tuple[Any, ...], number: int) -> Any:
    """Return a document with something else at a path; of a text, one letter is another."""
    if path:
        copied = dict(value) if isinstance(value, dict) else list(value)
        copied[path[0]] = with_another(value[path[0]], path[1:], number)
        return copied
    if isinstance(value, str) and value:
        at = number % len(value)
        return f"{value[:at]}{'1' if value[at] == '0' else '0'}{value[at + 1 :]}"
    return not value if isinstance(value, bool) else number + 1 if value is None else None


@settings(max_examples=300)
@given(st.data())
def test_whatever_is_changed_in_a_stored_evaluation_or_its_facts_is_found(data: st.DataObject) -> None:
    product = data.draw(st.sampled_from(corpus.products()))
    entry = data.draw(st.sampled_from(corpus.volume(product).entries))
    part = data.draw(st.sampled_from(["evaluation", "facts"]))
    path = data.draw(st.sampled_from(list(leaves(entry[part]))))
    changed = with_another(entry[part], path, data.draw(st.integers(0, 100)))
    if part == "facts":
        decision, grounds = corpus.stored(product, entry)
        decision = replace(decision, question=replace(decision.question, facts=changed))
        # A fact that does not fit the product counts as missing, whatever it says.
        unfit = grounds.product is not None and _known(grounds.product, changed) == _known(grounds.product, entry[part])
        assert unfit or replay(decision, grounds).verdict is Verdict.DIFFERENT
    else:
        try:
            tampered = corpus.stored(product, {**entry, part: changed})
        except (ArithmeticError, ValueError):
            return  # The store says of such a record that it can't be read.
        assert replay(*tampered).verdict is Verdict.DIFFERENT


def _known(product: Product, wire: Mapping[str, Any]) -> Mapping[str, Any]:
    return product.dictionary.parse(wire)[0]
