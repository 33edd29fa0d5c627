"""What shadows answered, beside what was decided."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.result import Answer
from services.decision.domain.record import fallbacks_of_question
from services.decision.domain.shadow import Answered, Example, ShadowResult, ShownAnswer, Tally, tallied, unreadable
from services.decision.store.decisions import score_of
from shared.db import Transaction, rows_json
from shared.experiments.store.progress import Page

# Not the whole decision: what is read here, the database spends on shadows and not on who waits for an answer.
_ANSWERED: Final = text("""
    SELECT decision_id, facts, score, decided_at, outcome, grade, approved_minor, rate, reasons, queue, conditions,
           other_terms, fallbacks
    FROM decision WHERE decision_id BETWEEN :first AND :last AND product = :product ORDER BY decision_id
""")
_KEEP: Final = text("""
    WITH kept AS (
        INSERT INTO shadow_result
               (version_id, decision_id, differs, outcome, grade, approved_minor, rate, reasons, error)
        SELECT :version_id, decision_id, differs, outcome, grade, approved_minor, rate, reasons, error
        FROM json_to_recordset(CAST(:rows AS json))
             AS r(decision_id text, differs json, outcome text, grade text, approved_minor bigint, rate numeric,
                  reasons json, error text)
    )
    INSERT INTO shadow_tally (version_id, live_outcome, shadow_outcome, decided, differing, live_minor, shadow_minor)
    SELECT :version_id, live_outcome, shadow_outcome, decided, differing, live_minor, shadow_minor
    FROM json_to_recordset(CAST(:tallies AS json))
         AS r(live_outcome text, shadow_outcome text, decided bigint, differing bigint, live_minor numeric,
              shadow_minor numeric)
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


async def answered(tx: Transaction, page: Page, product: str) -> list[Answered | ShadowResult]:
    """Return the decisions of a page that are of `product`, in the order of their ids.

    One that can't be read has the result that is stored of it in its place.
    """
    if page.span is None:
        return []
    rows = await tx.execute(_ANSWERED, {"first": page.span.first, "last": page.span.last, "product": product})
    return [_answered(row) for row in rows]


async def keep(tx: Transaction, version_id: str, results: Sequence[ShadowResult]) -> None:
    """Store what a shadow answered, and count it beside what was decided; the caller holds its claim."""
    if not results:
        return
    rows = rows_json([_result_row(result) for result in results])
    counted = rows_json([asdict(tally) for tally in tallied(results)])
    await tx.execute(_KEEP, {"version_id": version_id, "rows": rows, "tallies": counted})


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


def _answered(row: Any) -> Answered | ShadowResult:
    try:
        live = Answer(
            outcome=Outcome(row.outcome),
            grade=row.grade,
            approved_minor=row.approved_minor,
            rate=row.rate,
            reasons=tuple(row.reasons),
            queue=row.queue,
            conditions=tuple(row.conditions),
            other_terms=row.other_terms,
        )
        without = fallbacks_of_question(row.fallbacks or ())
        return Answered(row.decision_id, row.facts, score_of(row.score), row.decided_at, live, without)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return unreadable(row.decision_id)


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
