"""Applications: taken in, looked up, and told what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake import events
from services.intake.domain.application import Application, Status, SubmitApplication, check_facts, is_plain
from services.intake.domain.party import PartyKind
from services.intake.domain.progress import Move, Step, fallbacks_of, past
from services.intake.handlers import CONSUMER, arriving
from services.intake.handlers.looking import look_at
from services.intake.handlers.progress import products_of
from services.intake.handlers.settling import Going, Gone, settle
from services.intake.metrics import APPLICATIONS
from services.intake.replies import applications as replies
from services.intake.store import applications, inquiries, keys, moves, parties
from services.intake.store.applications import Filter
from services.intake.store.inquiries import Told as Inquired
from services.intake.vault import Vault
from shared import idempotency, inbox, outbox
from shared.catalogue import EntryKind, Shelf, all_live
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.contracts.limits import LimitGranted
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.products import Product

UNKNOWN = not_found("application_not_found", "there is no such application")


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to submit an application: the command, its idempotency claim, when and in which trace it came."""

    command: SubmitApplication
    claim: Claim
    received_at: datetime
    traceparent: str | None


async def submit(
    db: Database, vault: Vault, shelf: Shelf[Product], batch: Sequence[Submission]
) -> list[Answer | Refusal]:
    """Take in applications: each accepted one is stored together with its events, exactly once per key."""

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        known = await shelf.take(tx, {entry.command.product for entry in batch})
        entries = [batch[place] for place in places]
        plain = [is_plain(entry.command, known.get(entry.command.product)) for entry in entries]
        if all(plain):
            return await _accept(tx, known, entries)
        # Parties before what is held to count by, in every batch: so none waits for another that waits for it.
        accepted = iter(await _accept(tx, known, [entry for entry, one in zip(entries, plain, strict=True) if one]))
        arrivals = [
            arriving.Arriving(entry.command, entry.claim.client, entry.traceparent)
            for entry, one in zip(entries, plain, strict=True)
            if not one
        ]
        taken = iter(await arriving.take_in(tx, vault, known, arrivals))
        return [next(accepted) if one else _answer(next(taken)) for one in plain]

    return await idempotency.once(db, [entry.claim for entry in batch], act)


def _answer(taken: Application | Refusal) -> Answer | Refusal:
    return taken if isinstance(taken, Refusal) else replies.acknowledgement(taken)


async def _accept(tx: Transaction, known: dict[str, Product], batch: Sequence[Submission]) -> list[Answer | Refusal]:
    """Take in applications that nothing is looked up for: they are submitted as they come in."""
    checked = [check_facts(entry.command, known.get(entry.command.product)) for entry in batch]
    named = {
        (entry.command.party.external_ref or "", entry.command.party.kind)
        for entry, facts in zip(batch, checked, strict=True)
        if not isinstance(facts, Refusal)
    }
    party_ids = await _party_ids(tx, named) if named else {}
    results: list[Answer | Refusal] = []
    accepted: list[Application] = []
    facts_out: list[outbox.Fact] = []
    for entry, facts in zip(batch, checked, strict=True):
        if isinstance(facts, Refusal):
            results.append(facts)
            continue
        application = Application(
            application_id=new_id("app"),
            party_id=party_ids[entry.command.party.external_ref or ""],
            external_ref=entry.command.party.external_ref,
            product=entry.command.product,
            requested=entry.command.requested,
            facts=facts,
            received_at=entry.received_at,
            status=Status.SUBMITTED,
            submitted_at=entry.received_at,
            submitted_by=entry.claim.client,
        )
        accepted.append(application)
        facts_out.append(events.submitted(application, entry.traceparent))
        results.append(replies.acknowledgement(application))
    await applications.add(tx, accepted)
    await outbox.put(tx, facts_out)
    return results


async def _party_ids(tx: Transaction, named: set[tuple[str, PartyKind]]) -> dict[str, str]:
    """Return the party of each customer number: the surviving one where its record has become part of another."""
    found, any_merged = await applications.party_ids(tx, named)
    if not any_merged:
        return found
    survivors = await parties.surviving(tx, set(found.values()))
    return {ref: survivors[party_id] for ref, party_id in found.items()}


