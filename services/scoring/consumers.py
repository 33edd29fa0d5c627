"""Events that scoring reads, and the handler of each."""

from functools import partial

from services.scoring import handlers
from shared.catalogue import keep_products
from shared.consumer import Subscription
from shared.contracts import decision, intake
from shared.contracts.envelope import topic
from shared.db import Database


def subscription(db: Database) -> Subscription:
    """Return scoring's subscription."""
    shelf = handlers.model_shelf()
    return Subscription(
        group=handlers.CONSUMER,
        topics=(topic(intake.AGGREGATE), topic(decision.PRODUCT_AGGREGATE)),
        handlers={
            intake.ApplicationSubmitted.type: (
                intake.ApplicationSubmitted,
                partial(handlers.score_applications, db, shelf),
            ),
            decision.ProductPublished.type: (decision.ProductPublished, partial(keep_products, db, handlers.CONSUMER)),
        },
    )
