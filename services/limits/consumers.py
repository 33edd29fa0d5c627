"""Events that limits reads, and the handler of each."""

from functools import partial

from services.limits import handlers
from shared.consumer import Subscription
from shared.contracts import decision
from shared.contracts.envelope import topic
from shared.db import Database


def subscription(db: Database) -> Subscription:
    """Return limits' subscription."""
    return Subscription(
        group=handlers.CONSUMER,
        topics=(topic(decision.AGGREGATE),),
        handlers={decision.Decided.type: (decision.Decided, partial(handlers.grant_limits, db))},
    )
