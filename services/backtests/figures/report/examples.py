"""Swap sets, with examples that show what both policies say and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.backtests.figures.report.populations import Population


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact of an example in words: what it is called and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A reason code with its wording."""

    code: str
    wording: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What one policy says to an example: the answer, its account in words, and the trace of every rule.

    `trace` has the form of `expand_trace`; of a table with many rows only those that hit or lacked a fact, the number
    of the others being its `rows_left_out`.
    """

    outcome: str
    grade: str | None
    approved_minor: int | None
    rate: str | None
    reasons: tuple[ReasonGiven, ...]
    queue: str | None
    conditions: tuple[str, ...]
    account: tuple[str, ...]
    trace: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An application whose answer swaps, without protected facts; `bad` is None where its performance is unknown."""

    reference: str
    as_of: datetime
    bad: bool | None
    facts: tuple[Statement, ...]
    live: Answered
    candidate: Answered


@dataclass(frozen=True, slots=True)
class SwapSet:
    """Applications that only one of the policies grants credit, what that means in words, and examples."""

    population: Population
    statements: tuple[str, ...]
    examples: tuple[Example, ...]
