"""The question that a credit check answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.limits.domain.checks.result import Checkpoint, CheckRecord
from services.limits.domain.document import Document
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Question:
    """May `amount` go ahead on an account, or on the account of a party that has most room for it?

    `product` and `segment` narrow a party's accounts down. With a `document` the check is about that document, in its
    `version`. Of what counts already, `reservation_id` and the document's own items are not counted against it.
    `facts` are what the product's rule declares, as they came in; of a question that is asked again (`is_again`), those
    that a later rule does not know are left out.
    """

    check_id: str
    actor: str
    amount: Money
    party_id: str | None = None
    account_id: str | None = None
    product: str | None = None
    segment: str | None = None
    document: Document | None = None
    version: int | None = None
    copied_from: Document | None = None
    checkpoint: Checkpoint = Checkpoint.ORDER
    reservation_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_again: bool = False


def again(record: CheckRecord, check_id: str, actor: str) -> Question:
    """Return the question of an earlier check, to be asked once more under the id `check_id`."""
    return Question(
        check_id=check_id,
        actor=actor,
        amount=record.amount,
        account_id=record.account_id,
        document=record.document,
        version=record.version,
        copied_from=record.copied_from,
        checkpoint=record.checkpoint,
        reservation_id=record.reservation_id,
        facts=record.facts,
        is_again=True,
    )
