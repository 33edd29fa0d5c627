"""A small product, catalogue of reasons and policy, and ways to change them one thing at a time."""

import copy
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from services.decision.domain.policy import Evaluation, Policy, load_policy
from services.decision.domain.reasons import parse_reasons
from shared.facts import FactValue
from shared.products import parse_product

PRODUCT_DOCUMENT: dict[str, Any] = {
    "name": "card",
    "title": "Credit card",
    "currency": "USD",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1},
        "income": {"type": "money"},
        "months": {"type": "integer", "minimum": 0, "maximum": 120},
        "dti": {"type": "decimal", "scale": 4},
        "region": {"type": "enum", "values": ["north", "south", "west"]},
        "employed": {"type": "boolean"},
        "customer_since": {"type": "date"},
        "age": {"type": "integer", "minimum": 18, "maximum": 120, "protected": True},
        "score": {"type": "integer", "source": "scoring"},
        "pd": {"type": "decimal", "scale": 6, "source": "scoring"},
    },
}

PRODUCT = parse_product(PRODUCT_DOCUMENT)

REASONS = parse_reasons(
    [
        {
            "product": "any",
            "reasons": {
                code: {"en": f"{code}.", "zh": f"{code}。"}
                for code in (
                    "POLICY_UNAVAILABLE",
                    "POLICY_UNRESOLVED",
                    "SCORE_UNAVAILABLE",
                    "INFORMATION_INCOMPLETE",
                    "TOO_SMALL",
                    "DEBT_HIGH",
                    "NO_JOB",
                    "NEW_CUSTOMER",
                    "AMOUNT_HIGH",
                    "HISTORY_SHORT",
                    "INCOME_LOW",
                    "GUARANTEE",
                    "PAYSLIP",
                )
            },
        }
    ]
)

DOCUMENT: dict[str, Any] = {
    "name": "card-standard",
    "version": 3,
    "product": "card",
    "title": "Card, standard",
    "eligibility": {
        "hit_policy": "COLLECT",
        "rows": [
            {
                "when": {"requested_amount": "< 100"},
                "outcome": "decline",
                "reason": "TOO_SMALL",
                "on_missing": "refer",
            }
        ],
    },
    "knock_outs": {
        "hit_policy": "COLLECT",
        "rows": [
            {"when": {"dti": "> 0.6"}, "outcome": "decline", "reason": "DEBT_HIGH", "on_missing": "refer"},
            {
                "when": {"employed": "false", "region": '"north", "west"'},
                "outcome": "decline",
                "reason": "NO_JOB",
                "on_missing": "decline",
            },
            {
                "when": {"customer_since": '>= date("2026-06-01")'},
                "outcome": "refer",
                "reason": "NEW_CUSTOMER",
                "on_missing": "ignore",
            },
        ],
    },
    "grade": {
        "hit_policy": "UNIQUE",
        "rows": [
            {"when": {"score": ">= 600"}, "grade": "A"},
            {"when": {"score": "[500..600)"}, "grade": "B"},
            {"when": {"score": "< 500"}, "grade": "C"},
        ],
    },
    "matrix": {
        "hit_policy": "FIRST",
        "rows": [
            {"when": {"grade": '"A"'}, "outcome": "approve", "rate": "0.0900"},
            {
                "when": {"grade": '"B"', "requested_amount": "<= 5000"},
                "outcome": "counter_offer",
                "share": "0.8",
                "rate": "0.1200",
                "reason": "AMOUNT_HIGH",
            },
            {"when": {"grade": '"B"'}, "outcome": "refer", "reason": "from_score"},
        ],
        "default": {"outcome": "decline", "reason": "from_score"},
    },
    "terms": {
        "approve": {"limit": "min(requested_amount, income * 0.5)", "less_reason": "INCOME_LOW"},
        "counter_offer": {"limit": "requested_amount * share", "round_down_to": "50"},
    },
    "routing": {
        "hit_policy": "FIRST",
        "rows": [{"when": {"grade": '"B"', "requested_amount": "> 9000"}, "queue": "senior"}],
        "default": {"queue": "desk"},
    },
}

AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

GOOD: dict[str, FactValue] = {
    "requested_amount": 200_000,
    "income": 900_000,
    "months": 24,
    "dti": Decimal("0.2000"),
    "region": "north",
    "employed": True,
    "customer_since": date(2020, 1, 31),
    "score": 640,
    "pd": Decimal("0.010000"),
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the document with `value` at the slash-separated `path`; a list grows where the index is its length."""
    document = copy.deepcopy(DOCUMENT)
    node: Any = document
    *steps, last = path.split("/")
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if not isinstance(node, list):
        node[last] = value
    elif int(last) == len(node):
        node.append(value)
    else:
        node[int(last)] = value
    return document


def without(path: str) -> dict[str, Any]:
    """Return the document without what is at `path`."""
    document = copy.deepcopy(DOCUMENT)
    node: Any = document
    *steps, last = path.split("/")
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    del node[int(last) if isinstance(node, list) else last]
    return document


def policy(document: Mapping[str, Any] = DOCUMENT) -> Policy:
    """Return the loaded policy of `document`."""
    return load_policy(document, PRODUCT, REASONS)


def evaluated(loaded: Policy, facts: Mapping[str, Any], score_reasons: Sequence[str] = ()) -> Evaluation:
    """Return what a policy says to `facts`, all ways of asking it agreeing; None stands for a missing fact."""
    known = {name: value for name, value in facts.items() if value is not None}
    found = loaded.evaluate(known, score_reasons, AS_OF)
    answer = loaded.answer(known, score_reasons, AS_OF)
    assert answer._asdict() == {name: getattr(found, name) for name in answer._fields}
    step_by_step = loaded.interpret(known, score_reasons, AS_OF)
    assert (step_by_step.outcome, step_by_step.approved_minor) == (found.outcome, found.approved_minor)
    assert tuple(found.trace["tables"].values()) == step_by_step.letters
    return found
