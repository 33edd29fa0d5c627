"""Versions, their log and the history of what is live, in SQL. Returns domain values, never commits."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, text

from shared.canonical import canonical_json
from shared.catalogue import EntryKind
from shared.db import Transaction, clock
from shared.errors import conflict
from shared.governance.domain import State, StopRules, Trial, Version
from shared.governance.timeline import Activation

VERSION: Final = """
    v.version_id, v.kind, v.name, v.number, v.state, v.hash, v.created_by, v.approved_hash, v.approved_by,
    v.effective_from, v.effective_to, v.trial::text AS trial, v.rolled_back_by, v.row_version,
    ARRAY(SELECT editor FROM version_editor e WHERE e.version_id = v.version_id) AS editors
"""
"""The columns, of `version v`, that `version_of` reads."""
_SELECT: Final = f"SELECT {VERSION} FROM version v "  # noqa: S608 - names of columns, no input
# One transaction at a time changes what is live in a service: what stands on what is looked at as a whole.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('releases'), hashtext(current_schema()))")
_NEXT_NUMBER: Final = text("""
    SELECT greatest(
        (SELECT coalesce(max(number), 0) FROM version WHERE kind = :kind AND name = :name),
        (SELECT coalesce(max(revision), 0) FROM catalogue_entry WHERE kind = :kind AND name = :name)
    ) + 1
""")
_ADD: Final = text("""
    INSERT INTO version (version_id, kind, name, number, state, hash, document, based_on, created_by)
    VALUES (:version_id, :kind, :name, :number, :state, :hash, CAST(:document AS json), :based_on, :created_by)
""")
_ADD_EDITOR: Final = text("""
    INSERT INTO version_editor (version_id, editor) VALUES (:version_id, :editor) ON CONFLICT DO NOTHING
""")
_FIND: Final = text(_SELECT + "WHERE v.version_id = :version_id")
_CLAIM: Final = text(_SELECT + "WHERE v.version_id = :version_id FOR UPDATE OF v")
_REVIEWS_DUE: Final = text("""
    SELECT kind, count(*) AS due FROM version
    WHERE rolled_back_by IS NOT NULL AND kind = ANY(CAST(:kinds AS text[])) GROUP BY kind
""")
_IN_STATES: Final = text(
    _SELECT
    + """
    WHERE v.kind = ANY(CAST(:kinds AS text[])) AND v.state = ANY(CAST(:states AS text[]))
      AND v.state IN ('scheduled', 'shadow', 'challenger', 'live')
      AND (CAST(:name AS text) IS NULL OR v.name = :name)
    ORDER BY v.kind, v.name, v.version_id
    """
)
# The second half of four eyes: whoever approves has not written to the version, whatever the code above believes.
_SAVE: Final = text("""
    UPDATE version v
    SET state = :state, hash = :hash, approved_hash = :approved_hash, approved_by = CAST(:approved_by AS text),
        effective_from = :effective_from, effective_to = :effective_to, trial = CAST(:trial AS json), test = :test,
        share_bp = :share_bp, rolled_back_by = :rolled_back_by, row_version = :row_version, updated_at = now()
    WHERE version_id = :version_id AND row_version = :row_version - 1
      AND (CAST(:approved_by AS text) IS NOT DISTINCT FROM approved_by
           OR (created_by <> :approved_by AND state = 'submitted' AND hash = :approved_hash
               AND NOT EXISTS (SELECT FROM version_editor e
                               WHERE e.version_id = v.version_id AND e.editor = :approved_by)))
""")
_SAVE_DOCUMENT: Final = text("UPDATE version SET document = CAST(:document AS json) WHERE version_id = :version_id")
_SAVE_FINDINGS: Final = text("UPDATE version SET findings = CAST(:findings AS json) WHERE version_id = :version_id")
_DOCUMENT: Final = text("""
    SELECT coalesce(v.document::text, e.document::text) FROM version v
    LEFT JOIN catalogue_entry e ON (e.kind, e.name, e.revision) = (v.kind, v.name, v.number)
    WHERE v.version_id = :version_id
""")
_LOG: Final = text("""
    INSERT INTO version_event (version_id, at, actor, action, from_state, to_state, hash, comment, details)
    VALUES (:version_id, clock_timestamp(), :actor, :action, :from_state, :to_state, :hash, :comment,
            CAST(:details AS json))
""")
_HISTORY: Final = text("""
    SELECT sequence, version_id, revision, effective_from, effective_to, voids FROM activation
    WHERE kind = :kind AND name = :name ORDER BY sequence
