"""The scores given to applications: inputs, points and reasons, never changed afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.result import Scored
from shared.db import Transaction, rows_json
from shared.ids import new_id

_ADD: Final = text("""
    INSERT INTO score (score_id, application_id, product, facts, model, model_version, model_hash, score, pd, points,
                       reasons, failure, scored_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(score_id text, application_id text, product text, facts json, model text, model_version int,
                model_hash text, score int, pd numeric, points json, reasons json, failure text, scored_at timestamptz)
""")


@dataclass(frozen=True, slots=True)
class ScoredApplication:
    """A score and the application it was given to; `facts` are in wire form."""

    application_id: str
    product: str
    facts: Mapping[str, Any]
    scored: Scored
    scored_at: datetime


async def add(tx: Transaction, entries: Sequence[ScoredApplication]) -> None:
    """Store scores."""
    if not entries:
        return
    await tx.execute(_ADD, {"rows": rows_json([_row(entry) for entry in entries])})


def _row(entry: ScoredApplication) -> dict[str, Any]:
    score, model = entry.scored.score, entry.scored.model
    row: dict[str, Any] = {
        "score_id": new_id("scr"),
        "application_id": entry.application_id,
        "product": entry.product,
        "facts": entry.facts,
        "failure": entry.scored.failure,
        "scored_at": entry.scored_at,
    }
    if score is not None and model is not None:
        row |= {
            "model": model.name,
            "model_version": model.version,
            "model_hash": model.content_hash,
            "score": score.score,
            "pd": score.pd,
            "points": [[point.characteristic, point.bin, point.points] for point in score.points],
            "reasons": [[reason.code, reason.shortfall_millipoints] for reason in score.reasons],
        }
    return row