async def find_applications(db: Database, ids: Sequence[str]) -> list[Application | Refusal]:
    """Return each application, or the refusal (404) of one that does not exist."""
    async with db.transaction() as tx:
        found = await applications.find(tx, set(ids))
    return [found.get(application_id, UNKNOWN) for application_id in ids]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which applications are listed; None leaves a criterion out. Those of a party are those of all its records."""

    status: Status | None = None
    party_id: str | None = None
    product: str | None = None
    due_before: datetime | None = None


async def list_applications(db: Database, wanted: Wanted, before: str, limit: int) -> list[Application]:
    """Return up to `limit` applications that are wanted and older than the id `before`, newest first."""
    async with db.transaction() as tx:
        records = None if wanted.party_id is None else await parties.of_one_party(tx, wanted.party_id)
        criteria = Filter(wanted.status, records, wanted.product, wanted.due_before)
        return await applications.page(tx, criteria, before, limit)


@dataclass(frozen=True, slots=True)
class Told:
    """A move of an application with what somebody wrote about it, as far as that is kept."""

    move: Move
    note: str | None


async def history(db: Database, vault: Vault, application_id: str) -> list[Told]:
    """Return the moves of an application, oldest first; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = (await applications.find(tx, [application_id])).get(application_id)
        if found is None:
            raise UNKNOWN
        known = await moves.of_application(tx, application_id) if found.moves else past(found)
        is_noted = any(move.sealed_note for move in known)
        key = (await keys.existing(tx, vault, [found.party_id])).get(found.party_id) if is_noted else None
    return [Told(move, None if key is None else moves.open_note(key, move)) for move in known]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of an application in wire form, where those of the credit file are from, and what they are called.

    `fallbacks` are what had to be done without, `inquiries` what sources were to be asked, and what came of it.
    """

    application: Application
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]
    labels: Mapping[str, tuple[str, str]]
    fallbacks: tuple[str, ...]
    inquiries: Sequence[Inquired]


async def known_of(db: Database, application_id: str) -> Known:
    """Return the facts of an application: as its newest revision was submitted, or as they are known by now.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        found = (await applications.find(tx, [application_id])).get(application_id)
        if found is None:
            raise UNKNOWN
        product = (await products_of(tx, [found])).get(found.product)
        labels = (
            {} if product is None else {name: (of.label, of.label_zh) for name, of in product.dictionary.facts.items()}
        )
        last = (await moves.submitted(tx, [application_id])).get(application_id)
        if last is not None and last.revision == found.revision:
            return Known(found, last.facts, last.sources, labels, last.fallbacks, await _inquiries(tx, found))
        if found.submitted_at is not None and not found.moves:
            return Known(found, found.facts, {}, labels, (), ())
        now = await clock(tx)
        look = (await look_at(tx, [Going(found, product, found.status)], now))[application_id]
        asked = await _inquiries(tx, found)
    file = look.evidence
    sources = {name: events.fact_source(finding).model_dump(mode="json") for name, finding in file.sources.items()}
    return Known(found, {**found.facts, **file.facts}, sources, labels, fallbacks_of(look), asked)


async def _inquiries(tx: Transaction, application: Application) -> list[Inquired]:
    records = await parties.of_one_party(tx, application.party_id)
    return await inquiries.of_application(tx, records, application.application_id)


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
        decided = await applications.record_decisions(tx, list(latest.items()))
        if decided:
            await _go_into_decided(tx, decided)
    for event in fresh:
        APPLICATIONS.labels(event.data.product, event.data.outcome).inc()


async def _go_into_decided(tx: Transaction, ids: Sequence[str]) -> None:
    found = list((await applications.lock(tx, ids)).values())
    known = await products_of(tx, found)
    gone = [
        Gone(
            Going(entry, known.get(entry.product), Status.SUBMITTED),
            Step(Status.DECIDED, () if entry.decision is None else (entry.decision.outcome,)),
        )
        for entry in found
    ]
    await settle(tx, gone, await clock(tx))


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
