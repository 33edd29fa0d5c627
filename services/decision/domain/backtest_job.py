"""A backtest as a job: what is compared with what over which applications, and how far it has come.

Everything a backtest rests on is pinned when it is asked for: the documents of the product, its reason codes and both
policies, and the period or the file. What becomes of them afterwards changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

MAX_ATTEMPTS: Final = 3
"""How often a backtest is begun before one that keeps being interrupted is given up."""


class State(StrEnum):
    """How a backtest stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL: Final = frozenset({State.DONE, State.FAILED, State.CANCELLED})


class Engine(StrEnum):
    """What runs the policies. Rows: the engine of single decisions, row by row, on all cores."""

    DUCKDB = "duckdb"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class PinnedPolicy:
    """Which policy is run; `version_id` where it is a version of the catalogue and not a document sent along."""

    name: str
    version: str
    hash: str
    version_id: str | None


@dataclass(frozen=True, slots=True)
class Documents:
    """What a backtest rests on, word for word: the product, its reason codes and common ones, and both policies.

    For a file also its data map and the scorecard that scores it, where they were sent along.
    """

    product: Mapping[str, Any]
    reasons: Sequence[Mapping[str, Any]]
    candidate: Mapping[str, Any]
    live: Mapping[str, Any]
    data_map: Mapping[str, Any] | None = None
    scorecard: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Decisions from `since` (from the first one if None) up to and without `until`."""

    since: datetime | None
    until: datetime


class BadRows(StrEnum):
    """What becomes of rows of a file that do not fit: the file is refused, or they are set aside and counted."""

    FAIL = "fail"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that was sent in; its SHA-256, in hexadecimal, says that it still is that file when it is read."""

    upload_id: str
    name: str
    size: int
    sha256: str
    bad_rows: BadRows


@dataclass(frozen=True, slots=True)
class Plan:
    """What a backtest does. `segments` are names of facts; `examples` is the number shown of each swap set."""

    product: str
    candidate: PinnedPolicy
    live: PinnedPolicy
    source: Period | UploadedFile
    engine: Engine
    segments: tuple[str, ...]
    examples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: rows of its present phase, and of how many (None where that is not known yet)."""

    phase: str
    rows_done: int
    rows_total: int | None


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing that is wrong with a file or its data map; `row` is as a spreadsheet numbers it."""

    source: str
    row: int | None
    column: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a backtest failed: a stable code, and words for people without any value of an application.

    `faults` has the first that were found in a file.
    """

    code: str
    detail: str
    faults: Sequence[FileFault] = ()


INTERRUPTED: Final = Cause("interrupted", f"the run was interrupted {MAX_ATTEMPTS} times, each before it could end")


@dataclass(frozen=True, slots=True)
class Backtest:
    """A backtest and its state. `summary` is there when it is done, `cause` when it failed."""

    backtest_id: str
    plan: Plan
    asked_by: str
    state: State
    attempt: int
    progress: Progress
    cancel_requested: bool
    cause: Cause | None
    summary: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a backtest that is done, in both of its forms."""

    document: bytes
    html: bytes


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of a run that stopped without a result."""

    state: State
    cause: Cause | None = None


def after_interruption(attempt: int, cancel_requested: bool) -> Ending:
    """Return what becomes of a run whose process, or whose lease, is gone: cancelled, tried again, or given up."""
    if cancel_requested:
        return Ending(State.CANCELLED)
    if attempt < MAX_ATTEMPTS:
        return Ending(State.QUEUED)
    return Ending(State.FAILED, INTERRUPTED)


def after_cancel(state: State) -> State:
    """Return the state of a backtest that somebody cancels: what runs goes on until its process has noticed."""
    return State.CANCELLED if state is State.QUEUED else state
