"""What became of credit that was granted, by decision, as far as it was reported."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from services.decision.domain.performance import Performance
from shared.db import Transaction, rows_json

_UNKNOWN: Final = text("""
    SELECT wanted.id FROM unnest(CAST(:ids AS text[])) AS wanted(id)
    LEFT JOIN decision d ON d.decision_id = wanted.id WHERE d.decision_id IS NULL
""")
# Ordered, so that two reports of the same decisions wait for each other instead of deadlocking.
_KEEP: Final = text("""
    INSERT INTO performance (decision_id, product, arm, as_of, bad, reported_by)
    SELECT d.decision_id, d.product, d.arm, r.as_of, r.bad, :reported_by
    FROM json_to_recordset(CAST(:rows AS json)) AS r(decision_id text, as_of date, bad boolean)
    JOIN decision d USING (decision_id) ORDER BY d.decision_id
    ON CONFLICT (decision_id) DO UPDATE
    SET as_of = excluded.as_of, bad = excluded.bad, reported_by = excluded.reported_by, reported_at = now()
    WHERE (excluded.as_of, excluded.bad) IS DISTINCT FROM (performance.as_of, performance.bad)
      AND excluded.as_of >= performance.as_of
""")


async def unknown(tx: Transaction, decision_ids: Sequence[str]) -> set[str]:
    """Return those of the ids that are of no decision."""
    return set((await tx.execute(_UNKNOWN, {"ids": list(decision_ids)})).scalars())


async def keep(tx: Transaction, reports: Sequence[Performance], reported_by: str) -> int:
    """Keep what is known of decisions, each named once; the latest date counts. Return how many said something new."""
    rows = [
        {"decision_id": report.decision_id, "as_of": report.as_of.isoformat(), "bad": report.bad} for report in reports
    ]
    return (await tx.execute(_KEEP, {"rows": rows_json(rows), "reported_by": reported_by})).rowcount
