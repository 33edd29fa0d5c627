"""Idempotency keys: a retried request has one effect and gets the first answer, byte for byte.

The answer is stored in the transaction of the effect, so that a crash leaves both or neither. Of rivals with the same
key the first to commit wins; the others find its answer in their way, take back what they did, and give that answer.
(Semantics of the IETF draft "The Idempotency-Key HTTP Header Field"; storage rules as Stripe publishes them.)
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy import text

from shared.db import Database, Transaction, copy_rows
from shared.errors import Kind, Refusal, unavailable

_RECALL: Final = text("""
    SELECT i.client, i.route, i.key, i.fingerprint, i.status, i.location, i.body
    FROM idempotency i
    JOIN unnest(CAST(:client AS text[]), CAST(:route AS text[]), CAST(:key AS text[])) AS r(client, route, key)
      ON (i.client, i.route, i.key) = (r.client, r.route, r.key)
""")
_COLUMNS: Final = ("client", "route", "key", "fingerprint", "status", "location", "body")
_SWEEP: Final = text("DELETE FROM idempotency WHERE created_at < now() - make_interval(hours => :hours)")

Scope = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for what under which key; `fingerprint` is the SHA-256 of the request body's bytes."""

    client: str
    route: str
    key: str
    fingerprint: bytes

    @property
    def scope(self) -> Scope:
        """What makes a key unique: the same key of another client or route is another key."""
        return (self.client, self.route, self.key)


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored answer to a request."""

    status: int
    body: bytes
    location: str | None = None


Act = Callable[[Transaction, Sequence[int]], Awaitable[Sequence[Answer | Refusal]]]
"""Carries out the commands at the given places of the batch and returns an answer or a refusal for each.

May be called again, in a new transaction, when a rival was faster: what it did before has then been taken back.
"""

_ATTEMPTS: Final = 5


class _RivalError(Exception):
    """Another transaction answered one of the keys meanwhile."""


async def once(db: Database, claims: Sequence[Claim], act: Act) -> list[Answer | Refusal]:
    """Carry out a batch of commands in one transaction, each key once, and return the answer to every one of them.

    `act` gets the places of the commands whose keys are new. Their answers are stored; a refused command had no
    effect, so its key stays free. A key that was used with another body is refused with 422.
    """
    for _ in range(_ATTEMPTS):
        try:
            async with db.transaction() as tx:
                return await _carry_out(tx, claims, act)
        except _RivalError:
            continue
    raise unavailable("contended", "other requests with the same keys are under way; try again")


async def _carry_out(tx: Transaction, claims: Sequence[Claim], act: Act) -> list[Answer | Refusal]:
    first: dict[Scope, int] = {}
    for place, entry in enumerate(claims):
        first.setdefault(entry.scope, place)
    outcomes = await _recall(tx, [claims[place] for place in first.values()])
    fresh = [place for scope, place in first.items() if scope not in outcomes]
    if fresh:
        results = [_Outcome(claims[place], result) for place, result in zip(fresh, await act(tx, fresh), strict=True)]
        await _store(tx, results)
        outcomes |= {outcome.claim.scope: outcome for outcome in results}
        # A rival with the same key may have done it while this one waited for what both change, and is why it is
        # refused: then the rival's answer is the answer.
        refused = [outcome.claim for outcome in results if isinstance(outcome.result, Refusal)]
        if refused:
            outcomes |= await _recall(tx, refused)
    return [_reply(entry, outcomes[entry.scope]) for entry in claims]


@dataclass(frozen=True, slots=True)
class _Outcome:
    claim: Claim
    result: Answer | Refusal


def _reply(claim: Claim, outcome: _Outcome) -> Answer | Refusal:
    if claim.fingerprint != outcome.claim.fingerprint:
        return Refusal(Kind.INVALID, "idempotency_key_reused", "this key was used with another body")
    return outcome.result


async def _store(tx: Transaction, outcomes: Sequence[_Outcome]) -> None:
    # Sorted, so that two batches with common keys wait for each other instead of deadlocking. Whatever else a batch
    # locks it has locked before, so nobody who waits here holds up those it waits for.
    answered = sorted(
        ((outcome.claim, outcome.result) for outcome in outcomes if isinstance(outcome.result, Answer)),
        key=lambda entry: entry[0].scope,
    )
    if not answered:
        return
    rows = [
        (claim.client, claim.route, claim.key, claim.fingerprint, answer.status, answer.location, answer.body)
        for claim, answer in answered
    ]
    try:
        await copy_rows(tx, "idempotency", _COLUMNS, rows)
    except asyncpg.UniqueViolationError:
        raise _RivalError from None


async def _recall(tx: Transaction, claims: Sequence[Claim]) -> dict[Scope, _Outcome]:
    """Return the earlier outcomes of those claims that have one."""
    found: dict[Scope, _Outcome] = {}
    scopes = {
        "client": [claim.client for claim in claims],
        "route": [claim.route for claim in claims],
        "key": [claim.key for claim in claims],
    }
    for row in await tx.execute(_RECALL, scopes):
        claim = Claim(row.client, row.route, row.key, bytes(row.fingerprint))
        found[claim.scope] = _Outcome(claim, Answer(row.status, bytes(row.body), row.location))
    return found


async def sweep(tx: Transaction, keep_hours: int = 24) -> int:
    """Forget answers older than `keep_hours`; return how many."""
    return (await tx.execute(_SWEEP, {"hours": keep_hours})).rowcount
