"""What officers think of a party: given with the report that they saw, and kept with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.intake.domain.credit_report import CreditReport, Opinion, Recommendation
from services.intake.replies import credit_report as replies
from services.intake.store import keys, opinions
from services.intake.store.opinions import Signed
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Refusal, conflict, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.money import Money


@dataclass(frozen=True, slots=True)
class GiveOpinion:
    """The command to give an opinion on the party of a report."""

    author: str
    recommendation: Recommendation
    limit: Money | None
    words: str


async def give_opinion(
    db: Database, vault: Vault, claim: Claim, command: GiveOpinion, report: CreditReport
) -> Answer | Refusal:
    """Keep an opinion with the report that was put together for it; the answer is 201 with the opinion.

    Refused with 409 for a party that was erased.
    """
    party_id = report.subject.party_id
    seen = replies.CreditReportReply(report).model_dump_json().encode()

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        key = (await keys.of(tx, vault, [party_id])).get(party_id)
        if key is None:
            return [conflict("party_erased", "nothing is kept of this party any more")]
        opinion = Opinion(
            opinion_id=new_id("opn"),
            author=command.author,
            recommendation=command.recommendation,
            limit=command.limit,
            words=command.words,
            given_at=report.as_of,
        )
        signed = Signed(opinion, party_id, seen, sha256(seen).hexdigest())
        await opinions.add(tx, key, signed)
        return [replies.opinion_answer(signed)]

    (answer,) = await idempotency.once(db, [claim], act)
    return answer


async def get_opinion(db: Database, vault: Vault, opinion_id: str) -> Signed:
    """Return an opinion and the report behind it; raises `Refusal` with 404, also once its party was erased."""
    async with db.transaction() as tx:
        found = await opinions.find(tx, vault, opinion_id)
    if found is None:
        raise not_found("opinion_not_found", "there is no such opinion")
    return found
