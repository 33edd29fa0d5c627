"""Parties in PostgreSQL: profiles sealed, merged records kept, every change added for good."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import text

from services.intake.domain.party import (
    Attribution,
    NewParty,
    Party,
    PartyAction,
    PartyChange,
    PartyKind,
    PartyStatus,
    Profile,
    State,
)
from services.intake.store import keys
from services.intake.vault import DataKey, Vault, WrappedKey
from shared.db import Transaction, copy_rows, driver, rows_json

_PROFILE: Final = TypeAdapter(Profile)
_CHANGE_COLUMNS: Final = ("change_id", "party_id", "version", "action", "actor", "other_party_id", "detail")
_SELECT: Final = """
    SELECT p.party_id, p.external_ref, p.kind, p.status, p.merged_into, p.business_unit, p.channel, p.partner,
           p.country, p.industry, p.profile, p.version, p.created_at, k.key_id, k.wrapped
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party p USING (party_id)
    LEFT JOIN data_key k ON k.subject_id = p.party_id
"""
_FIND: Final = text(_SELECT)
_ADD: Final = text("""
    INSERT INTO party (party_id, external_ref, kind, business_unit, channel, partner, country, industry)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(party_id text, external_ref text, kind text, business_unit text, channel text, partner text,
                country text, industry text)
    ON CONFLICT (external_ref) DO NOTHING
    RETURNING party_id
""")
_ADD_PROFILES: Final = text("""
    UPDATE party p SET profile = r.profile, updated_at = now()
    FROM unnest(CAST(:party_ids AS text[]), CAST(:profiles AS bytea[])) AS r(party_id, profile)
    WHERE p.party_id = r.party_id AND p.profile IS NULL AND p.status <> 'erased'
""")
_NEXT_VERSIONS: Final = text("""
    UPDATE party SET version = version + 1 WHERE party_id = ANY(CAST(:party_ids AS text[])) RETURNING party_id, version
""")
_MAKE_ALIASES: Final = text("""
    UPDATE party p SET status = 'merged', merged_into = r.survivor_id, updated_at = now()
    FROM unnest(CAST(:party_ids AS text[]), CAST(:survivor_ids AS text[])) AS r(party_id, survivor_id)
    WHERE p.party_id = r.party_id
""")
_LOCK: Final = text("""
    SELECT party_id FROM party WHERE party_id = ANY(CAST(:party_ids AS text[])) ORDER BY party_id FOR UPDATE
""")
_SAVE: Final = text("""
    UPDATE party SET status = :status, merged_into = :merged_into, business_unit = :business_unit, channel = :channel,
           partner = :partner, country = :country, industry = :industry, profile = :profile, version = :version,
           updated_at = now()
    WHERE party_id = :party_id
""")
_BY_REF: Final = text("""
    SELECT p.external_ref, p.party_id
    FROM unnest(CAST(:refs AS text[])) AS wanted(external_ref) JOIN party p USING (external_ref)
""")
# `UNION` and the way merges are made (only a record of its own right takes part in one) keep both from going round.
_SURVIVING: Final = text("""
    WITH RECURSIVE way AS (
        SELECT p.party_id AS start, p.party_id, p.merged_into
        FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party p USING (party_id)
        UNION
        SELECT way.start, p.party_id, p.merged_into FROM way JOIN party p ON p.party_id = way.merged_into
    )
    SELECT start, party_id FROM way WHERE merged_into IS NULL
""")
_RECORDS: Final = text("""
    WITH RECURSIVE record AS (
        SELECT p.party_id AS survivor_id, p.party_id
        FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party p USING (party_id)
        UNION
        SELECT record.survivor_id, p.party_id FROM record JOIN party p ON p.merged_into = record.party_id
    )
    SELECT survivor_id, party_id FROM record
""")
# Both at once. A row for each record of the party that `start` comes down to.
_LINEAGE: Final = """
    WITH RECURSIVE way AS (
        SELECT p.party_id AS start, p.party_id, p.merged_into, p.profile IS NOT NULL AS described
        FROM unnest($1::text[]) AS wanted(party_id) JOIN party p USING (party_id)
        UNION
        SELECT way.start, p.party_id, p.merged_into, p.profile IS NOT NULL
        FROM way JOIN party p ON p.party_id = way.merged_into
    ), record AS (
        SELECT start, party_id AS survivor_id, party_id, described FROM way WHERE merged_into IS NULL
        UNION
        SELECT record.start, record.survivor_id, p.party_id, p.profile IS NOT NULL
        FROM record JOIN party p ON p.merged_into = record.party_id
    )
    SELECT start, survivor_id, party_id, described FROM record
