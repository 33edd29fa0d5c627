"""Writing a version, having it checked, handing it in, and the second pair of eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared import catalogue, idempotency
from shared.canonical import content_hash
from shared.catalogue import EntryKind
from shared.db import Database, Transaction, clock
from shared.errors import Fault, Refusal, invalid
from shared.governance import fitting, replies, store
from shared.governance.domain import Action, Given, State, Version, step
from shared.governance.governed import Findings, Governance, Governed
from shared.governance.handlers import reading
from shared.governance.handlers.steps import claim, find, record
from shared.governance.store import LogEntry
from shared.idempotency import Answer, Claim
from shared.ids import new_id

_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to begin a version with."""

    kind: str
    document: Mapping[str, Any]
    by: str
    comment: str | None = None


async def draft(db: Database, governance: Governance, new: Draft, key: Claim) -> Answer:
    """Begin a version, once per key; raises `Refusal` with 422 for a document that does not say what it belongs to."""
    governed = governance[new.kind]
    name = governed.name_of(new.document)

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        await catalogue.lock(tx, governed.kind, name)
        number = await store.next_number(tx, governed.kind, name)
        digest = content_hash(new.document)
        version = Version(new_id("ver"), governed.kind, name, number, digest, new.by, frozenset({new.by}))
        live = (await catalogue.live(tx, [(governed.kind, name)])).get((governed.kind, name))
        await store.add(tx, version, new.document, None if live is None else live.version_id)
        await store.log(
            tx, LogEntry(version.version_id, new.by, "draft", None, State.DRAFT, digest, comment=new.comment)
        )
        body = replies.version_reply(await reading.shown(tx, version)).model_dump_json().encode()
        return [Answer(201, body, f"/v1/versions/{version.version_id}")]

    (answer,) = await idempotency.once(db, [key], act)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def edit(
    db: Database, governance: Governance, version_id: str, document: Mapping[str, Any], by: str, given: Given
) -> Version:
    """Replace the document of a draft; whoever does so can no longer approve it. What validation found is void."""
    async with db.transaction() as tx:
        before = await claim(tx, version_id)
        if governance[before.kind].name_of(document) != before.name:
            fault = Fault(f"/document/{governance[before.kind].name_key}", "name_changed", "is fixed for this version")
            raise invalid("name_changed", "a version keeps the name it was drafted for; draft another one", [fault])
        edited = Given(given.comment, content_hash(document), row_version=given.row_version)
        after = step(before, Action.EDIT, by, edited, await clock(tx))
        await store.add_editor(tx, version_id, by)
        await store.save_document(tx, version_id, document)
        await store.save_findings(tx, version_id, None)
        await record(tx, before, after, Action.EDIT, by, given.comment)
        return after


async def validate(db: Database, governance: Governance, version_id: str, by: str, given: Given) -> Version:
    """Run the loaders on a draft with what is live now, and keep what they find.

    Raises `Refusal` with 422 and the faults of a document that can't be used, which the version keeps as well, and with
    409 when something it needs is not live or the version changes meanwhile.
    """
    async with db.transaction() as tx:
        before = await find(tx, version_id)
        step(before, Action.VALIDATE, by, given, await clock(tx))
        governed = governance[before.kind]
        document = await store.document(tx, version_id)
        needed = (await fitting.settings(tx, governed, before.name, await clock(tx)))[0]
        against = await _against(tx, governed, before.name)
    found = await fitting.check(governed, document, needed)
    action = Action.INVALIDATE if found.faults else Action.VALIDATE
    async with db.transaction() as tx:
        current = await claim(tx, version_id)
        same = Given(given.comment, row_version=before.row_version)
        after = step(current, action, by, same, await clock(tx))
        await store.save_findings(tx, version_id, {**_wire(found), "against": against})
        counts = {"faults": len(found.faults), "warnings": len(found.warnings)}
        await record(tx, current, after, action, by, given.comment, counts)
    if found.faults:
        raise invalid(f"unsound_{governed.kind}", "the document can't be used", found.faults[:_MOST_FAULTS])
    return after


async def _against(tx: Transaction, governed: Governed, name: str) -> list[dict[str, Any]]:
    places = [(need.kind, need.name_for(name)) for need in governed.needs]
    live = await catalogue.live(tx, places)
    return [
        {"kind": entry.kind, "name": entry.name, "revision": entry.revision, "hash": entry.hash}
        for entry in (live[place] for place in places if place in live)
    ]


def _wire(found: Findings) -> dict[str, Any]:
    def lines(faults: Sequence[Fault]) -> list[dict[str, str]]:
        return [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in faults]

    return {"faults": lines(found.faults[:_MOST_FAULTS]), "warnings": lines(found.warnings[:_MOST_FAULTS])}


async def submit(db: Database, version_id: str, by: str, given: Given) -> Version:
    """Hand a validated version in. From now on its document is an entry of the catalogue that nobody can change."""
    async with db.transaction() as tx:
        before = await claim(tx, version_id)
        after = step(before, Action.SUBMIT, by, given, await clock(tx))
        document = await store.document(tx, version_id)
        await catalogue.add(tx, EntryKind(before.kind), before.name, before.number, document, by)
        await store.save_document(tx, version_id, None)
        await record(tx, before, after, Action.SUBMIT, by, given.comment)
        return after


async def move(db: Database, version_id: str, action: Action, by: str, given: Given) -> Version:
    """Approve, reject, withdraw or review a version: steps that change nothing of what runs."""
    async with db.transaction() as tx:
        before = await claim(tx, version_id)
        after = step(before, action, by, given, await clock(tx))
        await record(tx, before, after, action, by, given.comment)
        return after
