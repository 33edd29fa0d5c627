"""Documents, captures and decisions of some trees, compared with the ledger."""

from typing import Final

from services.limits.store.reconcile.statement import of_trees

# What a level counts of captures and documents is on record where their path is the account's of today. Elsewhere,
# after a move, it is the same on every level of a tree with one currency, and known on the own account only otherwise.
_EXPOSURE: Final = of_trees(
    """mixed AS MATERIALIZED (
        SELECT path[1] AS root_id, count(DISTINCT currency) > 1 AS is_mixed FROM scope GROUP BY path[1]
    ), captured AS (
        SELECT DISTINCT e.account_id, e.reservation_id FROM scope a JOIN entry e USING (account_id)
        WHERE e.kind = 'captured'
    ), parts AS (
        SELECT r.account_id, r.path, coalesce(r.unitemised_minor, array_fill(r.captured_minor - r.itemised_minor,
                                                                             ARRAY[cardinality(r.path)])) AS minor
        FROM captured c JOIN reservation r USING (reservation_id, account_id)
        UNION ALL
        SELECT i.account_id, i.path, i.posted_minor FROM scope a JOIN exposure_item i USING (account_id)
    ), levels AS (
        SELECT s.path[n] AS account_id, CASE
                   WHEN p.path = s.path THEN p.minor[n]
                   WHEN n = cardinality(s.path) OR NOT m.is_mixed THEN p.minor[cardinality(p.minor)] END AS minor
        FROM parts p JOIN scope s USING (account_id) JOIN mixed m ON m.root_id = s.path[1],
             LATERAL generate_series(1, cardinality(s.path)) AS n
    ), summed AS (
        SELECT account_id, sum(minor) AS minor, bool_or(minor IS NULL) AS is_unknown FROM levels GROUP BY account_id
    )""",
    """
        SELECT s.account_id, s.account_id AS subject, 'exposure' AS kind, s.posted_minor::numeric AS stood,
               coalesce(e.minor, 0) AS should, s.currency
        FROM scope s LEFT JOIN summed e USING (account_id)
        WHERE e.is_unknown IS NOT TRUE AND s.posted_minor <> coalesce(e.minor, 0)
    """,
    "0::bigint, 0::bigint, 0::bigint, (SELECT count(*) FROM scope a JOIN exposure_item i USING (account_id))",
)

# The decision an account goes by has agreed something for it, and no decision has for another than the one entered on.
_DECISIONS: Final = of_trees(
    """decided AS (
        SELECT account_id, limit_decision_id AS decision_id, true AS is_latest FROM scope
        WHERE limit_decision_id IS NOT NULL
        UNION ALL
        SELECT e.account_id, e.decision_id, false FROM scope a JOIN entry e USING (account_id)
        WHERE e.decision_id IS NOT NULL
    )""",
    """
        SELECT d.account_id, d.decision_id AS subject, 'decision' AS kind, 0::numeric AS stood, 1::numeric AS should,
               NULL AS currency
        FROM decided d LEFT JOIN limit_term t USING (decision_id)
        WHERE t.account_id <> d.account_id OR (t.account_id IS NULL AND d.is_latest)
    """,
)
# What a line counts with on each level is its open part of what it is worth there, rounded up, and for a credit down.
_ITEMS: Final = of_trees(
    """lines AS (
        SELECT i.item_id, i.account_id, i.reservation_id, i.drawn_minor, i.standing, i.category, i.open_minor,
               i.amount_minor, level.valued_minor, level.posted_minor, c.currency,
               CASE WHEN level.account_id = i.account_id THEN i.own_open_minor END AS own_open_minor,
               div(i.open_minor::numeric * level.valued_minor, nullif(i.amount_minor, 0)) AS floor,
               div(i.open_minor::numeric * level.valued_minor + i.amount_minor - 1,
                   nullif(i.amount_minor, 0)) AS ceiling
        FROM scope a JOIN exposure_item i USING (account_id)
        CROSS JOIN LATERAL unnest(i.path, i.valued_minor, i.posted_minor)
            AS level(account_id, valued_minor, posted_minor)
        JOIN account c ON c.account_id = level.account_id
    ), counted AS (
        SELECT l.*, coalesce(CASE WHEN l.standing <> 'counted' THEN 0
                                  WHEN l.category = 'unapplied_credit' THEN -l.floor ELSE l.ceiling END, 0) AS should
        FROM lines l
    ), drawn AS (
        SELECT i.account_id, a.currency, i.reservation_id, sum(i.drawn_minor) AS drawn_minor
        FROM scope a JOIN exposure_item i USING (account_id)
        WHERE i.reservation_id IS NOT NULL GROUP BY i.account_id, a.currency, i.reservation_id
    )""",
    """
        SELECT account_id, item_id AS subject, 'item_counted' AS kind, posted_minor::numeric AS stood, should, currency
        FROM counted WHERE posted_minor <> should
        UNION ALL
        SELECT account_id, item_id, 'item_own', own_open_minor, coalesce(ceiling, 0), currency
        FROM counted WHERE own_open_minor <> coalesce(ceiling, 0)
        UNION ALL
        SELECT d.account_id, d.reservation_id, 'item_drawn', d.drawn_minor, coalesce(r.itemised_minor, 0), d.currency
        FROM drawn d LEFT JOIN reservation r USING (reservation_id, account_id)
        WHERE d.drawn_minor <> coalesce(r.itemised_minor, 0)
    """,
)

STATEMENTS: Final = (_EXPOSURE, _ITEMS, _DECISIONS)