"""
_CHANGES: Final = text("""
    SELECT c.change_id, c.party_id, c.version, c.action, c.actor, c.other_party_id, c.detail, c.created_at
    FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN party_change c USING (party_id)
    WHERE c.change_id < :before ORDER BY c.change_id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class _Detail:
    """What a change holds of the person."""

    before: State | None = None
    after: State | None = None
    reason: str | None = None


_DETAIL: Final = TypeAdapter(_Detail)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The party that each record is, following merges to their end; of each such party all its records.

    Of those `described` there is a profile.
    """

    survivors: Mapping[str, str]
    records: Mapping[str, Collection[str]]
    described: Collection[str]


async def add(tx: Transaction, entries: Mapping[str, NewParty]) -> set[str]:
    """Store new parties by their ids, without their profiles; return the ids of those that are there now.

    The others have a customer number that somebody else stored meanwhile.
    """
    if not entries:
        return set()
    # Sorted, so that two batches with common parties wait for each other instead of deadlocking.
    rows = [
        {"party_id": party_id, "external_ref": entry.external_ref, "kind": entry.kind, **asdict(entry.attribution)}
        for party_id, entry in sorted(entries.items(), key=lambda item: item[1].external_ref or "")
    ]
    return {row.party_id for row in await tx.execute(_ADD, {"rows": rows_json(rows)})}


async def add_profiles(tx: Transaction, vault: Vault, profiles: Mapping[str, Profile]) -> None:
    """Store the profiles of parties that have none yet; that of a party that was erased is left out."""
    if not profiles:
        return
    data_keys = await keys.of(tx, vault, profiles)
    sealed = {
        party_id: data_keys[party_id].seal("profile", _PROFILE.dump_json(profile))
        for party_id, profile in profiles.items()
        if party_id in data_keys
    }
    await tx.execute(_ADD_PROFILES, {"party_ids": list(sealed), "profiles": list(sealed.values())})


async def next_versions(tx: Transaction, party_ids: Collection[str]) -> dict[str, int]:
    """Count a new version of locked parties; return the versions by id."""
    rows = await tx.execute(_NEXT_VERSIONS, {"party_ids": list(party_ids)})
    return {row.party_id: row.version for row in rows}


async def make_aliases(tx: Transaction, survivors: Mapping[str, str]) -> None:
    """Make records that hold nothing but a customer number part of parties, by their ids."""
    if survivors:
        arguments = {"party_ids": list(survivors), "survivor_ids": list(survivors.values())}
        await tx.execute(_MAKE_ALIASES, arguments)


async def find(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> dict[str, Party]:
    """Return the parties that exist, by id, with their profiles opened; merged ones as they are stored."""
    rows = await tx.execute(_FIND, {"party_ids": list(set(party_ids))})
    return {row.party_id: _party(row, vault) for row in rows}


async def lock(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> dict[str, Party]:
    """Return the parties that exist, by id, so that nobody else changes them before the end of the transaction."""
    await tx.execute(_LOCK, {"party_ids": list(set(party_ids))})
    return await find(tx, vault, party_ids)


async def save(tx: Transaction, vault: Vault, party: Party) -> None:
    """Store a locked party as it is now."""
    data_key = None
    if party.profile is not None:
        data_key = (await keys.of(tx, vault, [party.party_id])).get(party.party_id)
    await tx.execute(
        _SAVE,
        {
            "party_id": party.party_id,
            "status": party.status,
            "merged_into": party.merged_into,
            "profile": _sealed_profile(data_key, party.profile),
            "version": party.version,
            **asdict(party.attribution),
        },
    )


async def by_external_ref(tx: Transaction, refs: Collection[str]) -> dict[str, str]:
    """Return the ids of the records with these customer numbers, by number; merged ones as they are stored."""
    return {row.external_ref: row.party_id for row in await tx.execute(_BY_REF, {"refs": list(set(refs))})}


async def surviving(tx: Transaction, party_ids: Collection[str]) -> dict[str, str]:
    """Return for each record that exists the party that it is, following merges to their end."""
    rows = await tx.execute(_SURVIVING, {"party_ids": list(set(party_ids))})
    return {row.start: row.party_id for row in rows}


async def records(tx: Transaction, party_ids: Collection[str]) -> dict[str, set[str]]:
    """Return for each of these parties its own record and those merged into it, over any number of merges."""
    found: dict[str, set[str]] = {}
    for row in await tx.execute(_RECORDS, {"party_ids": list(set(party_ids))}):
        found.setdefault(row.survivor_id, set()).add(row.party_id)
    return found


async def lineage(tx: Transaction, party_ids: Collection[str]) -> Lineage:
    """Return which parties these records are by now, with all records of each; one that does not exist is left out."""
    survivors: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    described: set[str] = set()
    for start, survivor_id, party_id, is_described in await (await driver(tx)).fetch(_LINEAGE, list(set(party_ids))):
        survivors[start] = survivor_id
        found.setdefault(survivor_id, set()).add(party_id)
        if is_described:
            described.add(party_id)
    return Lineage(survivors, found, described)


async def of_one_party(tx: Transaction, party_id: str) -> set[str]:
    """Return all records of the party that `party_id` is, itself included; empty where there is no such record."""
    survivor = (await surviving(tx, [party_id])).get(party_id)
    return set() if survivor is None else (await records(tx, [survivor]))[survivor]


async def add_changes(tx: Transaction, vault: Vault, changes: Sequence[PartyChange]) -> None:
    """Store changes; what they hold of a person is sealed, and left out of a record that was erased."""
    detailed = {change.party_id for change in changes if change.before or change.after or change.reason}
    data_keys = await keys.of(tx, vault, detailed) if detailed else {}
    rows = [
        (
            change.change_id,
            change.party_id,
            change.version,
            change.action,
            change.actor,
            change.other_party_id,
            _sealed_detail(data_keys.get(change.party_id), change),
        )
        for change in changes
    ]
    if rows:
        await copy_rows(tx, "party_change", _CHANGE_COLUMNS, rows)


async def changes(
    tx: Transaction, vault: Vault, party_ids: Collection[str], before: str, limit: int
) -> list[PartyChange]:
    """Return up to `limit` changes of these records, newest first, that are older than the id `before`."""
    found = (await tx.execute(_CHANGES, {"party_ids": list(party_ids), "before": before, "limit": limit})).all()
    data_keys = await keys.existing(tx, vault, {row.party_id for row in found})
    return [_change(row, data_keys.get(row.party_id)) for row in found]


def _sealed_profile(data_key: DataKey | None, profile: Profile | None) -> bytes | None:
    if data_key is None or profile is None:
        return None
    return data_key.seal("profile", _PROFILE.dump_json(profile))


def _sealed_detail(data_key: DataKey | None, change: PartyChange) -> bytes | None:
    detail = _Detail(change.before, change.after, change.reason)
    if data_key is None or detail == _Detail():
        return None
    return data_key.seal(f"change:{change.change_id}", _DETAIL.dump_json(detail))


def _party(row: Any, vault: Vault) -> Party:
    profile = None
    if row.profile is not None and row.wrapped is not None:
        data_key = vault.unwrap(row.party_id, WrappedKey(row.key_id, bytes(row.wrapped)))
        profile = _PROFILE.validate_json(data_key.open("profile", bytes(row.profile)))
    return Party(
        party_id=row.party_id,
        kind=PartyKind(row.kind),
        status=PartyStatus(row.status),
        external_ref=row.external_ref,
        profile=profile,
        attribution=Attribution(row.channel, row.partner, row.business_unit, row.country, row.industry),
        version=row.version,
        created_at=row.created_at,
        merged_into=row.merged_into,
    )


def _change(row: Any, data_key: DataKey | None) -> PartyChange:
    detail = _Detail()
    if row.detail is not None and data_key is not None:
        detail = _DETAIL.validate_json(data_key.open(f"change:{row.change_id}", bytes(row.detail)))
    created_at: datetime = row.created_at
    return PartyChange(
        change_id=row.change_id,
        party_id=row.party_id,
        version=row.version,
        action=PartyAction(row.action),
        actor=row.actor,
        created_at=created_at,
        other_party_id=row.other_party_id,
        before=detail.before,
        after=detail.after,
        reason=detail.reason,
    )
