"""Credit checks as they are shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.limits.domain.account import Account, Kind, Reason
from services.limits.domain.checks.reasons import in_words
from services.limits.domain.checks.result import CheckRecord, Outcome, StepResult, Verdict
from services.limits.domain.document import Document
from shared.http.money import MoneyBody


class DocumentReply(BaseModel):
    """A document by the names it has where it comes from."""

    source: str
    doc_type: str
    doc_id: str


class StepReply(BaseModel):
    """One step: `outcome` is hit, no_hit, missing (a figure could not be had), excluded or not_evaluated.

    `operands` are what it looked at: money as money, percentages and other decimals as strings.
    """

    step: str
    kind: str
    verdict: Literal["ok", "warn", "block"]
    outcome: str
    reason: str | None
    operands: Mapping[str, Any]


class Explanation(BaseModel):
    """Why, in words for the customer's salesperson, by language."""

    code: str
    step: str | None
    verdict: Literal["ok", "warn", "block"]
    en: str
    zh: str


class RuleVersionReply(BaseModel):
    """Which rule the check went by; revision 0 is the one that is built in."""

    product: str
    revision: int
    hash: str


class _Found(BaseModel):
    result: Literal["ok", "warn", "block"]
    reasons: list[str]
    explanations: list[Explanation]
    account_id: str | None
    amount: MoneyBody
    checkpoint: str
    steps: list[StepReply]
    released_by_hold: str | None = None
    excluded_by: str | None = None
    rule: RuleVersionReply | None
    checked_at: datetime | None


class LimitCheckReply(_Found):
    """Whether the amount may go ahead now, by all steps of the product's rule. Nothing was reserved.

    The balances are null when there is no account. `headroom` is the least that any account of the path leaves.
    `check_id` is where the check of a document can be read again, null for a plain question; `hold_id` is where a
    document that is blocked waits for an officer.
    """

    check_id: str | None
    hold_id: str | None
    limit: MoneyBody | None
    posted: MoneyBody | None
    reserved: MoneyBody | None
    available: MoneyBody | None
    headroom: MoneyBody | None
    dry_run: Literal[True] = True


class CheckRecordReply(_Found):
    """The check of a document, as it was made."""

    check_id: str
    document: DocumentReply
    version: int | None
    copied_from: DocumentReply | None
    reservation_id: str | None
    facts: Mapping[str, Any]
    actor: str


class CheckPage(BaseModel):
    """Checks made on an account, newest first; `next_cursor` is null on the last page."""

    items: list[CheckRecordReply]
    next_cursor: str | None


def check_location(check_id: str) -> str:
    """Return the path of a check."""
    return f"/v1/limit-checks/{check_id}"


def limit_check_reply(
    record: CheckRecord, account: Account, headroom_minor: int | None, hold_id: str | None
) -> LimitCheckReply:
    """Return the answer to a question, and the balances of the account it was about."""
    bounded = account.is_bounded
    return LimitCheckReply(
        **_found(record),
        check_id=record.check_id if record.document is not None else None,
        hold_id=hold_id,
        limit=_minor(account, account.limit_minor) if bounded else None,
        posted=_minor(account, account.posted_minor),
        reserved=_minor(account, account.reserved_minor),
        available=_minor(account, account.available_minor) if bounded else None,
        headroom=None if headroom_minor is None else _minor(account, headroom_minor),
    )


def no_account_reply(amount: MoneyBody, checkpoint: str) -> LimitCheckReply:
    """Return the answer where no account fits the question: nothing was granted, so nothing may go ahead on credit."""
    step = StepResult("", "", Verdict.BLOCK, Reason.NO_LIMIT, {"account_kind": Kind.CUSTOMER.value}, Outcome.HIT)
    return LimitCheckReply(
        result="block",
        reasons=[Reason.NO_LIMIT],
        explanations=[Explanation(code=Reason.NO_LIMIT, step=None, verdict="block", **in_words(step))],
        account_id=None,
        amount=amount,
        checkpoint=checkpoint,
        steps=[],
        rule=None,
        checked_at=None,
        check_id=None,
        hold_id=None,
        limit=None,
        posted=None,
        reserved=None,
        available=None,
        headroom=None,
    )


def check_record_reply(record: CheckRecord) -> CheckRecordReply:
    """Return the public form of a check that was recorded."""
    assert record.document is not None
    return CheckRecordReply(
        **_found(record),
        check_id=record.check_id,
        document=_document(record.document),
        version=record.version,
        copied_from=None if record.copied_from is None else _document(record.copied_from),
        reservation_id=record.reservation_id,
        facts=record.facts,
        actor=record.actor,
    )


def _found(record: CheckRecord) -> dict[str, Any]:
    return {
        "result": record.verdict.value,
        "reasons": list(record.reasons),
        "explanations": explanations(record),
        "account_id": record.account_id,
        "amount": MoneyBody(amount_minor=record.amount.amount_minor, currency=record.amount.currency),
        "checkpoint": record.checkpoint.value,
        "steps": step_replies(record),
        "released_by_hold": record.released_by_hold,
        "excluded_by": record.excluded_by,
        "rule": RuleVersionReply(product=record.rule.product, revision=record.rule.revision, hash=record.rule.hash),
        "checked_at": record.checked_at,
    }


def explanations(record: CheckRecord) -> list[Explanation]:
    """Return why a document may not go ahead, or only with care, in words; what a release covers is still told."""
    told = [step for step in record.steps if step.reason is not None and step.verdict is not Verdict.OK]
    by_code: dict[str, Explanation] = {}
    for step in sorted(told, key=lambda entry: entry.verdict is not Verdict.BLOCK):
        assert step.reason is not None
        if step.reason not in by_code:
            by_code[step.reason] = Explanation(
                code=step.reason, step=step.step, verdict=step.verdict.value, **in_words(step)
            )
    return list(by_code.values())


def step_replies(record: CheckRecord) -> list[StepReply]:
    """Return every step of a check, in the order of the rule."""
    return [
        StepReply(
            step=step.step,
            kind=step.kind,
            verdict=step.verdict.value,
            outcome=step.outcome.value,
            reason=step.reason,
            operands=step.operands,
        )
        for step in record.steps
    ]


def _document(document: Document) -> DocumentReply:
    return DocumentReply(source=document.source, doc_type=document.doc_type, doc_id=document.doc_id)


def _minor(account: Account, amount_minor: int) -> MoneyBody:
    return MoneyBody(amount_minor=amount_minor, currency=account.currency)
