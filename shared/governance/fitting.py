"""Whether a document fits what it stands on, and what stands on it, now and after each change that is to come."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice, product
from typing import Any, Final

from shared import catalogue
from shared.catalogue import EntryKind
from shared.db import Transaction
from shared.errors import Kind, Refusal, conflict
from shared.governance import store
from shared.governance.domain import State, Version
from shared.governance.governed import Document, Findings, Governance, Governed
from shared.governance.timeline import course

_MOST_SETTINGS: Final = 16
"""Documents that several scheduled changes could meet are checked in so many combinations."""
_MOST_FAULTS: Final = 20
_RUNNING: Final = (State.SCHEDULED, State.SHADOW, State.CHALLENGER, State.LIVE)

_Place = tuple[EntryKind, str]


async def check(governed: Governed, document: Document, needed: Sequence[Document]) -> Findings:
    """Run the loader of a kind where it does not hold up requests."""
    return await asyncio.to_thread(governed.check, document, needed)


async def require_fit(
    tx: Transaction, governance: Governance, version: Version, document: Document, now: datetime
) -> None:
    """Raise `Refusal` with 409 and the faults unless `document` loads, and all that stands on it loads with it."""
    governed = governance[version.kind]
    for needed in await settings(tx, governed, version.name, now):
        found = await check(governed, document, needed)
        if found.faults:
            words = "the version does not fit what is live now or will be; what it was validated against has changed"
            raise Refusal(Kind.CONFLICT, "no_longer_valid", words, found.faults[:_MOST_FAULTS])
    instead = {(governed.kind, version.name): document}
    for above, name in governance.standing_on(version.kind, version.name):
        for place, standing in await _standing(tx, above, name, now):
            for needed in await settings(tx, above, place[1], now, instead):
                found = await check(above, standing, needed)
                if found.faults:
                    words = f"{place[0]} {place[1]}, which runs or is scheduled, would no longer load"
                    raise Refusal(Kind.CONFLICT, "breaks_dependent", words, found.faults[:_MOST_FAULTS])


async def require_unneeded(tx: Transaction, governance: Governance, version: Version, now: datetime) -> None:
    """Raise `Refusal` with 409 when something that runs or is scheduled stands on this document."""
    for above, name in governance.standing_on(version.kind, version.name):
        for place, _ in await _standing(tx, above, name, now):
            raise conflict("still_needed", f"{place[0]} {place[1]} stands on it; retire that first")


async def settings(
    tx: Transaction, governed: Governed, name: str, now: datetime, instead: Mapping[_Place, Document] | None = None
) -> list[list[Document]]:
    """Return the documents that one of this kind and name needs: those of now first, then those of times to come.

    Raises `Refusal` with 409 when one of them is missing.
    """
    found: list[list[Document]] = []
    missing: list[str] = []
    for need in governed.needs:
        place = (need.kind, need.name_for(name))
        if instead is not None and place in instead:
            found.append([instead[place]])
            continue
        coming = [entry for _, entry in course(await store.history(tx, *place), now)]
        revisions = [None if entry is None else entry.revision for entry in coming]
        if None in revisions:
            missing.append(f"{place[0]} {place[1]}")
        distinct = [revision for revision in dict.fromkeys(revisions) if revision is not None]
        found.append([await catalogue.document(tx, *place, revision) for revision in distinct])
    if missing:
        raise conflict("catalogue_incomplete", f"make live first: {', '.join(missing)}")
    return [list(combination) for combination in islice(product(*found), _MOST_SETTINGS)]


async def _standing(
    tx: Transaction, governed: Governed, name: str | None, now: datetime
) -> list[tuple[_Place, dict[str, Any]]]:
    """Return the documents of a kind that run, are scheduled, or will be live again: of one name, or of all."""
    revisions: dict[tuple[str, int], None] = {}
    for version in await store.in_states(tx, [governed.kind], _RUNNING, name):
        revisions[version.name, version.number] = None
        for _, entry in course(await store.history(tx, governed.kind, version.name), now):
            if entry is not None and entry.revision is not None:
                revisions[version.name, entry.revision] = None
    return [
        ((governed.kind, of), await catalogue.document(tx, governed.kind, of, revision)) for of, revision in revisions
    ]
