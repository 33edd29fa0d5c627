"""Experiments and the buckets of their parties."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from shared.db import Transaction, rows_json
from shared.experiments.domain.experiment import Experiment
from shared.experiments.domain.stopping import Breach
from shared.governance.store import trial_of

_SELECT: Final = """
    SELECT experiment_id, product, version_id, trial, buckets, started_at, ended_at, breaches, position,
           count_until
    FROM experiment
"""
_FIND: Final = text(f"{_SELECT} WHERE experiment_id = :experiment_id")
_RUNNING: Final = text(f"{_SELECT} WHERE ended_at IS NULL ORDER BY product, test")
_UNCOUNTED: Final = text("""
    SELECT experiment_id FROM experiment WHERE count_until IS NULL OR position < count_until ORDER BY experiment_id
""")
_CLAIM: Final = text(f"{_SELECT} WHERE experiment_id = :experiment_id FOR UPDATE SKIP LOCKED")
_PAGE: Final = text(f"""
    {_SELECT} WHERE experiment_id < :before AND (CAST(:product AS text) IS NULL OR product = :product)
    ORDER BY experiment_id DESC LIMIT :limit
""")
# A challenger counts only while the version itself is one, on the same test: to stop it, nothing has to be done here.
_CHALLENGERS: Final = text("""
    SELECT e.product, e.test, e.buckets, v.number AS revision FROM experiment e JOIN version v USING (version_id)
    WHERE e.product = ANY(CAST(:products AS text[])) AND e.ended_at IS NULL
      AND v.state = 'challenger' AND v.test = e.test
""")
_BEGIN: Final = text("""
    INSERT INTO experiment (experiment_id, product, test, version_id, trial, buckets, started_at, position)
    VALUES (:experiment_id, :product, :test, :version_id, CAST(:trial AS json), CAST(:buckets AS json), :started_at,
            :position)
""")
_CHANGE: Final = text("""
    UPDATE experiment SET trial = CAST(:trial AS json), buckets = CAST(:buckets AS json)
    WHERE experiment_id = :experiment_id
""")
_END: Final = text("""
    UPDATE experiment SET ended_at = coalesce(ended_at, :ended_at), buckets = '[]',
           count_until = coalesce(count_until, :count_until),
           breaches = coalesce(CAST(:breaches AS json), breaches)
    WHERE experiment_id = :experiment_id
""")
_ADVANCE: Final = text("UPDATE experiment SET position = :position WHERE experiment_id = :experiment_id")


@dataclass(frozen=True, slots=True)
class Challenger:
    """A challenger that answers now: its revision and the buckets of its parties."""

    test: str
    revision: int
    ranges: tuple[tuple[int, int], ...]


async def find(tx: Transaction, experiment_id: str) -> Experiment | None:
    """Return an experiment."""
    row = (await tx.execute(_FIND, {"experiment_id": experiment_id})).one_or_none()
    return None if row is None else _experiment(row)


async def claim(tx: Transaction, experiment_id: str) -> Experiment | None:
    """Return an experiment and keep other processes from it; None when one of them has it at the moment."""
    row = (await tx.execute(_CLAIM, {"experiment_id": experiment_id})).one_or_none()
    return None if row is None else _experiment(row)


async def all_running(tx: Transaction) -> list[Experiment]:
    """Return the experiments that have not ended, by product and test."""
    return [_experiment(row) for row in await tx.execute(_RUNNING)]


async def uncounted(tx: Transaction) -> list[str]:
    """Return the ids of the experiments that have answers to count: those that run, and just after they ended."""
    return list((await tx.execute(_UNCOUNTED)).scalars())


async def page(tx: Transaction, before: str, limit: int, product: str | None) -> list[Experiment]:
    """Return up to `limit` experiments, newest first, older than the id `before`; of one product if given."""
    rows = await tx.execute(_PAGE, {"before": before, "limit": limit, "product": product})
    return [_experiment(row) for row in rows]


async def challengers(tx: Transaction, products: Collection[str]) -> Mapping[str, list[Challenger]]:
    """Return the challengers that answer now, by product; products without any are left out."""
    found: dict[str, list[Challenger]] = {}
    for row in await tx.execute(_CHALLENGERS, {"products": sorted(products)}):
        found.setdefault(row.product, []).append(Challenger(row.test, row.revision, _ranges(row.buckets)))
    return found


async def begin(tx: Transaction, new: Experiment) -> None:
    """Store an experiment that starts now."""
    columns = {
        "experiment_id": new.experiment_id,
        "product": new.product,
        "test": new.trial.test,
        "version_id": new.version_id,
        "started_at": new.started_at,
        "position": new.position,
        **_terms(new),
    }
    await tx.execute(_BEGIN, columns)


async def change(tx: Transaction, after: Experiment) -> None:
    """Store other terms, and the buckets that go with them."""
    await tx.execute(_CHANGE, {"experiment_id": after.experiment_id, **_terms(after)})


async def end(
    tx: Transaction, experiment_id: str, ended_at: datetime, count_until: str, breaches: Sequence[Breach] = ()
) -> None:
    """End an experiment, by stop rules or because its version is no challenger any more; it stays ended.

    `count_until` is the position up to which its answers are counted.
    """
    columns = {
        "experiment_id": experiment_id,
        "ended_at": ended_at,
        "count_until": count_until,
        "breaches": rows_json([asdict(breach) for breach in breaches]) if breaches else None,
    }
    await tx.execute(_END, columns)


async def advance(tx: Transaction, experiment_id: str, position: str) -> None:
    """Keep how far the answers of an experiment have been counted; the caller holds its claim."""
    await tx.execute(_ADVANCE, {"experiment_id": experiment_id, "position": position})


def _terms(experiment: Experiment) -> dict[str, str]:
    return {"trial": json.dumps(asdict(experiment.trial)), "buckets": json.dumps(experiment.ranges)}


def _experiment(row: Any) -> Experiment:
    return Experiment(
        experiment_id=row.experiment_id,
        product=row.product,
        version_id=row.version_id,
        trial=trial_of(row.trial),
        ranges=_ranges(row.buckets),
        started_at=row.started_at,
        position=row.position,
        count_until=row.count_until,
        ended_at=row.ended_at,
        breaches=tuple(Breach(**{**entry, "bound": Decimal(entry["bound"])}) for entry in row.breaches or ()),
    )


def _ranges(stored: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stored)
