"""Applications on their way: what is still missing, and where they go once it is there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.intake.domain.application import NO_SIGNALS, Application, Status
from services.intake.domain.progress import POSSIBLE_DUPLICATE, Look, Step, is_open, next_step
from services.intake.handlers import screening
from services.intake.handlers.looking import look_at, reads_file
from services.intake.handlers.screening import Screened
from services.intake.handlers.settling import Going, Gone, settle
from services.intake.store import applications, moves, parties
from services.intake.store.parties import Lineage
from services.intake.vault import Vault
from shared.catalogue import product_shelf
from shared.db import Transaction, clock
from shared.errors import conflict
from shared.products import Product

NEW_EVIDENCE: Final = "new_evidence"
_SHELF: Final = product_shelf()
"""Products of applications that are looked at again; revisions never change, so that a process may keep them."""


async def arrived(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> None:
    """Look again at the applications of parties of whom something was added to the credit file.

    Those that something is missing of go on once it is there; those that a decision left open are decided again where
    the credit file says something else than when they were submitted.
    """
    if not party_ids:
        return
    lineage = await parties.lineage(tx, party_ids)
    concerned = {record for known in lineage.records.values() for record in known}
    # Who is just sending an application either sees what has arrived, or is seen here.
    now = await screening.hold(tx, vault, [(party_id, NO_SIGNALS) for party_id in lineage.records])
    locked = await applications.lock_waiting(tx, concerned)
    if not locked:
        return
    known = await products_of(tx, locked.values())
    going = [
        Going(entry, known[entry.product], entry.status)
        for entry in locked.values()
        if entry.product in known and is_open(entry) and entry.status in (Status.PEND_INFO, Status.DECIDED)
    ]
    looks = await look_at(tx, going, now, lineage)
    screened = await _screened_again(tx, vault, going, looks, lineage, now)
    changed = await _newly_known(tx, going, looks)
    gone = []
    for entry in going:
        key, look = entry.application.application_id, looks[entry.application.application_id]
        if entry.from_status is Status.PEND_INFO:
            gone.append(Gone(entry, screened.get(key) or _next(entry, look), look))
        elif key in changed:
            # What sources say was asked for before, and asking again would bring evidence again, and so on.
            again, look = _again(entry), replace(look, investigated=True)
            gone.append(Gone(again, _next(again, look), look))
    await settle(tx, gone, now, lineage.survivors)


async def investigated(
    tx: Transaction, _vault: Vault, application_id: str, revision: int, fallbacks: Sequence[str]
) -> None:
    """Take an application on once its investigation has ended; `fallbacks` are what had to be done without.

    An application that was amended or withdrawn meanwhile waits for nothing of it.
    """
    found = (await applications.lock(tx, [application_id])).get(application_id)
    if found is None or found.status is not Status.INVESTIGATING or found.revision != revision:
        return
    product = (await products_of(tx, [found])).get(found.product)
    if product is None:
        raise conflict("unknown_product", "the application's product is not live any more")
    going = Going(found, product, found.status, investigated=True, fallbacks=tuple(fallbacks))
    await go_on(tx, [going], await clock(tx))


async def go_on(
    tx: Transaction,
    going: Sequence[Going],
    now: datetime,
    screened: Mapping[str, Step] | None = None,
    lineage: Lineage | None = None,
) -> list[Application]:
    """Take applications to where they go by what is known of them; those that are `screened` out (by id) by that.

    `lineage` is that of the applicants, where it is known already.
    """
    answered = screened or {}
    if lineage is None:
        lineage = await parties.lineage(tx, {entry.application.party_id for entry in going})
    unanswered = [entry for entry in going if entry.application.application_id not in answered]
    looks = await look_at(tx, unanswered, now, lineage)
    gone = []
    for entry in going:
        look = looks.get(entry.application.application_id)
        if look is None:
            gone.append(Gone(entry, answered[entry.application.application_id]))
        else:
            gone.append(Gone(entry, _next(entry, look), look))
    return await settle(tx, gone, now, lineage.survivors)


def _next(entry: Going, look: Look) -> Step:
    assert entry.product is not None
    return next_step(entry.product, look)


def _again(entry: Going) -> Going:
    again = replace(entry.application, revision=entry.application.revision + 1)
    return replace(entry, application=again, is_amended=True, because=(NEW_EVIDENCE,))


async def products_of(tx: Transaction, entries: Collection[Application]) -> dict[str, Product]:
    """Return the products that applications are for, as far as they are live."""
    return await _SHELF.take(tx, {entry.product for entry in entries})


async def _screened_again(
    tx: Transaction, vault: Vault, going: Sequence[Going], looks: Mapping[str, Look], lineage: Lineage, now: datetime
) -> dict[str, Step]:
    """Screen applications whose party has only now become clear; they were held until it was."""
    cleared = [
        entry
        for entry in going
        if POSSIBLE_DUPLICATE in entry.application.reasons and not looks[entry.application.application_id].ambiguous
    ]
    if not cleared:
        return {}
    batch = []
    for entry in cleared:
        party_id = lineage.survivors[entry.application.party_id]
        if entry.product is not None:
            batch.append(Screened(entry.application, entry.product, party_id, lineage.records[party_id]))
    return await screening.answered(tx, vault, batch, now)


async def _newly_known(tx: Transaction, going: Sequence[Going], looks: Mapping[str, Look]) -> set[str]:
    """Return those decided applications, by id, of which the credit file says something else than was submitted."""
    decided = [
        entry.application.application_id
        for entry in going
        if entry.from_status is Status.DECIDED and reads_file(entry.product)
    ]
    if not decided:
        return set()
    submitted = await moves.submitted(tx, decided)
    known = {key: {name: entry.facts[name] for name in entry.sources} for key, entry in submitted.items()}
    return {key for key in decided if dict(looks[key].evidence.facts) != known.get(key, {})}
