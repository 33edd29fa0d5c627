"""Balances, entries and reservations of some trees, compared with each other."""

from typing import Final

from services.limits.store.reconcile.statement import of_trees

_BALANCES: Final = of_trees(
    """folded AS MATERIALIZED (
        SELECT a.*, e.* FROM scope a, LATERAL (
            SELECT count(*) AS entries, coalesce(max(e.version), 0) AS last,
                   coalesce(sum(e.limit_delta), 0) AS limits, coalesce(sum(e.cover_delta), 0) AS covers,
                   coalesce(sum(e.posted_delta), 0) AS posted, coalesce(sum(e.reserved_delta), 0) AS reserved
            FROM entry e WHERE e.account_id = a.account_id
        ) e
    )""",
    """
        SELECT f.account_id, f.account_id AS subject, v.kind, v.stood, v.should, v.currency
        FROM folded f, LATERAL (VALUES
            ('limit', f.limit_minor, f.limits, f.currency), ('cover', f.cover_minor, f.covers, f.currency),
            ('posted', f.posted_minor, f.posted, f.currency), ('reserved', f.reserved_minor, f.reserved, f.currency),
            ('version', f.version, f.entries, NULL), ('last', f.version, f.last, NULL)
        ) v(kind, stood, should, currency)
        WHERE v.stood <> v.should
    """,
    "(SELECT count(*) FROM folded), (SELECT coalesce(sum(entries), 0)::bigint FROM folded), 0, 0",
)
_ENTRIES: Final = of_trees(
    """running AS (
        SELECT a.currency, e.*, sum(e.available_delta) OVER w AS available, row_number() OVER w AS place,
               e.limit_delta::numeric + e.cover_delta - e.available_delta - e.reserved_delta - e.posted_delta AS rest
        FROM scope a JOIN entry e USING (account_id)
        WINDOW w AS (PARTITION BY e.account_id ORDER BY e.version ROWS UNBOUNDED PRECEDING)
    )""",
    """
        SELECT account_id, account_id || '/' || version AS subject, v.kind, v.stood, v.should, v.currency
        FROM running e, LATERAL (VALUES
            ('numbering', e.version::numeric, e.place::numeric, NULL),
            ('unbalanced', e.rest, 0, e.currency),
            ('available', e.available_minor, e.available, e.currency)
        ) v(kind, stood, should, currency)
        WHERE v.stood <> v.should
    """,
)
# Which accounts a command was entered on is known by the path of its account, unless that was moved afterwards. Then
# it was moved itself, or an account that still is above it.
_PATHS: Final = of_trees(
    """moved AS MATERIALIZED (
        SELECT e.account_id, max(e.created_at) AS moved_at FROM scope a JOIN entry e USING (account_id)
        WHERE e.kind IN ('attached', 'detached') AND e.transaction_id = e.account_id || '/' || e.version
        GROUP BY e.account_id
    ), own AS MATERIALIZED (
        SELECT s.account_id AS own_id, s.path, s.currency,
               (SELECT max(m.moved_at) FROM moved m WHERE m.account_id = ANY(s.path)) AS moved_at
        FROM scope s WHERE cardinality(s.path) > 1
    ), made AS (
        SELECT e.transaction_id, o.own_id, o.currency, cardinality(o.path) AS levels, count(*) AS entries,
               count(*) FILTER (WHERE e.account_id = ANY(o.path)) AS on_path,
               min(e.reserved_delta) FILTER (WHERE e.account_id = o.own_id) AS reserved,
               min(e.posted_delta) FILTER (WHERE e.account_id = o.own_id) AS posted,
               min(e.reserved_delta) FILTER (WHERE a.currency = o.currency) AS least_reserved,
               max(e.reserved_delta) FILTER (WHERE a.currency = o.currency) AS most_reserved,
               min(e.posted_delta) FILTER (WHERE a.currency = o.currency) AS least_posted,
               max(e.posted_delta) FILTER (WHERE a.currency = o.currency) AS most_posted
        FROM scope a JOIN entry e USING (account_id) JOIN own o ON o.own_id = split_part(e.transaction_id, '/', 1)
        WHERE e.kind IN ('reserved', 'adjusted', 'captured', 'released', 'expired', 'item', 'itemised', 'revalued')
          AND (o.moved_at IS NULL OR e.created_at > o.moved_at)
        GROUP BY e.transaction_id, o.own_id, o.currency, o.path
    ), stray AS (
        SELECT e.transaction_id, e.account_id FROM scope a JOIN entry e USING (account_id)
        LEFT JOIN entry o ON o.account_id = split_part(e.transaction_id, '/', 1)
         AND o.version = CASE WHEN e.transaction_id ~ '/[0-9]{1,18}$'
                              THEN split_part(e.transaction_id, '/', 2)::bigint END
         AND o.transaction_id = e.transaction_id
        WHERE e.transaction_id LIKE '%/%' AND e.transaction_id <> e.account_id || '/' || e.version
          AND o.account_id IS NULL
    )""",
    """
        SELECT own_id AS account_id, transaction_id AS subject, v.kind, v.stood::numeric AS stood,
               v.should::numeric AS should, v.currency
        FROM made m, LATERAL (VALUES
            ('path', m.entries, m.levels, NULL), ('path', m.on_path, m.levels, NULL),
            ('uneven_reserved', m.least_reserved, m.reserved, m.currency),
            ('uneven_reserved', m.most_reserved, m.reserved, m.currency),
            ('uneven_posted', m.least_posted, m.posted, m.currency),
            ('uneven_posted', m.most_posted, m.posted, m.currency)
        ) v(kind, stood, should, currency)
        WHERE v.stood <> v.should
        UNION
        SELECT account_id, transaction_id, 'stray', 1, 0, NULL FROM stray
    """,
)
_HELD: Final = of_trees(
    """held AS (
        SELECT level.account_id, sum(level.minor) AS minor
        FROM unnest(CAST(:roots AS text[])) AS root(root_id) JOIN reservation r USING (root_id),
             LATERAL unnest(r.path, coalesce(r.held_minor, array_fill(r.amount_minor - r.captured_minor,
                                                                      ARRAY[cardinality(r.path)])))
                 AS level(account_id, minor)
        WHERE r.state = 'reserved' GROUP BY level.account_id
    )""",
    """
        SELECT s.account_id, s.account_id AS subject, 'held' AS kind, s.reserved_minor::numeric AS stood,
               coalesce(h.minor, 0) AS should, s.currency
        FROM scope s LEFT JOIN held h USING (account_id) WHERE s.reserved_minor <> coalesce(h.minor, 0)
    """,
)
_RESERVATIONS: Final = of_trees(
    """entered AS (
        SELECT e.account_id, a.currency, e.reservation_id, sum(e.reserved_delta) AS remaining,
               coalesce(sum(e.reserved_delta) FILTER (WHERE e.kind IN ('reserved', 'adjusted')), 0) AS amount,
               coalesce(sum(e.posted_delta) FILTER (WHERE e.kind = 'captured'), 0) AS captured,
               coalesce(-sum(e.posted_delta) FILTER (WHERE e.kind = 'itemised'), 0) AS itemised,
               count(*) FILTER (WHERE e.kind = 'reserved') AS made,
               count(*) FILTER (WHERE e.kind = 'released') AS released,
               count(*) FILTER (WHERE e.kind = 'expired') AS expired
        FROM scope a JOIN entry e USING (account_id)
        WHERE e.reservation_id IS NOT NULL GROUP BY e.account_id, a.currency, e.reservation_id
    ), compared AS MATERIALIZED (
        SELECT e.*, r.amount_minor, r.captured_minor, r.itemised_minor, r.state,
               CASE WHEN r.state = 'reserved' THEN r.amount_minor - r.captured_minor ELSE 0 END AS left_minor
        FROM entered e LEFT JOIN reservation r USING (reservation_id)
        WHERE r.account_id IS NULL OR r.account_id = e.account_id
    )""",
    """
        SELECT account_id, reservation_id AS subject, v.kind, v.stood, v.should, v.currency
        FROM compared c, LATERAL (VALUES
            ('amount', c.amount_minor::numeric, c.amount, c.currency), ('left', c.left_minor, c.remaining, c.currency),
            ('captured', c.captured_minor, c.captured, c.currency),
            ('itemised', c.itemised_minor, c.itemised, c.currency),
            ('made', c.made, CASE WHEN c.state = 'declined' THEN 0 ELSE 1 END, NULL),
            ('no_reservation', (c.state IS NOT NULL)::integer, 1, NULL),
            ('resolved', c.released, (c.state = 'released')::integer, NULL),
            ('resolved', c.expired, (c.state = 'expired')::integer, NULL)
        ) v(kind, stood, should, currency)
        WHERE v.stood <> v.should
    """,
    "0, 0, (SELECT count(*) FROM compared), 0",
)

STATEMENTS: Final = (_BALANCES, _ENTRIES, _PATHS, _HELD, _RESERVATIONS)
