"""How a policy ran, and how what it answered is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.decision.domain.policy import Policy

Reasons = Callable[[Mapping[str, Any], Sequence[str]], tuple[str, ...]]
"""From a row, and the reasons of its score, to the principal reasons of the answer."""


class Engine(StrEnum):
    """What runs a policy: one SQL query in DuckDB or on Spark, or the online engine row by row on all cores."""

    DUCKDB = "duckdb"
    ROWS = "rows"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a policy answered one application, whichever engine asked it.

    `reasons` are all of them, in order; `letters` those of the trace's tables, in their order; `definitions` have their
    values in wire form by name.
    """

    outcome: str
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: tuple[str, ...]
    queue: str | None
    conditions: tuple[str, ...]
    other_terms: Mapping[str, object]
    letters: tuple[str, ...]
    definitions: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ran:
    """How one policy ran. `engine_reason` says in words why another engine than the one asked for was used, else ''.

    The table has `outcome`, `grade`, `approved_minor`, `queue` and `rate`, an integer at `rate_scale`, whichever
    engine filled it. `reasons` gives the principal reasons of a row with `outcome` and `reason_columns`, and the
    reasons of its score; `answered` everything that a whole row says.
    """

    policy: Policy
    engine: Engine
    engine_reason: str
    reason_columns: tuple[str, ...]
    rate_scale: int
    reasons: Reasons
    answered: Callable[[Mapping[str, Any], Sequence[str]], Answered]
