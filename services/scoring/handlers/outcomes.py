"""Outcomes of scored applications, as systems that service the credit report them, and decisions heard of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.scoring.domain.monitoring.outcome import (
    BadDefinition,
    Outcome,
    OutcomeRefused,
    is_bad,
    next_version,
)
from services.scoring.handlers.scoring import CONSUMER
from services.scoring.store import outcomes
from services.scoring.store.outcomes import HeardDecision, Kept, Key
from shared import inbox
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.db import Database, Transaction, clock
from shared.errors import Refusal
from shared.idempotency import Answer, Claim, once

_A_DAY_AHEAD: Final = timedelta(days=1)
"""It is tomorrow already somewhere."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a client says of one application, named itself or by a decision on it."""

    application_id: str | None
    decision_id: str | None
    definition: BadDefinition
    observed_on: date
    bad: bool | None
    days_past_due: int | None


class Reception(StrEnum):
    """What became of one report."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one report: the version that counts now, or why it was refused."""

    reception: Reception
    application_id: str | None
    version: int | None
    code: str | None = None
    detail: str | None = None


async def report_outcomes(
    db: Database, reports: Sequence[Reported], claim: Claim, answer: Callable[[Sequence[Received]], Answer]
) -> Answer:
    """Keep what can be kept of `reports`, in their order, and tell of each what became of it; once per key.

    Raises `Refusal` with 422 for a key that was used with another body.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> Sequence[Answer | Refusal]:
        return [answer(await _receive(tx, reports, claim.client))]

    (given,) = await once(db, [claim], act)
    if isinstance(given, Refusal):
        raise given
    return given


async def list_outcomes(db: Database, application_id: str) -> list[Kept]:
    """Return every version of the outcomes of an application; none for one that is unknown."""
    async with db.transaction() as tx:
        return await outcomes.history(tx, application_id)


async def hear_decisions(db: Database, batch: Sequence[Event[Decided]]) -> None:
    """Keep the outcomes of decisions on applications; those that callers asked for themselves have no score here."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        heard = [
            HeardDecision(told.data.decision_id, told.data.application_id, told.data.outcome, told.data.decided_at)
            for told in fresh
            if told.data.application_id is not None
        ]
        await outcomes.hear(tx, heard)


async def _receive(tx: Transaction, reports: Sequence[Reported], reported_by: str) -> list[Received]:
    await outcomes.lock(tx)
    today = (await clock(tx)).date()
    by_decision = await outcomes.applications_of(tx, {each.decision_id for each in reports if each.decision_id})
    named = [each.application_id or by_decision.get(each.decision_id or "") for each in reports]
    scored = await outcomes.scored_on(tx, {name for name in named if name is not None})
    keys: set[Key] = {(name, each.definition) for name, each in zip(named, reports, strict=True) if name is not None}
    known = {key: (kept.outcome, kept.version) for key, kept in (await outcomes.latest(tx, keys)).items()}
    received, added = [], []
    for name, each in zip(named, reports, strict=True):
        try:
            outcome = _outcome(name, each, scored.get(name or ""), today)
            key = outcome.application_id, outcome.definition
            version = next_version(known.get(key), outcome)
        except OutcomeRefused as refused:
            received.append(Received(Reception.REFUSED, name, None, refused.code, str(refused)))
            continue
        if version is None:
            received.append(Received(Reception.UNCHANGED, name, known[key][1]))
            continue
        known[key] = outcome, version
        added.append((outcome, version))
        received.append(Received(Reception.RECORDED if version == 1 else Reception.CORRECTED, name, version))
    await outcomes.add(tx, added, reported_by)
    return received


def _outcome(name: str | None, reported: Reported, scored_on: date | None, today: date) -> Outcome:
    if name is None:
        raise OutcomeRefused("unknown_decision", "no decision of that id was heard of")
    if scored_on is None:
        raise OutcomeRefused("unknown_application", "no score was given to such an application")
    if reported.observed_on > today + _A_DAY_AHEAD:
        raise OutcomeRefused("in_the_future", "an outcome is known afterwards")
    if reported.observed_on < scored_on:
        raise OutcomeRefused("before_score", "it was observed before the application was scored")
    try:
        bad = is_bad(reported.definition, reported.bad, reported.days_past_due)
    except ValueError as error:
        raise OutcomeRefused("undefined_outcome", str(error)) from None
    return Outcome(name, reported.definition, reported.observed_on, bad, reported.days_past_due)
