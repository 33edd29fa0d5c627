"""The columns that row by row evaluation writes: an evaluation as texts and exact integers, and back."""

import json
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

from services.backtests.engines.ran import Answered
from services.decision.domain.policy import Evaluation
from services.decision.domain.policy.result import MAX_PRINCIPAL_REASONS
from shared.canonical import canonical_json

RATE_SCALE: Final = 12
"""Places that a rate can have at most, whether a matrix states it or a formula gives it."""

COLUMNS: Final = {
    "row_id": "BIGINT",
    "outcome": "VARCHAR",
    "grade": "VARCHAR",
    "approved_minor": "BIGINT",
    "rate": "HUGEINT",
    "queue": "VARCHAR",
    "reasons": "VARCHAR",
    "conditions": "VARCHAR",
    "other_terms": "VARCHAR",
    "letters": "VARCHAR",
    "definitions": "VARCHAR",
}
"""Name and DuckDB type.

Reasons and conditions are codes between commas, letters those of the trace's tables; terms and definitions are JSON.
"""

_EXACT: Final = Context(prec=40)


def encode(row_id: int, evaluation: Evaluation) -> list[Any]:
    """Return an evaluation as the values of `COLUMNS`."""
    trace = evaluation.trace
    return [
        row_id,
        evaluation.outcome.value,
        evaluation.grade,
        evaluation.approved_minor,
        None if evaluation.rate is None else int(evaluation.rate.scaleb(RATE_SCALE, _EXACT)),
        evaluation.queue,
        ",".join(_all_reasons(evaluation)),
        ",".join(evaluation.conditions),
        canonical_json(evaluation.other_terms) if evaluation.other_terms else "{}",
        ",".join(trace["tables"].values()),
        canonical_json(trace.get("definitions", {})),
    ]


def _all_reasons(evaluation: Evaluation) -> Sequence[str]:
    """Return all reasons of the answer: those of the trace, unless it is one that the policy did not give."""
    traced = evaluation.trace["reasons"]
    return traced if tuple(traced[:MAX_PRINCIPAL_REASONS]) == evaluation.reasons else evaluation.reasons


def reasons(row: Mapping[str, Any], _score_reasons: Sequence[str]) -> tuple[str, ...]:
    """Return the principal reasons of a row."""
    return _codes(row["reasons"])[:MAX_PRINCIPAL_REASONS]


def answered(row: Mapping[str, Any], _score_reasons: Sequence[str]) -> Answered:
    """Return what a row says."""
    rate = row["rate"]
    return Answered(
        outcome=row["outcome"],
        grade=row["grade"],
        approved_minor=row["approved_minor"],
        rate=None if rate is None else Decimal(rate).scaleb(-RATE_SCALE, _EXACT),
        reasons=_codes(row["reasons"]),
        queue=row["queue"],
        conditions=_codes(row["conditions"]),
        other_terms=json.loads(row["other_terms"]),
        letters=tuple(row["letters"].split(",")),
        definitions=json.loads(row["definitions"]),
    )


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
