"""Applications: taken in, looked up, and told what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake import events
from services.intake.domain.application import Application, SubmitApplication, check_facts
from services.intake.handlers import CONSUMER
from services.intake.metrics import APPLICATIONS
from services.intake.replies import applications as replies
from services.intake.store import applications
from shared import idempotency, inbox, outbox
from shared.catalogue import EntryKind, Shelf, all_live
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.contracts.limits import LimitGranted
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.products import Product


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to submit an application: the command, its idempotency claim, when and in which trace it came."""

    command: SubmitApplication
    claim: Claim
    received_at: datetime
    traceparent: str | None


async def submit(db: Database, shelf: Shelf[Product], batch: Sequence[Submission]) -> list[Answer | Refusal]:
    """Take in applications: each accepted one is stored together with its event, exactly once per key."""

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        known = await shelf.take(tx, {entry.command.product for entry in batch})
        return await _accept(tx, known, [batch[place] for place in places])

    return await idempotency.once(db, [entry.claim for entry in batch], act)


async def _accept(tx: Transaction, known: dict[str, Product], batch: Sequence[Submission]) -> list[Answer | Refusal]:
    checked = [check_facts(entry.command, known.get(entry.command.product)) for entry in batch]
    parties = [
        entry.command.party for entry, facts in zip(batch, checked, strict=True) if not isinstance(facts, Refusal)
    ]
    party_ids = await applications.party_ids(tx, parties) if parties else {}
    results: list[Answer | Refusal] = []
    accepted: list[Application] = []
    facts_out: list[outbox.Fact] = []
    for entry, facts in zip(batch, checked, strict=True):
        if isinstance(facts, Refusal):
            results.append(facts)
            continue
        application = Application(
            application_id=new_id("app"),
            party_id=party_ids[entry.command.party.external_ref],
            external_ref=entry.command.party.external_ref,
            product=entry.command.product,
            requested=entry.command.requested,
            facts=facts,
            submitted_at=entry.received_at,
        )
        accepted.append(application)
        facts_out.append(events.submitted(application, entry.traceparent))
        results.append(replies.acknowledgement(application))
    await applications.add(tx, accepted)
    await outbox.put(tx, facts_out)
    return results


async def find_applications(db: Database, ids: Sequence[str]) -> list[Application | Refusal]:
    """Return each application, or the refusal (404) of one that does not exist."""
    async with db.transaction() as tx:
        found = await applications.find(tx, set(ids))
    unknown = not_found("application_not_found", "there is no such application")
    return [found.get(application_id, unknown) for application_id in ids]


async def list_applications(db: Database, before: str, limit: int) -> list[Application]:
    """Return up to `limit` applications older than the id `before`, newest first."""
    async with db.transaction() as tx:
        return await applications.page(tx, before, limit)


async def list_products(db: Database) -> dict[str, int]:
    """Return the revision of each product that applications may name."""
    async with db.transaction() as tx:
        return {name: entry.revision for name, entry in (await all_live(tx, EntryKind.PRODUCT)).items()}


async def record_decisions(db: Database, batch: Sequence[Event[Decided]]) -> None:
    """Attach decisions to their applications."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        latest = {
            event.data.application_id: events.decision_summary(event.data)
            for event in fresh
            if event.data.application_id is not None
        }
        await applications.record_decisions(tx, list(latest.items()))
    for event in fresh:
        APPLICATIONS.labels(event.data.product, event.data.outcome).inc()


async def record_limits(db: Database, batch: Sequence[Event[LimitGranted]]) -> None:
    """Attach granted limits to their applications."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        latest = {
            event.data.application_id: events.granted_limit(event.data)
            for event in fresh
            if event.data.application_id is not None
        }
        await applications.record_limits(tx, list(latest.items()))
