"""What a monitoring report counts: scores are aggregated where they are, and only counts leave the database."""

# ruff: noqa: S608 - names of facts are those of a data dictionary, lower snake case; everything else is a parameter.

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.monitoring.counts import (
    Counted,
    DecisionCount,
    GroupCount,
    Maturity,
    ModelKey,
    OutcomeCount,
    ScoreCount,
    Window,
)
from services.scoring.domain.monitoring.grouping import Grouping, Groupings
from services.scoring.domain.monitoring.outcome import BadDefinition
from shared.db import Transaction
from shared.facts import FactType

# A report reads most rows of a window, so the plans that suit every other statement here suit it not at all.
_READ_MUCH: Final = text("""
    SELECT set_config('statement_timeout', '300s', true), set_config('enable_hashjoin', 'on', true),
           set_config('enable_seqscan', 'on', true), set_config('work_mem', '64MB', true)
""")
# Ids are made in the order of time. Few applications have several scores, so what is hashed to pass over the others
# stays small; to hash the scores themselves would take a kilobyte of each.
_LAST_SCORES: Final = """
    SELECT s.* FROM score s LEFT JOIN (
        SELECT application_id, max(score_id COLLATE "C") AS score_id FROM score
        WHERE model_hash = :model_hash AND score IS NOT NULL
          AND scored_at >= CAST(:start AS timestamptz) AND scored_at < CAST(:end AS timestamptz)
        GROUP BY application_id HAVING count(*) > 1
    ) AS last USING (application_id)
    WHERE s.model_hash = :model_hash AND s.score IS NOT NULL
      AND s.scored_at >= CAST(:start AS timestamptz) AND s.scored_at < CAST(:end AS timestamptz)
      AND (last.score_id IS NULL OR last.score_id = s.score_id)
"""
"""Of several scores of an application in the window the last one counts."""
_LAST_OUTCOMES: Final = """
    SELECT o.application_id, o.bad, o.observed_on FROM outcome o LEFT JOIN (
        SELECT application_id, max(version) AS version FROM outcome
        WHERE definition = :definition AND window_months = :window_months
        GROUP BY application_id HAVING count(*) > 1
    ) AS last USING (application_id)
    WHERE o.definition = :definition AND o.window_months = :window_months AND o.version = coalesce(last.version, 1)
"""
_DECISIONS: Final = """
    SELECT d.application_id, coalesce(first.outcome, d.outcome) AS first, d.outcome AS last
    FROM decided d LEFT JOIN (
        SELECT application_id, min(decision_id COLLATE "C") AS first_id, max(decision_id COLLATE "C") AS last_id
        FROM decided WHERE decided_at >= CAST(:start AS timestamptz)
        GROUP BY application_id HAVING count(*) > 1
    ) AS several USING (application_id)
    LEFT JOIN decided first ON first.decision_id = several.first_id
    WHERE d.decided_at >= CAST(:start AS timestamptz)
      AND (several.last_id IS NULL OR several.last_id = d.decision_id)
"""
# Elements are counted as the texts that they are; the few different ones are parsed afterwards.
_BINS: Final = text(f"""
    WITH scored AS ({_LAST_SCORES})
    SELECT entry::text AS entry, count(*) AS counted
    FROM scored, json_array_elements(scored.points) AS entry GROUP BY entry::text
""")
_FAILURES: Final = text("""
    SELECT failure, count(DISTINCT application_id) AS counted FROM score
    WHERE product = :product AND failure IS NOT NULL
      AND scored_at >= CAST(:start AS timestamptz) AND scored_at < CAST(:end AS timestamptz)
    GROUP BY failure ORDER BY failure
""")
_MOST_BINS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be counted: recent scores in `population`, and in `performance`, which begins no later, outcomes."""

    model: ModelKey
    population: Window
    performance: Window
    outcome: BadDefinition
    groupings: Groupings


async def count(tx: Transaction, wanted: Wanted) -> Counted:
    """Return the counts of a report; this transaction may take minutes over it."""
    await tx.execute(_READ_MUCH)
    window = {"start": wanted.population.start, "end": wanted.population.end}
    failures = await tx.execute(_FAILURES, {"product": wanted.model.product, **window})
    failed = {row.failure: row.counted for row in failures}
    entries = await tx.execute(_BINS, {"model_hash": wanted.model.content_hash, **window})
    bins: Counter[tuple[str, str]] = Counter()
    for row in entries.fetchmany(_MOST_BINS):
        characteristic, label, _ = json.loads(row.entry)
        bins[characteristic, label] += row.counted
    groupings = [*wanted.groupings.segments, *wanted.groupings.protected]
    columns = {
        "model_hash": wanted.model.content_hash,
        "start": wanted.performance.start,
        "end": wanted.performance.end,
        "recent_from": wanted.population.start,
        "definition": wanted.outcome.name,
        "window_months": wanted.outcome.window_months,
        **{f"edges_{place}": list(grouping.edges) for place, grouping in enumerate(groupings) if grouping.edges},
    }
    rows = (await tx.execute(text(_aggregation(groupings)), columns)).all()
    return _counted([row for row in rows if row.kind == 0], rows, failed, bins, wanted.groupings)


def _aggregation(groupings: Sequence[Grouping]) -> str:
    """Return one pass over the scores of a window: by score in all, and by score and group for each grouping."""
    groups = [f"{_group(place, grouping)} AS group_{place}" for place, grouping in enumerate(groupings)]
    record = ", ".join(f'"{each.fact}" {"json" if each.type is FactType.MONEY else "text"}' for each in groupings)
    facts = f"CROSS JOIN LATERAL json_to_record(s.facts) AS fact({record})" if groupings else ""
    names = [f"group_{place}" for place in range(len(groupings))]
    sets = ["(score, pd, first, last, known, bad, complete, recent)"]
    sets += [f"({name}, score, last, bad, recent)" for name in names]
    kinds = " ".join(f"WHEN GROUPING({name}) = 0 THEN {place + 1}" for place, name in enumerate(names))
    kind = f"CASE {kinds} ELSE 0 END" if names else "0"
    group = f"CASE {' '.join(f'WHEN GROUPING({name}) = 0 THEN {name}' for name in names)} END" if names else "NULL"
    return f"""
        WITH scored AS ({_LAST_SCORES}),
        answered AS ({_DECISIONS}),
        observed AS ({_LAST_OUTCOMES}),
        joined AS (
            SELECT s.score, s.pd, a.first, a.last, o.application_id IS NOT NULL AS known,
                   CASE WHEN o.bad OR o.observed_on >= {_OVER} THEN o.bad END AS bad,
                   CAST(:end AS timestamptz) >= {_OVER} AS complete,
                   s.scored_at >= CAST(:recent_from AS timestamptz) AS recent{"".join(f", {each}" for each in groups)}
            FROM scored s LEFT JOIN answered a USING (application_id) LEFT JOIN observed o USING (application_id)
            {facts}
        )
        SELECT {kind} AS kind, {group} AS "group", score, pd, first, last, known, bad, complete, recent,
               count(*) AS counted
        FROM joined GROUP BY GROUPING SETS ({", ".join(sets)})
    """


_OVER: Final = "((s.scored_at + make_interval(months => CAST(:window_months AS int))) AT TIME ZONE 'UTC')::date"
"""The day on which the performance window of a score is over."""


def _group(place: int, grouping: Grouping) -> str:
    """Return SQL of a group as a text; a fact that is not there, or no longer a number, has none."""
    column = f'fact."{grouping.fact}"'
    if not grouping.edges:
        return f"left({column}, 200)"
    number = f"({column} ->> 'amount_minor')" if grouping.type is FactType.MONEY else column
    exact = f"CASE WHEN {number} ~ '^-?[0-9]{{1,18}}([.][0-9]{{1,12}})?$' THEN CAST({number} AS numeric) END"
    return f"CAST(width_bucket({exact}, CAST(:edges_{place} AS numeric[])) AS text)"


def _counted(
    totals: Sequence[Any],
    rows: Sequence[Any],
    failures: Mapping[str, int],
    bins: Mapping[tuple[str, str], int],
    groupings: Groupings,
) -> Counted:
    scores: Counter[tuple[int, Decimal]] = Counter()
    decisions: Counter[tuple[int, str, str]] = Counter()
    outcomes: Counter[tuple[int, Decimal, bool, bool]] = Counter()
    for row in totals:
        if row.recent:
            scores[row.score, row.pd] += row.counted
        if row.recent and row.last is not None:
            decisions[row.score, row.first, row.last] += row.counted
        if row.bad is not None:
            outcomes[row.score, row.pd, row.bad, row.complete] += row.counted
    matured = [(key, count) for key, count in sorted(outcomes.items())]
    maturity = Maturity(
        scored=sum(row.counted for row in totals),
        known=sum(row.counted for row in totals if row.known),
        matured=sum(count for _, count in matured),
        complete=sum(count for (*_, complete), count in matured if complete),
    )
    split = len(groupings.segments)
    grouped = _grouped(rows, [*groupings.segments, *groupings.protected])
    return Counted(
        scores=tuple(ScoreCount(*key, count) for key, count in sorted(scores.items())),
        bins=bins,
        failures=failures,
        decisions=tuple(DecisionCount(*key, count) for key, count in sorted(decisions.items())),
        maturity=maturity,
        outcomes=tuple(OutcomeCount(*key, count) for key, count in matured),
        segments=dict(grouped[:split]),
        protected=dict(grouped[split:]),
    )


def _grouped(rows: Sequence[Any], groupings: Sequence[Grouping]) -> list[tuple[str, tuple[GroupCount, ...]]]:
    found: list[list[GroupCount]] = [[] for _ in groupings]
    for row in sorted((row for row in rows if row.kind), key=_in_order):
        grouping = groupings[row.kind - 1]
        group = grouping.label(int(row.group)) if grouping.edges and row.group is not None else row.group
        found[row.kind - 1].append(GroupCount(group, row.score, row.last, row.bad, row.recent, row.counted))
    return [(grouping.fact, tuple(entries)) for grouping, entries in zip(groupings, found, strict=True)]


def _in_order(row: Any) -> tuple[bool, int, str, int, str, str, bool]:
    """Return where a row stands: groups of numbers, which are places, in their order."""
    group = row.group or ""
    return (
        row.group is None,
        len(group) if group.isdecimal() else 0,
        group,
        row.score,
        row.last or "",
        str(row.bad),
        row.recent,
    )
