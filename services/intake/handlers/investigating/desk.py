"""What investigations are carried out with, and what is known of the parties that they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.finding import FindingKind
from services.intake.domain.report import Held
from services.intake.domain.waterfall import File, UnderWay
from services.intake.sources.configuration import ConfiguredSource
from services.intake.store import consents, findings, parties, reports
from services.intake.vault import Vault
from shared.catalogue import Shelf
from shared.db import Transaction
from shared.products import Product


@dataclass(frozen=True, slots=True)
class Desk:
    """The keys, the products, and the sources by name.

    After the last moment of a source's patience a worker still has `margin_seconds` to keep the answer; then another
    one asks.
    """

    vault: Vault
    shelf: Shelf[Product]
    sources: Mapping[str, ConfiguredSource]
    margin_seconds: float = 10.0

    @property
    def kinds(self) -> dict[str, FindingKind]:
        """The kinds of all sources, by name."""
        return {name: configured.source.kind for name, configured in self.sources.items()}


@dataclass(frozen=True, slots=True)
class Opened:
    """An investigation with the party that it is about by now, and what is there already."""

    entry: UnderWay
    party_id: str
    product: Product | None
    file: File


async def open_files(tx: Transaction, desk: Desk, entries: Sequence[UnderWay], now: datetime) -> list[Opened]:
    """Return what is there for each investigation: of its party and of every record that was merged with it."""
    products = await desk.shelf.take(tx, {entry.product for entry in entries})
    survivors = await parties.surviving(tx, {entry.party_id for entry in entries})
    records = await parties.records(tx, set(survivors.values()))
    everybody = {record for group in records.values() for record in group}
    consented = await consents.standing(tx, everybody, now)
    reported = await reports.newest(tx, everybody)
    found = await findings.newest(tx, everybody)
    opened = []
    for entry in entries:
        party_id = survivors[entry.party_id]
        group = records[party_id]
        file = File(
            facts=entry.facts,
            findings=[finding for record in group for finding in found.get(record, ())],
            reports=_newest(reported, group),
            consents=[consent for record in group for consent in consented.get(record, ())],
        )
        opened.append(Opened(entry, party_id, products.get(entry.product), file))
    return opened


def _newest(reported: Mapping[tuple[str, str], Held], group: set[str]) -> dict[str, Held]:
    """Return the newest report of each source on any of the records of a party."""
    newest: dict[str, Held] = {}
    for (record, source), held in reported.items():
        if record in group and (source not in newest or held.received_at > newest[source].received_at):
            newest[source] = held
    return newest
