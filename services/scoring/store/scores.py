"""The scores given to applications: inputs, points and reasons, never changed afterwards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.score import Reason
from services.scoring.domain.validity import Given, KeptScore, Standing
from shared.db import Transaction, rows_json
from shared.ids import new_id

_ADD: Final = text("""
    INSERT INTO score (score_id, application_id, product, facts, model, model_version, model_hash, score, pd, points,
                       reasons, failure, scored_at, grade, valid_until, inputs_hash, party_id, arm)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(score_id text, application_id text, product text, facts json, model text, model_version int,
                model_hash text, score int, pd numeric, points json, reasons json, failure text, scored_at timestamptz,
                grade text, valid_until timestamptz, inputs_hash text, party_id text, arm text)
""")
_STANDING: Final = text("""
    SELECT DISTINCT ON (application_id) application_id, score IS NOT NULL AS has_score, model_hash, inputs_hash,
           scored_at, valid_until
    FROM score WHERE application_id = ANY(CAST(:application_ids AS text[]))
    ORDER BY application_id, scored_at DESC, score_id DESC
""")
_LATEST: Final = text("""
    SELECT application_id, product, score, pd, grade, model, model_version, model_hash, reasons, failure, scored_at,
           valid_until, inputs_hash, party_id, arm
    FROM score WHERE application_id = :application_id
    ORDER BY scored_at DESC, score_id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class ScoredApplication:
    """An answer and the application it was given on; `facts` are in wire form."""

    application_id: str
    product: str
    facts: Mapping[str, Any]
    given: Given
    party_id: str | None = None


async def add(tx: Transaction, entries: Sequence[ScoredApplication]) -> None:
    """Store answers."""
    if not entries:
        return
    await tx.execute(_ADD, {"rows": rows_json([_row(entry) for entry in entries])})


async def standing(tx: Transaction, application_ids: Collection[str]) -> dict[str, Standing]:
    """Return what is known of the last answer on each application that has one."""
    rows = await tx.execute(_STANDING, {"application_ids": sorted(application_ids)})
    return {row.application_id: _standing(row, row.has_score) for row in rows}


async def latest(tx: Transaction, application_id: str) -> KeptScore | None:
    """Return the last answer on an application."""
    row = (await tx.execute(_LATEST, {"application_id": application_id})).one_or_none()
    if row is None:
        return None
    return KeptScore(
        application_id=row.application_id,
        product=row.product,
        score=row.score,
        pd=row.pd,
        grade=row.grade,
        model=row.model,
        model_version=row.model_version,
        reasons=tuple(_reason(*entry) for entry in row.reasons or ()),
        failure=row.failure,
        standing=_standing(row, row.score is not None),
        party_id=row.party_id,
        arm=row.arm,
    )


def _standing(row: Any, has_score: bool) -> Standing:
    return Standing(has_score, row.model_hash, row.inputs_hash, row.scored_at, row.valid_until)


def _reason(code: str, shortfall_millipoints: int, characteristic: str = "") -> Reason:
    return Reason(code, characteristic, shortfall_millipoints)


def _row(entry: ScoredApplication) -> dict[str, Any]:
    given = entry.given
    score, model = given.scored.score, given.scored.model
    row: dict[str, Any] = {
        "score_id": new_id("scr"),
        "application_id": entry.application_id,
        "product": entry.product,
        "facts": entry.facts,
        "failure": given.scored.failure,
        "scored_at": given.scored_at,
        "valid_until": given.valid_until,
        "inputs_hash": given.scored.inputs_hash,
        "party_id": entry.party_id,
        "arm": given.arm,
    }
    if model is not None:
        row |= {"model": model.name, "model_version": model.version, "model_hash": model.content_hash}
    if score is not None:
        row |= {
            "score": score.score,
            "pd": score.pd,
            "grade": score.grade,
            "points": [[point.characteristic, point.bin, point.points] for point in score.points],
            "reasons": [[reason.code, reason.shortfall_millipoints, reason.characteristic] for reason in score.reasons],
        }
    return row
