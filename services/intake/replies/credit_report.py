"""Credit reports and opinions as they are shown over HTTP."""

from datetime import datetime

from pydantic import BaseModel, RootModel

from services.intake.domain.credit_report import CreditReport
from services.intake.store.opinions import Signed
from shared.http.money import MoneyBody
from shared.idempotency import Answer


class CreditReportReply(RootModel[CreditReport]):
    """The credit report: each figure with its origin. Money is in minor units, a decimal is a string, whole.

    Where `exposure` is null, and in a group where an `exposure` is, it could not be looked up; that is not zero.
    """


class OpinionReply(BaseModel):
    """An opinion; `report_hash` is the SHA-256 of the credit report that its author saw, as it is kept with it.

    `words` is null in the answer to who gave it: answers are kept for a day, and not sealed.
    """

    opinion_id: str
    party_id: str
    author: str
    recommendation: str
    limit: MoneyBody | None
    words: str | None
    report_hash: str
    given_at: datetime


def opinion_reply(signed: Signed) -> OpinionReply:
    """Return the public form of an opinion."""
    opinion = signed.opinion
    limit = opinion.limit
    return OpinionReply(
        opinion_id=opinion.opinion_id,
        party_id=signed.party_id,
        author=opinion.author,
        recommendation=opinion.recommendation,
        limit=None if limit is None else MoneyBody(amount_minor=limit.amount_minor, currency=limit.currency),
        words=opinion.words,
        report_hash=signed.report_hash,
        given_at=opinion.given_at,
    )


def opinion_answer(signed: Signed) -> Answer:
    """Return the answer to who gave an opinion."""
    body = opinion_reply(signed).model_copy(update={"words": None}).model_dump_json().encode()
    return Answer(201, body, f"/v1/opinions/{signed.opinion.opinion_id}")
