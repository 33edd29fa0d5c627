"""What runs now under a name: the live version, and the versions on trial beside it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from shared import catalogue
from shared.catalogue import Entry, EntryKind
from shared.db import Transaction
from shared.governance.domain import State, Trial
from shared.governance.store import trial_of

_TRIALS: Final = text("""
    SELECT v.name, v.version_id, v.number, v.hash, v.state, v.trial::text AS trial
    FROM unnest(CAST(:names AS text[])) AS wanted(name) JOIN version v USING (name)
    WHERE v.kind = :kind AND v.state IN ('shadow', 'challenger')
    ORDER BY v.name, v.version_id
""")


@dataclass(frozen=True, slots=True)
class OnTrial:
    """A version that runs beside the live one; `trial` has the terms of a challenger and is None of a shadow."""

    version_id: str
    revision: int
    hash: str
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class Running:
    """What runs under one name; the order of challengers and shadows is that of their drafting."""

    live: Entry | None
    challengers: tuple[OnTrial, ...] = ()
    shadows: tuple[OnTrial, ...] = ()


async def running(tx: Transaction, kind: EntryKind, name: str) -> Running:
    """Return what runs under `name` now."""
    return (await all_running(tx, kind, [name]))[name]


async def all_running(tx: Transaction, kind: EntryKind, names: Collection[str]) -> Mapping[str, Running]:
    """Return what runs now under each of `names`; nothing, for one that is unknown."""
    live = await catalogue.live(tx, [(kind, name) for name in names])
    trials: dict[tuple[str, str], list[OnTrial]] = {}
    for row in await tx.execute(_TRIALS, {"kind": kind, "names": list(names)}):
        terms = None if row.trial is None else trial_of(json.loads(row.trial))
        trials.setdefault((row.name, row.state), []).append(OnTrial(row.version_id, row.number, row.hash, terms))
    return {
        name: Running(
            live.get((kind, name)),
            tuple(trials.get((name, State.CHALLENGER), ())),
            tuple(trials.get((name, State.SHADOW), ())),
        )
        for name in names
    }
