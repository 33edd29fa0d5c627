"""Golden cases that do not come out."""

from typing import Any

import pytest

from tests.decision.domain.policy.refusals.kit import refusal
from tests.decision.domain.policy.small import changed, policy

CASE = {"name": "good", "facts": {"score": 640}, "expect": {"outcome": "refer"}}


@pytest.mark.parametrize(
    ("change", "pointer", "code", "detail"),
    [
        (
            {"expect": {"outcome": "approve"}},
            "/cases/0/expect/outcome",
            "case_failed",
            "case `good`: expected outcome 'approve', got 'decline'",
        ),
        ({"expect": {}}, "/cases/0/expect", "missing_key", "case `good` expects no outcome"),
        (
            {"expect": {"outcome": "decline", "grad": "A"}},
            "/cases/0/expect/grad",
            "unknown_key",
            "case `good`: nothing is called `grad`; did you mean `grade`?",
        ),
        (
            {"facts": {"scor": 640}},
            "/cases/0/facts/scor",
            "unknown_fact",
            "case `good`: unknown fact `scor`; did you mean `score`?",
        ),
        (
            {"facts": {"score": "640"}},
            "/cases/0/facts/score",
            "invalid_fact",
            "case `good`: `score` must be an integer",
        ),
        (
            {"score_reasons": ["NOPE"]},
            "/cases/0/score_reasons/0",
            "unknown_reason",
            "unknown reason code `NOPE` in case `good`",
        ),
    ],
)
def test_a_golden_case_that_does_not_come_out_stops_the_policy(
    change: dict[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(changed("cases", [{**CASE, **change}]))


def test_golden_cases_that_come_out_let_the_policy_load() -> None:
    facts = {
        "requested_amount": {"amount_minor": 200_000, "currency": "USD"},
        "income": {"amount_minor": 900_000, "currency": "USD"},
        "dti": "0.2",
        "employed": True,
        "region": None,
        "score": 640,
    }
    expect = {
        "outcome": "approve",
        "grade": "A",
        "approved_minor": 200_000,
        "rate": "0.0900",
        "reasons": [],
        "queue": None,
    }
    loaded = policy(changed("cases", [{"name": "good", "facts": facts, "expect": expect}]))
    assert loaded.document["cases"][0]["name"] == "good"
