"""Scores for callers and for submitted applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from services.scoring import events
from services.scoring.domain.result import Model, Scored, score_facts
from services.scoring.domain.validity import Given, give
from services.scoring.metrics import SCORES
from services.scoring.store import scores
from services.scoring.store.scores import ScoredApplication
from shared import inbox, outbox
from shared.catalogue import Shelf
from shared.contracts.envelope import Event
from shared.contracts.intake import ApplicationSubmitted
from shared.db import Database, Transaction

CONSUMER: Final = "scoring"


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Facts in wire form to be scored under the live model of their product."""

    product: str
    facts: Mapping[str, Any]


async def score_requests(db: Database, shelf: Shelf[Model | None], batch: Sequence[ScoreRequest]) -> list[Given]:
    """Score facts for callers that keep the application; nothing is stored."""
    products = {entry.product for entry in batch}
    models = shelf.recent(products)
    if models is None:
        async with db.transaction() as tx:
            models = await shelf.take(tx, products)
    now = datetime.now(UTC)
    return [give(score_facts(models.get(entry.product), entry.facts), now) for entry in batch]


async def score_application(
    db: Database, shelf: Shelf[Model | None], application_id: str, request: ScoreRequest
) -> Given:
    """Return the score of an application that still stands, or score it anew and keep that.

    Facts that leave no score change nothing: what was kept before stays. To ask twice needs no idempotency key, because
    the second finds the answer to the first.
    """
    async with db.transaction() as tx:
        models = await shelf.take(tx, {request.product})
        scored = score_facts(models.get(request.product), request.facts)
        last = await scores.standing(tx, [application_id])
        given = give(scored, datetime.now(UTC), last.get(application_id))
        if scored.score is not None and not given.again:
            await scores.add(tx, [ScoredApplication(application_id, request.product, request.facts, given)])
    return given


async def score_applications(
    db: Database, shelf: Shelf[Model | None], batch: Sequence[Event[ApplicationSubmitted]]
) -> None:
    """Score submitted applications and pass them on, each once."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        models = await shelf.take(tx, {event.data.product for event in fresh})
        results = [score_facts(models.get(event.data.product), event.data.facts) for event in fresh]
        given = await _give_and_keep(tx, fresh, results)
        await outbox.put(
            tx, [events.application_scored(event, answer) for event, answer in zip(fresh, given, strict=True)]
        )
    for event, scored in zip(fresh, results, strict=True):
        SCORES.labels(event.data.product, scored.failure or "scored").inc()


async def _give_and_keep(
    tx: Transaction, batch: Sequence[Event[ApplicationSubmitted]], results: Sequence[Scored]
) -> list[Given]:
    """Return the answer on each application, and keep those that are new."""
    last = await scores.standing(tx, {event.data.application_id for event in batch})
    now = datetime.now(UTC)
    given, new = [], []
    for event, scored in zip(batch, results, strict=True):
        application = event.data
        answer = give(scored, now, last.get(application.application_id))
        given.append(answer)
        if not answer.again:
            new.append(ScoredApplication(application.application_id, application.product, application.facts, answer))
    await scores.add(tx, new)
    return given
