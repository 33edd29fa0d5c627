"""The gate of the engine: what it decided once it decides again, or its version says that policies mean something else.

Where a change is meant, raise `ENGINE_VERSION` and run `python -m tests.decision.replay.record`; the change to the
corpus then shows which decisions come out differently, and how.
"""

from collections import Counter

import pytest

from services.decision.domain.decision import Engine
from services.decision.domain.policy import ENGINE_VERSION, expand_trace
from services.decision.domain.record import known_facts
from services.decision.domain.replay import Verdict, replay
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
