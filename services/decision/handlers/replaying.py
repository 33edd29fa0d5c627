"""Making stored decisions again: one that somebody asks for, or all of a time."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.decision.domain.decision import Engine
from services.decision.domain.policy import Difference
from services.decision.domain.reasons import ANY_PRODUCT
from services.decision.domain.record import Decision
from services.decision.domain.replay import (
    NO_GROUNDS,
    Document,
    Grounds,
    Replay,
    Replayed,
    Verdict,
    grounds_of,
    replay,
)
from services.decision.store import decisions, documents
from services.decision.store.decisions import Span, Unreadable, UnreadableRecord
from shared.catalogue import EntryKind
from shared.db import Database, Transaction
from shared.errors import not_found

_KINDS: Final = (EntryKind.PRODUCT.value, EntryKind.REASONS.value, EntryKind.REASONS.value, EntryKind.POLICY.value)
_NOT_ALL: Final = Grounds(fault="the decision does not name the revisions of all documents that it rests on")
_MOST_GROUNDS: Final = 256
_SPAN_SIZE: Final = 1000
_PROBLEMS_PER_SPAN: Final = 50
_CLOCKS_APART: Final = timedelta(minutes=1)


class Library:
    """What decisions rest on, by decision: read and compiled once for as long as the documents stay what they are.

    Hashes are taken in the database anew each time, so that a document that was changed there is found.
    """

    def __init__(self) -> None:
        self._loaded: dict[tuple[Document, ...], Grounds] = {}

    async def grounds(
        self, tx: Transaction, wanted: Collection[Decision]
    ) -> dict[tuple[str, tuple[int, ...]], Grounds]:
        """Return the grounds of decisions by product and revisions."""
        keys = {(decision.question.product, decision.revisions) for decision in wanted}
        rests_on = {key: _documents(*key) for key in keys if len(key[1]) == len(_KINDS)}
        found = await documents.hashes(tx, {each for listed in rests_on.values() for each in listed})
        grounds = {key: _NOT_ALL if key[1] else NO_GROUNDS for key in keys}
        for key, listed in rests_on.items():
            grounds[key] = await self._load(tx, tuple(found[each] for each in listed))
        return grounds

    async def of(self, tx: Transaction, decision: Decision) -> Grounds:
        """Return the grounds of one decision."""
        return (await self.grounds(tx, [decision]))[decision.question.product, decision.revisions]

    async def _load(self, tx: Transaction, found: tuple[Document, ...]) -> Grounds:
        if any(document.hash is None or document.hash != document.stored_hash for document in found):
            return Grounds(found, fault="a document is not what was published")
        known = self._loaded.get(found)
        if known is None:
            product, policy = [
                await documents.content(tx, (document.kind, document.name, document.revision))
                for document in found
                if document.kind in (EntryKind.PRODUCT, EntryKind.POLICY)
            ]
            # Compiling a large policy takes long enough to keep other requests waiting.
            known = await asyncio.to_thread(grounds_of, found, product, policy)
            if len(self._loaded) >= _MOST_GROUNDS:
                self._loaded.pop(next(iter(self._loaded)))
            self._loaded[found] = known
        return known


def _documents(product: str, revisions: tuple[int, ...]) -> list[documents.Key]:
    """Return the documents that revisions of a decision are those of, in their order."""
    names = (product, product, ANY_PRODUCT, product)
    return list(zip(_KINDS, names, revisions, strict=True))


async def replay_decision(db: Database, library: Library, decision_id: str, engine: Engine) -> Replay:
    """Make a decision again; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        await decisions.only_read(tx)
        try:
            decision = await decisions.find(tx, decision_id)
        except UnreadableRecord as error:
            return Replay(decision_id, None, unreadable(str(error)), engine)
        if decision is None:
            raise not_found("decision_not_found", "there is no such decision")
        grounds = await library.of(tx, decision)
    return Replay(decision_id, decision, replay(decision, grounds, engine), engine)


def unreadable(why: str) -> Replayed:
    """Return the verdict on a record that can't be read."""
    return Replayed(Verdict.DIFFERENT, Difference("record", why, None))


@dataclass(frozen=True, slots=True)
class Period:
    """Stored decisions of a time, `since` included and `until` not; of one product if given."""

    since: datetime
    until: datetime
    product: str | None


class PolicyVersion(NamedTuple):
    """What decisions are counted by; version and hash are None where no policy decided."""

    product: str
    version: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A decision that did not come out as it was stored, or could not be made again, and why."""

    decision_id: str
    policy: PolicyVersion
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a range of decisions: counts by policy version and verdict, and the first problems.

    `unchecked` counts the decisions of which something could not be checked.
    """

    counts: Counter[tuple[PolicyVersion, Verdict]]
    unchecked: int
    problems: tuple[Problem, ...]

    @property
    def replayed(self) -> int:
        """The number of decisions."""
        return self.counts.total()


async def spans_of(db: Database, period: Period) -> list[Span]:
    """Return the decisions of a period in ranges that can be replayed apart from one another."""
    # Ids begin with their time (UUIDv7) and are made after the decision's moment: earlier ones need no looking at.
    earliest = max(0, int((period.since - _CLOCKS_APART).timestamp() * 1000))
    async with db.transaction() as tx:
        await decisions.only_read(tx)
        return await decisions.spans(tx, f"dec_{earliest:012x}", period.since, period.until, period.product, _SPAN_SIZE)


async def replay_span(db: Database, library: Library, period: Period, span: Span, engine: Engine) -> Tally:
    """Make the decisions of a range again."""
    async with db.transaction() as tx:
        await decisions.only_read(tx)
        found = await decisions.span(tx, span, period.since, period.until, period.product)
        grounds = await library.grounds(tx, [each for each in found if isinstance(each, Decision)])
    replays: list[tuple[str, PolicyVersion, Replayed]] = []
    for each in found:
        product = each.product if isinstance(each, Unreadable) else each.question.product
        policy = PolicyVersion(product, each.policy_version, each.policy_hash)
        if isinstance(each, Unreadable):
            made = unreadable(each.why)
        else:
            made = replay(each, grounds[product, each.revisions], engine)
        replays.append((each.decision_id, policy, made))
    return _tally(replays)


def _tally(replays: Sequence[tuple[str, PolicyVersion, Replayed]]) -> Tally:
    problems = [
        Problem(decision_id, policy, made.verdict, str(made.first_difference or made.reason))
        for decision_id, policy, made in replays
        if made.verdict is not Verdict.IDENTICAL
    ]
    return Tally(
        counts=Counter((policy, made.verdict) for _, policy, made in replays),
        unchecked=sum(bool(made.unchecked) for *_, made in replays),
        problems=tuple(problems[:_PROBLEMS_PER_SPAN]),
    )
