"""What the store counts of a model's scores within a window: the raw material of a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Window:
    """Scores given from `start`, included, to `end`, not."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ModelKey:
    """One version of one product's model; the hash is that of its artefact."""

    product: str
    name: str
    version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class ScoreCount:
    """How many applications had a score, which stands for `pd`."""

    score: int
    pd: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """How many applications with a score were decided so: first, and last where another decision followed."""

    score: int
    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many applications with a score have a mature outcome; `complete` says that their window is over."""

    score: int
    pd: Decimal
    bad: bool
    complete: bool
    count: int


@dataclass(frozen=True, slots=True)
class Maturity:
    """Of the applications scored: of how many an outcome is known, and is mature, and how many of these have a window
    that is over.
    """

    scored: int
    known: int
    matured: int
    complete: int


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many applications of one group (None: it is not known) had a score, a last decision and a mature outcome.

    `recent` ones lie in the window of the population, the others only in the longer one of performance.
    """

    group: str | None
    score: int
    decision: str | None
    bad: bool | None
    recent: bool
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that a report is made of.

    `scores`, `bins` (by characteristic and label of a bin), `decisions` and `failures` (the product's applications
    without a score, by reason) are of the population's window; `maturity` and `outcomes` of the performance window.
    `segments` and `protected` have one entry for each fact.
    """

    scores: tuple[ScoreCount, ...]
    bins: Mapping[tuple[str, str], int]
    failures: Mapping[str, int]
    decisions: tuple[DecisionCount, ...]
    maturity: Maturity
    outcomes: tuple[OutcomeCount, ...]
    segments: Mapping[str, tuple[GroupCount, ...]]
    protected: Mapping[str, tuple[GroupCount, ...]]
