"""The books compared with themselves: each statement finds what does not add up in some trees of accounts.

A statement answers with what it compared (a row that has no kind) and with the differences it found, `limit` at most.
All of them keep to the trees whose roots are given, so that they can be run over one account, some, or all of them.
"""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection
from typing import Final

from sqlalchemy import TextClause, text

from services.limits.domain.reconciliation import Compared, Difference
from shared.db import Transaction

_SNAPSHOT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_ROOTS: Final = text("""
    SELECT account_id FROM account WHERE cardinality(path) = 1 AND account_id > :after ORDER BY account_id LIMIT :limit
""")
_ROOT_OF: Final = text("SELECT path[1] FROM account WHERE account_id = :account_id")
_MEMBERS: Final = text("""
    SELECT account_id FROM account WHERE path && CAST(:roots AS text[]) AND account_id > :after
    ORDER BY account_id LIMIT :limit
""")
_LARGE: Final = text("""
    SELECT DISTINCT path[1] FROM account WHERE path && CAST(:roots AS text[]) AND version > :most
""")


def statement(differences: str, ctes: str = "", compared: str = "0, 0, 0, 0") -> TextClause:
    """Return a statement that answers with counts (accounts, entries, reservations, items) and differences."""
    return text(f"""
        {ctes}
        SELECT NULL AS account_id, NULL AS subject, NULL AS kind, NULL::numeric AS stood, NULL::numeric AS should,
               NULL AS currency, counts.* FROM (SELECT {compared}) AS counts(accounts, entries, reservations, items)
        UNION ALL
        (SELECT d.*, 0, 0, 0, 0 FROM ({differences}) d LIMIT :limit)
    """)


def _of_trees(ctes: str, differences: str, compared: str = "0, 0, 0, 0") -> TextClause:
    scope = """
        WITH scope AS MATERIALIZED (
            SELECT account_id, path, currency, limit_minor, cover_minor, posted_minor, reserved_minor, version,
                   limit_decision_id
            FROM account WHERE path && CAST(:roots AS text[])
        ),
    """
    return statement(differences, scope + ctes, compared)


_BALANCES: Final = _of_trees(
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
_ENTRIES: Final = _of_trees(
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
_PATHS: Final = _of_trees(
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
_HELD: Final = _of_trees(
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
_RESERVATIONS: Final = _of_trees(
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
# What a level counts of captures and documents is on record where their path is the account's of today. Elsewhere,
# after a move, it is the same on every level of a tree with one currency, and known on the own account only otherwise.
_EXPOSURE: Final = _of_trees(
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
_DECISIONS: Final = _of_trees(
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
OF_TREES: Final = (_BALANCES, _ENTRIES, _PATHS, _HELD, _RESERVATIONS, _EXPOSURE, _DECISIONS)
"""What is compared, of some trees."""


async def snapshot(tx: Transaction) -> None:
    """Have this transaction see the books as they are now until it ends; to be called before anything else."""
    await tx.execute(_SNAPSHOT)


async def roots(tx: Transaction, after: str, limit: int) -> list[str]:
    """Return the next trees in order of id, by their roots."""
    return list((await tx.execute(_ROOTS, {"after": after, "limit": limit})).scalars())


async def root_of(tx: Transaction, account_id: str) -> str | None:
    """Return the root of the tree an account is in, None when there is no such account."""
    found: str | None = (await tx.execute(_ROOT_OF, {"account_id": account_id})).scalar_one_or_none()
    return found


async def members(tx: Transaction, trees: Collection[str], after: str, limit: int) -> list[str]:
    """Return the next accounts of some trees, given by their roots, in order of id."""
    rows = await tx.execute(_MEMBERS, {"roots": sorted(trees), "after": after, "limit": limit})
    return list(rows.scalars())


async def large(tx: Transaction, trees: Collection[str], most: int) -> set[str]:
    """Return those trees, by their roots, that have an account with more than `most` entries."""
    return set((await tx.execute(_LARGE, {"roots": sorted(trees), "most": most})).scalars())


async def compare(
    tx: Transaction, statement: TextClause, limit: int, trees: Collection[str] = ()
) -> tuple[Compared, list[Difference]]:
    """Run one of the statements, over some trees where it is about trees; they are given by their roots."""
    parameters = {"limit": limit, "roots": sorted(trees)} if trees else {"limit": limit}
    compared, found = Compared(), []
    for row in await tx.execute(statement, parameters):
        if row.kind is None:
            compared += Compared(row.accounts, row.entries, row.reservations, row.items)
        else:
            found.append(
                Difference(row.kind, row.account_id, row.subject, int(row.stood), int(row.should), row.currency)
            )
    return compared, found
