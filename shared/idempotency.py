"""Idempotency keys: a retried request has one effect and gets the first answer, byte for byte.

The key is claimed and the answer stored in the transaction of the effect, so that a crash leaves both or neither.
A rival with the same key waits for its claim until the first one commits and then reads its answer.
(Semantics of the IETF draft "The Idempotency-Key HTTP Header Field"; storage rules as Stripe publishes them.)
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from shared.db import Transaction
from shared.errors import Kind, Refusal

_CLAIM: Final = text("""
    INSERT INTO idempotency (client, route, key, fingerprint)
    SELECT r.client, r.route, r.key, r.fingerprint
    FROM unnest(CAST(:client AS text[]), CAST(:route AS text[]), CAST(:key AS text[]), CAST(:fingerprint AS bytea[]))
         AS r(client, route, key, fingerprint)
    ON CONFLICT DO NOTHING
""")
_RECALL: Final = text("""
    SELECT i.client, i.route, i.key, i.fingerprint, i.status, i.location, i.body
    FROM idempotency i
    JOIN unnest(CAST(:client AS text[]), CAST(:route AS text[]), CAST(:key AS text[])) AS r(client, route, key)
      ON (i.client, i.route, i.key) = (r.client, r.route, r.key)
    WHERE i.status IS NOT NULL
""")
_STORE: Final = text("""
    UPDATE idempotency i SET status = r.status, location = r.location, body = r.body
    FROM unnest(CAST(:client AS text[]), CAST(:route AS text[]), CAST(:key AS text[]), CAST(:status AS smallint[]),
                CAST(:location AS text[]), CAST(:body AS bytea[])) AS r(client, route, key, status, location, body)
    WHERE (i.client, i.route, i.key) = (r.client, r.route, r.key)
""")


_GIVE_BACK: Final = text("""
    DELETE FROM idempotency i
    USING unnest(CAST(:client AS text[]), CAST(:route AS text[]), CAST(:key AS text[])) AS r(client, route, key)
    WHERE (i.client, i.route, i.key) = (r.client, r.route, r.key)
""")
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


Act = Callable[[Sequence[int]], Awaitable[Sequence[Answer | Refusal]]]
"""Carries out the commands at the given places of the batch and returns an answer or a refusal for each."""


async def once(tx: Transaction, claims: Sequence[Claim], act: Act) -> list[Answer | Refusal]:
    """Carry out a batch of commands, each key once, and return the answer to every one of them.

    `act` gets the places of the commands whose keys are new. Their answers are stored; a refused command had no
    effect, so its key is given back. A key that was used with another body is refused with 422.
    """
    first: dict[Scope, int] = {}
    for place, entry in enumerate(claims):
        first.setdefault(entry.scope, place)
    # Sorted, so that two batches with common keys wait for each other instead of deadlocking.
    leaders = [claims[place] for _, place in sorted(first.items())]
    claimed = await tx.execute(_CLAIM, {**_scopes(leaders), "fingerprint": [c.fingerprint for c in leaders]})
    outcomes = {} if claimed.rowcount == len(leaders) else await _recall(tx, leaders)
    fresh = sorted(place for scope, place in first.items() if scope not in outcomes)
    if fresh:
        results = await act(fresh)
        await _settle(tx, [(claims[place], result) for place, result in zip(fresh, results, strict=True)])
        for place, result in zip(fresh, results, strict=True):
            outcomes[claims[place].scope] = _Outcome(claims[place].fingerprint, result)
    return [_reply(entry, outcomes[entry.scope]) for entry in claims]


@dataclass(frozen=True, slots=True)
class _Outcome:
    fingerprint: bytes
    result: Answer | Refusal


def _reply(claim: Claim, outcome: _Outcome) -> Answer | Refusal:
    if claim.fingerprint != outcome.fingerprint:
        return Refusal(Kind.INVALID, "idempotency_key_reused", "this key was used with another body")
    return outcome.result


async def _settle(tx: Transaction, results: Sequence[tuple[Claim, Answer | Refusal]]) -> None:
    answered = [(claim, result) for claim, result in results if isinstance(result, Answer)]
    refused = [claim for claim, result in results if isinstance(result, Refusal)]
    if answered:
        columns = _scopes([claim for claim, _ in answered])
        columns["status"] = [answer.status for _, answer in answered]
        columns["location"] = [answer.location for _, answer in answered]
        columns["body"] = [answer.body for _, answer in answered]
        await tx.execute(_STORE, columns)
    if refused:
        await tx.execute(_GIVE_BACK, _scopes(refused))


async def _recall(tx: Transaction, claims: Sequence[Claim]) -> dict[Scope, _Outcome]:
    """Return the earlier outcomes. A claim without an answer is this transaction's own: others commit both at once."""
    rows = (await tx.execute(_RECALL, _scopes(claims))).all()
    return {
        (row.client, row.route, row.key): _Outcome(
            bytes(row.fingerprint), Answer(row.status, bytes(row.body), row.location)
        )
        for row in rows
    }


async def sweep(tx: Transaction, keep_hours: int = 24) -> int:
    """Forget answers older than `keep_hours`; return how many."""
    return (await tx.execute(_SWEEP, {"hours": keep_hours})).rowcount


def _scopes(claims: Sequence[Claim]) -> dict[str, list[object]]:
    return {
        "client": [claim.client for claim in claims],
        "route": [claim.route for claim in claims],
        "key": [claim.key for claim in claims],
    }
