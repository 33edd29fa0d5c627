"""Events that scoring reads, and the handler of each."""

from functools import partial

from services.scoring.handlers.choosing import contests
from services.scoring.handlers.outcomes import hear_decisions
from services.scoring.handlers.scoring import CONSUMER, score_applications
from shared.catalogue import keep_products
from shared.consumer import Subscription
from shared.contracts import decision, intake
from shared.contracts.envelope import topic
from shared.db import Database


def subscription(db: Database) -> Subscription:
    """Return scoring's subscription."""
    return Subscription(
        group=CONSUMER,
        topics=(topic(intake.AGGREGATE), topic(decision.PRODUCT_AGGREGATE), topic(decision.AGGREGATE)),
        handlers={
            intake.ApplicationSubmitted.type: (
                intake.ApplicationSubmitted,
                partial(score_applications, db, contests()),
            ),
            decision.Decided.type: (decision.Decided, partial(hear_decisions, db)),
            decision.ProductPublished.type: (decision.ProductPublished, partial(keep_products, db, CONSUMER)),
        },
    )
