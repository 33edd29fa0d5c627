"""Events that decision reads, and the handler of each."""

from functools import partial

from services.decision.handlers import deciding
from services.decision.handlers.choosing import contests
from services.decision.rulebooks import Rulebooks
from shared.consumer import Subscription
from shared.contracts import scoring
from shared.contracts.envelope import topic
from shared.db import Database


def subscription(db: Database) -> Subscription:
    """Return decision's subscription."""
    return Subscription(
        group=deciding.CONSUMER,
        topics=(topic(scoring.AGGREGATE),),
        handlers={
            scoring.ApplicationScored.type: (
                scoring.ApplicationScored,
                partial(deciding.decide_scored, db, contests(Rulebooks())),
            )
        },
    )
