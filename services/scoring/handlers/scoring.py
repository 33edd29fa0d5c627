"""Scores for callers and for submitted applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from services.scoring import events
from services.scoring.domain.result import Model, Scored, score_facts
from services.scoring.metrics import SCORES
from services.scoring.store import scores
from shared import inbox, outbox
from shared.catalogue import Shelf
from shared.contracts.envelope import Event
from shared.contracts.intake import ApplicationSubmitted
from shared.db import Database

CONSUMER: Final = "scoring"


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Facts in wire form to be scored under the live model of their product."""

    product: str
    facts: Mapping[str, Any]


async def score_requests(db: Database, shelf: Shelf[Model | None], batch: Sequence[ScoreRequest]) -> list[Scored]:
    """Score facts for callers that keep the application; nothing is stored."""
    products = {entry.product for entry in batch}
    models = shelf.recent(products)
    if models is None:
        async with db.transaction() as tx:
            models = await shelf.take(tx, products)
    return [score_facts(models.get(entry.product), entry.facts) for entry in batch]


async def score_applications(
    db: Database, shelf: Shelf[Model | None], batch: Sequence[Event[ApplicationSubmitted]]
) -> None:
    """Score submitted applications and pass them on, each once."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        models = await shelf.take(tx, {event.data.product for event in fresh})
        scored_at = datetime.now(UTC)
        results = [score_facts(models.get(event.data.product), event.data.facts) for event in fresh]
        await scores.add(
            tx,
            [
                scores.ScoredApplication(
                    event.data.application_id, event.data.product, event.data.facts, scored, scored_at
                )
                for event, scored in zip(fresh, results, strict=True)
            ],
        )
        await outbox.put(
            tx,
            [events.application_scored(event, scored, scored_at) for event, scored in zip(fresh, results, strict=True)],
        )
    for event, scored in zip(fresh, results, strict=True):
        SCORES.labels(event.data.product, scored.failure or "scored").inc()
