"""Scores that were given to applications, and whether they still stand."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.scoring.domain.result import Model
from services.scoring.domain.validity import KeptScore, Stale
from services.scoring.store import scores
from shared.db import Database
from shared.errors import not_found
from shared.experiments.handlers.choosing import Contests


@dataclass(frozen=True, slots=True)
class Recalled:
    """The last answer on an application, and why it does not stand any more."""

    kept: KeptScore
    stale_because: tuple[Stale, ...]


async def recall_score(db: Database, contests: Contests[Model], application_id: str) -> Recalled:
    """Return the last answer on an application; raises `Refusal` with 404 when there is none.

    Whether its facts have changed since can't be told here: who has them asks for a score.
    """
    async with db.transaction() as tx:
        kept = await scores.latest(tx, application_id)
        if kept is None:
            raise not_found("score_not_found", "no score was given to this application")
        contest = (await contests.take(tx, {kept.product})).get(kept.product)
    model_hash = None if contest is None else contest.choice(kept.party_id).chosen.model.content_hash
    return Recalled(kept, kept.standing.stale_because(model_hash, datetime.now(UTC)))
