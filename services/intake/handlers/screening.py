"""Screening applications: each by what was applied for before it, also within one batch and beside others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.application import NO_SIGNALS, Application, Signals, Status
from services.intake.domain.progress import Step
from services.intake.domain.screening import Times, reach_days, screen, values_of
from services.intake.store import screening as store
from services.intake.store.screening import Counted
from services.intake.vault import Vault
from shared.db import Transaction
from shared.products import Product
from shared.products.plan import Key

_MOST_STANDING: Final = 100
"""So many applications of a party for a product are looked at, the newest ones; those that came to nothing aside."""


@dataclass(frozen=True, slots=True)
class Screened:
    """An application to be screened. `party_id` is the party that it comes down to, `records` all records of that."""

    application: Application
    product: Product
    party_id: str
    records: Collection[str]
    signals: Signals = NO_SIGNALS


def counted_by(vault: Vault, signals: Signals) -> list[Counted]:
    """Return by what an application is counted, as blind digests."""
    return [(key, store.digest(vault, key, value)) for key, value in values_of(signals).items()]


async def hold(tx: Transaction, vault: Vault, entries: Collection[tuple[str, Signals]]) -> datetime:
    """Have others that count the same parties or signals wait until this transaction ends; return the time by then.

    By the database's clock, and after the waiting, so that who comes later is later.
    """
    counted = {_party(vault, party_id) for party_id, _ in entries}
    counted.update(entry for _, signals in entries for entry in counted_by(vault, signals))
    return await store.one_at_a_time(tx, counted)


async def answered(tx: Transaction, vault: Vault, batch: Sequence[Screened], now: datetime) -> dict[str, Step]:
    """Return the steps of those applications that are screened out, by id; the caller has taken `hold` of them all.

    An application sees those before it in the batch. One that is screened a second time is not its own predecessor.
    """
    if not any(reach_days(entry.product.plan.screening) for entry in batch):
        return {}
    earlier = await _standing(tx, batch)
    times = await _times(tx, vault, batch, now)
    steps: dict[str, Step] = {}
    for entry in batch:
        application = entry.application
        before = [known for known in earlier[entry.party_id] if known.application_id != application.application_id]
        counted = [_party(vault, entry.party_id), *counted_by(vault, entry.signals)]
        by_key = {key: times.get((key, value), []) for key, value in counted}
        step = screen(entry.product.plan.screening, application, before, Times(by_key), by_key.keys(), now)
        if step is not None:
            steps[application.application_id] = step
        status = Status.SUBMITTED if step is None else step.status
        earlier[entry.party_id] = [*before, replace(application, status=status)]
        for one in counted:
            times.setdefault(one, []).append(application.received_at)
    return steps


async def keep(tx: Transaction, vault: Vault, entries: Sequence[tuple[Application, Signals]]) -> None:
    """Store by what new applications are counted from now on."""
    rows = [
        (application.application_id, one, application.received_at)
        for application, signals in entries
        for one in counted_by(vault, signals)
    ]
    await store.add(tx, rows)


async def _standing(tx: Transaction, batch: Sequence[Screened]) -> dict[str, list[Application]]:
    party_of = {record: entry.party_id for entry in batch for record in entry.records}
    found: dict[str, list[Application]] = {entry.party_id: [] for entry in batch}
    products = {entry.product.name for entry in batch}
    for application in await store.standing(tx, party_of.keys(), products, _MOST_STANDING):
        found[party_of[application.party_id]].append(application)
    return found


async def _times(
    tx: Transaction, vault: Vault, batch: Sequence[Screened], now: datetime
) -> dict[Counted, list[datetime]]:
    """Return when earlier applications came in, by what they are counted by."""
    rules = [rule for entry in batch for rule in entry.product.plan.screening.velocity]
    if not rules:
        return {}
    since, most = now - timedelta(days=max(rule.days for rule in rules)), max(rule.at_most for rule in rules)
    counted = {one for entry in batch for one in counted_by(vault, entry.signals)}
    times = dict(await store.times(tx, counted, since, most))
    party_of = {record: _party(vault, entry.party_id) for entry in batch for record in entry.records}
    themselves = [entry.application.application_id for entry in batch]
    for party_id, received_at in await store.received(tx, party_of.keys(), themselves, since, most):
        times.setdefault(party_of[party_id], []).append(received_at)
    return times


def _party(vault: Vault, party_id: str) -> Counted:
    return Key.PARTY, store.digest(vault, Key.PARTY, party_id)
