"""What shadows scored, beside what was given."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.domain.shadow import Example, GivenScore, ScorePair, ShadowScore, ShownScore, Tally, tallied
from services.scoring.store.experiments import SCORES
from services.scoring.store.maturity import MATURE_OUTCOME
from shared.db import Transaction, rows_json
from shared.experiments.domain.contest import CHAMPION
from shared.experiments.store.progress import Page

_GIVEN: Final = text("""
    SELECT score_id, facts, score, grade, reasons, failure, arm FROM score
    WHERE score_id BETWEEN :first AND :last AND product = :product ORDER BY score_id
""")
_KEEP: Final = text("""
    WITH kept AS (
        INSERT INTO shadow_score (version_id, score_id, score, pd, grade, reasons, failure, differs)
        SELECT :version_id, r.* FROM json_to_recordset(CAST(:rows AS json))
             AS r(score_id text, score int, pd numeric, grade text, reasons json, failure text, differs json)
    )
    INSERT INTO shadow_tally (version_id, live_band, shadow_band, answered, differing, same_reasons, same_first_reason,
                              live_sum, shadow_sum, distance_sum)
    SELECT :version_id, r.* FROM json_to_recordset(CAST(:tallies AS json))
         AS r(live_band int, shadow_band int, answered bigint, differing bigint, same_reasons bigint,
              same_first_reason bigint, live_sum numeric, shadow_sum numeric, distance_sum numeric)
    ON CONFLICT ON CONSTRAINT shadow_tally_cell
    DO UPDATE SET answered = shadow_tally.answered + excluded.answered,
                  differing = shadow_tally.differing + excluded.differing,
                  same_reasons = shadow_tally.same_reasons + excluded.same_reasons,
                  same_first_reason = shadow_tally.same_first_reason + excluded.same_first_reason,
                  live_sum = shadow_tally.live_sum + excluded.live_sum,
                  shadow_sum = shadow_tally.shadow_sum + excluded.shadow_sum,
                  distance_sum = shadow_tally.distance_sum + excluded.distance_sum
""")
_TALLIES: Final = text("""
    SELECT live_band, shadow_band, answered, differing, same_reasons, same_first_reason, live_sum, shadow_sum,
           distance_sum
    FROM shadow_tally WHERE version_id = :version_id ORDER BY live_band, shadow_band
""")
_EXAMPLES: Final = text("""
    SELECT s.application_id, s.scored_at, x.differs, x.score, x.grade, x.reasons, x.failure, s.score AS live_score,
           s.grade AS live_grade, s.reasons AS live_reasons, s.failure AS live_failure
    FROM shadow_score x JOIN score s USING (score_id)
    WHERE x.version_id = :version_id AND json_array_length(x.differs) > 0
    ORDER BY x.score_id DESC LIMIT :limit
""")
_PAIRS: Final = text(f"""
    SELECT s.application_id, s.scored_at, s.model_hash, s.live, s.shadow, o.bad FROM (
        SELECT DISTINCT ON (application_id) application_id, scored_at, model_hash, live, shadow FROM (
            SELECT s.score_id, s.application_id, s.scored_at, s.model_hash, s.score AS live, x.score AS shadow
            FROM shadow_score x JOIN score s USING (score_id)
            WHERE x.version_id = :version_id AND x.score_id >= :first AND x.score_id < :until
              AND x.score IS NOT NULL AND s.score IS NOT NULL AND (s.arm IS NULL OR s.arm = :champion)
            ORDER BY x.score_id DESC LIMIT :limit
        ) AS newest ORDER BY application_id, score_id DESC
    ) AS s {MATURE_OUTCOME}
""")  # noqa: S608 - no input

MOST_PAIRS: Final = 20_000
"""So many pairs fit a report that somebody waits for, and the process that makes it has scores to give meanwhile."""


async def given(tx: Transaction, page: Page, product: str) -> list[GivenScore]:
    """Return the answers of a page that are of `product`, in the order of their ids."""
    if page.span is None:
        return []
    rows = await tx.execute(_GIVEN, {"first": page.span.first, "last": page.span.last, "product": product})
    return [
        GivenScore(
            score_id=row.score_id,
            facts=row.facts,
            score=row.score,
            grade=row.grade,
            reasons=_codes(row.reasons),
            failure=row.failure,
            is_challengers=row.arm not in (None, CHAMPION),
        )
        for row in rows
    ]


async def keep(tx: Transaction, version_id: str, results: Sequence[ShadowScore]) -> None:
    """Store what a shadow answered, and count it beside what the champion gave; the caller holds its claim."""
    if not results:
        return
    rows = rows_json([_result_row(result) for result in results])
    counted = tallied([result for result in results if not result.given.is_challengers])
    cells = rows_json([asdict(tally) for tally in counted])
    await tx.execute(_KEEP, {"version_id": version_id, "rows": rows, "tallies": cells})


async def tallies(tx: Transaction, version_id: str) -> list[Tally]:
    """Return the bands of the champion's scores by those of the shadow."""
    rows = await tx.execute(_TALLIES, {"version_id": version_id})
    return [
        Tally(
            live_band=row.live_band,
            shadow_band=row.shadow_band,
            answered=row.answered,
            differing=row.differing,
            same_reasons=row.same_reasons,
            same_first_reason=row.same_first_reason,
            live_sum=int(row.live_sum),
            shadow_sum=int(row.shadow_sum),
            distance_sum=int(row.distance_sum),
        )
        for row in rows
    ]


async def examples(tx: Transaction, version_id: str, limit: int) -> list[Example]:
    """Return the newest applications that the shadow answered differently, with both answers."""
    rows = await tx.execute(_EXAMPLES, {"version_id": version_id, "limit": limit})
    return [
        Example(
            application_id=row.application_id,
            scored_at=row.scored_at,
            live=ShownScore(row.live_score, row.live_grade, _codes(row.live_reasons), row.live_failure),
            shadow=ShownScore(row.score, row.grade, row.reasons or (), row.failure),
            differs=row.differs,
        )
        for row in rows
    ]


async def score_pairs(
    tx: Transaction,
    version_id: str,
    since: datetime,
    definition: BadDefinition,
    until: datetime | None = None,
    limit: int = MOST_PAIRS,
) -> list[ScorePair]:
    """Return the champion's scores from `since` to `until`, the newest `limit` of them, each beside the shadow's.

    Of several scores of an application the last one counts. Outcomes are told by `definition` where they are mature.
    To compare AUCs, look until `over_before`: what is younger has bads and no goods.
    """
    columns = {
        "version_id": version_id,
        "first": SCORES.position_at(since),
        "until": "scr_~" if until is None else SCORES.position_at(until),
        "limit": limit,
        "champion": CHAMPION,
        "definition": definition.name,
        "window_months": definition.window_months,
    }
    rows = await tx.execute(_PAIRS, columns)
    return [ScorePair(row.application_id, row.scored_at, row.model_hash, row.live, row.shadow, row.bad) for row in rows]


def _codes(reasons: Sequence[Sequence[Any]] | None) -> tuple[str, ...]:
    return tuple(entry[0] for entry in reasons or ())


def _result_row(result: ShadowScore) -> dict[str, Any]:
    return {
        "score_id": result.given.score_id,
        "score": result.points,
        "pd": None if result.score is None else result.score.pd,
        "grade": result.grade,
        "reasons": None if result.score is None else result.reasons,
        "failure": result.failure,
        "differs": result.differs,
    }
