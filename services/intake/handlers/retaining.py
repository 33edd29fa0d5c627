"""Retention by rule: what has run out is deleted, a batch at a time, unless a legal hold is in force."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.intake import metrics
from services.intake.domain.retention import DEFAULT, Policy, RecordKind, is_due, parse_policy
from services.intake.handlers import erasing
from services.intake.handlers.erasing import Grounds
from services.intake.metrics import ERASURES, RETENTION_DELETED
from services.intake.store import parties, privacy, retention
from services.intake.store.retention import Aged
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal
from shared.yaml import load_yaml

_ACTOR = "retention"


def load_policy(path: str) -> Policy:
    """Return the rules in a file, the defaults without one; raises `ValueError` that names the file and the fault."""
    if not path:
        return DEFAULT
    try:
        return parse_policy(load_yaml(Path(path).read_text()))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


@dataclass
class Walk:
    """One time through all records: how far it is, and what it found by kind. A dry one deletes nothing."""

    is_dry: bool = False
    place: int = 0
    after: str = ""
    found: Counter[RecordKind] = field(default_factory=Counter)

    @property
    def is_over(self) -> bool:
        """Tell whether everything was gone through."""
        return self.place == len(retention.SWEPT)

    def go_on(self, last: str | None) -> None:
        """Go on after an id, with the next kind where there is none."""
        self.after = last or ""
        self.place += last is None


async def step(db: Database, policy: Policy, walk: Walk, limit: int) -> None:
    """Go through the next `limit` records of a kind and delete those whose time has run out.

    Any number of processes may do so at once. What a process that dies leaves is found by the next walk.
    """
    kind = retention.SWEPT[walk.place]
    days = policy.shortest_days(kind)
    if days is None:
        walk.go_on(None)
        return
    async with db.transaction() as tx:
        now = await clock(tx)
        aged, last = await retention.page(tx, kind, walk.after, now - timedelta(days=days), limit)
        due = [record for record in aged if is_due(policy.of(record.country), kind, record.at, now)]
        free = await _not_held(tx, due)
        if kind is RecordKind.PARTY:
            deleted = [record for record in free if await _erase(tx, policy, record, is_dry=walk.is_dry)]
        else:
            deleted = free
            if not walk.is_dry:
                await retention.delete(tx, kind, deleted)
    walk.found[kind] += len(deleted)
    if not walk.is_dry:
        RETENTION_DELETED.labels(kind).inc(len(deleted))
        if kind is RecordKind.PARTY:
            ERASURES.labels(Grounds.RETENTION_ENDED).inc(len(deleted))
    walk.go_on(last)


async def _not_held(tx: Transaction, records: list[Aged]) -> list[Aged]:
    """Return the records of parties that no legal hold is in force on, whichever of a party's records it names."""
    if not records:
        return []
    held = await privacy.all_held(tx)
    current = await parties.surviving(tx, {record.party_id for record in records} | held)
    held_parties = {current[party_id] for party_id in held}
    return [record for record in records if current[record.party_id] not in held_parties]


async def _erase(tx: Transaction, policy: Policy, record: Aged, *, is_dry: bool) -> bool:
    """Erase a party whose time has run out, unless something of it must be kept; tell whether it is (or would be)."""
    try:
        if is_dry:
            await erasing.erasable(tx, policy, record.party_id)
        else:
            await erasing.erase_in(tx, policy, record.party_id, Grounds.RETENTION_ENDED, _ACTOR)
    except Refusal as refusal:
        if refusal.kind is not Kind.CONFLICT:
            raise
        return False
    return True


async def measure(db: Database) -> None:
    """Set the gauge of legal holds; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        metrics.LEGAL_HOLDS.set(await privacy.count_held(tx))
