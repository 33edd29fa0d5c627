"""What no account would show when it is compared: rows of accounts that are not there, and events that are missing."""

from typing import Final

from services.limits.store.reconcile.statement import statement

_ENTRIES: Final = statement(
    """
        SELECT e.account_id, e.account_id || '/' || e.version AS subject, 'entry_orphan' AS kind, 0::numeric AS stood,
               1::numeric AS should, NULL AS currency
        FROM entry e LEFT JOIN account a USING (account_id) WHERE a.account_id IS NULL
    """,
)
_RESERVATIONS: Final = statement(
    """
        SELECT r.account_id, r.reservation_id AS subject, 'reservation_orphan' AS kind, r.existing::numeric AS stood,
               r.levels::numeric AS should, NULL AS currency
        FROM (
            SELECT r.account_id, r.reservation_id, cardinality(r.path) AS levels, count(a.account_id) AS existing
            FROM reservation r CROSS JOIN LATERAL unnest(r.path) AS level(account_id)
            LEFT JOIN account a ON a.account_id = level.account_id
            GROUP BY r.reservation_id
        ) r WHERE r.existing <> r.levels
        UNION ALL
        SELECT account_id, reservation_id, 'reservation_place',
               (account_id = path[cardinality(path)])::integer + (root_id = path[1])::integer, 2, NULL
        FROM reservation WHERE account_id <> path[cardinality(path)] OR root_id <> path[1]
    """,
)
_UNMADE: Final = statement(
    """
        SELECT r.account_id, r.reservation_id AS subject, 'unmade' AS kind, 0::numeric AS stood, 1::numeric AS should,
               NULL AS currency
        FROM reservation r WHERE r.state <> 'declined' AND NOT EXISTS (
            SELECT FROM entry e WHERE e.account_id = r.account_id AND e.reservation_id = r.reservation_id
        )
    """,
)
# Events that are published may be thrown away, oldest first: then there is nothing to count against.
_EVENTS: Final = statement(
    """
        SELECT NULL AS account_id, 'limits.reservation_' || b.kind AS subject, 'events' AS kind,
               coalesce(t.events, 0)::numeric AS stood, b.entries::numeric AS should, NULL AS currency
        FROM booked b LEFT JOIN told t USING (kind)
        WHERE coalesce(t.events, 0) <> b.entries
          AND (SELECT min(created_at) FROM outbox) <= (SELECT min(created_at) FROM entry)
    """,
    """WITH booked AS (
        SELECT e.kind, count(*) AS entries FROM entry e JOIN reservation r USING (reservation_id, account_id)
        WHERE e.kind IN ('reserved', 'adjusted', 'captured', 'released', 'expired') GROUP BY e.kind
    ), told AS (
        SELECT substring(type FROM 'reservation_([a-z]+)') AS kind, count(*) AS events FROM outbox
        WHERE type LIKE 'limits.reservation_%' GROUP BY 1
    )""",
)
STATEMENTS: Final = (_ENTRIES, _RESERVATIONS, _UNMADE, _EVENTS)
"""What is compared of all that there is, in one statement each."""
