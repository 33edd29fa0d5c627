"""A small run of three applicants, as the services would tell it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.demo.catalogue import read_catalogue
from services.demo.figures import Acknowledged, Decided, Grant, measure
from services.demo.run import Report
from services.demo.stories import Points, Step, Story
from shared.money import Money

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def acknowledged(*numbers: int) -> list[Acknowledged]:
    return [Acknowledged(number, f"app_{number}", f"pty_{number}") for number in numbers]


def decided(
    number: int,
    outcome: str,
    *,
    reasons: Sequence[str] = (),
    score: int | None = 600,
    after_ms: int = 0,
    took_ms: int = 10,
    decision_id: str | None = None,
) -> Decided:
    submitted_at = START + timedelta(milliseconds=after_ms)
    return Decided(
        decision_id=decision_id or f"dec_{number}",
        application_id=f"app_{number}",
        outcome=outcome,
        reasons=tuple(reasons),
        score=score,
        submitted_at=submitted_at,
        decided_at=submitted_at + timedelta(milliseconds=took_ms),
    )


def granted(number: int, limits_set: int = 1, amount_minor: int = 100_000) -> Grant:
    limit = Money(amount_minor, "DEM") if limits_set else None
    return Grant(f"pty_{number}", limits_set, limit)


def amount(amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": "DEM"}


def account(limit: int, posted: int = 0, reserved: int = 0) -> dict[str, Any]:
    return {
        "account_id": "acc_1",
        "limit": amount(limit),
        "posted": amount(posted),
        "reserved": amount(reserved),
        "available": amount(limit - posted - reserved),
    }


def decision(outcome: str, **changes: Any) -> dict[str, Any]:
    """A decision as `GET /v1/decisions/{id}` explains it, on one rule."""
    return {
        "outcome": outcome,
        "grade": "A",
        "requested": amount(100_000),
        "limit": None,
        "rate": None,
        "other_terms": {},
        "conditions": [],
        "queue": None,
        "reasons": [],
        "score": {"score": 596, "pd": "0.036900", "model": "consumer-loan", "model_version": "1"},
        "policy": {"name": "consumer-loan-standard", "version": "1"},
        "submitted_at": "2026-11-21T09:00:00Z",
        "decided_at": "2026-11-21T09:00:00.042Z",
        "facts": {"requested_amount": amount(100_000), "duration_months": 12, "age_years": 67},
        "trace": [
            {
                "table": "definitions.without_reserves",
                "kind": "formula",
                "value": False,
                "rows": [
                    {
                        "row": 1,
                        "status": "hit",
                        "conditions": [],
                        "formula": 'checking_status = "<0 DM"',
                        "operands": [{"fact": "checking_status", "value": None}],
                        "output": {"value": False},
                    }
                ],
            },
            {
                "table": "definitions.size_band",
                "hit_policy": "FIRST",
                "value": "small",
                "rows": [
                    {
                        "row": 1,
                        "status": "no_hit",
                        "conditions": [
                            {
                                "fact": "if",
                                "test": "requested_amount > 5000",
                                "operands": [{"fact": "requested_amount", "value": amount(100_000)}],
                                "status": "no_hit",
                            }
                        ],
                        "output": {"value": '"large"'},
                    },
                    {"row": "default", "status": "hit", "conditions": [], "output": {"value": '"small"'}},
                ],
            },
            {
                "table": "eligibility",
                "hit_policy": "COLLECT",
                "rows": [
                    {
                        "row": 1,
                        "status": "no_hit",
                        "conditions": [
                            {"fact": "duration_months", "test": "not([4..72])", "value": 12, "status": "no_hit"}
                        ],
                        "output": {"outcome": "decline", "reason": "TERM_OUTSIDE_PRODUCT", "on_missing": "refer"},
                    }
                ],
            },
            {
                "table": "knock_outs",
                "hit_policy": "COLLECT",
                "rows": [
                    {
                        "row": 1,
                        "status": "no_hit",
                        "conditions": [
                            {"fact": "without_reserves", "test": "true", "value": False, "status": "no_hit"}
                        ],
                        "output": {"outcome": "decline", "reason": "OVERDRAWN_WITHOUT_SAVINGS", "on_missing": "refer"},
                    }
                ],
            },
            {
                "table": "grade",
                "hit_policy": "UNIQUE",
                "rows": [
                    {
                        "row": 1,
                        "status": "hit",
                        "conditions": [{"fact": "score", "test": ">= 590", "value": 596, "status": "hit"}],
                        "output": {"grade": "A"},
                    }
                ],
            },
        ],
        **changes,
    }


def granting() -> list[dict[str, Any]]:
    """The trace of terms and conditions where credit is granted."""
    return [
        {
            "table": "terms",
            "hit_policy": "UNIQUE",
            "rows": [
                {
                    "row": 1,
                    "status": "hit",
                    "conditions": [],
                    "formula": "requested_amount",
                    "operands": [{"fact": "requested_amount", "value": amount(100_000)}],
                    "output": {"outcome": "approve", "approved_minor": 100_000},
                    "terms": [
                        {"term": "rate", "formula": "rate - 0.0015", "operands": [], "value": "0.067500"},
                        {"term": "monthly_instalment", "formula": "limit / 12", "operands": [], "value": amount(8_333)},
                    ],
                },
                {
                    "row": 2,
                    "status": "not_evaluated",
                    "conditions": [],
                    "formula": "requested_amount * share",
                    "operands": [{"fact": "share", "value": None}],
                    "output": {"outcome": "counter_offer", "approved_minor": None},
                    "terms": [{"term": "rate", "formula": "rate + 0.0100", "operands": [], "value": None}],
                },
            ],
        },
        {
            "table": "conditions",
            "hit_policy": "COLLECT",
            "rows": [
                {
                    "row": 1,
                    "status": "hit",
                    "conditions": [
                        {"fact": "other_debtors", "test": '"guarantor"', "value": "guarantor", "status": "hit"}
                    ],
                    "output": {"condition": "GUARANTOR_SIGNS", "on_missing": "ignore"},
                }
            ],
        },
    ]


def approved_story() -> Story:
    half = Money(50_000, "DEM")
    steps = (
        Step("limit_check", half, {"result": "ok", "reasons": []}, account(100_000)),
        Step("reservation", half, {"state": "reserved", "amount": amount(50_000)}, account(100_000, reserved=50_000)),
        Step(
            "capture",
            Money(40_000, "DEM"),
            {"state": "captured", "amount": amount(50_000)},
            account(100_000, posted=40_000),
        ),
    )
    points = (Points("duration_months", "9 to below 17", 63, 54_443),)
    approved = decision(
        "approve",
        limit=amount(100_000),
        rate="0.067500",
        other_terms={"monthly_instalment": amount(8_333)},
        conditions=["GUARANTOR_SIGNS"],
    )
    return Story(1, {**approved, "trace": [*approved["trace"], *granting()]}, points, steps)


def declined_story() -> Story:
    refused = Step(
        "limit_check", Money(100_000, "DEM"), {"result": "block", "reasons": ["NO_LIMIT"], "account_id": None}, None
    )
    return Story(2, decision("decline", grade="E", reasons=["SAVINGS_LOW"]), (), (refused,))


def report() -> Report:
    figures = measure(
        acknowledged(1, 2, 3),
        [
            decided(1, "approve", score=596),
            decided(2, "decline", score=470, reasons=["SAVINGS_LOW", "TERM_TOO_LONG"], after_ms=100),
            decided(3, "refer", score=512, reasons=["SAVINGS_LOW"], after_ms=200, took_ms=50),
        ],
        [granted(1)],
    )
    return Report("embedded", figures, [approved_story(), declined_story()], read_catalogue())
