"""Codes that nobody words, outcomes without terms, and what is stated for nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.reasons import parse_reasons
from tests.decision.domain.policy.refusals.kit import Refused, refusal
from tests.decision.domain.policy.small import DOCUMENT, PRODUCT, changed, without

CASES: list[Refused] = [
    (
        changed("knock_outs/rows/0/reason", "DEBT_HIHG"),
        "/knock_outs/rows/0/reason",
        "unknown_reason",
        "unknown reason code `DEBT_HIHG` in table knock_outs, row 1; did you mean `DEBT_HIGH`?",
    ),
    (
        changed("matrix/default/reason", "WHY"),
        "/matrix/default/reason",
        "unknown_reason",
        "unknown reason code `WHY` in table matrix, default row",
    ),
    (
        changed("knock_outs/rows/0/reason", "from_score"),
        "/knock_outs/rows/0/reason",
        "unknown_reason",
        "unknown reason code `from_score` in table knock_outs, row 1",
    ),
    (
        without("terms/counter_offer"),
        "/terms",
        "missing_terms",
        "table matrix, row 2 gives counter_offer, for which there is no limit",
    ),
    (
        without("matrix/rows/1/share"),
        "/terms/counter_offer/limit",
        "missing_operand",
        "the limit of counter_offer needs `share`, which table matrix, row 2 does not state",
    ),
    (
        changed("terms/approve/less_reason", "WHY"),
        "/terms/approve/less_reason",
        "unknown_reason",
        "unknown reason code `WHY` in the terms of approve",
    ),
    (
        changed(
            "conditions",
            {
                "hit_policy": "COLLECT",
                "rows": [{"if": "employed", "condition": "GUARANTE", "on_missing": "refer"}],
            },
        ),
        "/conditions/rows/0/condition",
        "unknown_condition",
        "unknown condition code `GUARANTE` in table conditions, row 1; did you mean `GUARANTEE`?",
    ),
    (
        changed("matrix/rows/0/share", "1"),
        "/matrix/rows/0/share",
        "unused_output",
        "table matrix, row 1 states `share`, which nothing uses",
    ),
    (
        changed("matrix/rows/2/rate", "0.1"),
        "/matrix/rows/2/rate",
        "unused_output",
        "table matrix, row 3 states `rate`, which nothing uses",
    ),
    (
        changed(
            "matrix/rows/1",
            {"when": {"grade": '"B"', "requested_amount": "<= 5000"}, "outcome": "decline", "reason": "INCOME_LOW"},
        ),
        "/terms/counter_offer",
        "unused_terms",
        "table matrix never gives counter_offer: its terms are not used",
    ),
    (
        changed("definitions", {"d": {"type": "integer", "value": "months"}, "e": {"type": "integer", "value": "d"}}),
        "/definitions/e",
        "unused_definition",
        "definition `e` is not used",
    ),
    (
        changed("definitions", {"d": {"type": "integer", "value": "months"}, "e": {"type": "integer", "value": "d"}}),
        "/definitions/d",
        "unused_definition",
        "definition `d` is not used",
    ),
]


@pytest.mark.parametrize(("document", "pointer", "code", "detail"), CASES)
def test_what_is_used_must_be_stated_and_what_is_stated_must_be_used(
    document: Mapping[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(document)


def test_a_catalogue_without_the_reasons_of_the_platform_is_not_enough() -> None:
    empty = parse_reasons([{"product": "any", "reasons": {}}])
    with pytest.raises(PolicyError, match="unknown reason code `SCORE_UNAVAILABLE` of the platform"):
        load_policy(DOCUMENT, PRODUCT, empty)
