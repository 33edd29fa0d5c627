"""What people do with a hold besides releasing it."""

from services.limits.domain.holds import Change
from services.limits.domain.holds.closing import Step, taken
from services.limits.handlers.holds.answering import answered, hold_not_found
from services.limits.store import holds as store
from shared.db import Database, Transaction, clock
from shared.errors import Refusal
from shared.idempotency import Answer, Claim


async def take(db: Database, step: Step, claim: Claim) -> Answer:
    """Reject, cancel, assign or remark; raises `Refusal`: 404, and 409 for what the state of the hold rules out."""

    async def act(tx: Transaction) -> Change | Refusal:
        hold = await store.lock(tx, step.hold_id)
        if hold is None:
            raise hold_not_found()
        return taken(hold, step, await clock(tx))

    return await answered(db, claim, act)
