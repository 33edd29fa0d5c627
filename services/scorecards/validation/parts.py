"""The parts of the data that a model is judged on, counted: a million rows are a few thousand counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.scoring.domain.scorecard import Scorecard
from shared.facts import FactValue

Groups = Mapping[str, Sequence[str | None]]
"""The group of each row by protected attribute; None where the row states none."""


class Role(StrEnum):
    """What the model has seen of a part."""

    FITTED = "fitted"
    HELD_OUT = "held_out"
    LATER = "later"
    """Held out, and from after the others in time."""


@dataclass(frozen=True, slots=True)
class CountedBin:
    """A bin of a characteristic with the rows and bads of a part that fell into it."""

    label: str
    points: int
    rows: int
    bads: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the data. `outcomes` counts rows by (score, is bad); `groups` does so for each group of each
    protected attribute, None being the rows that state none; `bins` has the bins of each characteristic in the order
    of the artefact, and is empty for a model without bins. `unscored` rows hold a value for which the model gives no
    score; they stand in no other count."""

    name: str
    role: Role
    outcomes: Counter[tuple[int, bool]]
    bins: Mapping[str, tuple[CountedBin, ...]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str | None, Counter[tuple[int, bool]]]] = field(default_factory=dict)
    unscored: int = 0


def count_part(
    name: str,
    role: Role,
    scorecard: Scorecard,
    rows: Iterable[Mapping[str, FactValue]],
    bads: Sequence[bool],
    groups: Groups | None = None,
) -> Part:
    """Score each of the `rows` and return the counted part. Raises `ValueError` unless all are equally long."""
    scored: list[int | None] = []
    counts = {each.name: {found.label: [0, 0] for found in each.bins} for each in scorecard.characteristics}
    for facts, bad in zip(rows, bads, strict=True):
        found = [(each.name, each.bin_of(facts.get(each.name))) for each in scorecard.characteristics]
        if any(into.refusal is not None for _, into in found):
            scored.append(None)
            continue
        scored.append(sum(into.points for _, into in found))
        for characteristic, into in found:
            tally = counts[characteristic][into.label]
            tally[0] += 1
            tally[1] += bad
    bins = {
        each.name: tuple(CountedBin(into.label, into.points, *counts[each.name][into.label]) for into in each.bins)
        for each in scorecard.characteristics
    }
    return count_scores(name, role, scored, bads, groups, bins)


def count_scores(
    name: str,
    role: Role,
    scores: Sequence[int | None],
    bads: Sequence[bool],
    groups: Groups | None = None,
    bins: Mapping[str, tuple[CountedBin, ...]] | None = None,
) -> Part:
    """Return the counted part of rows that a model has scored; None where it gave no score.

    Raises `ValueError` unless all are equally long.
    """
    outcomes = [None if score is None else (score, bad) for score, bad in zip(scores, bads, strict=True)]
    by_attribute: dict[str, dict[str | None, Counter[tuple[int, bool]]]] = {}
    for attribute, values in (groups or {}).items():
        by_group = by_attribute.setdefault(attribute, {})
        for value, outcome in zip(values, outcomes, strict=True):
            if outcome is not None:
                by_group.setdefault(value, Counter())[outcome] += 1
    known = Counter(each for each in outcomes if each is not None)
    return Part(name, role, known, bins or {}, by_attribute, len(outcomes) - known.total())
