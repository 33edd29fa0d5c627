"""Checking a blocked document once more, as it was last checked."""

from collections.abc import Sequence

from services.limits.domain.checks.question import again
from services.limits.domain.holds import EventKind, Particulars
from services.limits.domain.holds.hold import CLOSED, recorded
from services.limits.handlers.checks.asking import ask
from services.limits.handlers.holds.answering import hold_not_found, once
from services.limits.handlers.holds.following import count
from services.limits.replies import holds as replies
from services.limits.store import checks
from services.limits.store import holds as store
from shared.db import Database, Transaction, clock
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.outbox import Fact


async def recheck(db: Database, hold_id: str, actor: str, claim: Claim) -> Answer:
    """Check the document of a live hold once more and return the hold after it; whoever asks may still release it.

    Raises `Refusal`: 404, 409 for a hold that is not live any more, and whatever the check is refused with.
    """
    facts: list[Fact] = []

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        facts.clear()
        hold = await store.find(tx, hold_id)
        if hold is None:
            raise hold_not_found()
        if hold.state in CLOSED:
            return [CLOSED[hold.state]]
        earlier = await checks.find(tx, hold.check_id)
        assert earlier is not None
        question = again(earlier, new_id("chk"), actor)
        # Checks ask before they lock a hold, as every check does.
        (answer,), made = await ask(tx, [question])
        if isinstance(answer, Refusal):
            return [answer]
        facts.extend(made)
        followed = await store.lock(tx, hold_id)
        assert followed is not None
        now = await clock(tx)
        after, event = recorded(followed, EventKind.RECHECKED, actor, Particulars(check_id=question.check_id), now)
        await store.save(tx, after)
        await store.add_event(tx, event)
        return [Answer(200, replies.hold_reply(after, now).model_dump_json().encode())]

    answer = await once(db, claim, act)
    count(facts)
    return answer
