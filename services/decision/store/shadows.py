"""What shadows answered, beside what was decided."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.record import Decision
from services.decision.domain.shadow import FAILED, Example, ShadowResult, ShownAnswer, Tally
from services.decision.store import decisions
from services.decision.store.decisions import Unreadable
from shared.db import Transaction, rows_json
from shared.experiments.store.progress import Page

_SINCE_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

_KEEP: Final = text("""
    INSERT INTO shadow_result (version_id, decision_id, differs, outcome, grade, approved_minor, rate, reasons, error)
    SELECT :version_id, decision_id, differs, outcome, grade, approved_minor, rate, reasons, error
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(decision_id text, differs json, outcome text, grade text, approved_minor bigint, rate numeric,
              reasons json, error text)
""")
_COUNT: Final = text("""
    INSERT INTO shadow_tally (version_id, live_outcome, shadow_outcome, decided, differing, live_minor, shadow_minor)
    SELECT :version_id, live_outcome, shadow_outcome, count(*), count(*) FILTER (WHERE differing),
           coalesce(sum(live_minor), 0), coalesce(sum(shadow_minor), 0)
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(live_outcome text, shadow_outcome text, differing boolean, live_minor bigint, shadow_minor bigint)
    GROUP BY live_outcome, shadow_outcome ORDER BY live_outcome, shadow_outcome
    ON CONFLICT (version_id, live_outcome, shadow_outcome)
    DO UPDATE SET decided = shadow_tally.decided + excluded.decided,
                  differing = shadow_tally.differing + excluded.differing,
                  live_minor = shadow_tally.live_minor + excluded.live_minor,
                  shadow_minor = shadow_tally.shadow_minor + excluded.shadow_minor
""")
_TALLIES: Final = text("""
    SELECT live_outcome, shadow_outcome, decided, differing, live_minor, shadow_minor FROM shadow_tally
    WHERE version_id = :version_id ORDER BY live_outcome, shadow_outcome
""")
_EXAMPLES: Final = text("""
    SELECT s.decision_id, s.differs, s.outcome, s.grade, s.approved_minor, s.rate, s.reasons, s.error, d.currency,
           d.outcome AS live_outcome, d.grade AS live_grade, d.approved_minor AS live_minor, d.rate AS live_rate,
           d.reasons AS live_reasons
    FROM shadow_result s JOIN decision d USING (decision_id)
    WHERE s.version_id = :version_id AND (s.error IS NOT NULL OR json_array_length(s.differs) > 0)
    ORDER BY s.decision_id DESC LIMIT :limit
""")


async def answered(tx: Transaction, page: Page, product: str) -> list[Decision | Unreadable]:
    """Return the decisions of a page that are of `product`, in the order of their ids."""
    if page.span is None:
        return []
    span = decisions.Span(page.span.first, page.span.last, page.span.answers)
    return await decisions.span(tx, span, _SINCE_EVER, page.until, product)


async def keep(tx: Transaction, version_id: str, results: Sequence[ShadowResult]) -> None:
    """Store what a shadow answered; the caller holds its claim."""
    if not results:
        return
    rows = [_result_row(result) for result in results]
    await tx.execute(_KEEP, {"version_id": version_id, "rows": rows_json(rows)})
    counted = [_tally_row(result) for result in results]
    await tx.execute(_COUNT, {"version_id": version_id, "rows": rows_json(counted)})


async def tallies(tx: Transaction, version_id: str) -> list[Tally]:
    """Return the outcomes of the live policy by those of the shadow."""
    rows = await tx.execute(_TALLIES, {"version_id": version_id})
    return [
        Tally(
            row.live_outcome,
            row.shadow_outcome,
            row.decided,
            row.differing,
            int(row.live_minor),
            int(row.shadow_minor),
        )
        for row in rows
    ]


async def examples(tx: Transaction, version_id: str, limit: int) -> list[Example]:
    """Return the newest decisions that the shadow answered differently, or not at all, with both answers."""
    rows = await tx.execute(_EXAMPLES, {"version_id": version_id, "limit": limit})
    return [
        Example(
            decision_id=row.decision_id,
            currency=row.currency,
            live=ShownAnswer(row.live_outcome, row.live_grade, row.live_minor, row.live_rate, row.live_reasons),
            shadow=None
            if row.outcome is None
            else ShownAnswer(row.outcome, row.grade, row.approved_minor, row.rate, row.reasons),
            differs=row.differs,
            error=row.error,
        )
        for row in rows
    ]


def _result_row(result: ShadowResult) -> dict[str, Any]:
    answer = result.answer
    if answer is None:
        return {"decision_id": result.decision_id, "differs": [], "error": result.error}
    return {
        "decision_id": result.decision_id,
        "differs": result.differs,
        "outcome": answer.outcome.value,
        "grade": answer.grade,
        "approved_minor": answer.approved_minor,
        "rate": answer.rate,
        "reasons": answer.reasons,
    }


def _tally_row(result: ShadowResult) -> dict[str, Any]:
    answer = result.answer
    return {
        "live_outcome": result.live_outcome,
        "shadow_outcome": FAILED if answer is None else answer.outcome.value,
        "differing": answer is None or bool(result.differs),
        "live_minor": result.live_minor,
        "shadow_minor": None if answer is None else answer.approved_minor,
    }
