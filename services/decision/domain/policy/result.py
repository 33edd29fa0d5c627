"""What a policy answers, with and without its trace."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

from services.decision.domain.outcome import Outcome

HIT: Final = "h"
NO_HIT: Final = "n"
MISSING: Final = "m"
NOT_EVALUATED: Final = "x"

MAX_PRINCIPAL_REASONS: Final = 4
"""Regulation B, comment 9(b)(2)-1: more than four reasons are not likely to help the applicant."""


class CompactTrace(TypedDict):
    """What is stored with a decision: enough, with policy and facts, for `expand_trace` to show every rule.

    `tables` has one letter per row, by table: `h` hit, `n` no hit, `m` missing, `x` not evaluated. A table with a
    default row has its letter last; `terms` has one per outcome. Definitions stand first, as `definitions.<name>`; one
    that is an expression has one letter, `h` or `m`.
    `outputs` are those of the stages, as far as they gave any: grade, offer (the outcome that the matrix gave), share,
    rate (as the matrix states it), approved_minor, approved_rate (if a formula gave another), outcome (the final one),
    queue.
    `definitions` has their values in wire form, if there are definitions.
    `reasons` has all reasons, not just the principal ones; `score_reasons` those that the score gave, if it gave any.
    """

    tables: dict[str, str]
    outputs: dict[str, str | int]
    reasons: list[str]
    definitions: NotRequired[dict[str, Any]]
    score_reasons: NotRequired[list[str]]


class Answer(NamedTuple):
    """What a policy answers; a tuple, because it is made for every application of a backtest.

    `approved_minor` is the limit in minor units of the product's currency and `rate` the price a year (0.0790 is
    7.9 %), only where the outcome grants credit, as are `conditions` (codes of what must be there before money moves)
    and `other_terms` (values in wire form by name). `reasons` are the principal ones, at most four, the first first.
    `queue` is the work queue of a referred application, if the policy routes.
    """

    outcome: Outcome
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: tuple[str, ...]
    queue: str | None
    conditions: tuple[str, ...]
    other_terms: Mapping[str, object]


class Evaluation(NamedTuple):
    """An answer with its trace; the fields are those of `Answer`."""

    outcome: Outcome
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: tuple[str, ...]
    trace: CompactTrace
    queue: str | None = None
    conditions: tuple[str, ...] = ()
    other_terms: Mapping[str, object] = MappingProxyType({})


class Result(NamedTuple):
    """What either way of evaluating gives: an answer with all its reasons, and what a trace is made of.

    `offer` is the row of the matrix that counts, counted from 0, the default row last; -1 when there is none.
    `letters` are those of the tables, in their order; `values` those of the definitions, None where missing.
    """

    outcome: Outcome
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: tuple[str, ...]
    queue: str | None
    conditions: tuple[str, ...]
    other_terms: Mapping[str, object]
    offer: int
    letters: tuple[str, ...]
    values: tuple[Any, ...]
