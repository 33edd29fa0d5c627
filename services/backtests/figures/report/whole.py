"""The report as a whole: what was compared, over which data, and what a reader has to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.backtests.figures.ratios import Ratio
from services.backtests.figures.report.changes import GradeMove, Queue, ReasonLine, TermsChanges
from services.backtests.figures.report.examples import SwapSet
from services.backtests.figures.report.fairness import AdverseImpact
from services.backtests.figures.report.populations import Cell, Segment, Slice

REPORT_VERSION: Final = 1
"""Raised when a field is removed or means something else; fields may be added without."""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the policies that were compared, and the engine that ran it with the reason for that engine."""

    name: str
    version: str
    content_hash: str
    title: str
    engine: str
    engine_reason: str


@dataclass(frozen=True, slots=True)
class RejectedReason:
    """Rows that were set aside for one reason."""

    column: str | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Data:
    """What the policies were run over. `rows` were decided on, `rejected` rows set aside before; times are UTC."""

    source: str
    rows: int
    rejected: int
    rejected_reasons: tuple[RejectedReason, ...]
    first: datetime | None
    last: datetime | None
    with_performance: int
    bad: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Applications that were recorded with one outcome and that the live policy, run again, gives another."""

    recorded: str
    live: str
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the live policy, run again, gives the outcome that was recorded."""

    agreed: Ratio
    differences: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader has to know before any figure; `serious` where it limits what the report shows."""

    code: str
    text: str
    serious: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say of one backtest. `seed` chose the examples; the same seed chooses the same."""

    product: str
    product_title: str
    currency: str
    made_at: datetime
    live: Version
    candidate: Version
    data: Data
    summary: tuple[str, ...]
    warnings: tuple[Warned, ...]
    overall: Slice
    matrix: tuple[Cell, ...]
    swap_in: SwapSet
    swap_out: SwapSet
    queues: tuple[Queue, ...]
    reasons: tuple[ReasonLine, ...]
    grades: tuple[GradeMove, ...]
    terms: TermsChanges
    segments: tuple[Segment, ...]
    adverse_impact: tuple[AdverseImpact, ...]
    agreement: Agreement | None
    seed: str