""")


async def lock_releases(tx: Transaction) -> datetime:
    """Keep everybody else from changing what is live until the end of this transaction; return the moment."""
    await tx.execute(_LOCK)
    return await clock(tx)


async def next_number(tx: Transaction, kind: EntryKind, name: str) -> int:
    """Return the number of the next version of a name; the caller holds the lock of the name."""
    number: int = (await tx.execute(_NEXT_NUMBER, {"kind": kind, "name": name})).scalar_one()
    return number


async def add(tx: Transaction, version: Version, document: Mapping[str, Any], based_on: str | None) -> None:
    """Store a new draft."""
    columns = {
        "version_id": version.version_id,
        "kind": version.kind,
        "name": version.name,
        "number": version.number,
        "state": version.state,
        "hash": version.hash,
        "document": canonical_json(document),
        "based_on": based_on,
        "created_by": version.created_by,
    }
    await tx.execute(_ADD, columns)
    await add_editor(tx, version.version_id, version.created_by)


async def add_editor(tx: Transaction, version_id: str, editor: str) -> None:
    """Remember for good that somebody wrote to a version."""
    await tx.execute(_ADD_EDITOR, {"version_id": version_id, "editor": editor})


async def find(tx: Transaction, version_id: str) -> Version | None:
    """Return a version as it stands."""
    row = (await tx.execute(_FIND, {"version_id": version_id})).mappings().one_or_none()
    return None if row is None else version_of(row)


async def claim(tx: Transaction, version_id: str) -> Version | None:
    """Return a version and keep others from changing it until the end of the transaction."""
    row = (await tx.execute(_CLAIM, {"version_id": version_id})).mappings().one_or_none()
    return None if row is None else version_of(row)


async def in_states(
    tx: Transaction, kinds: Collection[EntryKind], states: Collection[State], name: str | None = None
) -> list[Version]:
    """Return the versions of `kinds` (of one name if given) that are scheduled, on trial or live, as `states` ask."""
    columns = {"kinds": list(kinds), "states": list(states), "name": name}
    return [version_of(row) for row in (await tx.execute(_IN_STATES, columns)).mappings()]


async def reviews_due(tx: Transaction, kinds: Collection[EntryKind]) -> dict[str, int]:
    """Return how many versions of each of `kinds` were put back in an emergency and not reviewed since, if any were."""
    return {row.kind: row.due for row in await tx.execute(_REVIEWS_DUE, {"kinds": list(kinds)})}


async def save(tx: Transaction, after: Version) -> None:
    """Store a version after one step; raises `Refusal` with 409 when it changed meanwhile, or four eyes are missing."""
    trial = after.trial
    columns = {
        "version_id": after.version_id,
        "state": after.state,
        "hash": after.hash,
        "approved_hash": after.approved_hash,
        "approved_by": after.approved_by,
        "effective_from": after.effective_from,
        "effective_to": after.effective_to,
        "trial": None if trial is None else json.dumps(asdict(trial)),
        "test": None if trial is None else trial.test,
        "share_bp": None if trial is None else trial.share_bp,
        "rolled_back_by": after.rolled_back_by,
        "row_version": after.row_version,
    }
    if (await tx.execute(_SAVE, columns)).rowcount != 1:
        raise conflict("version_changed", "the version has changed meanwhile; look at it again")


async def save_document(tx: Transaction, version_id: str, document: Mapping[str, Any] | None) -> None:
    """Keep the document of a draft; None once the catalogue has it for good."""
    columns = {"version_id": version_id, "document": None if document is None else canonical_json(document)}
    await tx.execute(_SAVE_DOCUMENT, columns)


async def save_findings(tx: Transaction, version_id: str, findings: Mapping[str, Any] | None) -> None:
    """Keep what the last validation found; None when the document is another one now."""
    columns = {"version_id": version_id, "findings": None if findings is None else json.dumps(findings)}
    await tx.execute(_SAVE_FINDINGS, columns)


async def document(tx: Transaction, version_id: str) -> dict[str, Any]:
    """Return the document of a version that exists."""
    loaded: dict[str, Any] = json.loads((await tx.execute(_DOCUMENT, {"version_id": version_id})).scalar_one())
    return loaded


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What was done to a version; `details` are the parameters it was done with."""

    version_id: str
    actor: str
    action: str
    from_state: State | None
    to_state: State
    hash: str
    comment: str | None = None
    details: Mapping[str, Any] | None = None


async def log(tx: Transaction, entry: LogEntry) -> None:
    """Add to the log of a version, which nobody can change."""
    details = None if entry.details is None else json.dumps(entry.details)
    await tx.execute(
        _LOG,
        {
            "version_id": entry.version_id,
            "actor": entry.actor,
            "action": entry.action,
            "from_state": entry.from_state,
            "to_state": entry.to_state,
            "hash": entry.hash,
            "comment": entry.comment,
            "details": details,
        },
    )


async def history(tx: Transaction, kind: EntryKind, name: str) -> Sequence[Activation]:
    """Return everything that was ever said about what is live under a name, oldest first."""
    rows = await tx.execute(_HISTORY, {"kind": kind, "name": name})
    return [
        Activation(row.sequence, row.version_id, row.revision, row.effective_from, row.effective_to, row.voids)
        for row in rows
    ]


def version_of(row: RowMapping) -> Version:
    """Return the version of a row with the columns that this module selects."""
    return Version(
        version_id=row["version_id"],
        kind=row["kind"],
        name=row["name"],
        number=row["number"],
        hash=row["hash"],
        created_by=row["created_by"],
        editors=frozenset(row["editors"]),
        state=State(row["state"]),
        approved_hash=row["approved_hash"],
        approved_by=row["approved_by"],
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        trial=None if row["trial"] is None else trial_of(json.loads(row["trial"])),
        rolled_back_by=row["rolled_back_by"],
        row_version=row["row_version"],
    )


def trial_of(stored: Mapping[str, Any]) -> Trial:
    """Return the terms of a challenge as they are stored."""
    rules = StopRules(**stored["stop_rules"])
    return Trial(stored["test"], stored["share_bp"], stored["maturity_months"], rules)
