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
from shared.contracts.envelope import Event
from shared.contracts.intake import ApplicationSubmitted
from shared.db import Database, Transaction
from shared.errors import Refusal
from shared.experiments.domain.contest import Contest
from shared.experiments.handlers.choosing import Contests

CONSUMER: Final = "scoring"


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Facts in wire form to be scored under the model of their product: the live one, or the one challenging it.

    Which of them scores depends on the party; one that is not named is scored by the live model.
    """

    product: str
    facts: Mapping[str, Any]
    party_id: str | None = None


async def score_requests(db: Database, contests: Contests[Model], batch: Sequence[ScoreRequest]) -> list[Given]:
    """Score facts for callers that keep the application; nothing is stored."""
    products = {entry.product for entry in batch}
    running = contests.recent(products)
    if running is None:
        async with db.transaction() as tx:
            running = await contests.take(tx, products)
    now = datetime.now(UTC)
    answers = (_score(running.get(entry.product), entry.facts, entry.party_id) for entry in batch)
    return [give(scored, now, arm=arm) for scored, arm in answers]


async def score_pinned(db: Database, contests: Contests[Model], request: ScoreRequest, version_id: str) -> Given:
    """Score facts under a version of the product's model that was approved at any time; nothing is stored.

    Raises `Refusal` with 422 for a version that is none of the product's models, was never approved, or can't be run.
    """
    place = (request.product, version_id)
    async with db.transaction() as tx:
        choice = (await contests.pinned(tx, [place]))[place]
    if isinstance(choice, Refusal):
        raise choice
    return give(score_facts(choice.chosen, request.facts), datetime.now(UTC))


async def score_application(
    db: Database, contests: Contests[Model], application_id: str, request: ScoreRequest
) -> Given:
    """Return the score of an application that still stands, or score it anew and keep that.

    Facts that leave no score change nothing: what was kept before stays. To ask twice needs no idempotency key, because
    the second finds the answer to the first; of two at the same moment both may be kept, and say the same.
    """
    async with db.transaction() as tx:
        running = await contests.take(tx, {request.product})
        scored, arm = _score(running.get(request.product), request.facts, request.party_id)
        last = await scores.standing(tx, [application_id])
        given = give(scored, datetime.now(UTC), last.get(application_id), arm)
        if scored.score is not None and not given.again:
            new = ScoredApplication(application_id, request.product, request.facts, given, request.party_id)
            await scores.add(tx, [new])
    return given


async def score_applications(
    db: Database, contests: Contests[Model], batch: Sequence[Event[ApplicationSubmitted]]
) -> None:
    """Score submitted applications and pass them on, each once."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        running = await contests.take(tx, {event.data.product for event in fresh})
        given = await _give_and_keep(tx, running, [event.data for event in fresh])
        await outbox.put(
            tx, [events.application_scored(event, answer) for event, answer in zip(fresh, given, strict=True)]
        )
    for event, answer in zip(fresh, given, strict=True):
        SCORES.labels(event.data.product, answer.scored.failure or "scored").inc()


async def _give_and_keep(
    tx: Transaction, running: Mapping[str, Contest[Model]], batch: Sequence[ApplicationSubmitted]
) -> list[Given]:
    """Return the answer on each application, and keep those that are new."""
    last = await scores.standing(tx, {application.application_id for application in batch})
    now = datetime.now(UTC)
    given, new = [], []
    for application in batch:
        scored, arm = _score(running.get(application.product), application.facts, application.party_id)
        answer = give(scored, now, last.get(application.application_id), arm)
        given.append(answer)
        if not answer.again:
            last[application.application_id] = answer.standing
            new.append(
                ScoredApplication(
                    application.application_id, application.product, application.facts, answer, application.party_id
                )
            )
    await scores.add(tx, new)
    return given


def _score(contest: Contest[Model] | None, facts: Mapping[str, Any], party_id: str | None) -> tuple[Scored, str | None]:
    """Return what the model of a party says of facts, and the arm of a test that this is."""
    if contest is None:
        return score_facts(None, facts), None
    choice = contest.choice(party_id)
    return score_facts(choice.chosen, facts), choice.arm
