"""What a decision was made on, as one text."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.decision.domain.decision import ScoreOutcome
from services.decision.domain.record import inputs_as_stated, inputs_of
from shared.canonical import canonical_json
from shared.facts import SoundFacts
from tests.decision.domain.policy.small import AS_OF, GOOD, PRODUCT

TEXT = st.text(max_size=12)
SCORES = st.none() | st.builds(
    ScoreOutcome,
    score=st.integers(0, 1000),
    pd=st.decimals(0, 1, places=6),
    reasons=st.lists(TEXT, max_size=4).map(tuple),
    model=TEXT,
    model_version=TEXT,
    model_hash=TEXT,
)
APPLICATION = SoundFacts(GOOD, PRODUCT.dictionary).without(("score", "pd"))


@given(SCORES)
def test_inputs_are_canonical_json_whoever_writes_the_facts(score: ScoreOutcome | None) -> None:
    inputs = inputs_of(APPLICATION, score, AS_OF)
    assert inputs == canonical_json(json.loads(inputs))
    assert inputs == inputs_as_stated(PRODUCT.dictionary.to_wire(APPLICATION), score, AS_OF)


def test_a_score_stands_in_the_inputs_with_its_model() -> None:
    score = ScoreOutcome(640, Decimal("0.000001"), ("HISTORY_SHORT",), "card", "1", "ab")
    assert json.loads(inputs_of(APPLICATION, score, AS_OF))["score"] == {
        "model": "card",
        "model_hash": "ab",
        "model_version": "1",
        "pd": "0.000001",
        "reasons": ["HISTORY_SHORT"],
        "score": 640,
    }
