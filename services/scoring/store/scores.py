"""The scores given to applications: inputs, points and reasons, never changed afterwards."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.result import Scored
from shared.db import Transaction
from shared.ids import new_id

_ADD: Final = text("""
    INSERT INTO score (score_id, application_id, product, facts, model, model_version, model_hash, score, pd, points,
                       reasons, failure, scored_at)
    SELECT r.score_id, r.application_id, r.product, r.facts::json, r.model, r.model_version, r.model_hash, r.score,
           r.pd::numeric, r.points::json, r.reasons::json, r.failure, r.scored_at
    FROM unnest(CAST(:score_id AS text[]), CAST(:application_id AS text[]), CAST(:product AS text[]),
                CAST(:facts AS text[]), CAST(:model AS text[]), CAST(:model_version AS int[]),
                CAST(:model_hash AS text[]), CAST(:score AS int[]), CAST(:pd AS text[]), CAST(:points AS text[]),
                CAST(:reasons AS text[]), CAST(:failure AS text[]), CAST(:scored_at AS timestamptz[]))
         AS r(score_id, application_id, product, facts, model, model_version, model_hash, score, pd, points, reasons,
              failure, scored_at)
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
    scores = [entry.scored.score for entry in entries]
    models = [entry.scored.scorecard for entry in entries]
    await tx.execute(
        _ADD,
        {
            "score_id": [new_id("scr") for _ in entries],
            "application_id": [entry.application_id for entry in entries],
            "product": [entry.product for entry in entries],
            "facts": [json.dumps(entry.facts) for entry in entries],
            "model": [None if model is None else model.name for model in models],
            "model_version": [None if model is None else model.version for model in models],
            "model_hash": [None if model is None else model.content_hash for model in models],
            "score": [None if score is None else score.score for score in scores],
            "pd": [None if score is None else str(score.pd) for score in scores],
            "points": [
                None if score is None else json.dumps([[p.characteristic, p.bin, p.points] for p in score.points])
                for score in scores
            ],
            "reasons": [
                None if score is None else json.dumps([[r.code, r.shortfall_millipoints] for r in score.reasons])
                for score in scores
            ],
            "failure": [entry.scored.failure for entry in entries],
            "scored_at": [entry.scored_at for entry in entries],
        },
    )
