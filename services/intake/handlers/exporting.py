"""Everything that is held about a person, for that person: machine-readable, each item with what it is for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.retention import Policy, Profile, Rule
from services.intake.store import holdings, keys, parties, privacy
from services.intake.store.holdings import Holding
from services.intake.vault import Vault
from shared.db import Database, clock
from shared.errors import not_found


@dataclass(frozen=True, slots=True)
class Section:
    """What one kind of record holds about a party; `rule` is when it is deleted by itself, where it ever is."""

    holding: Holding
    rule: Rule | None
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything about a party: the one record that it is now, and those that were merged into it."""

    party_id: str
    records: tuple[str, ...]
    exported_at: datetime
    profile: Profile
    sections: tuple[Section, ...]


async def export(db: Database, vault: Vault, policy: Policy, party_id: str, actor: str) -> Export:
    """Return everything that is held about a party, and note that it was shown; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        records = sorted(await parties.of_one_party(tx, party_id))
        if not records:
            raise not_found("party_not_found", "there is no such party")
        survivor = (await parties.surviving(tx, [party_id]))[party_id]
        # Before the rest is read, so that it shows itself as well.
        await privacy.note_access(tx, survivor, actor)
        profile = policy.of((await privacy.lock_records(tx, [survivor]))[survivor][1])
        opened = await keys.existing(tx, vault, records)
        sections = [
            Section(
                holding,
                None if holding.kind is None else profile.rules.get(holding.kind),
                await holdings.records(tx, holding, records, opened),
            )
            for holding in holdings.HELD
        ]
        exported_at = await clock(tx)
    return Export(survivor, tuple(records), exported_at, profile, tuple(sections))
