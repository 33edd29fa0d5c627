"""Events that intake reads, and the handler of each."""

from functools import partial

from services.intake.handlers import CONSUMER, applications
from shared.catalogue import keep_products
from shared.consumer import Subscription
from shared.contracts import decision, limits
from shared.contracts.envelope import topic
from shared.db import Database


def subscription(db: Database) -> Subscription:
    """Return intake's subscription."""
    return Subscription(
        group=CONSUMER,
        topics=(topic(decision.AGGREGATE), topic(decision.PRODUCT_AGGREGATE), topic(limits.AGGREGATE)),
        handlers={
            decision.Decided.type: (decision.Decided, partial(applications.record_decisions, db)),
            decision.ProductPublished.type: (decision.ProductPublished, partial(keep_products, db, CONSUMER)),
            limits.LimitGranted.type: (limits.LimitGranted, partial(applications.record_limits, db)),
        },
    )
