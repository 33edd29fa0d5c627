"""What was agreed for accounts by date: terms and their early ends, added and never changed."""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.terms import Cover, End, Security, Term, TermKind
from shared.db import Transaction, rows_json

_KNOWN_AT: Final = "coalesce(CAST(:known_at AS timestamptz), 'infinity')"
_COLUMNS: Final = """
    t.term_id, t.account_id, t.kind, t.amount_minor, t.effective_from, least(t.effective_to, e.ends_at) AS effective_to,
    t.stated_at, t.security, t.eligible_share, t.cap_minor, t.actor, t.reason, t.decision_id, t.proposal_id,
    t.created_at
"""
_END: Final = f"""
    LEFT JOIN LATERAL (
        SELECT min(ends_at) AS ends_at FROM limit_term_end WHERE term_id = t.term_id AND created_at <= {_KNOWN_AT}
    ) e ON true
"""
# Of the bases that have begun only the one that speaks: an account may have had any number of decisions.
_OPEN: Final = text(f"""
    SELECT {_COLUMNS}
    FROM unnest(CAST(:account_id AS text[])) AS a(account_id)
    CROSS JOIN LATERAL (
        SELECT * FROM limit_term
        WHERE account_id = a.account_id AND kind IN ('temporary', 'cover') AND created_at <= {_KNOWN_AT}
          AND coalesce(effective_to, 'infinity') > :at
        UNION ALL
        SELECT * FROM limit_term
        WHERE account_id = a.account_id AND kind = 'base' AND created_at <= {_KNOWN_AT} AND effective_from > :at
        UNION ALL
        (SELECT * FROM limit_term b
         WHERE account_id = a.account_id AND kind = 'base' AND created_at <= {_KNOWN_AT} AND effective_from <= :at
           AND NOT EXISTS (SELECT FROM limit_term_end x WHERE x.term_id = b.term_id AND x.created_at <= {_KNOWN_AT}
                                                          AND x.ends_at <= b.effective_from)
         ORDER BY stated_at DESC, (decision_id IS NULL) DESC,
                  coalesce(decision_id, proposal_id, term_id) COLLATE "C" DESC LIMIT 1)
    ) t
    {_END}
    WHERE t.kind = 'base' OR coalesce(e.ends_at, 'infinity') > :at
    ORDER BY t.account_id, t.effective_from, t.term_id
""")
_ADD: Final = text("""
    INSERT INTO limit_term (term_id, account_id, kind, amount_minor, effective_from, effective_to, stated_at, security,
                            eligible_share, cap_minor, actor, reason, decision_id, proposal_id, created_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(term_id text, account_id text, kind text, amount_minor bigint, effective_from timestamptz,
                effective_to timestamptz, stated_at timestamptz, security text, eligible_share numeric,
                cap_minor bigint, actor text, reason text, decision_id text, proposal_id text,
                created_at timestamptz)
""")
_ADD_END: Final = text("""
    INSERT INTO limit_term_end (term_id, proposal_id, ends_at, actor, reason, created_at)
    VALUES (:term_id, :proposal_id, :ends_at, :actor, :reason, :created_at)
""")
_ACCOUNTS_DUE: Final = text("""
    SELECT account_id FROM account WHERE limit_changes_at <= statement_timestamp()
    ORDER BY limit_changes_at LIMIT :limit
""")
_ADD_CYCLE: Final = text("""
    INSERT INTO review_cycle (account_id, proposal_id, every_days, created_at)
    VALUES (:account_id, :proposal_id, :every_days, :created_at)
""")
_CYCLES: Final = text("""
    SELECT DISTINCT ON (account_id) account_id, every_days FROM review_cycle
    WHERE account_id = ANY(CAST(:account_id AS text[])) ORDER BY account_id, created_at DESC, proposal_id DESC
""")


async def open_terms(
    tx: Transaction, account_ids: Collection[str], at: datetime, known_at: datetime | None = None
) -> dict[str, list[Term]]:
    """Return the terms of each account that say anything at `at` or later, as far as they were known at a time.

    Without `known_at`, as far as they are known now.
    """
    found: dict[str, list[Term]] = {account_id: [] for account_id in account_ids}
    for row in await tx.execute(_OPEN, {"account_id": sorted(account_ids), "at": at, "known_at": known_at}):
        found[row.account_id].append(_term(row))
    return found


async def add(tx: Transaction, terms: Sequence[Term]) -> None:
    """Store terms of locked accounts."""
    if not terms:
        return
    rows = [
        {
            "term_id": term.term_id,
            "account_id": term.account_id,
            "kind": term.kind,
            "amount_minor": term.amount_minor,
            "effective_from": term.effective_from,
            "effective_to": term.effective_to,
            "stated_at": term.stated_at,
            "security": None if term.cover is None else term.cover.security,
            "eligible_share": None if term.cover is None else term.cover.eligible_share,
            "cap_minor": None if term.cover is None else term.cover.cap_minor,
            "actor": term.actor,
            "reason": term.reason,
            "decision_id": term.decision_id,
            "proposal_id": term.proposal_id,
            "created_at": term.created_at,
        }
        for term in terms
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def add_end(tx: Transaction, end: End) -> None:
    """Store that a term of a locked account ends early."""
    await tx.execute(
        _ADD_END,
        {
            "term_id": end.term_id,
            "proposal_id": end.proposal_id,
            "ends_at": end.ends_at,
            "actor": end.actor,
            "reason": end.reason,
            "created_at": end.created_at,
        },
    )


async def accounts_due(tx: Transaction, limit: int) -> set[str]:
    """Return the `limit` accounts whose limit was to change first by the clock and has not been recorded as changed."""
    return set((await tx.execute(_ACCOUNTS_DUE, {"limit": limit})).scalars())


async def add_cycle(tx: Transaction, account_id: str, proposal_id: str, every_days: int, now: datetime) -> None:
    """Store how often a locked account is to be reviewed."""
    await tx.execute(
        _ADD_CYCLE,
        {"account_id": account_id, "proposal_id": proposal_id, "every_days": every_days, "created_at": now},
    )


async def cycles(tx: Transaction, account_ids: Collection[str]) -> dict[str, int]:
    """Return how often accounts are to be reviewed, in days, where somebody has said so of the account itself."""
    rows = await tx.execute(_CYCLES, {"account_id": sorted(account_ids)})
    return {row.account_id: row.every_days for row in rows}


def _term(row: Any) -> Term:
    cover = None
    if row.security is not None:
        cover = Cover(Security(row.security), row.eligible_share, row.cap_minor)
    return Term(
        term_id=row.term_id,
        account_id=row.account_id,
        kind=TermKind(row.kind),
        amount_minor=row.amount_minor,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        stated_at=row.stated_at,
        created_at=row.created_at,
        actor=row.actor,
        reason=row.reason,
        decision_id=row.decision_id,
        proposal_id=row.proposal_id,
        cover=cover,
    )
