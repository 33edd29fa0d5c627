"""Proposals to change limits: added, and resolved once."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import TextClause, text

from services.limits.domain.account import Approval, Basis
from services.limits.domain.proposal import Change, ChangeKind, Ground, Proposal, State
from services.limits.domain.terms import Cover, Security, Step
from shared.db import Transaction, rows_json
from shared.money import Money

_ADD: Final = text("""
    INSERT INTO limit_proposal (proposal_id, account_id, kind, amount_minor, effective_from, effective_to, security,
                                eligible_share, cap_minor, term_id, review_due_on, review_every_days, reason,
                                proposed_by, decision_id, application_id, decided_at, course_before, course_after,
                                proposed_at, state, ground, resolved_by, resolved_at, comment)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(proposal_id text, account_id text, kind text, amount_minor bigint, effective_from timestamptz,
                effective_to timestamptz, security text, eligible_share numeric, cap_minor bigint, term_id text,
                review_due_on date, review_every_days integer, reason text, proposed_by text, decision_id text,
                application_id text, decided_at timestamptz, course_before jsonb, course_after jsonb,
                proposed_at timestamptz, state text, ground text, resolved_by text, resolved_at timestamptz,
                comment text)
""")
_RESOLVE: Final = text("""
    UPDATE limit_proposal SET state = :state, ground = :ground, resolved_by = :resolved_by,
           resolved_at = :resolved_at, comment = :comment
    WHERE proposal_id = :proposal_id AND state = 'proposed'
""")
_SELECT: Final = """
    SELECT p.*, p.course_before::text AS before, p.course_after::text AS after, a.currency, a.party_id, a.product
    FROM limit_proposal p JOIN account a USING (account_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE p.proposal_id = :proposal_id")
_OF_STATE: Final = "AND p.state = :state"
_OF_ACCOUNT: Final = "AND p.account_id = :account_id"
# A statement for each question, so that each has a plan by the index that answers it.
_PAGES: Final[Mapping[tuple[str, ...], TextClause]] = {
    wanted: text(f"""
        {_SELECT} WHERE p.proposal_id < :cursor {" ".join(wanted)} ORDER BY p.proposal_id DESC LIMIT :limit
    """)
    for wanted in ((), (_OF_STATE,), (_OF_ACCOUNT,), (_OF_STATE, _OF_ACCOUNT))
}
_DECISIONS: Final = text("SELECT decision_id FROM limit_proposal WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, proposals: Sequence[Proposal]) -> None:
    """Store new proposals, resolved or not."""
    if proposals:
        await tx.execute(_ADD, {"rows": rows_json([_row(proposal) for proposal in proposals])})


async def resolve(tx: Transaction, proposal: Proposal) -> None:
    """Store what became of a proposal whose account is locked."""
    result = await tx.execute(
        _RESOLVE,
        {
            "proposal_id": proposal.proposal_id,
            "state": proposal.state,
            "ground": proposal.ground,
            "resolved_by": proposal.resolved_by,
            "resolved_at": proposal.resolved_at,
            "comment": proposal.comment,
        },
    )
    # A backstop: under the account's lock nobody else can have resolved it.
    if result.rowcount != 1:
        raise AssertionError("a proposal was resolved twice")


async def find(tx: Transaction, proposal_id: str) -> Proposal | None:
    """Return a proposal."""
    row = (await tx.execute(_FIND, {"proposal_id": proposal_id})).one_or_none()
    return None if row is None else _proposal(row)


async def page(tx: Transaction, cursor: str, limit: int, state: State | None, account_id: str | None) -> list[Proposal]:
    """Return proposals before a cursor, newest first; of one state or account if asked."""
    wanted = {_OF_STATE: state, _OF_ACCOUNT: account_id}
    asked = tuple(condition for condition, value in wanted.items() if value is not None)
    parameters = {"state": state, "account_id": account_id, "cursor": cursor, "limit": limit}
    return [_proposal(row) for row in await tx.execute(_PAGES[asked], parameters)]


async def decided(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that became proposals; exact while the accounts they are about are locked."""
    return set((await tx.execute(_DECISIONS, {"decision_id": sorted(decision_ids)})).scalars())


def _row(proposal: Proposal) -> dict[str, Any]:
    change, approval = proposal.change, proposal.approval
    return {
        "proposal_id": proposal.proposal_id,
        "account_id": proposal.account_id,
        "kind": change.kind,
        "amount_minor": change.amount_minor,
        "effective_from": change.effective_from,
        "effective_to": change.effective_to,
        "security": None if change.cover is None else change.cover.security,
        "eligible_share": None if change.cover is None else change.cover.eligible_share,
        "cap_minor": None if change.cover is None else change.cover.cap_minor,
        "term_id": change.term_id,
        "review_due_on": change.review_due_on,
        "review_every_days": change.review_every_days,
        "reason": proposal.reason,
        "proposed_by": proposal.proposed_by,
        "decision_id": None if approval is None else approval.decision_id,
        "application_id": None if approval is None else approval.application_id,
        "decided_at": None if approval is None else approval.decided_at,
        "course_before": [_step_row(step) for step in proposal.before],
        "course_after": [_step_row(step) for step in proposal.after],
        "proposed_at": proposal.proposed_at,
        "state": proposal.state,
        "ground": proposal.ground,
        "resolved_by": proposal.resolved_by,
        "resolved_at": proposal.resolved_at,
        "comment": proposal.comment,
    }


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "since": step.since.isoformat(),
        "limit_minor": step.limit_minor,
        "cover_minor": step.cover_minor,
        "basis": step.basis,
    }


def _steps(document: str) -> tuple[Step, ...]:
    return tuple(
        Step(datetime.fromisoformat(row["since"]), row["limit_minor"], row["cover_minor"], Basis(row["basis"]))
        for row in json.loads(document)
    )


def _proposal(row: Any) -> Proposal:
    return Proposal(
        proposal_id=row.proposal_id,
        account_id=row.account_id,
        currency=row.currency,
        change=_change(row),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        before=_steps(row.before),
        after=_steps(row.after),
        approval=_approval(row),
        state=State(row.state),
        ground=None if row.ground is None else Ground(row.ground),
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        comment=row.comment,
    )


def _change(row: Any) -> Change:
    cover = None
    if row.security is not None:
        cover = Cover(Security(row.security), row.eligible_share, row.cap_minor)
    return Change(
        kind=ChangeKind(row.kind),
        amount_minor=row.amount_minor,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        cover=cover,
        term_id=row.term_id,
        review_due_on=row.review_due_on,
        review_every_days=row.review_every_days,
    )


def _approval(row: Any) -> Approval | None:
    if row.decision_id is None:
        return None
    return Approval(
        decision_id=row.decision_id,
        application_id=row.application_id,
        party_id=row.party_id,
        product=row.product,
        limit=Money(row.amount_minor, row.currency),
        decided_at=row.decided_at,
    )
