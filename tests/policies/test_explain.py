"""Explaining a policy file on the facts of one application."""

from typing import Any

import pytest

from services.policies.explain import explain_file
from tests.decision.domain.explaining import AS_OF, GOOD, POLICY, PRODUCT, REASONS

_WIRE = PRODUCT.dictionary.to_wire(GOOD)


def _explained(facts: Any, language: str = "en") -> str:
    return explain_file(POLICY, PRODUCT, REASONS, facts, AS_OF, language)


def test_an_application_is_explained_in_full() -> None:
    text = _explained({**_WIRE, "months": 60, "security": "none"})
    assert text.startswith("Referred: a person decides.")
    assert "Knock-out rule 2 asks for a referral (TERM_LONG)" in text
    assert "If Term were 48 months instead of 60 months" in text
    assert _explained(_WIRE, "zh").startswith("批准")


def test_a_golden_case_can_be_explained_as_it_is() -> None:
    case = {"name": "weak", "facts": {**_WIRE, "score": 400}, "score_reasons": ["HISTORY_SHORT"], "expect": {}}
    assert "- HISTORY_SHORT: " in _explained(case)


def test_null_is_a_missing_fact() -> None:
    assert "because Income a year is missing" in _explained({**_WIRE, "income": None})


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([], "must be a JSON object"),
        ({"dtii": "0.2"}, "`dtii` is not a fact of product `van-loan`"),
        ({"dti": 0.2}, "fact `dti` must be a decimal written as a string"),
        ({"facts": {}, "score_reasons": "HISTORY_SHORT"}, "`score_reasons` must be a list of codes"),
    ],
)
def test_facts_that_are_none_are_refused_in_words(facts: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _explained(facts)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="en and zh"):
        _explained(_WIRE, "fr")
