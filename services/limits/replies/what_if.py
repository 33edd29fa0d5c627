"""What would be if, as it is shown."""

from typing import Literal

from pydantic import BaseModel

from services.limits.domain.account import Account, utilization_percent
from services.limits.domain.checks.what_if import (
    Level,
    Tried,
    TryDocument,
    TryLimit,
    TryMove,
    TryReservation,
    TryStatus,
)
from services.limits.replies.checks import Explanation, StepReply, explanations, step_replies
from shared.http.money import MoneyBody

_NAMES = {
    TryReservation: "reserve",
    TryDocument: "document",
    TryLimit: "limit",
    TryStatus: "status",
    TryMove: "move",
}


class TriedReply(BaseModel):
    """What became of a change: a reservation is reserved or declined, a document ok, warn or block, others applied."""

    change: str
    account_id: str
    result: Literal["applied", "reserved", "declined", "ok", "warn", "block"]
    reasons: list[str]
    explanations: list[Explanation]
    steps: list[StepReply]


class StandingReply(BaseModel):
    """How an account stands: `limit` and what follows from it are null where it has none of its own."""

    status: str
    path: list[str]
    limit: MoneyBody | None
    cover: MoneyBody
    committed: MoneyBody
    available: MoneyBody | None
    utilization_percent: int | None


class LevelReply(BaseModel):
    """An account that the changes touch, as it stands and as it would stand."""

    account_id: str
    party_id: str
    product: str
    kind: str
    segment: str | None
    before: StandingReply
    after: StandingReply


class WhatIfReply(BaseModel):
    """What would be if these changes were made, one after the other. Nothing was made or kept."""

    changes: list[TriedReply]
    levels: list[LevelReply]
    dry_run: Literal[True] = True


def tried_reply(tried: Tried) -> TriedReply:
    """Return what became of a change."""
    record = tried.record
    if record is not None:
        result, reasons = record.verdict.value, list(record.reasons)
    elif isinstance(tried.change, TryReservation):
        result = "reserved" if tried.reason is None else "declined"
        reasons = [] if tried.reason is None else [tried.reason.value]
    else:
        result, reasons = "applied", []
    return TriedReply.model_validate(
        {
            "change": _NAMES[type(tried.change)],
            "account_id": tried.change.account_id,
            "result": result,
            "reasons": reasons,
            "explanations": [] if record is None else explanations(record),
            "steps": [] if record is None else step_replies(record),
        }
    )


def level_reply(level: Level) -> LevelReply:
    """Return an account before and afterwards."""
    account = level.before
    return LevelReply(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        kind=account.kind,
        segment=account.segment or None,
        before=_standing(account),
        after=_standing(level.after),
    )


def _standing(account: Account) -> StandingReply:
    def minor(amount_minor: int) -> MoneyBody:
        return MoneyBody(amount_minor=amount_minor, currency=account.currency)

    return StandingReply(
        status=account.status,
        path=list(account.path),
        limit=minor(account.limit_minor) if account.is_bounded else None,
        cover=minor(account.cover_minor),
        committed=minor(account.posted_minor + account.reserved_minor),
        available=minor(account.available_minor) if account.is_bounded else None,
        utilization_percent=utilization_percent(account),
    )
