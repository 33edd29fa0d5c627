"""What every step on a hold has in common: once for its key, stored with its event, answered with the hold."""

from collections.abc import Awaitable, Callable, Sequence

from services.limits.domain.holds import Change
from services.limits.events import holds as events
from services.limits.handlers.holds.following import count
from services.limits.replies import holds as replies
from services.limits.store import holds as store
from shared import idempotency, outbox
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim
from shared.outbox import Fact

Act = Callable[[Transaction], Awaitable[Change | Refusal]]
"""Locks a hold and says what becomes of it. What it stores itself is kept even when it refuses."""


async def answered(db: Database, claim: Claim, act: Act) -> Answer:
    """Take one step on a hold, once for its key, and return the answer; raises the `Refusal` of a step."""
    facts: list[Fact] = []

    async def step(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        facts.clear()
        outcome = await act(tx)
        if isinstance(outcome, Refusal):
            return [outcome]
        hold, event = outcome
        await store.save(tx, hold)
        await store.add_event(tx, event)
        published = events.published(hold, event)
        if published is not None:
            facts.append(published)
            await outbox.put(tx, facts)
        return [Answer(200, replies.hold_reply(hold, event.created_at).model_dump_json().encode())]

    answer = await once(db, claim, step)
    count(facts)
    return answer


async def once(db: Database, claim: Claim, act: idempotency.Act) -> Answer:
    """Carry out one command once for its key and return its answer; raises its `Refusal`."""
    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Answer):
        return answer
    raise answer


def hold_not_found() -> Refusal:
    """Return the refusal of an id that no hold has."""
    return not_found("hold_not_found", "there is no such hold")
