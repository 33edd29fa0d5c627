"""Applications that come in for a product with a plan, or of a party that is to be known: who applies, and where to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.application import Application, PartyRef, Status, SubmitApplication, check_facts
from services.intake.domain.party import Attribution, NewParty
from services.intake.handlers import parties as taking
from services.intake.handlers import screening
from services.intake.handlers.progress import go_on
from services.intake.handlers.screening import Screened
from services.intake.handlers.settling import Going
from services.intake.store import applications, parties
from services.intake.vault import Vault
from shared.db import Transaction
from shared.errors import Fault, Refusal, invalid
from shared.ids import new_id
from shared.products import Product


@dataclass(frozen=True, slots=True)
class Arriving:
    """An application that comes in, from which client, and in which trace."""

    command: SubmitApplication
    client: str
    traceparent: str | None


async def take_in(
    tx: Transaction, vault: Vault, known: Mapping[str, Product], batch: Sequence[Arriving]
) -> list[Application | Refusal]:
    """Take in applications: of each who applies, whether it is answered by an earlier one, and what is missing."""
    checked = [check_facts(entry.command, known.get(entry.command.product)) for entry in batch]
    results: dict[int, Application | Refusal] = {}
    sound: dict[int, Mapping[str, Any]] = {}
    for place, facts in enumerate(checked):
        if isinstance(facts, Refusal):
            results[place] = facts
        else:
            sound[place] = facts
    applicants = await _applicants(tx, vault, [batch[place].command.party for place in sound])
    party_of = dict(zip(sound, applicants, strict=True))
    results |= {place: _NO_PARTY for place, party_id in party_of.items() if party_id is None}
    entering = {place: party_id for place, party_id in party_of.items() if party_id is not None}
    now = await screening.hold(
        tx, vault, [(party_id, batch[place].command.signals) for place, party_id in entering.items()]
    )
    made = [_application(batch[place], party_id, sound[place], now) for place, party_id in entering.items()]
    gone = await _enter(tx, vault, known, [batch[place] for place in entering], made, now)
    results |= zip(entering, gone, strict=True)
    return [results[place] for place in range(len(batch))]


_NO_PARTY = invalid("unknown_party", "there is no such party", [Fault("/party/party_id", "unknown_party", "unknown")])


async def _enter(
    tx: Transaction,
    vault: Vault,
    known: Mapping[str, Product],
    batch: Sequence[Arriving],
    made: Sequence[Application],
    now: datetime,
) -> list[Application]:
    """Screen new applications, whose parties are held, and take them to where they go from there."""
    if not made:
        return []
    lineage = await parties.lineage(tx, {application.party_id for application in made})
    screened = await screening.answered(
        tx,
        vault,
        [
            Screened(
                application,
                known[application.product],
                application.party_id,
                lineage.records[application.party_id],
                entry.command.signals,
            )
            for entry, application in zip(batch, made, strict=True)
        ],
        now,
    )
    going = [
        Going(application, known[application.product], None, entry.client, traceparent=entry.traceparent)
        for entry, application in zip(batch, made, strict=True)
    ]
    gone = await go_on(tx, going, now, screened, lineage)
    await screening.keep(
        tx, vault, [(application, entry.command.signals) for entry, application in zip(batch, made, strict=True)]
    )
    return gone


def _application(entry: Arriving, party_id: str, facts: Mapping[str, Any], now: datetime) -> Application:
    return Application(
        application_id=new_id("app"),
        party_id=party_id,
        external_ref=entry.command.party.external_ref,
        product=entry.command.product,
        requested=entry.command.requested,
        facts=facts,
        received_at=now,
        status=Status.PEND_INFO,
        submitted_by=entry.client,
    )


async def _applicants(tx: Transaction, vault: Vault, refs: Sequence[PartyRef]) -> list[str | None]:
    """Return the party that each reference comes down to, taking in those that are new; None where there is none."""
    plain = {(ref.external_ref, ref.kind) for ref in refs if ref.is_plain and ref.external_ref is not None}
    by_ref, any_merged = await applications.party_ids(tx, plain) if plain else ({}, False)
    named = {ref.party_id for ref in refs if ref.party_id is not None}
    there = await applications.known_parties(tx, named) if named else set()
    described = [ref for ref in refs if ref.party_id is None and not ref.is_plain]
    entries = [NewParty(ref.kind, ref.external_ref, ref.profile, ref.attribution or Attribution()) for ref in described]
    taken = iter(await taking.take_in(tx, vault, entries) if entries else [])
    found: list[str | None] = []
    for ref in refs:
        if ref.party_id is not None:
            found.append(ref.party_id if ref.party_id in there else None)
        elif ref.is_plain and ref.external_ref is not None:
            found.append(by_ref[ref.external_ref])
        else:
            found.append(next(taken).party_id)
    if not (any_merged or named or entries):
        return found
    survivors = await parties.surviving(tx, {party_id for party_id in found if party_id is not None})
    return [None if party_id is None else survivors[party_id] for party_id in found]
