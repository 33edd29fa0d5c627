"""What the statements have in common: a statement answers with what it compared and with what differs.

What it compared is a row that has no kind. Of what differs it tells `limit` rows at most.
"""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection

from sqlalchemy import TextClause, text

from services.limits.domain.reconciliation import Compared, Difference
from shared.db import Transaction


def statement(differences: str, ctes: str = "", compared: str = "0, 0, 0, 0") -> TextClause:
    """Return a statement that answers with counts (accounts, entries, reservations, items) and differences."""
    return text(f"""
        {ctes}
        SELECT NULL AS account_id, NULL AS subject, NULL AS kind, NULL::numeric AS stood, NULL::numeric AS should,
               NULL AS currency, counts.* FROM (SELECT {compared}) AS counts(accounts, entries, reservations, items)
        UNION ALL
        (SELECT d.*, 0, 0, 0, 0 FROM ({differences}) d LIMIT :limit)
    """)


def of_trees(ctes: str, differences: str, compared: str = "0, 0, 0, 0") -> TextClause:
    """Return a statement about some trees, given by `roots`, of which `scope` has the accounts."""
    scope = """
        WITH scope AS MATERIALIZED (
            SELECT account_id, path, currency, limit_minor, cover_minor, posted_minor, reserved_minor, version,
                   limit_decision_id
            FROM account WHERE path && CAST(:roots AS text[])
        ),
    """
    return statement(differences, scope + ctes, compared)


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
