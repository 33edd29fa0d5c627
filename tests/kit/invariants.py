"""What must be true once everything has come to rest, checked from outside: the clients' journal and the databases.

The checker reads as the administrator, who alone sees all schemas. Each check is a query for what must not be there.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from services.limits.handlers.reconciling import reconcile_books
from shared.db import Database
from tests.kit.platform import Running

SETTLE_SECONDS: Final = 60.0

_SCHEMAS: Final = ("intake", "scoring", "decision", "limits")

_JOURNAL: Final[Mapping[str, str]] = {
    "acknowledged, and lost": """
        SELECT sent.id FROM sent LEFT JOIN intake.application a ON a.application_id = sent.id
        WHERE a.application_id IS NULL
    """,
    "acknowledged, but not decided exactly once": """
        SELECT sent.id FROM sent LEFT JOIN decision.decision d ON d.application_id = sent.id
        GROUP BY sent.id HAVING count(d.decision_id) <> 1
    """,
    "acknowledged, but not scored exactly once": """
        SELECT sent.id FROM sent LEFT JOIN scoring.score s ON s.application_id = sent.id
        GROUP BY sent.id HAVING count(s.score_id) <> 1
    """,
    "decided, but intake shows something else": """
        SELECT sent.id FROM sent JOIN decision.decision d ON d.application_id = sent.id
        JOIN intake.application a ON a.application_id = sent.id
        WHERE (a.decision_id, a.outcome) IS DISTINCT FROM (d.decision_id, d.outcome)
           OR a.approved_minor IS DISTINCT FROM d.approved_minor
           OR (a.account_id IS NOT NULL) <> (d.outcome IN ('approve', 'counter_offer'))
    """,
    "sent once by its client, and taken in twice": """
        SELECT p.external_ref FROM sent JOIN intake.application a ON a.application_id = sent.id
        JOIN intake.party p USING (party_id) JOIN intake.application other ON other.party_id = p.party_id
        GROUP BY p.external_ref HAVING count(DISTINCT other.application_id) <> count(DISTINCT sent.id)
    """,
}
"""About the applications in the journal; `sent(id)` holds them."""

_WHOLE: Final[Mapping[str, str]] = {
    "approved, without exactly one limit entry": """
        SELECT d.decision_id FROM decision.decision d LEFT JOIN limits.entry e USING (decision_id)
        WHERE d.outcome IN ('approve', 'counter_offer')
        GROUP BY d.decision_id HAVING count(e.decision_id) <> 1
    """,
    "a limit that no decision granted": """
        SELECT e.decision_id FROM limits.entry e LEFT JOIN decision.decision d USING (decision_id)
        WHERE e.kind = 'limit_granted' AND (d.outcome IS NULL OR d.outcome NOT IN ('approve', 'counter_offer'))
    """,
    "more committed than granted": """
        SELECT account_id FROM limits.account WHERE posted_minor + reserved_minor > commitment_cap_minor
    """,
}

_PER_SCHEMA: Final[Mapping[str, str]] = {
    "events that were never published": "SELECT type FROM {schema}.outbox WHERE published_at IS NULL",
    "dead letters": "SELECT cause FROM {schema}.dead_letter",
}

# An application that was amended is submitted anew.
_SUBMISSION: Final = "concat(aggregateid, ' of ', payload ->> 'submitted_at')"
_ONE_EVENT_EACH: Final[Mapping[str, str]] = {
    "intake.application_submitted.v1": _SUBMISSION,
    "scoring.application_scored.v1": _SUBMISSION,
    "decision.decided.v1": _SUBMISSION,
    "limits.limit_granted.v1": "payload ->> 'decision_id'",
}
"""Event types and what each of their events is the only one for."""


def assert_all_hold(bed: Running, applications: Sequence[str] = (), within_seconds: float = SETTLE_SECONDS) -> None:
    """Wait until everything holds for the acknowledged `applications` (ids); fails with what still does not."""
    deadline = time.monotonic() + within_seconds
    while True:
        found = asyncio.run(_violations(bed.platform.admin_url, applications))
        found += asyncio.run(_differences(bed.platform.environment("limits")["LIMITS_DATABASE_URL"]))
        if not found:
            break
        assert time.monotonic() < deadline, "\n".join(["does not hold:", *found])
        time.sleep(0.5)
    assert_logs_are_discreet(bed)


async def _violations(admin_url: str, applications: Sequence[str]) -> list[str]:
    connection = await asyncpg.connect(admin_url)
    try:
        found: list[str] = []
        for words, query in _queries().items():
            arguments = [list(applications)] if "$1" in query else []
            rows = await connection.fetch(query, *arguments)
            if rows:
                found.append(f"{words}: {len(rows)}, such as {[str(row[0]) for row in rows[:3]]}")
        return found
    finally:
        await connection.close()


async def _differences(limits_url: str) -> list[str]:
    """Return what `assay reconcile` would say."""
    db = Database(limits_url, pool_size=1)
    try:
        report = await reconcile_books(db)
    finally:
        await db.close()
    differences = [str(difference) for difference in report.differences]
    return [f"books that do not add up: {len(differences)}, such as {differences[:3]}"] if differences else []


def _queries() -> dict[str, str]:
    queries = {words: f"WITH sent AS (SELECT unnest($1::text[]) AS id) {query}" for words, query in _JOURNAL.items()}
    queries |= _WHOLE
    for schema in _SCHEMAS:
        queries |= {f"{words} of {schema}": query.format(schema=schema) for words, query in _PER_SCHEMA.items()}
    for kind, subject in _ONE_EVENT_EACH.items():
        schema = kind.partition(".")[0]
        queries[f"more than one {kind} for the same thing"] = f"""
            SELECT {subject} FROM {schema}.outbox WHERE type = '{kind}' GROUP BY 1 HAVING count(*) > 1
        """
    return queries


def assert_logs_are_discreet(bed: Running) -> None:
    """Every line that a process has logged is a JSON object, and none names a customer or a fact."""
    for name in bed.platform.ports.processes:
        for line in bed.platform.log_path(name).read_text().splitlines():
            record = json.loads(line)
            assert {"event", "level", "timestamp", "service", "role"} <= set(record), line
            assert not any(word in line for word in _PERSONAL), line
            assert not any(reference in line for reference in bed.references), line


_PERSONAL: Final = ("checking_status", "savings_status", "credit_history", "employment_since", "customer-")
"""Names of facts, and how the customer numbers of these tests start."""


def rows(bed: Running, query: str, *arguments: Any) -> list[asyncpg.Record]:
    """Return what `query` finds, asked as the administrator."""

    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(bed.platform.admin_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    return asyncio.run(ask())
